"""Compile an expression to SQL over a users relation, without running it."""

from collections.abc import Mapping

from audience.language import Expression
from audience.lowering import Query, Run, find_dialect, select_ids
from audience.membership.run_inputs import GivenMembers, Now, expect_users, read_now, resolve_run
from audience.membership.users import Users


def compile(
    expression: Expression,
    *,
    users: Users,
    dialect: str = "duckdb",
    now: Now | None = None,
    audiences: Mapping[str, Expression] | None = None,
    members: GivenMembers | None = None,
    tenant: str | None = None,
) -> Query:
    """The query that selects the ids of the people who match.

    `.sql` runs by itself with `.parameters`; `.predicate` is the bare condition. Without `now`, a condition about
    time leaves a parameter called `now` (a timestamp with time zone), and `.unbound` names it. Raises DefinitionError
    with everything that is wrong with the expression.
    """
    expect_users(users)
    resolved = resolve_run(expression, users.catalog, audiences, members)
    run = Run(
        catalog=users.catalog,
        dialect=find_dialect(dialect),
        now=None if now is None else read_now(now),
        members=resolved.members,
        tenant=tenant or None,
    )
    return select_ids(run, resolved.resolution.predicate)
