"""`contains` and its relatives ask another property for one item, or for all of them."""

import pytest

from audience.catalog import open_catalog
from audience.catalog.kinds import ANY
from audience.interpreter import Person, evaluate
from audience.ir import Contains, ContainsAll, Not, Property
from audience.language import parse
from audience.resolution import resolve

SUBJECT, OTHER = Property(("a",), ANY), Property(("b",), ANY)
WRITTEN = {
    "a contains recipient.b": Contains(SUBJECT, OTHER),
    "a does not contain recipient.b": Not(Contains(SUBJECT, OTHER)),
    "a contains all recipient.b": ContainsAll(SUBJECT, (OTHER,)),
    "a does not contain all recipient.b": Not(ContainsAll(SUBJECT, (OTHER,))),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_one_item_or_all(text: str) -> None:
    assert resolve(parse(text), open_catalog()).predicate == WRITTEN[text]


@pytest.mark.parametrize(
    ("person", "item", "all"),
    [
        ({"a": ["x", "y"], "b": "x"}, True, True),
        ({"a": "xyz", "b": "y"}, True, False),
        ({"a": ["", "x"]}, True, False),
        ({"a": ["x"], "b": ["x"]}, False, False),
    ],
    ids=["an item", "a part of a text", "absent", "a list is no item"],
)
def test_the_answers(person: dict[str, object], item: bool, all: bool) -> None:
    predicates = [resolve(parse(text), open_catalog()).predicate for text in WRITTEN]
    answers = [evaluate(predicate, Person(None, person), 0, {}) for predicate in predicates]
    assert answers == [item, not item, all, not all]
