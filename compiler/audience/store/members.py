"""Members, static and dynamic: the one module that reads and writes who is a member of what.

Static members are rows of (audience, user id, tenant): an id may be nobody's yet, which makes it a *missing* member.
Dynamic members are rows of (audience, user number, tenant), the outcome of a settlement or a refresh. Nothing here
decides who should be a member: it is told, finds what moved, and writes rows and transitions together.

Two ways lead to the same rows. Many people stay inside the database: whoever matches was put into a temporary table
(`Stage`), and one full join finds what moved. A few people are compared here (`move`), which takes few statements.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from audience.store import ledger
from audience.store.database import Database
from audience.store.home import Writing
from audience.store.ledger import Cause, Transition

MATCHED = ("audience_matched",)
"""The temporary table for who matches: (audience, user_id, tenant), where no tenant is ''."""

SCOPE = ("audience_scope",)
"""The temporary table for whose membership is looked at, in `user_id`; its other columns mean nothing."""

Pair = tuple[str, str]
"""A person's id and a tenant, '' for none."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What the transitions of one audience say: under which meaning, why, and whether anybody is told."""

    meaning: str
    cause: Cause
    notify: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """How many pairs entered an audience, and how many left it."""

    entered: int = 0
    left: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.entered + other.entered, self.left + other.left)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one pair moved, where that is known better than the run's reason says."""

    audience: str
    user_no: int
    tenant: str
    cause: Cause
    flipped_at: int | None


# ── many people: inside the database ──────────────────────────────────────────────────────────────

CREATE = (
    "CREATE TEMP TABLE audience_matched (audience TEXT, user_id TEXT, tenant TEXT)",
    "CREATE TEMP TABLE audience_scope (audience TEXT, user_id TEXT, tenant TEXT)",
    "CREATE TEMP TABLE audience_reason (audience TEXT, meaning TEXT, cause TEXT, notify BOOLEAN)",
    "CREATE TEMP TABLE audience_moved (audience TEXT, user_no BIGINT, user_id TEXT, tenant TEXT, entered BOOLEAN)",
    "CREATE TEMP TABLE audience_explained (audience TEXT, user_no BIGINT, tenant TEXT, cause TEXT, flipped_at BIGINT)",
)
DROP = (
    "DROP TABLE audience_matched",
    "DROP TABLE audience_scope",
    "DROP TABLE audience_reason",
    "DROP TABLE audience_moved",
    "DROP TABLE audience_explained",
)

CLEAR = (
    "DELETE FROM audience_matched",
    "DELETE FROM audience_scope",
    "DELETE FROM audience_reason",
    "DELETE FROM audience_moved",
    "DELETE FROM audience_explained",
)

NUMBER_PEOPLE = """
    INSERT INTO audience.person (environment, id, user_no)
    SELECT $environment, fresh.id, CAST($last AS BIGINT) + row_number() OVER (ORDER BY fresh.id)
    FROM (
      SELECT DISTINCT matched.user_id AS id FROM audience_matched AS matched
      WHERE NOT EXISTS (
        SELECT 1 FROM audience.person AS known
        WHERE known.environment = $environment AND known.id = matched.user_id
      )
    ) AS fresh
"""

FIND_MOVED = """
    INSERT INTO audience_moved (audience, user_no, user_id, tenant, entered)
    SELECT
      coalesce(fresh.audience, held.audience),
      coalesce(fresh.user_no, held.user_no),
      coalesce(fresh.user_id, held.user_id),
      coalesce(fresh.tenant, held.tenant),
      fresh.user_no IS NOT NULL
    FROM (
      SELECT matched.audience, person.user_no, matched.user_id, matched.tenant
      FROM audience_matched AS matched
      JOIN audience.person AS person ON person.environment = $environment AND person.id = matched.user_id
    ) AS fresh
    FULL JOIN (
      SELECT member.audience, member.user_no, person.id AS user_id, member.tenant
      FROM audience.dynamic_member AS member
      JOIN audience_reason AS reason ON reason.audience = member.audience
      JOIN audience.person AS person ON person.environment = $environment AND person.user_no = member.user_no
      WHERE member.environment = $environment
    ) AS held
    ON fresh.audience = held.audience AND fresh.user_no = held.user_no AND fresh.tenant = held.tenant
    WHERE fresh.user_no IS NULL OR held.user_no IS NULL
"""

FIND_MOVED_IN_SCOPE = """
    INSERT INTO audience_moved (audience, user_no, user_id, tenant, entered)
    SELECT
      coalesce(fresh.audience, held.audience),
      coalesce(fresh.user_no, held.user_no),
      coalesce(fresh.user_id, held.user_id),
      coalesce(fresh.tenant, held.tenant),
      fresh.user_no IS NOT NULL
    FROM (
      SELECT matched.audience, person.user_no, matched.user_id, matched.tenant
      FROM audience_matched AS matched
      JOIN audience.person AS person ON person.environment = $environment AND person.id = matched.user_id
    ) AS fresh
    FULL JOIN (
      SELECT member.audience, member.user_no, person.id AS user_id, member.tenant
      FROM (SELECT DISTINCT user_id FROM audience_scope) AS scope
      JOIN audience.person AS person ON person.environment = $environment AND person.id = scope.user_id
      JOIN audience.dynamic_member AS member
        ON member.environment = $environment AND member.user_no = person.user_no
      JOIN audience_reason AS reason ON reason.audience = member.audience
    ) AS held
    ON fresh.audience = held.audience AND fresh.user_no = held.user_no AND fresh.tenant = held.tenant
    WHERE fresh.user_no IS NULL OR held.user_no IS NULL
"""

COUNT_MOVED = "SELECT audience, entered, count(*) FROM audience_moved GROUP BY audience, entered"

READ_MOVED = """
    SELECT user_no, user_id, tenant, entered FROM audience_moved
    WHERE audience = $audience AND (user_no > $after OR (user_no = $after AND tenant > $tenant))
    ORDER BY user_no, tenant LIMIT $limit
"""

DELETE_LEFT = """
    DELETE FROM audience.dynamic_member AS member USING audience_moved AS moved
    WHERE NOT moved.entered AND member.environment = $environment AND member.audience = moved.audience
      AND member.user_no = moved.user_no AND member.tenant = moved.tenant
"""

INSERT_ENTERED = """
    INSERT INTO audience.dynamic_member (environment, audience, user_no, tenant)
    SELECT $environment, audience, user_no, tenant FROM audience_moved WHERE entered
"""

APPEND = """
    INSERT INTO audience.transition
      (environment, sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify)
    SELECT $environment,
      CAST($last AS BIGINT) + row_number() OVER (ORDER BY moved.audience, moved.user_no, moved.tenant),
      CASE WHEN moved.entered THEN 'enter' ELSE 'exit' END,
      moved.audience, moved.user_id, moved.tenant, CAST($now AS BIGINT), explained.flipped_at,
      reason.meaning, coalesce(explained.cause, reason.cause), reason.notify
    FROM audience_moved AS moved
    JOIN audience_reason AS reason ON reason.audience = moved.audience
    LEFT JOIN audience_explained AS explained
      ON explained.audience = moved.audience AND explained.user_no = moved.user_no
      AND explained.tenant = moved.tenant
"""


class Stage:
    """The temporary tables of one settlement: fill `MATCHED` (and `SCOPE`), `find`, perhaps `explain`, `write`."""

    def __init__(self, writing: Writing) -> None:
        self._writing, self._database = writing, writing.database
        for statement in CREATE:
            self._database.execute(statement)

    def find(self, reasons: Mapping[str, Reason], *, scoped: bool) -> dict[str, Moved]:
        """What moves in these audiences: of everybody, or of the people of `SCOPE` alone."""
        rows = [(key, reason.meaning, str(reason.cause), reason.notify) for key, reason in reasons.items()]
        self._database.load("audience_reason", ("audience", "meaning", "cause", "notify"), rows)
        environment = self._writing.environment
        self._database.analyze(MATCHED[0])
        numbered = {"environment": environment, "last": self._writing.user_no}
        self._writing.take_user_nos(self._database.execute(NUMBER_PEOPLE, numbered))
        self._database.execute(FIND_MOVED_IN_SCOPE if scoped else FIND_MOVED, {"environment": environment})
        moved = dict.fromkeys(reasons, Moved())
        for key, entered, count in self._database.rows(COUNT_MOVED):
            assert isinstance(count, int)
            moved[str(key)] += Moved(entered=count) if entered else Moved(left=count)
        return moved

    def moved(self, audience: str, after: tuple[int, str], limit: int) -> list[tuple[int, str, str, bool]]:
        """Who moves in an audience after a (user number, tenant): number, id, tenant, and whether they enter."""
        user_no, tenant = after
        found = self._database.rows(
            READ_MOVED, {"audience": audience, "after": user_no, "tenant": tenant, "limit": limit}
        )
        return [(no, str(id), str(tenant), bool(entered)) for no, id, tenant, entered in found if isinstance(no, int)]

    def explain(self, explained: Iterable[Explained]) -> None:
        """Say of some pairs why they move."""
        self._database.load(
            "audience_explained",
            ("audience", "user_no", "tenant", "cause", "flipped_at"),
            ((one.audience, one.user_no, one.tenant, str(one.cause), one.flipped_at) for one in explained),
        )

    def write(self) -> None:
        """Write the rows and the transitions of what moves, and empty the tables for the next turn."""
        writing, environment = self._writing, {"environment": self._writing.environment}
        self._database.analyze("audience_moved")
        self._database.execute(DELETE_LEFT, environment)
        self._database.execute(INSERT_ENTERED, environment)
        appended = {**environment, "last": writing.sequence, "now": writing.now}
        writing.take_sequences(self._database.execute(APPEND, appended))
        self.clear()

    def clear(self) -> None:
        """Empty the tables."""
        for statement in CLEAR:
            self._database.execute(statement)

    def close(self) -> None:
        """Drop the tables; a rollback drops them as well."""
        for statement in DROP:
            self._database.execute(statement)


# ── a few people: compared here ───────────────────────────────────────────────────────────────────

DYNAMIC_OF = """
    SELECT member.audience, person.id, member.tenant
    FROM audience.person AS person
    JOIN audience.dynamic_member AS member
      ON member.environment = person.environment AND member.user_no = person.user_no
    WHERE person.environment = $environment AND person.id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""

STATIC_OF = """
    SELECT audience, user_id, tenant FROM audience.static_member
    WHERE environment = $environment AND user_id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""

NUMBERS_OF = """
    SELECT id, user_no FROM audience.person
    WHERE environment = $environment AND id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""

DELETE_ONE = """
    DELETE FROM audience.dynamic_member
    WHERE environment = $environment AND audience = $audience AND user_no = $user_no AND tenant = $tenant
"""

Row = tuple[str, str, str]
"""An audience, a person's id and a tenant."""


def dynamic_of(database: Database, environment: str, ids: Collection[str]) -> set[Row]:
    """The dynamic memberships of some people."""
    return _rows(database, DYNAMIC_OF, environment, ids)


def static_of(database: Database, environment: str, ids: Collection[str]) -> set[Row]:
    """The static memberships of some people."""
    return _rows(database, STATIC_OF, environment, ids)


def _rows(database: Database, sql: str, environment: str, ids: Collection[str]) -> set[Row]:
    found = database.rows(sql, {"environment": environment, "ids": list(ids)})
    return {(str(audience), str(id), str(tenant)) for audience, id, tenant in found}


def user_numbers(writing: Writing, ids: Collection[str]) -> dict[str, int]:
    """The numbers of people; whoever has none gets the next one."""
    found = writing.database.rows(NUMBERS_OF, {"environment": writing.environment, "ids": list(ids)})
    numbers = {str(id): number for id, number in found if isinstance(number, int)}
    fresh = sorted(set(ids) - numbers.keys())
    numbers |= {id: writing.user_no + at for at, id in enumerate(fresh, 1)}
    writing.database.load(
        "audience.person",
        ("environment", "id", "user_no"),
        [(writing.environment, id, numbers[id]) for id in fresh],
    )
    writing.take_user_nos(len(fresh))
    return numbers


def move(writing: Writing, before: set[Row], after: set[Row], reasons: Mapping[str, Reason]) -> dict[str, Moved]:
    """Make the dynamic memberships of some people, which are `before`, what they are `after`."""
    moves = sorted([(row, True) for row in after - before] + [(row, False) for row in before - after])
    if not moves:
        return {}
    numbers = user_numbers(writing, {id for (_, id, _), _ in moves})
    moved: dict[str, Moved] = {}
    for (audience, id, tenant), entered in moves:
        moved[audience] = moved.get(audience, Moved()) + (Moved(entered=1) if entered else Moved(left=1))
        if not entered:
            writing.database.execute(
                DELETE_ONE,
                {
                    "environment": writing.environment,
                    "audience": audience,
                    "user_no": numbers[id],
                    "tenant": tenant,
                },
            )
    writing.database.load(
        "audience.dynamic_member",
        ("environment", "audience", "user_no", "tenant"),
        [(writing.environment, audience, numbers[id], tenant) for (audience, id, tenant), entered in moves if entered],
    )
    _append(writing, moves, reasons)
    return moved


def _append(writing: Writing, moves: list[tuple[Row, bool]], reasons: Mapping[str, Reason]) -> None:
    transitions = [
        Transition(
            sequence=writing.sequence + at,
            kind="enter" if entered else "exit",
            audience=audience,
            user_id=id,
            tenant=tenant or None,
            happened_at=writing.now,
            flipped_at=None,
            meaning=reasons[audience].meaning,
            cause=reasons[audience].cause,
            notify=reasons[audience].notify,
        )
        for at, ((audience, id, tenant), entered) in enumerate(moves, 1)
    ]
    writing.take_sequences(ledger.append(writing.database, writing.environment, transitions))


# ── the end of an audience ────────────────────────────────────────────────────────────────────────

END_DYNAMIC = """
    INSERT INTO audience.transition
      (environment, sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify)
    SELECT $environment, CAST($last AS BIGINT) + row_number() OVER (ORDER BY member.user_no, member.tenant),
      'exit', member.audience, person.id, member.tenant, CAST($now AS BIGINT), NULL,
      CAST($meaning AS TEXT), CAST($cause AS TEXT), CAST($notify AS BOOLEAN)
    FROM audience.dynamic_member AS member
    JOIN audience.person AS person
      ON person.environment = member.environment AND person.user_no = member.user_no
    WHERE member.environment = $environment AND member.audience = $audience
"""
END_STATIC = """
    INSERT INTO audience.transition
      (environment, sequence, kind, audience, user_id, tenant, happened_at, flipped_at, meaning, cause, notify)
    SELECT $environment, CAST($last AS BIGINT) + row_number() OVER (ORDER BY user_id, tenant),
      'exit', audience, user_id, tenant, CAST($now AS BIGINT), NULL,
      CAST($meaning AS TEXT), CAST($cause AS TEXT), CAST($notify AS BOOLEAN)
    FROM audience.static_member
    WHERE environment = $environment AND audience = $audience
"""
DELETE_DYNAMIC = "DELETE FROM audience.dynamic_member WHERE environment = $environment AND audience = $audience"
DELETE_STATIC = "DELETE FROM audience.static_member WHERE environment = $environment AND audience = $audience"


def end(writing: Writing, audience: str, reason: Reason, *, static: bool) -> Moved:
    """Everybody leaves an audience."""
    which = {"environment": writing.environment, "audience": audience}
    left = writing.database.execute(
        END_STATIC if static else END_DYNAMIC,
        {
            **which,
            "last": writing.sequence,
            "now": writing.now,
            "meaning": reason.meaning,
            "cause": str(reason.cause),
            "notify": reason.notify,
        },
    )
    writing.take_sequences(left)
    writing.database.execute(DELETE_STATIC if static else DELETE_DYNAMIC, which)
    return Moved(left=left)
