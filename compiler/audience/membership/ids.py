"""Check the ids of a relation: rows without one, and ids that stand twice."""

from dataclasses import dataclass

from sqlglot import exp

from audience.engines import Engine, Progress
from audience.lowering import Run, count_null_ids, find_dialect
from audience.lowering.build import column, integer, name
from audience.lowering.dialects.duckdb_relation import relation
from audience.membership.users import Users

EXAMPLES = 10
"""Duplicate ids that a report shows: enough to find the cause, few enough to read."""


@dataclass(frozen=True, slots=True)
class IdReport:
    """What is wrong with the ids. With a tenant column an id is duplicate when it stands twice in one tenant.

    `rows` could be read, and `null_ids` of them have no id; lines of a file that could not be read are in neither.
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
    [(rows,)] = engine.run(_rows(users).sql("duckdb"), doing=doing, progress=progress)
    null_ids, unread_lines = rows_without_id(Run(users.catalog, find_dialect(engine.dialect)), engine)
    found = engine.run(_duplicates(users, examples).sql("duckdb"), doing=doing, progress=progress)
    return IdReport(
        rows=_int(rows) - unread_lines,
        null_ids=null_ids,
        duplicate_ids=_int(found[0][3]) if found else 0,
        examples=tuple(
            (str(user), None if tenant is None else str(tenant), _int(times)) for user, tenant, times, _ in found
        ),
    )


def rows_without_id(run: Run, engine: Engine) -> tuple[int, int]:
    """How many rows have no id though they could be read, and how many lines of a file could not be read."""
    if not run.catalog.id.nullable:
        return 0, 0
    (row,) = engine.run(count_null_ids(run).sql, doing="counting rows without an id")
    rows, unreadable = (int(str(value or 0)) for value in row)
    return rows - unreadable, unreadable


def _rows(users: Users) -> exp.Select:
    return exp.select(exp.Count(this=exp.Star())).from_(relation(users.catalog.relation))


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
