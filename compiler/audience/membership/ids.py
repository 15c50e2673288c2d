"""Check the ids of a relation: rows without one, and ids that stand twice."""

from dataclasses import dataclass

from sqlglot import exp

from audience.engines import Progress
from audience.lowering.build import column, integer, name
from audience.lowering.dialects.duckdb_relation import relation
from audience.membership.users import Users

EXAMPLES = 10
"""Duplicate ids that a report shows: enough to find the cause, few enough to read."""


@dataclass(frozen=True, slots=True)
class IdReport:
    """What is wrong with the ids. With a tenant column an id is duplicate when it stands twice in one tenant.

    `examples` are (id, tenant or None, times it stands there), the most frequent first.
    """

    rows: int
    null_ids: int
    duplicate_ids: int
    examples: tuple[tuple[str, str | None, int], ...]

    @property
    def fine(self) -> bool:
        """Whether every row is one person."""
        return self.null_ids == 0 and self.duplicate_ids == 0


def check_ids(users: Users, *, examples: int = EXAMPLES, progress: Progress | None = None) -> IdReport:
    """Count the rows without an id and the ids that stand more than once; reads the whole relation."""
    engine = users.open_engine()
    doing = "checking the ids"
    [(rows, present)] = engine.run(_counts(users).sql("duckdb"), doing=doing, progress=progress)
    found = engine.run(_duplicates(users, examples).sql("duckdb"), doing=doing, progress=progress)
    return IdReport(
        rows=_int(rows),
        null_ids=_int(rows) - _int(present),
        duplicate_ids=_int(found[0][3]) if found else 0,
        examples=tuple(
            (str(user), None if tenant is None else str(tenant), _int(times)) for user, tenant, times, _ in found
        ),
    )


def _counts(users: Users) -> exp.Select:
    catalog = users.catalog
    counted = [exp.Count(this=exp.Star()), exp.Count(this=column(catalog.id.name))]
    return exp.select(*counted).from_(relation(catalog.relation))


def _duplicates(users: Users, examples: int) -> exp.Select:
    """The ids that stand twice, each row with how many such ids there are in all."""
    catalog = users.catalog
    user, tenant, times = column("id"), column("tenant"), column("times")
    tenant_text = exp.Null() if catalog.tenant is None else column(catalog.tenant.name)
    people = exp.select(
        exp.alias_(_text(column(catalog.id.name)), name("id")), exp.alias_(_text(tenant_text), name("tenant"))
    ).from_(relation(catalog.relation))
    groups = (
        exp.select(user, tenant, exp.alias_(exp.Count(this=exp.Star()), name("times")))
        .from_(people.subquery(name("people")))
        .where(exp.Not(this=exp.Is(this=user.copy(), expression=exp.Null())))
        .group_by(user.copy(), tenant.copy())
        .having(exp.GT(this=exp.Count(this=exp.Star()), expression=integer(1)))
    )
    in_all = exp.Window(this=exp.Count(this=exp.Star()))
    ordered = [exp.Ordered(this=times.copy(), desc=True), *(exp.Ordered(this=key.copy()) for key in (user, tenant))]
    return (
        exp.select(user.copy(), tenant.copy(), times, exp.alias_(in_all, name("in_all")))
        .from_(groups.subquery(name("groups")))
        .order_by(*ordered)
        .limit(integer(max(examples, 1)))
    )


def _text(operand: exp.Expr) -> exp.Expr:
    return exp.Cast(this=operand, to=exp.DataType(this=exp.DType.VARCHAR))


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
