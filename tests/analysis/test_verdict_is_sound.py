"""A verdict is a promise: no generated person may break one, and the plain contradictions are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.analysis import Verdict, verdict
from audience.catalog import Catalog, Column, Table, open_catalog
from audience.catalog.kinds import TextKind
from audience.catalog.types import read_kind
from audience.interpreter import evaluate
from audience.ir import And
from audience.language import parse
from audience.resolution import resolve
from audience.resolution.normalize import normalize
from tests.strategies.predicates import MEMBERS, NOW, leaves, people, predicates

TYPED = Catalog(
    Table(("people",)),
    Column("id", "id", TextKind()),
    tuple(
        Column(name, name, read_kind(type))
        for name, type in {"mrr": "DOUBLE", "plan": "VARCHAR", "seen": "TIMESTAMP", "tags": "VARCHAR[]"}.items()
    ),
)

NEVER = [
    'x = "a" and x = "b"',
    'x = "a" and x in ["b", "c"] and not x is empty and x != "c" and x != "b"',
    '(x = "a" or x = "b") and x != "a" and x != "b" and x != "c"',
    "x > 5 and x < 3",
    "x > 5 and x <= 5",
    'x > "b" and x < "a"',
    'x > 5 and x < "a"',
    "x = 5 and x > 5",
    'x = "" and x = 1',
    "x does not exist and x > 1",
    "x exists and x = null",
    'x before "2024-01-01" and x on or after "2025-01-01"',
    "x before 30 days ago and x on or after 7 days ago",
    "x is a timestamp and x = 5",
    'x is empty and x = "a"',
    'x contains all ["a"] and x = "a"',
    "(x > 5 and x < 3) or (y > 5 and y < 3)",
]
CONDITIONAL = [
    'x = "" and x = null',
    "x >= 5 and x <= 5",
    'x = "a" or x = "b"',
    'x = "a" and x = recipient.y',
    "x > 5 and y < 3",
    'x before "2024-01-01" and x on or after 7 days ago',
    'x contains "a" and x contains "b"',
    'x in ["a", "b"] and x in ["b", "c"]',
    'x contains all ["a"] and x contains all ["b"]',
    "x is empty and x is a timestamp",
    'x != "a" and x != "b"',
]
TYPED_NEVER = ["mrr = true", 'mrr > "5"', "plan = 5", "plan > 5", "seen = 5", 'seen contains "a"', "mrr before now",
               'tags = "vip"', "plan contains all []", "plan contains 5"]  # fmt: skip
TYPED_CONDITIONAL = ["mrr = 5", 'plan = "5"', 'seen = "2025-01-01"', 'mrr = ""', "mrr = null", 'tags contains "vip"']


@pytest.mark.parametrize("text", NEVER)
def test_contradictions_are_found(text):
    assert verdict(resolve(parse(text), open_catalog()).predicate) is Verdict.NEVER
    assert verdict(resolve(parse(f"not ({text})"), open_catalog()).predicate) is Verdict.ALWAYS


@pytest.mark.parametrize("text", CONDITIONAL)
def test_what_somebody_may_match_is_conditional(text):
    assert verdict(resolve(parse(text), open_catalog()).predicate) is Verdict.CONDITIONAL


@pytest.mark.parametrize("text", TYPED_NEVER)
def test_a_column_type_rules_tests_out(text):
    assert verdict(resolve(parse(text), TYPED).predicate) is Verdict.NEVER


@pytest.mark.parametrize("text", TYPED_CONDITIONAL)
def test_a_column_type_allows_its_own_values_and_absence(text):
    assert verdict(resolve(parse(text), TYPED).predicate) is Verdict.CONDITIONAL


@given(st.lists(leaves(), min_size=2, max_size=4).map(tuple).map(And), st.lists(people, min_size=5, max_size=20))
def test_contradictory_conjunctions_match_nobody(predicate, crowd):
    _keeps_its_promise(predicate, crowd)


@given(predicates(), st.lists(people, min_size=5, max_size=20))
def test_verdicts_hold_for_every_person(predicate, crowd):
    _keeps_its_promise(predicate, crowd)


def _keeps_its_promise(predicate, crowd):
    for form in (predicate, normalize(predicate)):
        found = verdict(form)
        answers = {evaluate(form, person, NOW, MEMBERS) for person in crowd}
        if found is Verdict.NEVER:
            assert answers == {False}
        if found is Verdict.ALWAYS:
            assert answers == {True}
