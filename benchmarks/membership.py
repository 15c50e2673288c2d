"""Keeping members: refreshes, a change of one person and an import, against the same jobs written by hand in SQL.

Both sides start from the same people, and must end with the same members and as many events, or nothing is told.
"""

import csv
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from audience.membership.environment import Environment
from audience.membership.imports import ImportOptions, import_people
from audience.membership.people import put_person
from audience.membership.refresh import Mode, refresh
from audience.people.document import read_json_value
from benchmarks.by_hand import COLUMNS
from benchmarks.membership_homes import HOMES, IMPORTS, Both, further_audiences, read_audiences
from benchmarks.people import connect
from benchmarks.ratios import Ratio, compare

HEAVY_ROUNDS = 3
"""A job over everybody is measured so many times at most: it takes seconds, so that its times vary less."""

SMALL, LARGE = 10, 200
"""How many audiences a change of one person is measured with."""

DAY, MINUTE = 1_440, 1

IMPORTED = 10
"""One in so many people of the population is in the file that is imported."""


def run(engine: str) -> Callable[[int, int, Path], dict[str, object]]:
    """The question for one database."""

    def ask(people: int, rounds: int, cache: Path) -> dict[str, object]:
        found: list[Ratio] = []
        with HOMES[engine](people, cache) as both:
            for ratio in _measured(both, rounds, cache):
                print(ratio.line(), flush=True)
                found.append(ratio)
            members, events = both.expect_same()
        return {
            "people": people,
            "rounds": rounds,
            "members": members,
            "events": events,
            "membership": [ratio.to_json() for ratio in found],
        }

    return ask


def _measured(both: Both, rounds: int, cache: Path) -> Iterator[Ratio]:
    heavy = min(rounds, HEAVY_ROUNDS)
    both.define(read_audiences(both.hand.dialect))
    yield _refreshed(both, "first refresh", None, heavy, both.forget)
    yield _refreshed(both, "full refresh, 1 % changed", Mode.FULL, heavy, lambda: both.change(100))
    yield _refreshed(both, "incremental, 1 % changed", Mode.INCREMENTAL, heavy, lambda: both.change(100))
    yield _refreshed(both, "incremental, 0.01 % changed", Mode.INCREMENTAL, heavy, lambda: both.change(10_000))
    yield _refreshed(both, "due, one day later", Mode.DUE, heavy, lambda: both.later(DAY))
    yield _refreshed(both, "due, one minute later", Mode.DUE, 1, lambda: both.later(MINUTE))
    yield from _one_person(both, SMALL, rounds)
    further = further_audiences(LARGE - SMALL)
    both.define(further)
    refresh(both.environment, further.keys(), emit_initial=True)
    both.hand.refresh(both.now, further.keys())
    both.expect_same()
    yield from _one_person(both, LARGE, rounds)
    yield from _imports(both, heavy, cache)


def _refreshed(both: Both, name: str, mode: Mode | None, rounds: int, before: Callable[[], None]) -> Ratio:
    def prepare() -> None:
        before()
        both.vacuum()

    def ours() -> object:
        return refresh(both.environment, mode=mode, emit_initial=True)

    ratio = compare(name, ours, lambda: both.hand.refresh(both.now), rounds, prepare, warm=mode is not None)
    both.expect_same()
    return ratio


def _one_person(both: Both, audiences: int, rounds: int) -> Iterator[Ratio]:
    """Against the statement that changes the person, and against a check of every audience behind it."""
    turns, changed = count(1), set[tuple[str, int]]()
    ids = [id for (id,) in both.hand.run("SELECT id FROM hand.people ORDER BY id LIMIT 1000")]

    id, mrr = "", 0

    def prepare() -> None:
        nonlocal id, mrr
        settle_by_hand()
        turn = next(turns)
        id, mrr = ids[turn * 37 % len(ids)], turn * 137 % 1_000
        both.now += 1_000_000

    def settle_by_hand() -> None:
        """The bare statement has left members behind."""
        for held, last in changed:
            both.hand.put(held, last, both.now)
        changed.clear()

    def update() -> None:
        changed.add((id, mrr))
        both.hand.update(id, mrr)

    def ours() -> object:
        return put_person(both.environment, id, {"mrr": mrr})

    name = f"one person, {audiences} audiences"
    yield compare(f"{name}: bare UPDATE", ours, update, rounds, prepare)
    yield compare(f"{name}: checked", ours, lambda: both.hand.put(id, mrr, both.now), rounds, prepare)
    both.expect_same()


def _imports(both: Both, rounds: int, cache: Path) -> Iterator[Ratio]:
    """People from a CSV file, of whom none is known, and then all are."""
    file, imports = cache / f"unfinished-import-{both.people}.csv", Environment(both.home, IMPORTS)
    options = ImportOptions(mapping=("seats=seats:number",))
    [(known,)] = both.hand.run("SELECT count(*) FROM audience.person WHERE environment = 'imports'")
    assert known == 0

    def empty() -> None:
        both.hand.run("DELETE FROM hand.imported")
        both.hand.run("DELETE FROM audience.users WHERE environment = 'imports'")
        both.hand.run("DELETE FROM audience.person WHERE environment = 'imports'")
        both.vacuum()

    def changed() -> None:
        for turn, table in enumerate(("hand.imported", "audience.users")):
            merged = both.hand.change(table, "1", 1, 0)
            both.hand.run(merged if turn == 0 else f"{merged} AND environment = 'imports'")
        both.vacuum()

    def ours() -> object:
        return import_people(imports, file, options)

    try:
        write_csv(both.people, file, cache)
        yield compare("import, nobody known", ours, lambda: both.hand.load(file), rounds, empty)
        yield compare("import, everybody known", ours, lambda: both.hand.load(file), rounds, changed)
    finally:
        file.unlink(missing_ok=True)
    own = _people(both, "audience.users WHERE environment = 'imports'")
    assert own == _people(both, "hand.imported"), "the imports differ"


def _people(both: Both, table: str) -> dict[str, object]:
    rows = both.hand.run(f"SELECT id, CAST(properties AS VARCHAR) FROM {table}")
    return {id: read_json_value(text) for id, text in rows}


def write_csv(people: int, file: Path, cache: Path) -> None:
    """Some people of the population, of whom everything is known."""
    names = ["id", *COLUMNS]
    whole = " AND ".join(f"{name} IS NOT NULL AND CAST({name} AS VARCHAR) <> ''" for name in names)
    with connect(people, cache) as connection, file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows(
            connection.execute(
                f"SELECT {', '.join(names)} FROM people WHERE {whole} LIMIT {people // IMPORTED}"
            ).fetchall()
        )
