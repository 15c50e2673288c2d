"""The SQLite engine: what it finds in a database, errors in our words, files that are only read."""

import sqlite3
from pathlib import Path

import pytest

import audience
from audience.catalog import Table
from audience.catalog.declare import Roles
from audience.catalog.kinds import BooleanKind, DoubleKind, IntegerKind, OpaqueKind, TextKind
from audience.engines import Engine
from audience.engines.sqlite import SQLite
from audience.errors import DefinitionError, EngineError, UsageError

TABLE = """
    CREATE TABLE people (
      id TEXT NOT NULL, plan VARCHAR(20), seats INT, active BOOLEAN, mrr DOUBLE PRECISION, ratio DECIMAL(10, 2),
      seen DATETIME, picture BLOB, anything, document JSON, loud TEXT AS (upper(plan))
    )
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "people ? #.db"
    with sqlite3.connect(path) as connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO people (id, seats) VALUES (?, ?)", [(f"u{at}", at) for at in range(25)])
    connection.close()
    return path


def test_it_is_an_engine(database: Path) -> None:
    engine: Engine = SQLite.open(database)
    assert engine.tables() == ["people"]
    assert engine.run_named("SELECT $x + 1 AS y", {"x": 2}) == (("y",), [(3,)])
    assert [len(batch) for batch in engine.stream("SELECT id FROM people", rows=10)] == [10, 10, 5]
    engine.close()


def test_kinds_follow_from_declared_types(database: Path) -> None:
    engine = SQLite.open(database)
    catalog = engine.introspect(Table(("people",)), "", Roles())
    assert {column.name: type(column.kind) for column in catalog.columns} == {
        "plan": TextKind, "seats": IntegerKind, "active": BooleanKind, "mrr": DoubleKind, "ratio": DoubleKind,
        "seen": TextKind, "picture": OpaqueKind, "anything": OpaqueKind, "document": OpaqueKind, "loud": TextKind,
    }  # fmt: skip
    assert not catalog.id.nullable
    assert engine.introspect(Table(("main", "people")), "", Roles()).columns == catalog.columns
    engine.close()


def test_only_an_integer_key_is_never_null() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE named (id TEXT PRIMARY KEY)")
    connection.execute("INSERT INTO named VALUES (NULL)")
    engine = SQLite(connection)
    nullable = {table: engine.introspect(Table((table,)), "", Roles()).id.nullable for table in ("numbered", "named")}
    assert nullable == {"numbered": False, "named": True}
    engine.close()
    assert connection.execute("SELECT 1").fetchall() == [(1,)], "a connection that was handed in stays open"
    connection.close()


def test_a_missing_table_is_named_with_the_others(database: Path) -> None:
    engine = SQLite.open(database)
    with pytest.raises(UsageError, match="there is no table `poeple`") as caught:
        engine.introspect(Table(("poeple",)), "", Roles())
    assert "people" in str(caught.value)
    engine.close()


def test_a_file_is_only_read(database: Path) -> None:
    engine = SQLite.open(database)
    with pytest.raises(EngineError, match=r"sqlite failed while emptying it: attempt to write a readonly database"):
        engine.run("DELETE FROM people", doing="emptying it")
    engine.close()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="unable to open database file"):
        SQLite.open(tmp_path / "nobody.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_called_sqlite_is_opened_as_such(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(UsageError, match="holds no table"):
        audience.users(tmp_path / "empty.sqlite")
    (tmp_path / "text.sqlite3").write_text("hello")
    with pytest.raises(EngineError, match=r"sqlite failed while .*: file is not a database"):
        audience.users(tmp_path / "text.sqlite3", table="people")


def test_a_boolean_is_shown_as_one(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE people SET active = seats % 2 WHERE seats < 3")
    connection.close()
    shown = audience.preview(audience.parse("active exists"), users=audience.users(database)).sample
    assert [person["active"] for person in shown] == [False, True, False]
    assert all(isinstance(person["active"], bool) for person in shown)


def test_json_is_told_to_be_out_of_reach(database: Path) -> None:
    with pytest.raises(UsageError, match="`document` is of type JSON, which cannot be looked into on this engine"):
        audience.users(database, properties="document")
    with pytest.raises(DefinitionError, match=r"`recipient\.document` is of type JSON, which conditions cannot look"):
        audience.preview(audience.parse("document.nps > 3"), users=audience.users(database))
