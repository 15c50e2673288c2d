"""What runs on a PostgreSQL connection: one transaction a run, in which all is held that changes what SQL means.

The connection may be somebody's who goes on with it. A run therefore ends as it began: an idle connection is idle
again, an open transaction is where it was, and settings and the driver's state are the caller's.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap
from psycopg.postgres import register_default_adapters, register_default_types
from psycopg.rows import TupleRow, tuple_row
from psycopg.types import TypesRegistry
from psycopg.types.array import register_all_arrays
from psycopg.types.string import TextLoader

from audience.engines.postgres_errors import said_by_postgres
from audience.errors import UsageError

Connection = psycopg.Connection[Any]

OLDEST = 150000
"""The oldest release that is tested, as the driver counts: 15."""

GUARDS: Mapping[str, str] = {
    "standard_conforming_strings": "on",  # off, a backslash in a text would escape the quote after it
    "transform_null_equals": "off",
    "array_nulls": "on",
    "gin_fuzzy_search_limit": "0",  # above 0, an index leaves people out at random
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "cursor_tuple_fraction": "1",  # changes no answer: a stream is read to its end, and its plan may count on that
    "transaction_read_only": "on",
}
"""Settings that change what SQL means or how a value is written. They are held at these values while a query of ours
runs, and until its transaction ends.

`search_path`, `row_security`, the role and the timeouts stay the caller's: they say which people there are to be seen
and how long a query may take. Of the search path one thing changes: see HOLD_ALL.
"""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
COMMIT = "COMMIT"
HOLD = b"""
    SELECT pg_catalog.set_config(held.key, held.value, true)
    FROM pg_catalog.json_each_text(%(settings)s::pg_catalog.json) AS held
"""
SYSTEM_FIRST = b"""
    SELECT pg_catalog.set_config('search_path', pg_catalog.array_to_string(ARRAY(
      SELECT pg_catalog.quote_ident(named.schema)
      FROM pg_catalog.unnest(pg_catalog.array_remove(pg_catalog.current_schemas(false), 'pg_catalog')) AS named (schema)
    ), ', '), true)
    WHERE pg_catalog.array_position(pg_catalog.current_schemas(false), 'pg_catalog') OPERATOR(pg_catalog.>) 1
"""
"""PostgreSQL's own functions, operators and types are found before others of the same name.

They are, except where a search path names pg_catalog behind another schema; without the name it comes first, and
`current_schema` stays what it is.
"""
HOLD_ALL = HOLD + b" UNION ALL " + SYSTEM_FIRST
"""Both in one."""


def _adapters() -> AdaptersMap:
    """How values become Python's, whatever has been registered on the connection or for the whole program."""
    types = TypesRegistry()
    register_default_types(types)
    adapters = AdaptersMap(types=types)
    register_default_adapters(adapters)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, TextLoader)  # a number in a document may be more than a float can hold
    register_all_arrays(adapters)
    return adapters


ADAPTERS = _adapters()


class PlainCursor(psycopg.Cursor[TupleRow]):
    """Rows as tuples, values in the one way of ours."""

    @property
    def adapters(self) -> AdaptersMap:
        """The same for every connection."""
        return ADAPTERS


class PlainServerCursor(psycopg.ServerCursor[TupleRow]):
    """A cursor on the server, read in the same way."""

    @property
    def adapters(self) -> AdaptersMap:
        """The same for every connection."""
        return ADAPTERS


class Session:
    """A connection, and transactions on it."""

    _streams = count(1)

    def __init__(self, connection: Connection, *, owned: bool) -> None:
        """UsageError A701 for a server that is too old, or whose database keeps text in another encoding."""
        self.connection = connection
        # A connection of our own is idle between runs, and all that is sent to it is UTF-8 already.
        self._pipelined = owned and psycopg.Pipeline.is_supported()
        with said_by_postgres("looking at the server"):
            self.version = connection.info.server_version
            encoding = connection.info.parameter_status("server_encoding")
        if self.version < OLDEST:
            found, oldest = self.version // 10000, OLDEST // 10000
            raise UsageError("A701", f"the server is PostgreSQL {found}", f"use PostgreSQL {oldest} or newer")
        if encoding != "UTF8":
            raise UsageError(
                "A701",
                f"the database keeps text as {encoding}",
                "text is compared by code points; copy the people into a database that was made with ENCODING 'UTF8'",
            )

    @contextmanager
    def reading(self, doing: str) -> Iterator[PlainCursor]:
        """A cursor in a transaction that holds the guards and writes nothing."""
        pipelined = self._pipelined and self._is_idle()
        with said_by_postgres(doing), self._pipeline() if pipelined else self._transaction():
            self._guard()
            with PlainCursor(self.connection, row_factory=tuple_row) as cursor:
                yield cursor

    @contextmanager
    def streaming(self, doing: str) -> Iterator[PlainServerCursor]:
        """As `reading`, with a cursor that the server fills as it is read."""
        name = f"audience_{next(self._streams)}"
        with said_by_postgres(doing), self._transaction():
            self._guard()
            with PlainServerCursor(self.connection, name, row_factory=tuple_row) as cursor:
                yield cursor

    @contextmanager
    def writing(self, doing: str) -> Iterator[PlainCursor]:
        """A cursor in a transaction that is committed, or in the caller's."""
        with said_by_postgres(doing):
            encoding = self.connection.info.parameter_status("client_encoding") or "UTF8"
            with self.connection.transaction():
                self._hold({"client_encoding": "UTF8"})
                with PlainCursor(self.connection, row_factory=tuple_row) as cursor:
                    yield cursor
                self._hold({"client_encoding": encoding})

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction, or a part of the caller's, of which only a rollback to here puts the settings back."""
        if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
            # The driver would try to roll back to a savepoint that it could not make, and log that.
            raise psycopg.errors.InFailedSqlTransaction("current transaction is aborted")
        with self.connection.transaction(force_rollback=not self._is_idle()):
            yield

    @contextmanager
    def _pipeline(self) -> Iterator[None]:
        """A transaction whose beginning travels with the first query, to a server that may be far away."""
        connection = self.connection
        try:
            with connection.pipeline():
                connection.execute(BEGIN)
                yield
                connection.execute(COMMIT)
        finally:
            if not connection.closed and not self._is_idle():
                connection.rollback()

    def _guard(self) -> None:
        """Hold all that changes what SQL means until the transaction ends."""
        with PlainCursor(self.connection) as cursor:
            cursor.execute(HOLD_ALL, {"settings": json.dumps(GUARDS)}, prepare=False)

    def _hold(self, settings: Mapping[str, str]) -> None:
        """Set them until the transaction ends."""
        with PlainCursor(self.connection) as cursor:
            cursor.execute(HOLD, {"settings": json.dumps(settings)}, prepare=False)

    def _is_idle(self) -> bool:
        return self.connection.info.transaction_status == pq.TransactionStatus.IDLE
