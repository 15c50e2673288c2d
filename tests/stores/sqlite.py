"""SQLite in memory, for typed columns only."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
from audience.engines.engine import Row
from audience.engines.sqlite import SQLite
from audience.limits import LIST_ITEMS_MAX
from tests.fuzz.columns import BY_NAME, Given, TypedColumn
from tests.stores.store import Rows, Session


def _no_nan(draw: Callable[[Random], Given]) -> Callable[[Random], Given]:
    """The same numbers without those that SQLite stores as NULL."""

    def drawn(rng: Random) -> Given:
        while (given := draw(rng))[0] == "nan":
            pass
        return given

    return drawn


def _uuid(rng: Random) -> Given:
    """A text in the one spelling that it is compared in: there is no type that would spell it so."""
    _, value = BY_NAME["c_uuid"].draw(rng)
    return str(value), value


def _columns() -> Iterator[TypedColumn]:
    same = {
        "c_bool": "BOOLEAN", "c_tiny": "TINYINT", "c_int": "INT", "c_big": "BIGINT", "c_dec": "REAL", "c_wide": "REAL",
        "c_text": "TEXT", "c_nocase": "TEXT COLLATE NOCASE", "c_enum": "VARCHAR(20)", "c_time": "TIME",
    }  # fmt: skip
    for name, type_name in same.items():
        yield TypedColumn(name, type_name, BY_NAME[name].draw)
    for name in ("c_float", "c_double"):
        yield TypedColumn(name, "REAL", _no_nan(BY_NAME[name].draw))
    yield TypedColumn("c_uuid", "TEXT", _uuid)
    for name in ("c_epoch_s", "c_epoch_ms"):
        yield TypedColumn(name, "INTEGER", BY_NAME[name].draw, epoch=BY_NAME[name].epoch)


def open_store() -> "SQLiteStore":
    """A database of its own."""
    return SQLiteStore(sqlite3.connect(":memory:", check_same_thread=False))


class SQLiteStore:
    """The store of a connection, which is closed with it."""

    name = f"sqlite {sqlite3.sqlite_version}"
    dialect = "sqlite"
    failures = (sqlite3.Error,)
    columns = tuple(_columns())
    documents: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = (
        {"case_sensitive_like": "0", "reverse_unordered_selects": "0", "short_column_names": "1"},
        {"case_sensitive_like": "1", "reverse_unordered_selects": "1", "short_column_names": "0"},
    )
    guarded: tuple[Session, ...] = ()
    pace = 1.0
    long_list = LIST_ITEMS_MAX

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.engine = SQLite(connection)

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""
        for pragma, value in session.items():
            self.connection.execute(f"PRAGMA {pragma} = {value}")

    def readable(self, document: str) -> bool:
        """Never asked, where there are no documents."""
        raise AssertionError(document)

    def storable(self, document: str, kind: str) -> bool:
        """Never asked, where there are no documents."""
        raise AssertionError(document, kind)

    def nameable(self, name: str) -> bool:
        """No name is empty, and the names of SQLite's own tables are refused."""
        return name != "" and not name.lower().startswith("sqlite_")

    def load(
        self,
        rows: Rows,
        columns: Sequence[TypedColumn],
        *,
        document: str | None = None,
        table: str = "people",
        id: str = "id",
        tenant: str | None = None,
    ) -> Catalog:
        """Make the table anew and say what Audience finds in it."""
        assert document is None, "there are no documents"
        types = {id: "TEXT"} | {column.name: column.type for column in columns}
        names = [name for name in types if name in rows]
        definitions = ", ".join(f"{_quoted(name)} {types[name]}" for name in names)
        self.connection.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")
        self.connection.execute(f"CREATE TABLE {_quoted(table)} ({definitions})")
        values = zip(*([_value(text, types[name]) for text in rows[name]] for name in names), strict=True)
        given = ", ".join("?" for _ in names)
        self.connection.executemany(f"INSERT INTO {_quoted(table)} VALUES ({given})", values)
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        return self.engine.introspect(Table((table,)), "", Roles(id=id, tenant=tenant, epochs=epochs))

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.connection.execute(f"DROP TABLE {_quoted(table)}")

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the driver alone; a list travels as JSON."""
        given = {name: json.dumps(value) if isinstance(value, list) else value for name, value in parameters.items()}
        cursor = self.connection.execute(sql, given)
        return _with_booleans([column[0] for column in cursor.description], cursor.fetchall())

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine."""
        names, rows = self.engine.run_named(sql, parameters)
        return _with_booleans(names, rows)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """As SQLite's own lexer divides the text."""
        ends = [at + 1 for at in range(len(sql)) if sql[at] == ";" and sqlite3.complete_statement(sql[: at + 1])]
        rest = sql[ends[-1] if ends else 0 :]
        return len(ends) + bool(rest.strip())

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _with_booleans(names: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """SQLite answers 0 and 1; the columns of answers are booleans by their names."""
    answers = [name.startswith("answer_") for name in names]
    return [
        tuple(
            bool(value) if is_answer and value is not None else value
            for is_answer, value in zip(answers, row, strict=True)
        )
        for row in rows
    ]


def _value(text: str | None, type_name: str) -> object:
    """The text of a value as Python's driver takes it."""
    match type_name:
        case _ if text is None:
            return None
        case "BOOLEAN":
            return text == "true"
        case "TINYINT" | "INT" | "BIGINT" | "INTEGER":
            return int(text)
        case "REAL":
            return float(text)
        case _:
            return text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
