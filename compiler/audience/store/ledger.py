"""The ledger: every enter and exit, in the order in which they were committed, never changed afterwards.

Whoever writes holds the lock of the environment until the commit and numbers its transitions from the
environment's own counter, so a reader with a cursor never misses one that is committed later.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audience.store.database import Database


class Cause(StrEnum):
    """Why somebody entered or left."""

    ACTIVATION = "activation"
    """The audience is kept for the first time."""
    DEFINITION = "definition"
    """Its meaning changed: by an edit of its own, or of an audience that it refers to."""
    PERSON = "person"
    """The person changed."""
    TIME = "time"
    """Time passed, and nothing else happened."""
    STATIC = "static"
    """Members were added to a static audience, or removed from it."""
    IMPORT = "import"
    """People, or members of a static audience, were imported from a file."""
    ARCHIVE = "archive"
    """The audience was archived."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One enter or exit of a person, in a tenant or in none.

    `happened_at` is the now of the run that wrote it; `flipped_at` the exact instant at which time made it so, where
    time did. Both are microseconds since the epoch. `meaning` is the hash of what the audience then meant, '' for a
    static one. Nobody is told of one without `notify`.
    """

    sequence: int
    kind: str
    audience: str
    user_id: str
    tenant: str | None
    happened_at: int
    flipped_at: int | None
    meaning: str
    cause: Cause
    notify: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody who was a member at an instant: since when, and under which meaning they came in."""

    user_id: str
    tenant: str | None
    since: int
    meaning: str


COLUMNS = (
    *("environment", "sequence", "kind", "audience", "user_id", "tenant"),
    *("happened_at", "flipped_at", "meaning", "cause", "notify"),
)

READ = """
    SELECT sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify
    FROM audience.transition
    WHERE environment = $environment AND sequence > $after AND ($audience = '' OR audience = $audience)
    ORDER BY sequence LIMIT $limit
"""

READ_OF = """
    SELECT sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify
    FROM audience.transition
    WHERE environment = $environment AND user_id = $user_id AND sequence > $after
    ORDER BY sequence LIMIT $limit
"""

AS_OF = """
    SELECT user_id, tenant, happened_at, meaning
    FROM (
      SELECT user_id, tenant, happened_at, meaning, kind,
        row_number() OVER (PARTITION BY user_id, tenant ORDER BY sequence DESC) AS back
      FROM audience.transition
      WHERE environment = $environment AND audience = $audience AND happened_at <= $at
    ) AS last
    WHERE back = 1 AND kind = 'enter'
    ORDER BY user_id, tenant
"""


def append(database: Database, environment: str, transitions: Iterable[Transition]) -> int:
    """Write transitions that are numbered already; how many they were."""
    return database.load(
        "audience.transition",
        COLUMNS,
        (
            (
                *(environment, moved.sequence, moved.kind, moved.audience, moved.user_id, moved.tenant or ""),
                *(moved.happened_at, moved.flipped_at, moved.meaning, str(moved.cause), moved.notify),
            )
            for moved in transitions
        ),
    )


def read(
    database: Database, environment: str, after: int = 0, limit: int = 1_000, audience: str = ""
) -> list[Transition]:
    """The transitions after a sequence number, of one audience or of all, oldest first."""
    found = {"environment": environment, "after": after, "limit": limit, "audience": audience}
    return list(_transitions(database.rows(READ, found)))


def read_of(database: Database, environment: str, user_id: str, after: int = 0, limit: int = 1_000) -> list[Transition]:
    """The transitions of one person, oldest first."""
    found = {"environment": environment, "after": after, "limit": limit, "user_id": user_id}
    return list(_transitions(database.rows(READ_OF, found)))


def members_as_of(database: Database, environment: str, audience: str, at: int) -> Iterator[list[Membership]]:
    """Who was a member at an instant, by id, in batches; the ledger alone is asked."""
    for rows in database.stream(AS_OF, {"environment": environment, "audience": audience, "at": at}):
        yield [Membership(str(id), str(tenant) or None, _int(since), str(held)) for id, tenant, since, held in rows]


def _transitions(rows: Iterable[Sequence[object]]) -> Iterator[Transition]:
    for sequence, kind, audience, user_id, tenant, happened, flipped, meaning, cause, notify in rows:
        yield Transition(
            sequence=_int(sequence),
            kind=str(kind),
            audience=str(audience),
            user_id=str(user_id),
            tenant=str(tenant) or None,
            happened_at=_int(happened),
            flipped_at=None if flipped is None else _int(flipped),
            meaning=str(meaning),
            cause=Cause(str(cause)),
            notify=bool(notify),
        )


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
