"""The audiences that an environment keeps: read from the home, resolved, and written back after each run.

What is wrong with one stops it and those that refer to it, and no other.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from audience.catalog import Catalog
from audience.diagnostics import did_you_mean
from audience.errors import DefinitionError, UsageError
from audience.ir import IsMember, Predicate, leaves, meaning
from audience.language import Expression, format_definition, parse_definition
from audience.language.nodes import Definition
from audience.language.walk import named_audiences
from audience.resolution import resolve
from audience.store.database import Database

READ = """
    SELECT key, type, name, stored, meaning, people, activated_at, refreshed_at, refreshed_change, watermark, error
    FROM audience.audience WHERE environment = $environment AND archived_at IS NULL ORDER BY key
"""


UNKNOWN = -1
"""The last change that the members know of, where they know of none for sure."""


class Type(StrEnum):
    """Whether people are members because somebody said so, or because of what they are."""

    STATIC = "static"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of audience.audience: what is kept, and how far.

    `stored` is the definition as text, '' for a static audience. `meaning` is that of the members as they stand,
    `people` tells over which relation and columns they were found.
    `refreshed_at` is the now up to which time is taken into account, `refreshed_change` the last change of people that
    is, or UNKNOWN since the definition changed. `watermark` is the now at which people of the user's own were last
    looked through. `error` says why it stands still.
    """

    key: str
    type: Type
    name: str | None
    stored: str
    meaning: str = ""
    people: str = ""
    activated_at: int | None = None
    refreshed_at: int | None = None
    refreshed_change: int = 0
    watermark: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A dynamic audience that is right: its canonical predicate, with the audiences that it refers to inlined."""

    kept: Kept
    predicate: Predicate
    meaning: str
    people: str
    static: frozenset[str]
    """The static audiences that it asks about, itself or through others."""
    references: tuple[str, ...]
    """The audiences that it names itself."""

    @property
    def stands(self) -> bool:
        """Whether its members are those of its meaning.

        Else it is new, or was edited, or stood still because something was wrong with it: nothing moves in it until
        the next refresh, which asks everybody.
        """
        kept = self.kept
        begun, right = kept.activated_at is not None, kept.error is None
        # A definition that changed and changed back means the same again, and has missed what happened meanwhile.
        return (
            begun
            and right
            and (kept.meaning, kept.people) == (self.meaning, self.people)
            and kept.refreshed_change != UNKNOWN
        )


@dataclass(frozen=True, slots=True)
class Known:
    """The audiences of an environment by key: dynamic ones that are right, static ones, and those that are not."""

    dynamic: Mapping[str, Dynamic]
    static: Mapping[str, Kept]
    broken: Mapping[str, tuple[Kept, DefinitionError]]

    def kept(self) -> dict[str, Kept]:
        """All of them, by key."""
        right = {key: audience.kept for key, audience in self.dynamic.items()}
        broken = {key: kept for key, (kept, _) in self.broken.items()}
        return dict(sorted({**right, **self.static, **broken}.items()))

    def dependents(self, static: str) -> dict[str, Dynamic]:
        """The dynamic audiences that ask about a static one."""
        return {key: audience for key, audience in self.dynamic.items() if static in audience.static}

    def referring(self, key: str) -> list[str]:
        """The audiences whose own definition names one, right or wrong."""
        right = [other for other, audience in self.dynamic.items() if key in audience.references]
        wrong = [other for other, (kept, _) in self.broken.items() if key in named_audiences(expression_of(kept))]
        return sorted((*right, *(other for other in wrong if other != key)))


@dataclass(slots=True)
class KnownAudiences:
    """Reads the audiences of an environment, and resolves them again only when one has changed."""

    _last: tuple[tuple[tuple[str, str, str], ...], Catalog, Known] | None = field(default=None)

    def read(self, database: Database, environment: str, catalog: Catalog, *, own: bool) -> Known:
        """All that are kept and not archived."""
        rows = read_kept(database, environment)
        asked = tuple((row.key, str(row.type), row.stored) for row in rows)
        if self._last is None or self._last[:2] != (asked, catalog):
            self._last = (asked, catalog, resolve_all(rows, catalog, own=own))
        known = self._last[2]
        fresh = {row.key: row for row in rows}
        return Known(
            {key: replace(audience, kept=fresh[key]) for key, audience in known.dynamic.items()},
            {key: fresh[key] for key in known.static},
            {key: (fresh[key], error) for key, (_, error) in known.broken.items()},
        )


def read_kept(database: Database, environment: str) -> list[Kept]:
    """The rows of an environment, by key."""
    return [
        Kept(
            key=str(key),
            type=Type(str(type)),
            name=None if name is None else str(name),
            stored=str(stored or ""),
            meaning=str(held or ""),
            people=str(people or ""),
            activated_at=_instant(activated),
            refreshed_at=_instant(refreshed),
            refreshed_change=_instant(change) or 0,
            watermark=_instant(watermark),
            error=None if error is None else str(error),
        )
        for key, type, name, stored, held, people, activated, refreshed, change, watermark, error in database.rows(
            READ, {"environment": environment}
        )
    ]


def _instant(value: object) -> int | None:
    return value if isinstance(value, int) else None


def resolve_all(rows: Iterable[Kept], catalog: Catalog, *, own: bool) -> Known:
    """What every audience means for the people of a catalog."""
    kept = {row.key: row for row in rows}
    static = {key: row for key, row in kept.items() if row.type is Type.STATIC}
    expressions = {key: expression_of(row) for key, row in kept.items() if row.type is Type.DYNAMIC}
    people = fingerprint(catalog)
    dynamic: dict[str, Dynamic] = {}
    broken: dict[str, tuple[Kept, DefinitionError]] = {}
    for key, expression in expressions.items():
        try:
            found = resolve(expression, catalog, audiences=expressions, static=static, own_people=own)
        except DefinitionError as error:
            broken[key] = (kept[key], error)
            continue
        asked = frozenset(leaf.audience for leaf in leaves(found.predicate) if isinstance(leaf, IsMember))
        dynamic[key] = Dynamic(kept[key], found.predicate, meaning(found.predicate), people, asked, found.references)
    return Known(dynamic, static, broken)


def fingerprint(catalog: Catalog) -> str:
    """What tells one relation of people from another, or from what it was: its name, its columns, their kinds."""
    return hashlib.sha256(repr(catalog).encode()).hexdigest()


def expression_of(row: Kept) -> Expression:
    """The condition of a dynamic audience. It was read before it was stored."""
    expression = parse_definition(row.stored, row.key).expression
    assert expression is not None, "what has no condition is static"
    return expression


INSERT = """
    INSERT INTO audience.audience
      (environment, key, type, name, stored, meaning, people, activated_at, refreshed_at, refreshed_change, watermark,
       error, archived_at)
    VALUES ($environment, $key, $type, $name, $stored, '', '', NULL, NULL, 0, NULL, NULL, NULL)
"""
UPDATE_DEFINITION = """
    UPDATE audience.audience SET name = $name, stored = $stored
    WHERE environment = $environment AND key = $key
"""
REVIVE = """
    UPDATE audience.audience
    SET type = $type, name = $name, stored = $stored, meaning = '', people = '', activated_at = NULL,
      refreshed_at = NULL, refreshed_change = 0, watermark = NULL, error = NULL, archived_at = NULL
    WHERE environment = $environment AND key = $key AND archived_at IS NOT NULL
"""
UPDATE_STATE = """
    UPDATE audience.audience
    SET meaning = $meaning, people = $people, activated_at = $activated_at, refreshed_at = $refreshed_at,
      refreshed_change = $refreshed_change, watermark = $watermark, error = $error
    WHERE environment = $environment AND key = $key
"""
ARCHIVE = """
    UPDATE audience.audience SET archived_at = $now, error = NULL
    WHERE environment = $environment AND key = $key
"""


def write_definition(database: Database, environment: str, key: str, definition: Definition, held: Kept | None) -> None:
    """Store a definition under its key; one that was archived begins anew."""
    given: dict[str, object] = {
        "environment": environment,
        "key": key,
        "name": definition.name,
        "stored": format_definition(definition),
    }
    if held is not None:
        database.execute(UPDATE_DEFINITION, given)
        return
    given["type"] = str(type_of(definition))
    if not database.execute(REVIVE, given):
        database.execute(INSERT, given)


def type_of(definition: Definition) -> Type:
    """What has no condition is static."""
    return Type.STATIC if definition.expression is None else Type.DYNAMIC


def write_state(database: Database, environment: str, kept: Kept) -> None:
    """Store how far an audience is, and what is wrong with it."""
    database.execute(
        UPDATE_STATE,
        {
            "environment": environment,
            "key": kept.key,
            "meaning": kept.meaning,
            "people": kept.people,
            "activated_at": kept.activated_at,
            "refreshed_at": kept.refreshed_at,
            "refreshed_change": kept.refreshed_change,
            "watermark": kept.watermark,
            "error": kept.error,
        },
    )


def write_archived(database: Database, environment: str, key: str, now: int) -> None:
    """An audience is kept no longer."""
    database.execute(ARCHIVE, {"environment": environment, "key": key, "now": now})


KEYS = "SELECT key FROM audience.audience WHERE environment = $environment ORDER BY key"


def expect_audience(database: Database, environment: str, key: str) -> None:
    """UsageError A401 for a key that no audience has or had; the ledger goes on speaking of those that are archived."""
    keys = [str(known) for (known,) in database.rows(KEYS, {"environment": environment})]
    if key not in keys:
        raise unknown_key(key, keys)


def unknown_key(key: str, known: Collection[str]) -> UsageError:
    """The error for a key that no audience has, with those that there are."""
    help = did_you_mean(key, known) or (f"there are {', '.join(list(known)[:20])}" if known else "none is defined")
    return UsageError("A401", f"no audience has the key `{key}`", help)
