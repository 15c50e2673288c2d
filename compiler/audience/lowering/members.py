"""Static membership inside a query: the rows of an audience, given by value.

Small audiences stand in the query as VALUES, so that the text runs anywhere by itself; large ones travel as
one list parameter. Either way the test is EXISTS, never NOT IN, which a NULL would empty.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from audience.errors import CompilerBug
from audience.limits import MEMBERS_INLINE_MAX
from audience.lowering.build import binary, cast, coalesce, column, conjunction, name, string
from audience.lowering.lowered import NEVER, Lowered
from audience.lowering.scope import Scope

Pairs = Collection[tuple[str, str | None]]

MEMBER_ID = "audience_member_id"
MEMBER_TENANT = "audience_member_tenant"
MEMBERS = "audience_members"
"""The outer id and tenant are named without a table, so these names must not shadow them: see `_names`."""


@dataclass(slots=True)
class Members:
    """The static audiences of a run and its tenant; collects the parameters that a query needs for them."""

    audiences: Mapping[str, Pairs]
    tenant: str | None
    parameters: dict[str, object] = field(default_factory=dict)

    def is_member(self, scope: Scope, audience: str) -> Lowered:
        """Whether the person is a member in the tenant of the evaluation: the row's own, or the run's."""
        if audience not in self.audiences:
            raise CompilerBug(f"the members of `{audience}` were resolved and not given")
        tenant_column = scope.catalog.tenant
        person = scope.dialect.text(cast(scope.column(scope.catalog.id), "VARCHAR"))
        names = _names(scope)
        rows: list[tuple[str, ...]]
        tests: list[exp.Expr] = []
        if tenant_column is None:
            asked = self.tenant or None
            rows = sorted({(user,) for user, tenant in self.audiences[audience] if tenant == asked})
        else:
            rows = sorted({(user, tenant or "") for user, tenant in self.audiences[audience]})
            own_tenant = coalesce(cast(scope.column(tenant_column), "VARCHAR"), string(""))
            tests = [binary(exp.EQ, scope.dialect.text(column(names[1])), scope.dialect.text(own_tenant))]
        if not rows:
            return NEVER
        test = conjunction([binary(exp.EQ, person, column(names[0])), *tests])
        source = self._values(rows, names) if len(rows) <= MEMBERS_INLINE_MAX else self._parameter(scope, rows, names)
        query = exp.Select(expressions=[exp.Literal(this="1", is_string=False)], from_=exp.From(this=source))
        query.set("where", exp.Where(this=test))
        return Lowered(exp.Exists(this=query), nullable=False)

    def _values(self, rows: list[tuple[str, ...]], names: tuple[str, str, str]) -> exp.Expr:
        tuples: list[exp.Expr] = [exp.Tuple(expressions=[string(part) for part in row]) for row in rows]
        return exp.Values(expressions=tuples, alias=_alias(names[2], names[: len(rows[0])]))

    def _parameter(self, scope: Scope, rows: list[tuple[str, ...]], names: tuple[str, str, str]) -> exp.Expr:
        parameters = []
        for index in range(len(rows[0])):
            parameter = f"members_{len(self.parameters) + 1}"
            self.parameters[parameter] = [row[index] for row in rows]
            parameters.append(parameter)
        query = scope.dialect.member_rows(dict(zip(names[:2], parameters, strict=False)))
        return exp.Subquery(this=query, alias=exp.TableAlias(this=name(names[2])))


def _names(scope: Scope) -> tuple[str, str, str]:
    """What the columns of the members and their table are called: not as the person's id or tenant."""
    taken = {key.name.casefold() for key in (scope.catalog.id, scope.catalog.tenant) if key is not None}
    mark = ""
    while taken & {MEMBER_ID + mark, MEMBER_TENANT + mark, MEMBERS + mark}:
        mark += "_"
    return MEMBER_ID + mark, MEMBER_TENANT + mark, MEMBERS + mark


def _alias(table: str, columns: tuple[str, ...]) -> exp.TableAlias:
    return exp.TableAlias(this=name(table), columns=[name(column) for column in columns])
