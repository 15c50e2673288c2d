"""DuckDB: files through a database in memory, a database file, or a connection of the caller's."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from audience.catalog import Catalog, Relation, Table, describe_relation
from audience.catalog.declare import Declared, Roles, declare
from audience.catalog.types import read_kind
from audience.engines.engine import BATCH_ROWS, Progress, Row
from audience.engines.table_names import missing_table, write_table
from audience.errors import EngineError

if TYPE_CHECKING:
    import duckdb

GUARDS: dict[str, object] = {
    "default_collation": "",  # 'nocase' makes = and < ignore case, even on tables that exist already
    "integer_division": False,
    "ieee_floating_point_ops": True,
    "default_order": "ASCENDING",
    "default_null_order": "NULLS_LAST",
    "disable_timestamptz_casts": False,
}
"""Settings that change what SQL means. They are held at these values while a query of ours runs.

The time zone is not among them: compiled SQL does not depend on it.
"""

PROGRESS: dict[str, object] = {"enable_progress_bar": True, "enable_progress_bar_print": False}
"""DuckDB counts its progress only where a bar is enabled; it must not draw one."""

READ_SETTINGS = """
    SELECT
      current_setting('default_collation'),
      current_setting('integer_division'),
      current_setting('ieee_floating_point_ops'),
      current_setting('default_order'),
      current_setting('default_null_order'),
      current_setting('disable_timestamptz_casts'),
      current_setting('enable_progress_bar'),
      current_setting('enable_progress_bar_print')
"""
WRITE_SETTING = {
    "default_collation": "SET default_collation = $value",
    "integer_division": "SET integer_division = $value",
    "ieee_floating_point_ops": "SET ieee_floating_point_ops = $value",
    "default_order": "SET default_order = $value",
    "default_null_order": "SET default_null_order = $value",
    "disable_timestamptz_casts": "SET disable_timestamptz_casts = $value",
    "enable_progress_bar": "SET enable_progress_bar = $value",
    "enable_progress_bar_print": "SET enable_progress_bar_print = $value",
}
"""Names of settings cannot be parameters, so each statement is spelled out, in the order of the tables above."""

TABLES = """
    SELECT database_name NOT IN (current_database(), 'temp'), database_name, schema_name, table_name
    FROM duckdb_tables() WHERE NOT internal
    UNION SELECT database_name NOT IN (current_database(), 'temp'), database_name, schema_name, view_name
    FROM duckdb_views() WHERE NOT internal
"""
"""Whether each is of another database, and the parts of its name."""

DEFAULT_SCHEMA = "main"

POLL_SECONDS = 0.1
"""How often progress is asked for: often enough to look alive, rarely enough to cost nothing."""


class DuckDB:
    """An engine over one DuckDB connection."""

    name = "duckdb"
    dialect = "duckdb"

    def __init__(self, connection: "duckdb.DuckDBPyConnection", *, owned: bool = False) -> None:
        self._connection, self._owned = connection, owned

    @classmethod
    def memory(cls) -> "DuckDB":
        """An empty database in memory, for files."""
        import duckdb

        with said_by_duckdb("opening a database in memory"):
            return cls(duckdb.connect(":memory:", config=_OWN_SETTINGS), owned=True)

    @classmethod
    def open(cls, path: Path) -> "DuckDB":
        """A database file, only to be read."""
        import duckdb

        with said_by_duckdb(f"opening {path}"):
            return cls(duckdb.connect(str(path), read_only=True, config=_OWN_SETTINGS), owned=True)

    def register(self, name: str, data: object) -> None:
        """Give a data frame or an Arrow table a name that SQL can use."""
        with said_by_duckdb("reading the data frame"):
            self._connection.register(name, data)

    def tables(self) -> list[str]:
        """The tables and views by name, with as much before it as it takes to find them, in quotes where needed."""
        found = []
        for elsewhere, database, schema, table in self.run(TABLES, doing="listing the tables"):
            parts = [database, schema] if elsewhere else [schema] if schema != DEFAULT_SCHEMA else []
            found.append((*map(str, parts), str(table)))
        return [write_table(parts) for parts in sorted(found, key=lambda parts: (len(parts), parts))]

    def run(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,
    ) -> list[Row]:
        """All rows of a query."""
        return self.run_named(sql, parameters, doing=doing, progress=progress)[1]

    def run_named(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        with said_by_duckdb(doing), self._guarded(progress is not None), self._reported(progress):
            result = self._connection.execute(sql, dict(parameters or {}))
            names = tuple(column[0] for column in result.description or ())
            return names, result.fetchall()

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches; the guards are held until the stream ends or is closed."""
        with said_by_duckdb(doing), self._guarded(progress=False):
            result = self._connection.execute(sql, dict(parameters or {}))
            while batch := result.fetchmany(rows):
                yield batch

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:
        """The catalog of a relation; UsageError A701 for a table that does not exist, with the ones that do."""
        place = describe_relation(relation)
        try:
            described = self.run(description, doing=f"reading the columns of {place}")
        except EngineError as failure:
            if isinstance(relation, Table) and _is_missing_table(failure):
                raise missing_table(place, self.tables()) from failure
            raise
        columns = [
            Declared(str(name), read_kind(str(type_name), self.dialect), nullable == "YES")
            for name, type_name, nullable, *_ in described
        ]
        return declare(relation, columns, roles)

    def close(self) -> None:
        """Close the connection if it is our own."""
        if self._owned:
            self._connection.close()

    @contextmanager
    def _guarded(self, progress: bool) -> Iterator[None]:
        """Hold the guards while a query runs, and put back what was changed for it."""
        wanted = GUARDS | PROGRESS if progress else GUARDS
        found = self._connection.execute(READ_SETTINGS).fetchone() or ()
        before = dict(zip((*GUARDS, *PROGRESS), found, strict=True))
        changed = [name for name, value in wanted.items() if before[name] != value]
        try:
            for name in changed:
                self._connection.execute(WRITE_SETTING[name], {"value": wanted[name]})
            yield
        finally:
            for name in changed:
                self._connection.execute(WRITE_SETTING[name], {"value": before[name]})

    @contextmanager
    def _reported(self, progress: Progress | None) -> Iterator[None]:
        """Poll how far the running query is, and say so, until it is done."""
        if progress is None:
            yield
            return
        done = threading.Event()

        def poll(tell: Progress) -> None:
            while not done.wait(POLL_SECONDS):
                percent = self._connection.query_progress()
                if percent >= 0:
                    tell(min(percent / 100, 1.0))

        thread = threading.Thread(target=poll, args=(progress,), name="audience-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


_OWN_SETTINGS: dict[str, str | bool | int | float | list[str]] = {"python_enable_replacements": "false"}
"""In a database of our own, a table name never means a Python variable that happens to be called so."""


def _is_missing_table(failure: EngineError) -> bool:
    import duckdb

    return isinstance(failure.__cause__, duckdb.CatalogException) and "does not exist" in failure.said


@contextmanager
def said_by_duckdb(doing: str) -> Iterator[None]:
    """Turn the driver's errors into EngineError, and its way of reporting Ctrl-C back into KeyboardInterrupt."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise EngineError("duckdb", doing, in_brief(str(error))) from error
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def in_brief(said: str) -> str:
    """What DuckDB said, on one line, without its drawing of the SQL and its advice on options of its own."""
    lines = [line.strip() for line in said.split("\n\n")[0].splitlines()]
    kept = takewhile(lambda line: not line.startswith(("Possible fixes", "Possible solutions", "*")), lines)
    return "; ".join(line for line in kept if line)
