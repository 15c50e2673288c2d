"""Static membership inside a query: the rows of an audience, given by value or standing in a table.

By value, small audiences stand in the query, so that the text runs anywhere by itself; large ones travel as one list
parameter. In either form no NULL takes part: people have an id, rows have an id, and no tenant is the empty text.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from audience.catalog import Column, Table
from audience.catalog.kinds import Collation, TextKind
from audience.errors import CompilerBug
from audience.limits import MEMBERS_INLINE_MAX
from audience.lowering.build import aliased, binary, column, conjunction, integer, select, string
from audience.lowering.dialects.shared_leaves import member_names
from audience.lowering.lowered import NEVER, Lowered
from audience.lowering.scalars import key_text
from audience.lowering.scope import Scope

Pairs = Collection[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class StaticRows:
    """A table that holds the members of static audiences, and which of them can be asked for.

    Its columns `environment`, `audience`, `user_id` and `tenant` are texts and never NULL; no tenant is the empty text.
    """

    table: tuple[str, ...]
    environment: str
    audiences: frozenset[str]


@dataclass(slots=True)
class Members:
    """The static audiences of a run and its tenant; collects the parameters that a query needs for them."""

    audiences: Mapping[str, Pairs]
    tenant: str | None
    static: StaticRows | None = None
    parameters: dict[str, object] = field(default_factory=dict)

    def is_member(self, scope: Scope, audience: str) -> Lowered:
        """Whether the person is a member in the tenant of the evaluation: the row's own, or the run's."""
        if self.static is not None and audience in self.static.audiences:
            return Lowered(self._is_row(scope, self.static, audience), nullable=False)
        if audience not in self.audiences:
            raise CompilerBug(f"the members of `{audience}` were resolved and not given")
        tenant_column = scope.catalog.tenant
        keys = [key_text(scope.dialect, scope.catalog.id.kind, scope.column(scope.catalog.id))]
        rows: list[tuple[str, ...]]
        if tenant_column is None:
            asked = self.tenant or None
            rows = sorted({(user,) for user, tenant in self.audiences[audience] if tenant == asked})
        else:
            rows = sorted({(user, tenant or "") for user, tenant in self.audiences[audience]})
            keys.append(key_text(scope.dialect, tenant_column.kind, scope.column(tenant_column), absent=""))
        if not rows:
            return NEVER
        taken = frozenset(key.name for key in (scope.catalog.id, tenant_column) if key is not None)
        if len(rows) <= MEMBERS_INLINE_MAX:
            return Lowered(scope.dialect.is_among(keys, rows, taken), nullable=False)
        parameters = []
        for index in range(len(keys)):
            parameter = f"members_{len(self.parameters) + 1}"
            self.parameters[parameter] = [row[index] for row in rows]
            parameters.append(parameter)
        return Lowered(scope.dialect.is_among_given(keys, parameters, taken), nullable=False)

    def _is_row(self, scope: Scope, static: StaticRows, audience: str) -> exp.Expr:
        """EXISTS over the rows of the audience.

        The keys of the person are named without a table, because what they are read from has many names; so the
        columns of the rows get names that no key has.
        """
        dialect, tenant = scope.dialect, scope.catalog.tenant
        keys = [_key(scope, scope.catalog.id)]
        wanted = {"environment": static.environment, "audience": audience}
        if tenant is None:
            wanted["tenant"] = self.tenant or ""
        else:
            keys.append(_key(scope, tenant, absent=""))
        taken = frozenset(key.name for key in (scope.catalog.id, tenant) if key is not None)
        *names, alias = member_names(taken)
        held = [aliased(column(key), called) for key, called in zip(("user_id", "tenant"), names, strict=True)]
        tests = [
            binary(exp.EQ, dialect.compared_text(column(key), TextKind(), False), string(text))
            for key, text in wanted.items()
        ]
        rows = select(held[: len(keys)], dialect.relation(Table(static.table)), conjunction(tests))
        return _exists(keys, names, rows, alias)


def _key(scope: Scope, key: Column, absent: str | None = None) -> exp.Expr:
    """A key of the person, marked whatever its collation: that of the rows' columns may be another one."""
    kind = TextKind(collation=Collation.FOLDING) if key.kind == TextKind() else key.kind
    return key_text(scope.dialect, kind, scope.column(key), absent)


def _exists(keys: Sequence[exp.Expr], names: Sequence[str], rows: exp.Select, alias: str) -> exp.Expr:
    same = [binary(exp.EQ, key, column(held)) for key, held in zip(keys, names, strict=False)]
    return exp.Exists(this=select([integer(1)], rows, conjunction(same), alias=alias))
