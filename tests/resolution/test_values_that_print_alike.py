"""A list means each of its items: two that print alike, 1 and "1", are two."""

from itertools import combinations

import pytest

from audience.catalog import open_catalog
from audience.interpreter import Person, evaluate, read_profile
from audience.language import Expression, Or
from audience.language.nodes import And, Condition, Items, Literal, Property
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import from_json

ALIKE: list[tuple[object, ...]] = [
    (1, "1", "1.0", True, [1]),
    (0, "0", False, "", [], {}),
    (True, "true", "True", 1),
    (None, "null", "None", ""),
    ([1], "[1]", ["1"], [[1]]),
    ({"a": 1}, '{"a": 1}', {"a": "1"}, {"a": True}),
]

PEOPLE = [
    Person("a", read_profile({} if value is None else {"x": value}))
    for group in ALIKE
    for one in group
    for value in (one, [one], [one, one], [None, one])
]

PAIRS = [pair for group in ALIKE for pair in combinations(group, 2)]


def condition(operator: str, *items: object) -> Condition:
    argument = Items(tuple(Literal(from_json(item)) for item in items))
    return Condition(Property(("x",)), BY_NAME[operator], argument)


def answers(expression: Expression) -> list[bool]:
    predicate = resolve(expression, open_catalog()).predicate
    return [evaluate(predicate, person, 0, {}) for person in PEOPLE]


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_a_list_means_each_of_its_items(pair: tuple[object, object]) -> None:
    one, other = (condition("contains", item) for item in pair)
    assert answers(condition("contains", *pair)) == answers(Or((one, other)))
    assert answers(condition("contains", *pair)) == list(map(max, answers(one), answers(other)))
    one, other = (condition("contains_all", item) for item in pair)
    assert answers(condition("contains_all", *pair)) == answers(And((one, other)))
    assert answers(condition("contains_all", *pair)) == list(map(min, answers(one), answers(other)))
