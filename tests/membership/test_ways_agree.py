"""However people are asked, in process or in the database, all of them or some: the same members and transitions."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.interpreter import Person, evaluate, read_document
from audience.language import parse_definition
from audience.membership import people, settle, static
from audience.membership.define import define
from audience.membership.environment import Environment
from audience.membership.refresh import Mode, refresh
from audience.people import deep_merge, table, to_json
from audience.store import Home
from audience.values import write_instant
from tests.homes import SetClock
from tests.membership.ledgers import dump, held, ledger_of
from tests.membership.model import DEFINITIONS, HOUR, STATIC
from tests.properties.law import examples

START = 1_800_000_000_000_000
NUMBERS = count(1)

PACE = {"duckdb": 0.3, "postgres": 1.0}
"""A statement costs DuckDB three times as much, however little it does."""

KEPT = {
    "pro": DEFINITIONS['plan = "pro"'],
    "recent": DEFINITIONS["seen >= 2 hours ago"],
    "window": DEFINITIONS["seen <= 1 hour ago and seen > 3 hours ago"],
    "gone": DEFINITIONS['seen < 3 hours ago or plan = "pro"'],
    "soon": DEFINITIONS["not (seen < 15 minutes from now)"],
    "rest": DEFINITIONS['not member of "vip" and plan exists'],
    "both": DEFINITIONS['member of "vip" or member of "beta" and seen < 1 hour ago'],
    "vip": DEFINITIONS[STATIC],
    "beta": DEFINITIONS[STATIC],
}

IDS = st.sampled_from(("ada", "bob", "cyd", "dan"))
moments = st.builds(lambda hours, late: START + hours * HOUR + late, st.integers(-5, 5), st.integers(-1, 1))
documents = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(("pro", "free", None)),
        "seen": moments.map(write_instant) | st.sampled_from((None, "soon", 7)),
    },
)
bulks = st.lists(st.tuples(IDS, documents), min_size=1, max_size=4)
pairs = st.lists(st.tuples(IDS, st.sampled_from((None, "t"))), min_size=1, max_size=3)

Step = Callable[[Environment], object]


def put(given: list[tuple[str, dict[str, Any]]]) -> Step:
    return lambda environment: people.put_people(environment, [{"id": id, **held} for id, held in given])


def add(given: list[tuple[str, str | None]]) -> Step:
    return lambda environment: static.add_members(environment, "vip", given)


def remove(given: list[tuple[str, str | None]]) -> Step:
    return lambda environment: static.remove_members(environment, "vip", given)


def delete(ids: set[str]) -> Step:
    return lambda environment: people.delete_people(environment, ids)


def merge(ids: tuple[str, str]) -> Step:
    def merge_known(environment: Environment) -> None:
        known = {person.id for person in people.list_people(environment)}
        if ids[0] != ids[1] and known.issuperset(ids):
            people.merge_person(environment, *ids)

    return merge_known


steps = st.lists(
    st.tuples(
        st.one_of(
            bulks.map(put),
            bulks.map(put),
            pairs.map(add),
            pairs.map(remove),
            st.sets(IDS, min_size=1, max_size=2).map(delete),
            st.tuples(IDS, IDS).map(merge),
        ),
        st.sampled_from((1, 1, HOUR, 2 * HOUR)),
    ),
    min_size=3,
    max_size=10,
)


def begun(home: Home, clock: SetClock, known: list[tuple[str, dict[str, Any]]]) -> Environment:
    """An environment where all audiences have begun, with these people."""
    clock.time = START
    name = f"e{next(NUMBERS)}"
    home.add_environment(name)
    environment = Environment(home, name)
    define(environment, KEPT)
    put(known)(environment)
    refresh(environment)
    return environment


def comparable(environment: Environment) -> dict[str, list[Any]]:
    """All tables; of transitions, those of one instant have no order."""
    tables: dict[str, list[Any]] = dump(environment.home.database, environment.name)
    tables["transition"] = sorted(map(repr, ((row[5], *row[1:]) for row in tables["transition"])))
    return tables


def expected(environment: Environment, now: int) -> dict[str, set[tuple[str, str | None]]]:
    """Who the interpreter says is in each dynamic audience."""
    database, name = environment.home.database, environment.name
    members = held(database, name)
    known = environment.known(database)
    asked = {key: members.get(key, set()) for key in known.static}
    persons = [
        Person(person.id, read_document(to_json(person.properties)))
        for person in people.list_people(environment, limit=10_000)
    ]
    return {
        key: {
            (person.id, None)
            for person in persons
            if person.id is not None and evaluate(audience.predicate, person, now, asked)
        }
        for key, audience in known.dynamic.items()
    }


def dynamic(environment: Environment) -> dict[str, set[tuple[str, str | None]]]:
    """Who is in each dynamic audience."""
    members = held(environment.home.database, environment.name)
    return {key: members.get(key, set()) for key in environment.known(environment.home.database).dynamic}


def test_a_few_are_settled_in_process_as_many_are_in_the_database(
    home: Home, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    @examples(12, PACE[home.database.dialect])
    @given(known=bulks, steps=steps)
    def law(known: list[tuple[str, dict[str, Any]]], steps: list[tuple[Step, int]]) -> None:
        found = []
        for few in (256, 0):
            for room in (settle, people, static):
                monkeypatch.setattr(room, "FEW", few)
            environment = begun(home, clock, known)
            for step, pause in steps:
                clock.time += pause
                step(environment)
            found.append(comparable(environment))
        assert found[0] == found[1]

    law()


def test_many_at_once_are_settled_as_one_after_the_other(home: Home, clock: SetClock) -> None:
    """With the bound as it is, between what is done in process and what is done in the database."""
    many = [
        (f"u{number:04}", {"plan": ("pro", "free")[number % 2], "seen": write_instant(START + number % 7 * HOUR)})
        for number in range(settle.FEW + 1)
    ]
    alone, together = begun(home, clock, []), begun(home, clock, [])
    for some in people.chunks(many, 100):
        put(list(some))(alone)
    put(many)(together)
    assert dynamic(together) == dynamic(alone) == expected(together, START)
    assert any(dynamic(together).values())
    for environment in (alone, together):
        add([(id, None) for id, _ in many])(environment)
    assert comparable(together)["dynamic_member"] == comparable(alone)["dynamic_member"]
    assert dynamic(together) == expected(together, START)
    assert people.delete_people(together, [id for id, _ in many]) == len(many)
    assert not any(dynamic(together).values())


def test_all_refreshes_come_to_the_same(home: Home, clock: SetClock) -> None:
    """People who were changed without being settled, as another program would change them."""
    ways = ((Mode.FULL,), (Mode.INCREMENTAL,), (None,), (Mode.DUE, Mode.INCREMENTAL), (Mode.INCREMENTAL, Mode.DUE))

    @examples(8, PACE[home.database.dialect])
    @given(known=bulks, turns=st.lists(st.tuples(bulks, st.sampled_from((1, HOUR, 3 * HOUR))), min_size=1, max_size=2))
    def law(known: list[tuple[str, dict[str, Any]]], turns: list[tuple[list[tuple[str, dict[str, Any]]], int]]) -> None:
        found = []
        for way in ways:
            environment = begun(home, clock, known)
            for changed, pause in turns:
                clock.time += pause
                with home.writing(environment.name) as writing:
                    table.merge_in(writing, [(id, deep_merge({}, held)) for id, held in changed])
                for mode in way:
                    refresh(environment, mode=mode)
                assert dynamic(environment) == expected(environment, clock.time)
                before = comparable(environment)["transition"]
                refresh(environment, mode=Mode.FULL)
                assert comparable(environment)["transition"] == before
            found.append(comparable(environment))
        assert found[0] == found[1] == found[2]

    law()


@pytest.mark.parametrize("mode", [*Mode, None])
def test_time_moves_people_at_the_microsecond(home: Home, clock: SetClock, mode: Mode | None) -> None:
    """`>=` holds at 2 hours after, and not a microsecond later; `>` does not hold at 2 hours after."""
    clock.time, environment = START, Environment(home)
    texts = {
        "at_least": "seen >= 2 hours ago",
        "less": "seen < 2 hours ago",
        "more": "seen > 2 hours ago",
        "at_most": "seen <= 2 hours ago",
    }
    define(environment, {key: parse_definition(text) for key, text in texts.items()})
    people.put_person(environment, "ada", {"seen": write_instant(START)})
    refresh(environment)
    found = []
    for clock.time in (START + 2 * HOUR + late for late in (-1, 0, 1, 2)):
        last = ledger_of(home.database, environment.name)[-1].sequence
        refresh(environment, mode=mode)
        new = ledger_of(home.database, environment.name, last)
        found.append({(moved.audience, moved.kind, str(moved.cause), moved.flipped_at) for moved in new})
    flip = START + 2 * HOUR
    assert found == [
        set(),
        {("more", "exit", "time", flip), ("at_most", "enter", "time", flip)},
        {("at_least", "exit", "time", flip + 1), ("less", "enter", "time", flip + 1)},
        set(),
    ]
