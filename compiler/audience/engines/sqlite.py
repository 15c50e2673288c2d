"""SQLite: a database file that is only read, or a connection of the caller's."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from audience.catalog import Catalog, Relation, Table, describe_relation
from audience.catalog.declare import Declared, Roles, declare
from audience.catalog.kinds import BooleanKind, DoubleKind, IntegerKind, Kind, OpaqueKind, TextKind
from audience.engines.engine import BATCH_ROWS, Progress, Row
from audience.engines.table_names import missing_table, write_table
from audience.errors import EngineError

TABLES = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"

COLUMNS = """
    SELECT name, type, "notnull" OR pk AND upper(type) = 'INTEGER' FROM pragma_table_xinfo($table, $schema)
    WHERE hidden <> 1
"""
"""An INTEGER PRIMARY KEY holds no NULL; any other primary key of SQLite may."""

INTEGER_64 = IntegerKind(-(2**63), 2**63 - 1)

AFFINITIES: tuple[tuple[str, Kind], ...] = (
    ("BOOL", BooleanKind()),
    ("INT", INTEGER_64),
    ("CHAR", TextKind()),
    ("CLOB", TextKind()),
    ("TEXT", TextKind()),
    ("REAL", DoubleKind()),
    ("FLOA", DoubleKind()),
    ("DOUB", DoubleKind()),
    ("NUMERIC", DoubleKind()),
    ("DECIMAL", DoubleKind()),
    ("DATE", TextKind()),
    ("TIMESTAMP", TextKind()),
    ("JSON", OpaqueKind("JSON")),
)
"""What a declared type means, by a word inside of it, the first that is there. Dates are stored as texts."""


class SQLite:
    """An engine over one SQLite connection."""

    name = "sqlite"
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection, *, owned: bool = False) -> None:
        self._connection, self._owned = connection, owned

    @classmethod
    def open(cls, path: Path) -> "SQLite":
        """A database file, only to be read."""
        with _said_by_sqlite(f"opening {path}"):
            opened = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            return cls(opened, owned=True)

    def tables(self) -> list[str]:
        """The tables and views of the main database."""
        return sorted(write_table((str(name),)) for (name,) in self.run(TABLES, doing="listing the tables"))

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
        progress: Progress | None = None,  # noqa: ARG002  # SQLite does not know how far it is
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        with _said_by_sqlite(doing):
            cursor = self._connection.execute(sql, _bound(parameters))
            return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches."""
        with _said_by_sqlite(doing):
            cursor = self._connection.execute(sql, _bound(parameters))
            while batch := cursor.fetchmany(rows):
                yield batch

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:  # noqa: ARG002
        """The catalog of a table; UsageError A701 for one that does not exist, with the ones that do."""
        place = describe_relation(relation)
        assert isinstance(relation, Table), f"SQLite reads tables, not {place}"
        *_, schema, table = (None, *relation.name)
        found = self.run(COLUMNS, {"table": table, "schema": schema or "main"}, doing=f"reading the columns of {place}")
        if not found:
            raise missing_table(place, self.tables())
        columns = [Declared(str(name), _kind(str(type_name)), not filled) for name, type_name, filled in found]
        return declare(relation, columns, roles)

    def close(self) -> None:
        """Close the connection if it is our own."""
        if self._owned:
            self._connection.close()


def _kind(type_name: str) -> Kind:
    """The kind of a declared type. SQLite takes any words for one, and none at all."""
    upper = type_name.upper()
    return next((kind for word, kind in AFFINITIES if word in upper), OpaqueKind(type_name or "no type"))


def _bound(parameters: Mapping[str, object] | None) -> dict[str, object]:
    """SQLite has no lists: the dialect reads them from JSON."""
    return {name: json.dumps(value) if isinstance(value, list) else value for name, value in (parameters or {}).items()}


@contextmanager
def _said_by_sqlite(doing: str) -> Iterator[None]:
    """Turn the driver's errors into EngineError."""
    try:
        yield
    except sqlite3.Error as error:
        raise EngineError("sqlite", doing, str(error)) from error
