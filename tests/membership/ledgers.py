"""What a home holds, read by plain SQL, and the fold of a ledger: what tests of membership compare."""

from collections.abc import Iterable

from audience.store import Database
from audience.store.ledger import Transition, read

Pair = tuple[str, str | None]
"""A person's id, and a tenant or none."""

Members = dict[str, set[Pair]]
"""Who is in each audience; one that is empty is not in it."""

DYNAMIC = """
    SELECT member.audience, person.id, member.tenant
    FROM audience.dynamic_member AS member
    LEFT JOIN audience.person AS person
      ON person.environment = member.environment AND person.user_no = member.user_no
    WHERE member.environment = $environment
"""
STATIC = "SELECT audience, user_id, tenant FROM audience.static_member WHERE environment = $environment"

DUMPS = {
    "environment": "SELECT now, sequence, change, user_no FROM audience.environment WHERE name = $environment",
    "person": "SELECT id, user_no FROM audience.person WHERE environment = $environment ORDER BY id, user_no",
    "users": """
        SELECT id, user_no, CAST(properties AS TEXT), created_at, updated_at, change
        FROM audience.users WHERE environment = $environment ORDER BY id, change
    """,
    "audience": """
        SELECT key, type, name, stored, meaning, activated_at, refreshed_at, refreshed_change, watermark, error,
          archived_at
        FROM audience.audience WHERE environment = $environment ORDER BY key, archived_at
    """,
    "static_member": """
        SELECT audience, user_id, tenant, added_at, source
        FROM audience.static_member WHERE environment = $environment ORDER BY audience, user_id, tenant
    """,
    "dynamic_member": """
        SELECT audience, user_no, tenant
        FROM audience.dynamic_member WHERE environment = $environment ORDER BY audience, user_no, tenant
    """,
    "transition": """
        SELECT sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify
        FROM audience.transition WHERE environment = $environment ORDER BY sequence, audience, user_id, tenant
    """,
}
"""By table: all its rows of one environment, in an order."""


def dump(database: Database, environment: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything that an environment holds."""
    return {table: list(database.rows(sql, {"environment": environment})) for table, sql in DUMPS.items()}


def held(database: Database, environment: str) -> Members:
    """The members as the tables have them; nobody is in an audience twice."""
    rows = [
        *database.rows(DYNAMIC, {"environment": environment}),
        *database.rows(STATIC, {"environment": environment}),
    ]
    assert len(rows) == len(set(rows)), "somebody is a member twice"
    members: Members = {}
    for audience, id, tenant in rows:
        members.setdefault(str(audience), set()).add((str(id), str(tenant) or None))
    return members


def fold(transitions: Iterable[Transition], members: Members | None = None) -> Members:
    """The members after transitions, which begin at `members`: who enters was out, and who leaves was in."""
    folded = {} if members is None else members
    for moved in transitions:
        pairs, pair = folded.setdefault(moved.audience, set()), (moved.user_id, moved.tenant)
        assert (pair in pairs) is (moved.kind == "exit"), (
            f"{moved} of somebody who is {(pair in pairs and 'in') or 'out'}"
        )
        pairs ^= {pair}
        if not pairs:
            del folded[moved.audience]
    return folded


def ledger_of(database: Database, environment: str, after: int = 0) -> list[Transition]:
    """All transitions after a number; they are numbered without a gap, and no instant is before an earlier one."""
    found = read(database, environment, after, limit=1_000_000)
    assert [moved.sequence for moved in found] == list(range(after + 1, after + 1 + len(found)))
    instants = [moved.happened_at for moved in found]
    assert instants == sorted(instants)
    return found
