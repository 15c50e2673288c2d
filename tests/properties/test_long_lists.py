"""Lists as long as a condition may have: the answer of the interpreter, and SQL that grows with them and no faster."""

import json
from collections.abc import Callable
from random import Random

import pytest

import audience
from audience.catalog import open_catalog
from audience.interpreter import Person, evaluate, read_document
from audience.ir import Predicate
from audience.language.nodes import Condition, Items, Literal, Property
from audience.lowering.lists import ALL_MAX
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Value, from_json
from tests.fuzz.answers import ask_filter, ask_values, ids_where, run_for
from tests.fuzz.columns import BY_NAME as COLUMNS_BY_NAME
from tests.fuzz.crowd import draw_crowd
from tests.properties.law import law
from tests.properties.scene import seeds
from tests.stores import Store, looks_into_json, own

TYPED = ("l_text", "l_big", "l_double", "l_wide", "l_bool", "l_uuid", "l_ts", "l_list")


def has_all(steps: tuple[str, ...], wanted: list[Value], operator: str = "contains_all") -> Condition:
    return Condition(Property(steps), BY_NAME[operator], Items(tuple(map(Literal, wanted))))


def wanted_of(rng: Random, held: object, strangers: list[object]) -> list[Value]:
    """The items of a list, many times over and in any order; now and then one that it has not."""
    items = [item for item in (held if isinstance(held, list) else []) if not isinstance(item, list | dict)]
    usable = [from_json(item) for item in items if item is None or isinstance(item, str | bool | int | float)]
    wanted = (usable or [from_json(rng.choice(strangers))]) * (ALL_MAX + 2)
    if rng.random() < 0.3:
        wanted.append(from_json(rng.choice(strangers)))
    rng.shuffle(wanted)
    return wanted


@law(25, rng=seeds)
def test_many_wanted_items(store: Store, rng: Random) -> None:
    """Beyond a few items a list is asked for all of them at once; that is the same question."""
    known = {column.name for column in store.columns}
    typed = [COLUMNS_BY_NAME[name] for name in TYPED if name in known]
    crowd = draw_crowd(rng, 8, own(store, typed), ("tags", "scores", "any") if looks_into_json(store) else ())
    catalog = store.load(crowd.rows, crowd.columns)
    predicates = []
    documents = [("tags",), ("scores",), ("any",)] if looks_into_json(store) else []
    for steps in [*((column.name,) for column in crowd.columns), *documents]:
        for held in crowd.found(steps)[:4]:
            for operator in ("contains_all", "not_contains_all"):
                wanted = wanted_of(rng, held, ["stranger", 12.5, True])
                try:
                    predicates.append(resolve(has_all(steps, wanted, operator), catalog).predicate)
                except audience.DefinitionError:
                    continue
    run = run_for(store, catalog, 0, {})
    reference = [[evaluate(predicate, person, 0, {}) for person in crowd.people] for predicate in predicates]
    for extracted in (False, True):
        assert ask_values(store, run, predicates, crowd.people, extracted=extracted) == reference
    for predicate, answers in list(zip(predicates, reference, strict=True))[:3]:
        assert ask_filter(store, run, predicate) == ids_where(answers, crowd.people)


LONGEST: dict[str, Callable[[int], object]] = {"numbers": int, "texts": "t{}".format}
SHORT = 100


def longest(kind: str, length: int) -> dict[str, str]:
    """Documents by the ids of people: the list itself, one without an item of it, no list, nothing."""
    everything = list(map(LONGEST[kind], range(length)))
    lists = {"all": everything, "one less": everything[1:], "number": 5}
    return {id: json.dumps({"l": held}) for id, held in lists.items()} | {"nothing": "{}"}


def has_longest(kind: str, length: int, operator: str) -> Predicate:
    wanted = [from_json(item) for item in map(LONGEST[kind], range(length))]
    return resolve(has_all(("l",), wanted, operator), open_catalog()).predicate


@pytest.mark.parametrize("kind", LONGEST)
@pytest.mark.parametrize("operator", ["contains_all", "contains"])
def test_the_longest_list(store: Store, operator: str, kind: str) -> None:
    """As many items as a condition may have: an answer, in memory that any server has.

    Whose answer is yes does not depend on the length, so the interpreter, which compares every pair, is asked of
    shorter lists.
    """
    if not looks_into_json(store):
        return
    short = has_longest(kind, SHORT, operator)
    people = [Person(id, read_document(document)) for id, document in longest(kind, SHORT).items()]
    expected = ids_where([evaluate(short, person, 0, {}) for person in people], people)
    assert "all" in expected
    documents = longest(kind, store.long_list)
    catalog = store.load({"id": list(documents), "doc": list(documents.values())}, ())
    assert ask_filter(store, run_for(store, catalog, 0, {}), has_longest(kind, store.long_list, operator)) == expected
