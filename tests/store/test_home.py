"""A home opens, keeps its version, and gives one writer at a time the lock, the clock and the counters."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from audience.errors import UsageError
from audience.store import Home, open_home
from audience.store.home import Writing
from audience.store.schema import MIGRATIONS, VERSION, migrate, read_version
from tests.homes import SetClock

APPEND = """
    INSERT INTO audience.transition
      (environment, sequence, kind, audience, user_id, tenant, happened_at, cause, notify)
    VALUES ($environment, $sequence, 'enter', 'vip', $user, '', $now, 'person', true)
"""
WRITTEN = "SELECT sequence, happened_at FROM audience.transition ORDER BY sequence"


def append(writing: Writing, user: str) -> int:
    sequence = writing.take_sequences()
    row = {"environment": writing.environment, "sequence": sequence, "user": user, "now": writing.now}
    writing.database.execute(APPEND, row)
    return sequence


class Stop(Exception):
    """Raised by a test inside a transaction."""


def take_and_stop(home: Home) -> None:
    with home.writing("development") as writing:
        assert (writing.take_sequences(), writing.take_changes(), writing.take_user_nos()) == (6, 2, 3)
        raise Stop


def test_a_home_is_made_once_and_found_again(address: str) -> None:
    with pytest.raises(UsageError, match=r"A708.*there is no") as refused:
        open_home(address)
    assert "audience init" in str(refused.value)
    with open_home(address, create=True) as home:
        assert home.environments() == ("development",)
        home.database.execute("INSERT INTO audience.person (environment, id, user_no) VALUES ('development', 'a', 1)")
    for create in (False, True):
        with open_home(address, create=create) as home:
            assert home.database.rows("SELECT id FROM audience.person") == [("a",)]
            assert read_version(home.database) == VERSION


def test_a_home_in_memory_is_made_by_opening_it() -> None:
    with open_home(":memory:") as one, open_home(":memory:") as other:
        one.add_environment("test")
        assert other.environments() == ("development",)


def test_a_home_is_made_beside_tables_of_the_users_own(home: Home, open_again: Callable[[], Home]) -> None:
    home.database.execute("CREATE TABLE customers (id INTEGER)")
    home.database.execute("DROP SCHEMA audience CASCADE")
    assert open_again().database.engine.run("SELECT count(*) FROM customers") == [(0,)]


def test_a_schema_that_somebody_has_made_for_us_is_taken(home: Home, open_again: Callable[[], Home]) -> None:
    home.database.execute("DROP SCHEMA audience CASCADE")
    home.database.execute("CREATE SCHEMA audience")
    assert open_again().environments() == ("development",)


def test_an_older_home_is_migrated_whole_or_not_at_all(home: Home, open_again: Callable[[], Home]) -> None:
    steps = MIGRATIONS[home.database.dialect]
    add = "ALTER TABLE audience.person ADD COLUMN more INTEGER"
    with pytest.raises(Exception, match="nowhere"):
        migrate(home.database, create=False, migrations=[*steps, [add], ["DROP TABLE nowhere"]])
    assert read_version(home.database) == VERSION
    migrate(home.database, create=False, migrations=[*steps, [add], ["CREATE TABLE audience.later (x INTEGER)"]])
    assert read_version(home.database) == VERSION + 2
    assert home.database.rows("SELECT more FROM audience.person CROSS JOIN audience.later") == []


def test_a_newer_home_is_refused(home: Home, open_again: Callable[[], Home]) -> None:
    home.database.execute("UPDATE audience.meta SET version = version + 1")
    with pytest.raises(UsageError, match=r"A708.*version") as refused:
        open_again()
    assert "upgrade" in str(refused.value)
    with pytest.raises(UsageError, match="A708"), home.writing("development"):
        pytest.fail("a program that does not know the tables must not write to them")


def test_now_never_goes_back(home: Home, clock: SetClock) -> None:
    with home.writing("development") as writing:
        assert writing.now == clock.time
    last, clock.time = clock.time, clock.time - 1
    with home.writing("development") as writing:
        assert writing.now == last
    clock.time = last + 1
    with home.writing("development") as writing:
        assert writing.now == last + 1


def test_counters_are_dense_over_what_was_undone(home: Home) -> None:
    with home.writing("development") as writing:
        assert [writing.take_sequences(), writing.take_sequences(3), writing.take_sequences()] == [1, 2, 5]
        assert (writing.take_changes(), writing.take_user_nos(2)) == (1, 1)
    with pytest.raises(Stop):
        take_and_stop(home)
    with home.writing("development") as writing:
        assert (writing.sequence, writing.change, writing.user_no) == (5, 1, 2)
        assert (writing.take_sequences(0), writing.take_sequences()) == (6, 6)


def test_environments_are_apart(home: Home) -> None:
    home.add_environment("staging")
    home.add_environment("production")
    assert home.environments() == ("development", "staging", "production")
    with home.writing("staging") as writing:
        writing.take_sequences(7)
    with home.writing("production") as writing:
        assert writing.sequence == 0


@pytest.mark.parametrize("name", ["", "Production", "a b", "1st", "development", "x" * 65, "a'b"])
def test_an_environment_that_cannot_be_made_is_refused(home: Home, name: str) -> None:
    with pytest.raises(UsageError, match="A707"):
        home.add_environment(name)
    assert home.environments() == ("development",)


def test_an_unknown_environment_is_refused_with_the_ones_that_there_are(home: Home) -> None:
    with pytest.raises(UsageError, match=r"A707.*developmnt") as refused, home.writing("developmnt"):
        pytest.fail("there is no such environment")
    assert "development" in str(refused.value)
    with home.writing("development"):
        pass


def test_a_second_writer_waits(home: Home, open_again: Callable[[], Home], clock: SetClock) -> None:
    """The first is slow to commit; the second begins meanwhile, and reads what the first has written."""
    other, began, done, seen = open_again(), threading.Event(), threading.Event(), []

    def second() -> None:
        began.set()
        with other.writing("development") as writing:
            assert done.is_set()
            seen.append((append(writing, "bob"), writing.now))

    thread = threading.Thread(target=second)
    with home.writing("development") as writing:
        thread.start()
        assert began.wait(10)
        first = append(writing, "ada")
        clock.time += 5
        thread.join(0.2)
        assert thread.is_alive()
        done.set()
    thread.join(10)
    assert [(first, clock.time - 5), *seen] == [(1, clock.time - 5), (2, clock.time)]
    assert home.database.rows(WRITTEN) == [(first, clock.time - 5), *seen]


def test_a_second_writer_who_has_no_patience_is_refused(home: Home, open_again: Callable[[], Home]) -> None:
    other = open_again()
    with home.writing("development") as writing:
        with pytest.raises(UsageError, match=r"A709.*development"), other.writing("development", patience=0.05):
            pytest.fail("the lock is held")
        append(writing, "ada")
    with other.writing("development") as writing:
        append(writing, "bob")
    assert [sequence for sequence, _ in home.database.rows(WRITTEN)] == [1, 2]


def test_writers_of_two_environments_do_not_wait_for_each_other(home: Home, open_again: Callable[[], Home]) -> None:
    home.add_environment("staging")
    other = open_again()
    with home.writing("development") as one, other.writing("staging", patience=0) as two:
        append(one, "ada")
        append(two, "bob")
    assert [sequence for sequence, _ in home.database.rows(WRITTEN)] == [1, 1]


def test_many_writers_number_what_they_write_without_a_gap(open_again: Callable[[], Home]) -> None:
    homes, failures = [open_again() for _ in range(4)], []

    def write(home: Home) -> None:
        try:
            for turn in range(10):
                with home.writing("development") as writing:
                    append(writing, str(turn))
        except BaseException as failure:
            failures.append(failure)
            raise

    threads = [threading.Thread(target=write, args=(home,)) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert [sequence for sequence, _ in homes[0].database.rows(WRITTEN)] == list(range(1, 41))


def test_a_file_of_the_name_of_the_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"A708.*Audience\.duckdb"):
        open_home(tmp_path / "Audience.duckdb", create=True)
    assert list(tmp_path.iterdir()) == []
