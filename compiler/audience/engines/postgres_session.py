"""What runs on a PostgreSQL connection: one transaction a run, in which all is held that changes what SQL means.

The connection may be somebody's who goes on with it. A run therefore ends as it began: an idle connection is idle
again, an open transaction is where it was, and settings and the driver's state are the caller's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap
from psycopg.postgres import register_default_adapters, register_default_types
from psycopg.rows import TupleRow, tuple_row
from psycopg.types import TypesRegistry
from psycopg.types.string import TextLoader

from audience.engines.postgres_errors import said_by_postgres
from audience.errors import UsageError

Connection = psycopg.Connection[object]

OLDEST = 150000
"""The oldest release that is tested, as the driver counts: 15."""

HOLD_GUARDS = b"""
    SELECT
      pg_catalog.set_config('standard_conforming_strings', 'on', true),
      pg_catalog.set_config('transform_null_equals', 'off', true),
      pg_catalog.set_config('array_nulls', 'on', true),
      pg_catalog.set_config('gin_fuzzy_search_limit', '0', true),
      pg_catalog.set_config('client_encoding', 'UTF8', true),
      pg_catalog.set_config('DateStyle', 'ISO, MDY', true),
      pg_catalog.set_config('IntervalStyle', 'postgres', true),
      pg_catalog.set_config('TimeZone', 'UTC', true),
      pg_catalog.set_config('extra_float_digits', '1', true),
      pg_catalog.set_config('bytea_output', 'hex', true),
      pg_catalog.set_config('quote_all_identifiers', 'off', true),
      pg_catalog.set_config('cursor_tuple_fraction', '1', true),
      pg_catalog.set_config('transaction_read_only', 'on', true)
"""
"""Settings that change what SQL means or how a value is written, held until the transaction ends.

With `gin_fuzzy_search_limit` an index leaves people out at random. `cursor_tuple_fraction` changes no answer: a
stream is read to its end, and its plan may count on that. `search_path`, `row_security` and the timeouts stay the
caller's: they say which people there are and how long a query may take.
"""

HOLD_ENCODING = b"SELECT pg_catalog.set_config('client_encoding', %(encoding)s, true)"


def _adapters() -> AdaptersMap:
    """How values become Python's, whatever has been registered on the connection or for the whole program."""
    types = TypesRegistry()
    register_default_types(types)
    adapters = AdaptersMap(types=types)
    register_default_adapters(adapters)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, TextLoader)  # a number in a document may be more than a float can hold
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

    def __init__(self, connection: Connection) -> None:
        """UsageError A701 for a server that is too old, or whose database keeps text in another encoding."""
        self.connection = connection
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
        connection = self.connection
        with said_by_postgres(doing):
            # Inside of the caller's transaction only a rollback to here puts the settings back.
            within = connection.info.transaction_status != pq.TransactionStatus.IDLE
            with connection.transaction(force_rollback=within), self._cursor() as cursor:
                cursor.execute(HOLD_GUARDS, prepare=False)
                yield cursor

    @contextmanager
    def streaming(self, doing: str) -> Iterator[PlainServerCursor]:
        """As `reading`, with a cursor that the server fills as it is read."""
        name = f"audience_{next(self._streams)}"
        with self.reading(doing), PlainServerCursor(self.connection, name, row_factory=tuple_row) as cursor:
            yield cursor

    @contextmanager
    def writing(self, doing: str) -> Iterator[PlainCursor]:
        """A cursor in a transaction that is committed, or in the caller's."""
        with said_by_postgres(doing):
            encoding = self.connection.info.parameter_status("client_encoding")
            with self.connection.transaction(), self._cursor() as cursor:
                cursor.execute(HOLD_ENCODING, {"encoding": "UTF8"}, prepare=False)
                yield cursor
                cursor.execute(HOLD_ENCODING, {"encoding": encoding}, prepare=False)

    def _cursor(self) -> PlainCursor:
        return PlainCursor(self.connection, row_factory=tuple_row)
