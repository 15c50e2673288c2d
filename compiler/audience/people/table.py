"""The table of people of our own: what is known of whom, and the number of the change that made it so.

Every change takes the next number of its environment, so what changed since is a range of numbers. Nothing here
knows of audiences: whoever changes people settles their membership in the same transaction (`membership.people`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as counting

from audience.errors import UsageError
from audience.people.document import Document, Json, read_json_value
from audience.people.merge import deep_merge
from audience.people.stored import checked_json, to_json
from audience.store.database import Database
from audience.store.home import Writing
from audience.store.members import user_numbers


@dataclass(frozen=True, slots=True)
class Stored:
    """One person as stored; instants in microseconds since the epoch."""

    id: str
    properties: Document
    created_at: int
    updated_at: int
    change: int


Refused = Callable[[int, UsageError], None]
"""Is told the position of what is left out, and why."""

READ = """
    SELECT id, CAST(properties AS TEXT), created_at, updated_at, change FROM audience.users
    WHERE environment = $environment AND id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""
LIST = """
    SELECT id, CAST(properties AS TEXT), created_at, updated_at, change FROM audience.users
    WHERE environment = $environment AND id > $after ORDER BY id LIMIT $limit
"""
STREAM = """
    SELECT id, CAST(properties AS TEXT), created_at, updated_at, change FROM audience.users
    WHERE environment = $environment ORDER BY id
"""
COUNT = "SELECT count(*) FROM audience.users WHERE environment = $environment"
SCOPE_CHANGED = """
    INSERT INTO audience_scope (user_id)
    SELECT id FROM audience.users WHERE environment = $environment AND change > $change
"""
COUNT_CHANGED = "SELECT count(*) FROM audience.users WHERE environment = $environment AND change > $change"

CREATE_FRESH = (
    "CREATE TEMP TABLE audience_fresh"
    " (id TEXT, user_no BIGINT, properties TEXT, created_at BIGINT, updated_at BIGINT, change BIGINT)"
)
FRESH = ("id", "user_no", "properties", "created_at", "updated_at", "change")
UPDATE = """
    UPDATE audience.users AS known
    SET properties = CAST(fresh.properties AS JSON), updated_at = fresh.updated_at, change = fresh.change
    FROM audience_fresh AS fresh
    WHERE known.environment = $environment AND known.id = fresh.id
"""
INSERT = """
    INSERT INTO audience.users (environment, id, user_no, properties, created_at, updated_at, change)
    SELECT $environment, fresh.id, fresh.user_no, CAST(fresh.properties AS JSON),
      fresh.created_at, fresh.updated_at, fresh.change
    FROM audience_fresh AS fresh
    WHERE fresh.user_no IS NOT NULL
"""
UPDATE_FEW = """
    UPDATE audience.users AS known
    SET properties = CAST(fresh.properties AS JSON), updated_at = $now, change = fresh.change
    FROM (
      SELECT unnest(CAST($ids AS TEXT[])) AS id, unnest(CAST($properties AS TEXT[])) AS properties,
        unnest(CAST($changes AS BIGINT[])) AS change
    ) AS fresh
    WHERE known.environment = $environment AND known.id = fresh.id
"""
INSERT_FEW = """
    INSERT INTO audience.users (environment, id, user_no, properties, created_at, updated_at, change)
    SELECT $environment, fresh.id, fresh.user_no, CAST(fresh.properties AS JSON), CAST($now AS BIGINT),
      CAST($now AS BIGINT), fresh.change
    FROM (
      SELECT unnest(CAST($ids AS TEXT[])) AS id, unnest(CAST($numbers AS BIGINT[])) AS user_no,
        unnest(CAST($properties AS TEXT[])) AS properties, unnest(CAST($changes AS BIGINT[])) AS change
    ) AS fresh
"""
FEW_CHARACTERS = 200_000
"""Up to so much text travels as parameters: a temporary table costs a server more than to change a person does."""

DROP_FRESH = "DROP TABLE audience_fresh"
DELETE = """
    DELETE FROM audience.users
    WHERE environment = $environment AND id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""


def find(database: Database, environment: str, ids: Collection[str]) -> dict[str, Stored]:
    """Those of some people who are known, by id."""
    rows = database.rows(READ, {"environment": environment, "ids": list(ids)})
    return {person.id: person for person in _people(rows)}


def page(database: Database, environment: str, *, after: str = "", limit: int = 50) -> list[Stored]:
    """The next people by id."""
    return list(_people(database.rows(LIST, {"environment": environment, "after": after, "limit": limit})))


def stream(database: Database, environment: str) -> Iterator[Stored]:
    """Everybody, by id; the database does nothing else meanwhile."""
    for rows in database.stream(STREAM, {"environment": environment}):
        yield from _people(rows)


def count(database: Database, environment: str) -> int:
    """How many people there are."""
    [(number,)] = database.rows(COUNT, {"environment": environment})
    assert isinstance(number, int)
    return number


def scope_changed(writing: Writing, since: int) -> None:
    """Put those whose properties changed after a change into the table `SCOPE` of a stage; a range of numbers."""
    writing.database.execute(SCOPE_CHANGED, {"environment": writing.environment, "change": since})


def count_changed(writing: Writing, since: int) -> int:
    """How many they are."""
    [(number,)] = writing.database.rows(COUNT_CHANGED, {"environment": writing.environment, "change": since})
    assert isinstance(number, int)
    return number


def merge_in(
    writing: Writing, given: Sequence[tuple[str, Mapping[str, Json]]], refused: Refused | None = None
) -> list[str]:
    """Merge properties into people, who are created where they are new; the ids of those who changed.

    UsageError A907 for what would make a person larger than is allowed, and nothing is written; with `refused` it is
    told so, and the others are merged. The same person may be given more than once, and is merged in that order.
    """
    known = find(writing.database, writing.environment, {id for id, _ in given})
    merged: dict[str, tuple[Document, str]] = {}
    for position, (id, properties) in enumerate(given):
        before = merged[id][0] if id in merged else known[id].properties if id in known else {}
        document = deep_merge(before, properties)
        try:
            merged[id] = document, checked_json(document)
        except UsageError as error:
            if refused is None:
                raise
            refused(position, error)
    changed = {id: text for id, (_, text) in merged.items() if id not in known or text != to_json(known[id].properties)}
    _write(writing, changed, known.keys())
    return list(changed)


def _write(writing: Writing, documents: Mapping[str, str], known: Collection[str]) -> None:
    """Write documents of people, who are known or new."""
    new = [id for id in documents if id not in known]
    numbers = user_numbers(writing, new) if new else {}
    changes = dict(zip(documents, counting(writing.take_changes(len(documents))), strict=False))
    if sum(map(len, documents.values())) <= FEW_CHARACTERS:
        _write_few(writing, UPDATE_FEW, {id: text for id, text in documents.items() if id not in numbers}, changes)
        _write_few(writing, INSERT_FEW, {id: documents[id] for id in new}, changes, numbers)
        return
    database, environment = writing.database, {"environment": writing.environment}
    database.execute(CREATE_FRESH)
    rows = ((id, numbers.get(id), text, writing.now, writing.now, changes[id]) for id, text in documents.items())
    database.load("audience_fresh", FRESH, rows)
    if len(new) < len(documents):
        database.execute(UPDATE, environment)
    if new:
        database.execute(INSERT, environment)
    database.execute(DROP_FRESH)


def _write_few(
    writing: Writing,
    statement: str,
    documents: Mapping[str, str],
    changes: Mapping[str, int],
    numbers: Mapping[str, int] | None = None,
) -> None:
    if not documents:
        return
    given: dict[str, object] = {
        "environment": writing.environment,
        "now": writing.now,
        "ids": list(documents),
        "properties": list(documents.values()),
        "changes": [changes[id] for id in documents],
    }
    if numbers is not None:
        given["numbers"] = [numbers[id] for id in documents]
    writing.database.execute(statement, given)


def delete(writing: Writing, ids: Collection[str]) -> int:
    """Forget people; how many there were. Their numbers stay theirs."""
    return writing.database.execute(DELETE, {"environment": writing.environment, "ids": list(ids)})


def _people(rows: Sequence[Sequence[object]]) -> Iterator[Stored]:
    for id, properties, created, updated, change in rows:
        document = read_json_value(str(properties))
        assert isinstance(document, dict), "what is stored of a person is an object"
        assert isinstance(created, int)
        assert isinstance(updated, int)
        assert isinstance(change, int)
        yield Stored(str(id), document, created, updated, change)
