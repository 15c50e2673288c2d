"""A home in the schema `audience` of a PostgreSQL database.

Every transaction sets for itself what changes the meaning of SQL, until it ends: behind a pooler two transactions
may be on two connections of the server.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg import pq
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier, Literal

from audience.engines import Postgres, Row
from audience.engines.engine import BATCH_ROWS
from audience.engines.postgres import encode_query, open_connection
from audience.engines.postgres_errors import NAME, said_by_postgres
from audience.engines.postgres_session import GUARDS, SYSTEM_FIRST, PlainCursor, PlainServerCursor
from audience.errors import CompilerBug, EngineError
from audience.lowering import Query
from audience.store.database import PARAMETER, busy, check_parameters, check_query, split_name

FOR_READERS = {"transaction_read_only", "cursor_tuple_fraction"}
"""Guards that are of no use where is written."""

GUARD = SQL("SET LOCAL {} = {}")
COPY = SQL("COPY {} ({}) FROM STDIN")
COMMIT = b"COMMIT"
ROLLBACK = b"ROLLBACK"

READ_PATIENCE = "SELECT pg_catalog.current_setting('lock_timeout')"
SET_PATIENCE = "SELECT pg_catalog.set_config('lock_timeout', $patience, true)"

TAKE_LOCK = """
    SELECT now, sequence, change, user_no, (SELECT version FROM audience.meta)
    FROM audience.environment WHERE name = $name FOR UPDATE OF environment
"""
"""LOCKED of `schema`, with the lock of the row. Who has waited for it reads what the one before has committed."""

STILL_HELD = psycopg.errors.LockNotAvailable


def _begin(first: SQL) -> bytes:
    """What begins a transaction and sets its guards, in one message."""
    guards = [GUARD.format(Identifier(key), Literal(value)) for key, value in GUARDS.items() if key not in FOR_READERS]
    return b"; ".join([SQL("; ").join([first, *guards]).as_bytes(), SYSTEM_FIRST])


BEGIN = _begin(SQL("BEGIN ISOLATION LEVEL READ COMMITTED"))
BEGIN_READING = _begin(SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))


class PostgresDatabase:
    """A `Database` over one PostgreSQL connection."""

    name = NAME
    dialect = "postgres"

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        """The connection becomes its own. UsageError A701 for a server that is too old, or keeps no UTF-8."""
        self._connection = connection
        self.place = f"the database {connection.info.dbname}"
        self.engine = Postgres(connection, owned=True)
        self._in_transaction = False
        self._streams = count(1)

    @classmethod
    def connect(cls, url: str) -> "PostgresDatabase":
        """Connect to the database of a URL."""
        connection = open_connection(url)
        try:
            return cls(connection)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[None]:
        """See `Database.transaction`."""
        if self._in_transaction:
            raise CompilerBug("a transaction begins inside another")
        self._in_transaction = True
        try:
            with said_by_postgres("beginning a transaction"):
                self._connection.execute(BEGIN_READING if reading else BEGIN)
            yield
            with said_by_postgres("committing"):
                if self._status() == pq.TransactionStatus.INERROR:
                    # COMMIT would roll back and say nothing.
                    raise psycopg.errors.InFailedSqlTransaction("current transaction is aborted")
                self._connection.execute(COMMIT)
        finally:
            self._in_transaction = False
            if self._status() in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR):
                with suppress(psycopg.Error):  # the first failure is the one to tell
                    self._connection.execute(ROLLBACK)

    @contextmanager
    def locked(self, environment: str, patience: float) -> Iterator[list[Row]]:
        """See `Database.locked`."""
        doing = "taking the environment's lock"
        with self.transaction():
            [(usual,)] = self.rows(READ_PATIENCE, doing=doing)
            # 0 would mean for ever.
            self.rows(SET_PATIENCE, {"patience": f"{max(1, round(patience * 1000))}ms"}, doing=doing)
            try:
                with said_by_postgres(doing), self._cursor() as cursor:
                    found = cursor.execute(_translated(TAKE_LOCK, doing), {"name": environment}).fetchall()
            except EngineError as failure:
                if isinstance(failure.__cause__, STILL_HELD):
                    raise busy(environment) from failure
                raise
            self.rows(SET_PATIENCE, {"patience": str(usual)}, doing=doing)
            yield found

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "writing") -> int:
        """See `Database.execute`."""
        return self._write(_translated(sql, doing), check_parameters(sql, parameters), doing)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "reading") -> list[Row]:
        """See `Database.rows`."""
        given = check_parameters(sql, parameters)
        with self._called(doing), self._cursor() as cursor:
            return cursor.execute(_translated(sql, doing), given or None, prepare=False).fetchall()

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "reading",
    ) -> Iterator[list[Row]]:
        """See `Database.stream`."""
        given, name = check_parameters(sql, parameters), f"audience_home_{next(self._streams)}"
        with self._called(doing), PlainServerCursor(self._connection, name, row_factory=tuple_row) as cursor:
            cursor.execute(_translated(sql, doing), given or None)
            while batch := cursor.fetchmany(rows):
                yield batch

    def load(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, doing: str = "writing rows"
    ) -> int:
        """See `Database.load`."""
        statement = COPY.format(Identifier(*split_name(table)), SQL(", ").join(map(Identifier, columns)))
        with self._called(doing), self._cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def run(self, query: Query, *, doing: str = "writing") -> int:
        """See `Database.run`."""
        return self._write(encode_query(query.sql, doing), check_query(query), doing)

    def analyze(self, table: str) -> None:
        """See `Database.analyze`: a temporary table that nobody analyzed is taken to be small."""
        statement = SQL("ANALYZE {}").format(Identifier(*split_name(table)))
        self._write(statement.as_bytes(self._connection), None, "counting rows")

    def close(self) -> None:
        """See `Database.close`."""
        self.engine.close()

    def _write(self, sql: bytes, parameters: dict[str, object] | None, doing: str) -> int:
        with self._called(doing), self._cursor() as cursor:
            return max(0, cursor.execute(sql, parameters or None, prepare=False).rowcount)

    def _cursor(self) -> PlainCursor:
        return PlainCursor(self._connection, row_factory=tuple_row)

    @contextmanager
    def _called(self, doing: str) -> Iterator[None]:
        """What every call does: in a transaction, and with the driver's errors in our words."""
        alone: AbstractContextManager[None] = nullcontext() if self._in_transaction else self.transaction()
        with alone, said_by_postgres(doing):
            yield

    def _status(self) -> pq.TransactionStatus:
        return self._connection.info.transaction_status


@lru_cache(maxsize=1_000)
def _translated(sql: str, doing: str) -> bytes:
    """A constant as the driver reads it: with parameters, `%(name)s` and a doubled percent sign."""
    if PARAMETER.search(sql):
        sql = PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
    return encode_query(sql, doing)
