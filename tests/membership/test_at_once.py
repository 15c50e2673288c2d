"""Several who write to one environment at the same time, and one who reads on: nothing is lost, doubled or missed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from audience.engines import Row
from audience.errors import EngineError
from audience.membership import people, static
from audience.membership.define import define
from audience.membership.environment import Environment
from audience.membership.people import Put
from audience.membership.refresh import Mode, refresh
from audience.store import Home
from audience.store.ledger import Transition, read
from audience.store.postgres import PostgresDatabase
from audience.store.schema import LOCKED
from audience.values import write_instant
from tests.homes import SetClock
from tests.membership.ledgers import dump, fold, held, ledger_of
from tests.membership.model import DEFINITIONS, HOUR, STATIC

START = 1_800_000_000_000_000
NAME = "development"
KEPT = {
    "pro": DEFINITIONS['plan = "pro"'],
    "recent": DEFINITIONS["seen >= 2 hours ago"],
    "rest": DEFINITIONS['not member of "vip" and plan exists'],
    "vip": DEFINITIONS[STATIC],
}
WAIT_SECONDS = 20

Opened = Callable[[], Home]


@pytest.fixture
def begun(home: Home, clock: SetClock) -> Environment:
    """An environment with people whose time will come."""
    clock.time = START
    environment = Environment(home)
    define(environment, KEPT)
    people.put_people(
        environment, [{"id": f"u{number}", "plan": "pro", "seen": write_instant(START)} for number in range(20)]
    )
    static.add_members(environment, "vip", ["u1", "u2"])
    refresh(environment)
    return environment


def together(*works: Callable[[], object]) -> list[object]:
    """Do all at once; what each came to, an exception of ours included."""
    gate = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        gate.wait(WAIT_SECONDS)
        try:
            return work()
        except EngineError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(begin, work) for work in works]]


def consistent(home: Home) -> list[Transition]:
    """The ledger, which folds to the members and leaves nobody twice."""
    ledger = ledger_of(home.database, NAME)
    assert fold(ledger) == held(home.database, NAME)
    tables = dump(home.database, NAME)
    for table in ("person", "users", "dynamic_member", "static_member"):
        assert len(tables[table]) == len(set(tables[table]))
    numbers = [row[1] for row in tables["person"]]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    return ledger


def test_two_refreshes_at_once_do_what_one_does(begun: Environment, open_again: Opened, clock: SetClock) -> None:
    before = len(consistent(begun.home))
    clock.time += 2 * HOUR + 1
    others = [Environment(open_again()) for _ in range(3)]
    done = together(
        *(lambda one=one, mode=mode: refresh(one, mode=mode) for one, mode in zip(others, Mode, strict=True))
    )
    assert not [error for error in done if isinstance(error, EngineError)]
    moved = consistent(begun.home)[before:]
    assert sorted(one.user_id for one in moved) == sorted(f"u{number}" for number in range(20))
    assert {(one.audience, one.kind, one.cause) for one in moved} == {("recent", "exit", "time")}


def test_refreshes_beside_changes_keep_every_law(begun: Environment, open_again: Opened, clock: SetClock) -> None:
    refreshing, putting, adding, deleting = (Environment(open_again()) for _ in range(4))

    def refresh_often() -> None:
        for mode in (*Mode, *Mode):
            clock.time += HOUR
            refresh(refreshing, mode=mode)

    def put() -> int:
        given = ({"id": f"u{number % 25}", "plan": ("free", "pro")[number % 2]} for number in range(24))
        return sum(people.put_people(putting, [one]).given for one in given)

    def add() -> int:
        return sum(static.add_members(adding, "vip", [f"u{number}"]).entered for number in range(5, 15))

    def delete() -> int:
        return sum(people.delete_people(deleting, [f"u{number}"]) for number in range(15, 20))

    _, given, entered, deleted = together(refresh_often, put, add, delete)
    assert given == 24
    assert entered == 10
    assert deleted == 5
    before = len(consistent(begun.home))
    refresh(begun, mode=Mode.FULL)
    moved = consistent(begun.home)[before:]
    assert {one.cause for one in moved} <= {"time"}  # whoever changed has been moved already


def test_who_reads_on_misses_nothing_of_a_slow_writer(begun: Environment, open_again: Opened) -> None:
    """A transaction that stays open for long, others behind it, and a reader with a cursor all the while."""
    slow, fast, reading = open_again(), Environment(open_again()), open_again()
    locked, go_on, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[Transition] = []

    def write_slowly() -> None:
        with slow.writing(NAME) as writing:
            locked.set()
            people.merge_people(Environment(slow), writing, [("slow", {"plan": "pro"})], static.Cause.PERSON)
            go_on.wait(WAIT_SECONDS)

    def write_fast() -> None:
        locked.wait(WAIT_SECONDS)
        for number in range(3):
            people.put_people(fast, [{"id": f"fast{number}", "plan": "pro"}])

    def read_on() -> None:
        locked.wait(WAIT_SECONDS)
        turns = 0
        while True:
            finished = done.is_set()  # before the last look, so that it sees everything
            last = seen[-1].sequence if seen else 0
            seen.extend(read(reading.database, NAME, last))
            turns += 1
            if turns == 20:
                go_on.set()
            if finished:
                return

    with ThreadPoolExecutor(3) as pool:
        reader, *writers = (pool.submit(work) for work in (read_on, write_slowly, write_fast))
        for writer in writers:
            writer.result(WAIT_SECONDS)
        done.set()
        reader.result(WAIT_SECONDS)
    assert seen == consistent(begun.home)
    ids = list(dict.fromkeys(one.user_id for one in seen if not one.user_id.startswith("u")))
    assert ids == ["slow", "fast0", "fast1", "fast2"]


# ── what the lock is for ──────────────────────────────────────────────────────────────────────────


@contextmanager
def unlocked(self: PostgresDatabase, environment: str, patience: float) -> Iterator[list[Row]]:
    """`locked` of PostgreSQL, without the lock."""
    with self.transaction():
        yield self.rows(LOCKED, {"name": environment})


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
def test_without_the_lock_the_laws_fail(
    begun: Environment, open_again: Opened, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At read committed it is the lock and nothing else that makes two writers follow each other."""
    clock.time += 2 * HOUR + 1
    others = [Environment(open_again()) for _ in range(2)]
    monkeypatch.setattr(PostgresDatabase, "locked", unlocked)
    met = threading.Barrier(2)
    for one in others:
        monkeypatch.setattr(one.home.database, "load", meeting(one.home.database.load, met))
    refused = [error for error in together(*(lambda one=one: refresh(one) for one in others)) if error is not None]
    assert [error for error in refused if isinstance(error, EngineError)]


def meeting(load: Callable[..., int], met: threading.Barrier) -> Callable[..., int]:
    """The first rows are written only when both are at it."""
    first = iter([met.wait])

    def loaded(*arguments: object, **options: object) -> int:
        for wait in first:
            wait(WAIT_SECONDS)
        return load(*arguments, **options)

    return loaded


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
@pytest.mark.parametrize("work", ["refresh", "put"])
def test_a_connection_that_is_lost_keeps_nothing(
    begun: Environment, open_again: Opened, address: str, clock: SetClock, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the session in the middle; another goes on as if it had never been."""
    clock.time += 2 * HOUR + 1
    lost = Environment(open_again())
    [(pid,)] = lost.home.database.rows("SELECT pg_backend_pid()")
    before = dump(begun.home.database, NAME)
    load = lost.home.database.load

    def cut(*arguments: object, **options: object) -> int:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        return load(*arguments, **options)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(lost.home.database, "load", cut)

    def do(environment: Environment) -> object:
        return refresh(environment) if work == "refresh" else people.put_people(environment, [{"id": "new"}])

    with pytest.raises(EngineError, match="postgres"):
        do(lost)
    assert dump(begun.home.database, NAME) == before
    assert isinstance(do(begun), Put) is (work == "put")
    consistent(begun.home)
