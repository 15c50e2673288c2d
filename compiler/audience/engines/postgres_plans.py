"""Ask PostgreSQL's planner about indexes, and leave nothing behind.

EXPLAIN runs no query. An index that is not there can be created in a transaction that is rolled back, or be told to
the planner by the extension hypopg. Whether the same index is there already is seen on an empty temporary table,
where PostgreSQL writes the key of both in the same words.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from audience.catalog import Table, describe_relation
from audience.engines.plans import PROBE, Asked, Check, Proposed, Trial
from audience.engines.postgres_errors import in_brief, said_by_postgres
from audience.engines.postgres_session import GUARDS, HOLD_ALL, PlainCursor, Session
from audience.errors import UsageError

LOCK_TIMEOUT = "3s"
"""So long may a lock on the table be waited for: whoever comes after waits behind it."""

KIND = "SELECT c.relkind::text FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(%(table)s)"

INDEXED = {"r": False, "m": False, "p": True}
"""Kinds of relations that have indexes, and whether they are partitioned."""

FIRST_KEYS = """
    SELECT
      c.relname::text,
      a.amname::text,
      i.indclass[0]::pg_catalog.int8,
      i.indcollation[0]::pg_catalog.int8,
      pg_catalog.pg_get_indexdef(i.indexrelid, 1, false)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am a ON a.oid = c.relam
    WHERE i.indrelid = pg_catalog.to_regclass(%(table)s) AND i.indpred IS NULL AND i.indisvalid
    ORDER BY i.indnkeyatts, c.relname
"""
"""The first key of each index, those with the fewest keys first: how it is looked up, compared and written."""

PARTS = """
    SELECT part.relname::text, whole.relname::text
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class whole ON whole.oid = i.indexrelid
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(i.indexrelid) t
    JOIN pg_catalog.pg_class part ON part.oid = t.relid
    WHERE i.indrelid = pg_catalog.to_regclass(%(table)s)
"""
"""The indexes of partitions, and the index of the whole table that each is a part of."""

HYPOPG = """
    SELECT n.nspname::text
    FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'hypopg'
"""

EXPLAIN = b"EXPLAIN (FORMAT JSON) "

Key = tuple[object, ...]


class PostgresPlans:
    """The planner of one connection."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def try_indexes(
        self, table: Table, proposed: Sequence[Proposed], asked: Sequence[Asked], analysis: str, *, create: bool
    ) -> Trial:
        """See `PlansIndexes`. UsageError A701 for what can have no index: a view, a foreign table."""
        trial = _Trial(self._session.connection, table, {}, {})
        with self._undone("comparing indexes") as cursor:
            partitioned = trial.is_partitioned(cursor)
            trial.compare(cursor, proposed)
        absent = [index for index in proposed if index.name not in trial.there and index.name not in trial.refused]
        checked = dict.fromkeys(trial.there, Check.EXISTING)
        with self._undone("asking for plans") as cursor:
            if create:
                trial.create(cursor, absent, analysis)
                named = {index.name: index.name for index in absent if index.name not in trial.refused}
                checked |= dict.fromkeys(named, Check.CREATED)
                used = trial.plans(cursor, asked, named)
            else:
                with trial.supposed(cursor, absent) as named:
                    checked |= dict.fromkeys(named.values(), Check.HYPOTHETICAL)
                    used = trial.plans(cursor, asked, named)
        return Trial(trial.there, trial.refused, checked, used, partitioned)

    @contextmanager
    def _undone(self, doing: str) -> Iterator[PlainCursor]:
        """A cursor in a transaction that may write, and of which nothing stays."""
        held = {name: value for name, value in GUARDS.items() if name != "transaction_read_only"}
        connection = self._session.connection
        with (
            said_by_postgres(doing),
            connection.transaction(force_rollback=True),
            PlainCursor(connection, row_factory=tuple_row) as cursor,
        ):
            settings = json.dumps({**held, "lock_timeout": LOCK_TIMEOUT})
            cursor.execute(HOLD_ALL, {"settings": settings}, prepare=False)
            yield cursor


@dataclass(frozen=True, slots=True)
class _Trial:
    """The steps of a trial, and what they found."""

    connection: psycopg.Connection[Any]
    table: Table
    there: dict[str, str]
    refused: dict[str, str]

    @property
    def named(self) -> dict[str, str]:
        """The table, as a parameter."""
        return {"table": Identifier(*self.table.name).as_string(self.connection)}

    def is_partitioned(self, cursor: PlainCursor) -> bool:
        """Whether it is; UsageError A701 for what has no indexes at all."""
        kind = cursor.execute(KIND, self.named).fetchone()
        if kind is None or kind[0] not in INDEXED:
            place = describe_relation(self.table)
            raise UsageError("A701", f"{place} is no table", "name the table that it reads: indexes are made on tables")
        return INDEXED[kind[0]]

    def compare(self, cursor: PlainCursor, proposed: Sequence[Proposed]) -> None:
        """Create each index on an empty copy, and see whether the table has one that begins with its key.

        Who may not make a temporary table learns from the plans alone what is there.
        """
        known: dict[Key, str] = {}
        for index, *parts in cursor.execute(FIRST_KEYS, self.named).fetchall():
            known.setdefault(tuple(parts), str(index))
        probe = Identifier(*PROBE.name)
        copy = SQL("CREATE TABLE {} (LIKE {})").format(probe, Identifier(*self.table.name))
        if self._refusal(cursor, copy) is not None:
            return
        for index in proposed:
            refusal = self._refusal(cursor, index.on_probe)
            if refusal is not None:
                self.refused[index.name] = refusal
        probed = cursor.execute(FIRST_KEYS, {"table": probe.as_string(self.connection)}).fetchall()
        for name, *parts in probed:
            if tuple(parts) in known:
                self.there[str(name)] = known[tuple(parts)]

    def create(self, cursor: PlainCursor, absent: Sequence[Proposed], analysis: str) -> None:
        """Create the indexes on the table, and gather statistics of what they hold."""
        for index in absent:
            refusal = self._refusal(cursor, index.on_table)
            if refusal is not None:
                self.refused[index.name] = refusal
        if any(index.name not in self.refused for index in absent):
            cursor.execute(analysis.encode())

    @contextmanager
    def supposed(self, cursor: PlainCursor, absent: Sequence[Proposed]) -> Iterator[dict[str, str]]:
        """The names that hypopg gives to the indexes, and theirs; none where it is not there or does not know them."""
        found = cursor.execute(HYPOPG).fetchone()
        named: dict[str, str] = {}
        created: list[object] = []
        if found is not None:
            schema = Identifier(str(found[0]))
            suppose = SQL("SELECT indexrelid, indexname::text FROM {}.hypopg_create_index(%s)").format(schema)
            for index in absent:
                if self._refusal(cursor, suppose, [index.on_table]) is None:
                    for oid, name in cursor.fetchall():
                        created.append(oid)
                        named[str(name)] = index.name
        try:
            yield named
        finally:
            # A rollback does not take them back.
            for oid in created:
                drop = SQL("SELECT {}.hypopg_drop_index(%s)").format(Identifier(str(found[0]) if found else ""))
                cursor.execute(drop, [oid])

    def plans(
        self, cursor: PlainCursor, asked: Sequence[Asked], named: Mapping[str, str]
    ) -> tuple[frozenset[str], ...]:
        """The indexes that the plan of each query uses; those of partitions by the name of the whole."""
        wholes = {str(part): str(whole) for part, whole in cursor.execute(PARTS, self.named).fetchall()}
        found = []
        for query in asked:
            explained = cursor.execute(EXPLAIN + query.sql.encode(), dict(query.parameters) or None, prepare=False)
            (plan,) = explained.fetchone() or ("[]",)
            used = (wholes.get(name, name) for name in _index_names(json.loads(str(plan))))
            found.append(frozenset(named.get(name, name) for name in used))
        return tuple(found)

    def _refusal(self, cursor: PlainCursor, statement: str | Composed, parameters: Sequence[str] = ()) -> str | None:
        """Why a statement fails, which undoes it alone; None where it does not."""
        query = statement.encode() if isinstance(statement, str) else statement
        try:
            with self.connection.transaction():
                cursor.execute(query, parameters or None, prepare=False)
        except (psycopg.errors.ConnectionFailure, psycopg.errors.QueryCanceled):
            raise
        except psycopg.Error as error:
            if self.connection.closed:
                raise
            return in_brief(error)
        return None


def _index_names(plan: object) -> Iterator[str]:
    """Every index of a plan, wherever it stands."""
    match plan:
        case list():
            for part in plan:
                yield from _index_names(part)
        case dict():
            if "Index Name" in plan:
                yield str(plan["Index Name"])
            yield from _index_names([part for part in plan.values() if isinstance(part, dict | list)])
        case _:
            pass
