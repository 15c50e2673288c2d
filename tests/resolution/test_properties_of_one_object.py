"""Conditions about two keys of one object, or two items of one list, stay two conditions."""

from itertools import permutations, product

import pytest

from audience.catalog import open_catalog
from audience.interpreter import Person, evaluate, read_profile
from audience.language import Expression, parse
from audience.resolution import resolve

VALUES = ["a", "b", "", None, ["a"], ["a", "b"]]

PEOPLE = [
    Person("u", read_profile({"o": {"x": one, "y": other}, "l": [one, other], "x": other}))
    for one, other in product(VALUES, repeat=2)
]

PAIRS = [*permutations(["o.x", "o.y", "x"], 2), ("l[0]", "l[1]"), ("o.x", "l[0]"), ("o", "o.x")]

TESTS = ['= "a"', '!= "a"', 'in ["a", "c"]', 'not in ["a", "c"]', 'contains all ["a"]', 'does not contain all ["b"]',
         '= ""', "!= null", "exists", "does not exist"]  # fmt: skip


def answers(expression: Expression) -> list[bool]:
    predicate = resolve(expression, open_catalog()).predicate
    return [evaluate(predicate, person, 0, {}) for person in PEOPLE]


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_each_property_is_asked_its_own_question(pair: tuple[str, str]) -> None:
    for first, second in product(TESTS, repeat=2):
        one, other = f"{pair[0]} {first}", f"{pair[1]} {second}"
        apart = answers(parse(one)), answers(parse(other))
        assert answers(parse(f"{one} or {other}")) == list(map(max, *apart)), (one, other)
        assert answers(parse(f"{one} and {other}")) == list(map(min, *apart)), (one, other)
