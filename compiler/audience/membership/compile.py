"""Compile an expression to SQL over a users relation, without running it."""

from collections.abc import Mapping
from dataclasses import replace

from audience.catalog import Table
from audience.catalog.declare import split_table
from audience.language import Expression
from audience.lowering import Query, Run, find_dialect, select_ids
from audience.membership.run_inputs import GivenMembers, Now, expect_users, read_now, resolve_run
from audience.membership.users import Users

DEFAULT = "duckdb"
"""The dialect for people who are only declared."""


def compile(
    expression: Expression,
    *,
    users: Users,
    dialect: str | None = None,
    now: Now | None = None,
    audiences: Mapping[str, Expression] | None = None,
    members: GivenMembers | None = None,
    tenant: str | None = None,
    parameters: bool = False,
    from_table: str | None = None,
) -> Query:
    """The query that selects the ids of the people who match, for the engine that holds them or for another dialect.

    `.sql` runs by itself with `.parameters`; `.predicate` is the bare condition. Without `now`, a condition about
    time leaves a parameter called `now` (a timestamp with time zone), and `.unbound` names it. With `parameters`, the
    values that the condition states are parameters instead of literals: see `Query`. `from_table` names the table to
    select from where the people are stored elsewhere under another name; it has the columns of `users`. Raises
    DefinitionError with everything that is wrong with the expression.
    """
    expect_users(users)
    catalog = users.catalog
    if from_table is not None:
        catalog = replace(catalog, relation=Table(split_table(from_table)))
    held = DEFAULT if users.engine is None else users.engine.dialect
    resolved = resolve_run(expression, catalog, audiences, members)
    run = Run(
        catalog=catalog,
        dialect=find_dialect(held if dialect is None else dialect),
        now=None if now is None else read_now(now),
        members=resolved.members,
        tenant=tenant or None,
    )
    return select_ids(run, resolved.resolution.predicate, bind=parameters)
