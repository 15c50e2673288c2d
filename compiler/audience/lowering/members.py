"""Static membership inside a query: the rows of an audience, given by value.

Small audiences stand in the query, so that the text runs anywhere by itself; large ones travel as one list
parameter. Either way no NULL takes part: people have an id, rows have an id, and no tenant is the empty text.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from audience.errors import CompilerBug
from audience.limits import MEMBERS_INLINE_MAX
from audience.lowering.lowered import NEVER, Lowered
from audience.lowering.scalars import key_text
from audience.lowering.scope import Scope

Pairs = Collection[tuple[str, str | None]]


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
