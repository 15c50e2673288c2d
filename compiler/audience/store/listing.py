"""The members of an audience as lists: static and dynamic ones by page, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from audience.store.database import Database
from audience.store.members import Pair


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an audience; `missing` is somebody whom nobody has identified, None where that is not known.

    `since` is when they came in last, in microseconds since the epoch.
    """

    user_id: str
    tenant: str | None
    since: int
    missing: bool | None = False


LIST_STATIC = """
    SELECT member.user_id, member.tenant, member.added_at, NOT EXISTS (
      SELECT 1 FROM audience.users AS person
      WHERE person.environment = member.environment AND person.id = member.user_id
    )
    FROM audience.static_member AS member
    WHERE member.environment = $environment AND member.audience = $audience
      AND (member.user_id > $user_id OR (member.user_id = $user_id AND member.tenant > $tenant))
    ORDER BY member.user_id, member.tenant LIMIT $limit
"""
LIST_DYNAMIC = """
    SELECT page.id, page.tenant, (
      SELECT max(moved.happened_at) FROM audience.transition AS moved
      WHERE moved.environment = $environment AND moved.audience = $audience AND moved.user_id = page.id
        AND moved.tenant = page.tenant AND moved.kind = 'enter'
    )
    FROM (
      SELECT person.id, member.tenant
      FROM audience.dynamic_member AS member
      JOIN audience.person AS person
        ON person.environment = member.environment AND person.user_no = member.user_no
      WHERE member.environment = $environment AND member.audience = $audience
        AND (person.id > $user_id OR (person.id = $user_id AND member.tenant > $tenant))
      ORDER BY person.id, member.tenant LIMIT $limit
    ) AS page
    ORDER BY page.id, page.tenant
"""
SIZE_STATIC = """
    SELECT member.audience, count(*), count(*) - count(person.id)
    FROM audience.static_member AS member
    LEFT JOIN audience.users AS person
      ON person.environment = member.environment AND person.id = member.user_id
    WHERE member.environment = $environment GROUP BY member.audience
"""
SIZE_DYNAMIC = """
    SELECT audience, count(*) FROM audience.dynamic_member WHERE environment = $environment GROUP BY audience
"""


def list_members(
    database: Database,
    environment: str,
    audience: str,
    *,
    static: bool,
    after: Pair = ("", ""),
    limit: int = 50,
) -> list[Member]:
    """The next members after an (id, tenant), in that order: a position that no change of others moves."""
    user_id, tenant = after
    given = {"environment": environment, "audience": audience, "user_id": user_id, "tenant": tenant, "limit": limit}
    if static:
        rows = database.rows(LIST_STATIC, given)
        return [Member(str(id), str(held) or None, _int(since), bool(gone)) for id, held, since, gone in rows]
    rows = database.rows(LIST_DYNAMIC, given)
    return [Member(str(id), str(held) or None, _int(since)) for id, held, since in rows]


def sizes(database: Database, environment: str) -> Mapping[str, tuple[int, int]]:
    """How many pairs each audience has, and how many of them are missing people; an empty one is not in it."""
    found = {
        str(key): (_int(count), _int(missing))
        for key, count, missing in database.rows(SIZE_STATIC, {"environment": environment})
    }
    dynamic = database.rows(SIZE_DYNAMIC, {"environment": environment})
    return found | {str(key): (_int(count), 0) for key, count in dynamic}


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
