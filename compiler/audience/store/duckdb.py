"""A home in a DuckDB file, or in memory.

A file belongs to one process at a time: DuckDB locks it. Several homes in one process share the file, and their
transactions see snapshots: the one that takes an environment's lock second meets a conflict and begins again.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from audience.engines import DuckDB, Row
from audience.engines.duckdb import GUARDS, WRITE_SETTING, in_brief, said_by_duckdb
from audience.engines.engine import BATCH_ROWS
from audience.errors import CompilerBug, EngineError, UsageError
from audience.lowering import Query
from audience.lowering.build import function, name
from audience.store.database import busy, check_parameters, check_query, refuse_zero, split_name
from audience.store.schema import LOCKED, SCHEMA

if TYPE_CHECKING:
    import duckdb

ENGINE = "duckdb"

TRUST_NO_VARIABLES = "SET python_enable_replacements = false"
"""A table name never means a Python variable that happens to be called so."""

BEGIN = "BEGIN TRANSACTION"
BEGIN_READING = "BEGIN TRANSACTION READ ONLY"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"

PROBE = "SELECT 1"
"""Fails in a transaction that has failed. COMMIT would roll such a one back and say nothing."""

TAKE_LOCK = (
    "UPDATE audience.environment SET now = now + 1 WHERE name = $name",
    "UPDATE audience.environment SET now = now - 1 WHERE name = $name",
)
"""Two transactions cannot both have changed a row; to write what a row has already is no change to DuckDB."""

PAUSES = (0.001, 0.05)
"""How long to wait before a lock is tried again, in seconds: at first, and at most."""

HOLDER = re.compile(r"\(PID (\d+)\)")


class DuckDBDatabase:
    """A `Database` over one DuckDB connection."""

    name = ENGINE
    dialect = ENGINE

    def __init__(self, connection: "duckdb.DuckDBPyConnection", place: str) -> None:
        self._connection, self.place = connection, place
        self.engine = DuckDB(connection)
        self._in_transaction = self._streaming = False
        with said_by_duckdb("setting up the connection"):
            connection.execute(TRUST_NO_VARIABLES)
            for setting, value in GUARDS.items():
                connection.execute(WRITE_SETTING[setting], {"value": value})

    @classmethod
    def memory(cls) -> "DuckDBDatabase":
        """A home that is gone when it is closed."""
        import duckdb

        with said_by_duckdb("opening a database in memory"):
            return cls(duckdb.connect(":memory:"), "memory")

    @classmethod
    def open(cls, path: Path) -> "DuckDBDatabase":
        """The home in a file, which is made where there is none.

        UsageError A708 for a file that cannot be a home, A709 for one that another process has open.
        """
        import duckdb

        if path.stem.lower() == SCHEMA:
            # DuckDB names a database after its file, and would not know which of the two audience.users means.
            other = path.with_stem("home")
            raise UsageError("A708", f"a home cannot be a file with the name {path.name}", f"call it {other}")
        try:
            connection = duckdb.connect(str(path))
        except (duckdb.IOException, duckdb.ConnectionException, duckdb.OperationalError) as error:
            raise _cannot_open(path, str(error)) from error
        except duckdb.Error as error:
            raise EngineError(ENGINE, f"opening {path}", in_brief(str(error))) from error
        try:
            return cls(connection, str(path))
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[None]:
        """See `Database.transaction`."""

        def begin() -> None:
            with said_by_duckdb("beginning a transaction"):
                self._connection.execute(BEGIN_READING if reading else BEGIN)

        with self._transaction(begin):
            yield

    @contextmanager
    def locked(self, environment: str, patience: float) -> Iterator[list[Row]]:
        """See `Database.locked`."""
        with self._transaction(lambda: self._begin_locked(environment, patience)):
            yield self.rows(LOCKED, {"name": environment}, doing="reading the environment")

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "writing") -> int:
        """See `Database.execute`."""
        return self._write(sql, check_parameters(sql, parameters), doing)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "reading") -> list[Row]:
        """See `Database.rows`."""
        with self._called(doing):
            return self._ask(sql, check_parameters(sql, parameters), doing).fetchall()

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "reading",
    ) -> Iterator[list[Row]]:
        """See `Database.stream`. A connection of DuckDB has one result: another call would change this one."""
        with self._called(doing):
            result = self._ask(sql, check_parameters(sql, parameters), doing)
            self._streaming = True
            try:
                while batch := result.fetchmany(rows):
                    yield batch
            finally:
                self._streaming = False

    def load(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, doing: str = "writing rows"
    ) -> int:
        """See `Database.load`. Each column of a batch travels as one list, which is a hundred times as fast as rows."""
        insert, rest, loaded = _insert_lists(table, tuple(columns)), iter(rows), 0
        with self._called(doing):
            while batch := list(islice(rest, BATCH_ROWS)):
                lists = zip(*batch, strict=True)
                self._ask(insert, {f"p{place}": list(values) for place, values in enumerate(lists)}, doing)
                loaded += len(batch)
        return loaded

    def run(self, query: Query, *, doing: str = "writing") -> int:
        """See `Database.run`."""
        return self._write(query.sql, check_query(query) or {}, doing)

    def analyze(self, table: str) -> None:
        """See `Database.analyze`: DuckDB knows what its tables hold."""

    def close(self) -> None:
        """See `Database.close`."""
        self._connection.close()

    def _write(self, sql: str, parameters: dict[str, object], doing: str) -> int:
        with self._called(doing):
            counted = self._ask(sql, parameters, doing).fetchone()
            # What writes answers with one number; what makes a table, or sets something, with no row.
            return counted[0] if counted is not None and isinstance(counted[0], int) else 0

    def _ask(self, sql: str, parameters: dict[str, object], doing: str) -> "duckdb.DuckDBPyConnection":
        if any(_has_zero(value) for value in parameters.values()):
            raise refuse_zero(self.name, doing)
        return self._connection.execute(sql, parameters)

    @contextmanager
    def _called(self, doing: str) -> Iterator[None]:
        """What every call does: not inside a stream, in a transaction, and with the driver's errors in our words."""
        if self._streaming:
            raise CompilerBug(f"{doing}, while the rows of a query are still being read")
        alone: AbstractContextManager[None] = nullcontext() if self._in_transaction else self.transaction()
        with alone, said_by_duckdb(doing):
            yield

    @contextmanager
    def _transaction(self, begin: Callable[[], None]) -> Iterator[None]:
        import duckdb

        if self._in_transaction:
            raise CompilerBug("a transaction begins inside another")
        self._in_transaction = True
        try:
            begin()
            try:
                yield
                with said_by_duckdb("committing"):
                    self._connection.execute(PROBE)
                    self._connection.execute(COMMIT)
            except BaseException:
                with suppress(duckdb.Error):  # the first failure is the one to tell
                    self._connection.execute(ROLLBACK)
                raise
        finally:
            self._in_transaction = False

    def _begin_locked(self, environment: str, patience: float) -> None:
        """Begin transactions until one has the lock of the environment."""
        import duckdb

        until, (pause, longest) = time.monotonic() + patience, PAUSES
        while True:
            with said_by_duckdb("taking the environment's lock"):
                self._connection.execute(BEGIN)
                try:
                    for statement in TAKE_LOCK:
                        self._connection.execute(statement, {"name": environment})
                except duckdb.TransactionException as conflict:
                    self._connection.execute(ROLLBACK)
                    if time.monotonic() >= until:
                        raise busy(environment) from conflict
                except BaseException:
                    self._connection.execute(ROLLBACK)
                    raise
                else:
                    return
            time.sleep(pause)
            pause = min(2 * pause, longest)


def _cannot_open(path: Path, said: str) -> UsageError:
    holder = HOLDER.search(said)
    if "Could not set lock" in said:
        who = f"another process, {holder[1]}," if holder else "another process"
        help = "wait until it is done; for several processes at once, keep the home in PostgreSQL"
        return UsageError("A709", f"{who} has {path} open", help)
    if "Unique file handle conflict" in said or "different configuration" in said:
        return UsageError("A709", f"this program has {path} open in another way", "close that connection first")
    return UsageError("A708", f"{path} cannot be opened: {in_brief(said)}", "name a DuckDB file that can be written")


def _has_zero(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any("\0" in item for item in value if isinstance(item, str))
        case _:
            return False


@lru_cache(maxsize=100)
def _insert_lists(table: str, columns: tuple[str, ...]) -> str:
    """INSERT INTO table (columns) SELECT UNNEST($p0), …: row n has the n-th item of every list."""
    named = exp.Table(**dict(zip(("this", "db"), map(name, reversed(split_name(table))), strict=False)))
    lists = [function("UNNEST", exp.Placeholder(this=f"p{place}")) for place in range(len(columns))]
    insert = exp.Insert(
        this=exp.Schema(this=named, expressions=[name(column) for column in columns]),
        expression=exp.Select(expressions=lists),
    )
    return insert.sql(ENGINE)
