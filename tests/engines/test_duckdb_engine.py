"""The DuckDB engine: errors in our words, settings put back, progress, interrupts."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from audience.engines import DuckDB, Engine
from audience.errors import EngineError

SLOW = "SELECT count(*) FROM range(20000000000) t(i) WHERE hash(i) % 7 = 3"


def settings(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT name, value FROM duckdb_settings() ORDER BY name").fetchall()


def test_it_is_an_engine() -> None:
    engine: Engine = DuckDB.memory()
    assert engine.run("SELECT 1, 'a'") == [(1, "a")]
    assert engine.run_named("SELECT $x + 1 AS y", {"x": 2}) == (("y",), [(3,)])
    assert [len(batch) for batch in engine.stream("FROM range(25)", rows=10)] == [10, 10, 5]
    engine.close()


def test_a_driver_error_says_what_was_being_done_and_no_more() -> None:
    with pytest.raises(EngineError) as caught:
        DuckDB.memory().run("SELECT nope FROM range(1)", doing="counting people")
    assert str(caught.value).startswith("duckdb failed while counting people: Binder Error: ")
    assert "LINE 1" not in str(caught.value)
    assert isinstance(caught.value.__cause__, duckdb.Error)


@pytest.mark.parametrize(
    "setting", ["SET default_collation = 'nocase'", "SET integer_division = true", "SET default_order = 'DESC'"]
)
def test_a_session_setting_changes_no_answer_and_is_put_back(setting: str) -> None:
    sql = "SELECT 'a' = 'A', 3 / 2, (SELECT list(i) FROM (SELECT i FROM range(3) t(i) ORDER BY i))"
    plain = DuckDB.memory().run(sql)
    connection = duckdb.connect()
    connection.execute(setting)
    before = settings(connection)
    engine = DuckDB(connection)
    assert engine.run(sql) == plain
    assert list(engine.stream(sql)) == [plain]
    with pytest.raises(EngineError):
        engine.run("SELECT error('no')")
    engine.run(sql, progress=lambda share: None)
    assert settings(connection) == before


def test_a_stream_that_is_left_puts_the_settings_back() -> None:
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'nocase'")
    stream = DuckDB(connection).stream("FROM range(100000)", rows=10)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert connection.execute("SELECT current_setting('default_collation')").fetchone() == ("nocase",)


def test_the_callers_connection_stays_open() -> None:
    connection = duckdb.connect()
    DuckDB(connection).close()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_progress_is_told_in_order_between_0_and_1() -> None:
    told: list[float] = []
    DuckDB.memory().run("SELECT count(*) FROM range(200000000) t(i) WHERE hash(i) % 7 = 3", progress=told.append)
    assert told
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)


@pytest.mark.parametrize("reported", [False, True])
def test_an_interrupt_ends_the_query_and_leaves_the_connection_usable(reported: bool) -> None:
    engine = DuckDB.memory()

    def interrupt() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        engine.run(SLOW, progress=(lambda share: None) if reported else None)
    thread.join()
    assert engine.run("SELECT 1") == [(1,)]


def test_a_database_file_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "people.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 AS id")
    engine = DuckDB.open(path)
    assert engine.tables() == ["people"]
    with pytest.raises(EngineError, match="read-only"):
        engine.run("DELETE FROM people")
    engine.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "people.duckdb"
    path.write_text("hello, this is a text " * 1000)
    with pytest.raises(EngineError, match="failed while opening"):
        DuckDB.open(path)


def test_the_driver_is_loaded_only_when_a_database_is_opened() -> None:
    code = "import sys, audience.engines, audience.project; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
