"""Static members: pairs of an id and a tenant that somebody put into an audience."""

from collections.abc import Collection, Iterable

from audience.store.database import Database
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import Pair

CREATE_GIVEN = "CREATE TEMP TABLE audience_given (user_id TEXT, tenant TEXT)"
CREATE_TAKEN = "CREATE TEMP TABLE audience_taken (user_id TEXT, tenant TEXT, missing BOOLEAN)"
DROP_GIVEN = "DROP TABLE audience_given"
DROP_TAKEN = "DROP TABLE audience_taken"

FIND_NEW = """
    INSERT INTO audience_taken (user_id, tenant, missing)
    SELECT given.user_id, given.tenant, NOT EXISTS (
      SELECT 1 FROM audience.users AS person
      WHERE person.environment = $environment AND person.id = given.user_id
    )
    FROM (SELECT DISTINCT user_id, tenant FROM audience_given) AS given
    WHERE NOT EXISTS (
      SELECT 1 FROM audience.static_member AS member
      WHERE member.environment = $environment AND member.audience = $audience
        AND member.user_id = given.user_id AND member.tenant = given.tenant
    )
"""
FIND_OLD = """
    INSERT INTO audience_taken (user_id, tenant, missing)
    SELECT given.user_id, given.tenant, NOT EXISTS (
      SELECT 1 FROM audience.users AS person
      WHERE person.environment = $environment AND person.id = given.user_id
    )
    FROM (SELECT DISTINCT user_id, tenant FROM audience_given) AS given
    WHERE EXISTS (
      SELECT 1 FROM audience.static_member AS member
      WHERE member.environment = $environment AND member.audience = $audience
        AND member.user_id = given.user_id AND member.tenant = given.tenant
    )
"""
INSERT = """
    INSERT INTO audience.static_member (environment, audience, user_id, tenant, added_at, source)
    SELECT $environment, CAST($audience AS TEXT), user_id, tenant, CAST($now AS BIGINT), CAST($source AS TEXT)
    FROM audience_taken
"""
DELETE = """
    DELETE FROM audience.static_member AS member USING audience_taken AS taken
    WHERE member.environment = $environment AND member.audience = $audience
      AND member.user_id = taken.user_id AND member.tenant = taken.tenant
"""
APPEND = """
    INSERT INTO audience.transition
      (environment, sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify)
    SELECT $environment, CAST($last AS BIGINT) + row_number() OVER (ORDER BY user_id, tenant),
      CAST($kind AS TEXT), CAST($audience AS TEXT), user_id, tenant, CAST($now AS BIGINT), NULL, '',
      CAST($cause AS TEXT), NOT missing OR NOT CAST($own AS BOOLEAN)
    FROM audience_taken
"""
TAKEN_IDS = "SELECT DISTINCT user_id FROM audience_taken LIMIT $limit"
SCOPE_TAKEN = "INSERT INTO audience_scope (user_id) SELECT DISTINCT user_id FROM audience_taken"


class Change:
    """Pairs that enter or leave one static audience: `give` them, `add` or `remove` them, then settle who they are.

    Somebody whom nobody has identified is a missing member: nobody is told of their entry, and none of the later
    identification either. `own` says whether people are our own, so that it is known who is missing.
    """

    def __init__(self, writing: Writing, audience: str, *, own: bool) -> None:
        self._writing, self._database, self._audience, self._own = writing, writing.database, audience, own
        self._database.execute(CREATE_GIVEN)
        self._database.execute(CREATE_TAKEN)

    def give(self, pairs: Iterable[Pair]) -> None:
        """Take pairs; the same one counts once."""
        self._database.load("audience_given", ("user_id", "tenant"), pairs)

    def add(self, cause: Cause) -> int:
        """Make them members; how many were none."""
        self._database.execute(FIND_NEW, self._which())
        self._database.execute(INSERT, {**self._which(), "now": self._writing.now, "source": str(cause)})
        return self._append("enter", cause)

    def remove(self, cause: Cause) -> int:
        """Make them no members; how many were."""
        self._database.execute(FIND_OLD, self._which())
        self._database.execute(DELETE, self._which())
        return self._append("exit", cause)

    def ids(self, limit: int) -> list[str]:
        """Some of the people for whom something changed, at most `limit`."""
        return [str(id) for (id,) in self._database.rows(TAKEN_IDS, {"limit": limit})]

    def scope(self) -> None:
        """Put all of them into the table `SCOPE` of a stage."""
        self._database.execute(SCOPE_TAKEN)

    def close(self) -> None:
        """Drop the tables; a rollback drops them as well."""
        self._database.execute(DROP_GIVEN)
        self._database.execute(DROP_TAKEN)

    def _append(self, kind: str, cause: Cause) -> int:
        moved = self._database.execute(
            APPEND,
            {
                **self._which(),
                "last": self._writing.sequence,
                "now": self._writing.now,
                "kind": kind,
                "cause": str(cause),
                "own": self._own,
            },
        )
        self._writing.take_sequences(moved)
        return moved

    def _which(self) -> dict[str, object]:
        return {"environment": self._writing.environment, "audience": self._audience}


READ_PAIRS = """
    SELECT audience, tenant FROM audience.static_member
    WHERE environment = $environment AND user_id = $user_id ORDER BY audience, tenant
"""


def pairs_of(database: Database, environment: str, user_id: str) -> dict[str, Collection[str]]:
    """The tenants in which somebody is a static member, by audience."""
    found: dict[str, list[str]] = {}
    for audience, tenant in database.rows(READ_PAIRS, {"environment": environment, "user_id": user_id}):
        found.setdefault(str(audience), []).append(str(tenant))
    return dict(found)
