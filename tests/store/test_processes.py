"""A home beside other processes: who has the file, and what is left of one that is killed."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from audience.engines import DuckDB
from audience.errors import EngineError, UsageError
from audience.store import open_home
from audience.store.schema import VERSION, read_version
from tests.servers import own_database

HOLD = """
import sys
from audience.store import open_home
home = open_home(sys.argv[1], create=True)
print("open", flush=True)
sys.stdin.read()
"""

WRITE_AND_STOP_AT = """
import os, signal, sys
from audience.store import open_home

address, point = sys.argv[1:]
home = open_home(address)

def stop_at(here):
    if here == point:
        os.kill(os.getpid(), signal.SIGKILL)

with home.writing("development") as writing:
    stop_at("locked")
    person = "INSERT INTO audience.person (environment, id, user_no) VALUES ('development', 'half', $no)"
    home.database.execute(person, {"no": writing.take_user_nos()})
    stop_at("written")
    rows = [("development", f"u{n}", writing.take_user_nos()) for n in range(20_000)]
    home.database.load("audience.person", ("environment", "id", "user_no"), rows)
    stop_at("loaded")
stop_at("committed")
"""

MAKE_AND_STOP_AT_THE_LAST_STATEMENT = """
import os, signal, sys
from audience.store import open_home
from audience.store.duckdb import DuckDBDatabase
from audience.store.postgres import PostgresDatabase
from audience.store.schema import WRITE_VERSION

def stopping(execute):
    def execute_or_stop(self, sql, *arguments, **options):
        if sql == WRITE_VERSION:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, sql, *arguments, **options)
    return execute_or_stop

for kind in (DuckDBDatabase, PostgresDatabase):
    kind.execute = stopping(kind.execute)
open_home(sys.argv[1], create=True)
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[int]:
    """Another process has the home in a file open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "open\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def run(program: str, *arguments: str) -> int:
    """Run a program; how it ended, negative for a signal."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def test_a_file_that_another_process_has_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "home.duckdb"
    with held_elsewhere(path) as pid:
        with pytest.raises(UsageError, match=f"A709.*another process, {pid}, has .*home.duckdb open") as refused:
            open_home(path)
        assert "PostgreSQL" in str(refused.value)
    with open_home(path) as home:
        assert home.environments() == ("development",)


def test_a_home_that_is_open_twice_in_a_process_is_still_locked_for_others(tmp_path: Path) -> None:
    """A lock on a file is gone when any of its process's handles on it is closed: two homes must share one."""
    path = tmp_path / "home.duckdb"
    with open_home(path, create=True):
        open_home(path).close()
        with pytest.raises(duckdb.Error):
            duckdb.connect(str(path), read_only=True)
        held = subprocess.run(
            [sys.executable, "-c", HOLD, str(path)], check=False, capture_output=True, text=True, input=""
        )
        assert "A709" in held.stderr


@pytest.mark.parametrize("point", ["locked", "written", "loaded", "committed", "never"])
def test_what_a_killed_process_wrote_is_there_whole_or_not_at_all(address: str, point: str) -> None:
    open_home(address, create=True).close()
    ended = run(WRITE_AND_STOP_AT, address, point)
    assert ended == (0 if point == "never" else -signal.SIGKILL)
    people = 20_001 if point in ("committed", "never") else 0
    with open_home(address) as home:
        assert home.database.rows("SELECT count(*) FROM audience.person") == [(people,)]
        with home.writing("development") as writing:
            assert writing.user_no == people


def test_a_home_whose_making_was_killed_is_made_again(address: str) -> None:
    assert run(MAKE_AND_STOP_AT_THE_LAST_STATEMENT, address) == -signal.SIGKILL
    with pytest.raises(UsageError, match="A708"):
        open_home(address)
    with open_home(address, create=True) as home:
        assert read_version(home.database) == VERSION
        assert home.environments() == ("development",)


def test_a_file_that_the_program_itself_reads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "home.duckdb"
    open_home(path, create=True).close()
    engine = DuckDB.open(path)
    with pytest.raises(UsageError, match=r"A709.*home\.duckdb"):
        open_home(path)
    engine.close()
    open_home(path).close()


def test_a_connection_that_is_cut_keeps_nothing_and_says_so(postgres_url: str) -> None:
    with own_database(postgres_url) as url, open_home(url, create=True) as home, open_home(url) as other:
        end = "SELECT pg_terminate_backend($pid)"
        [(pid,)] = home.database.rows("SELECT pg_backend_pid()")

        def write() -> None:
            with home.writing("development") as writing:
                writing.take_sequences()
                other.database.rows(end, {"pid": pid})
                writing.database.rows("SELECT 1")

        with pytest.raises(EngineError, match="postgres failed while reading"):
            write()
        with other.writing("development") as writing:
            assert writing.sequence == 0


@pytest.mark.parametrize("content", [b"id,plan\n1,pro\n" * 1000, b"", b"PAR1"])
def test_a_file_that_is_no_home_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"A708.*people\.csv"):
        open_home(path)
    assert path.read_bytes() == content


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"A708.*home\.duckdb"):
        open_home(tmp_path / "nowhere" / "home.duckdb", create=True)


def test_a_database_file_without_a_home_is_refused_and_gets_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    duckdb.connect(str(path)).execute("CREATE TABLE people (id INTEGER)").close()
    with pytest.raises(UsageError, match=r"A708.*no home.*mine\.duckdb"):
        open_home(path)
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("people",)]


def test_a_copy_of_a_home_is_a_home(tmp_path: Path) -> None:
    with open_home(tmp_path / "home.duckdb", create=True) as home:
        home.add_environment("staging")
    shutil.copy(tmp_path / "home.duckdb", tmp_path / "copy.duckdb")
    with open_home(tmp_path / "copy.duckdb") as copy:
        assert copy.environments() == ("development", "staging")
