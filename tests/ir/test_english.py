"""The sentence says what the condition asks, negation and absence included."""

import pytest
from hypothesis import given

from audience.catalog import open_catalog
from audience.ir import describe
from audience.language import parse
from audience.resolution import resolve
from tests.strategies.predicates import predicates

SENTENCES = {
    'plan = "pro" and mrr >= 100': 'mrr is at least 100 and plan is "pro"',
    'plan != ""': 'plan is not "" (or missing)',
    'plan in ["a", "b"]': 'plan is or has "a" or "b"',
    "plan not in [1, 2, 3, 4, 5, 6, 7]": "plan neither is nor has 1, 2, 3, 4, 5 or 2 more",
    "plan = null": "plan is missing",
    "plan exists": "plan is there",
    'tags contains all ["a", "b"]': 'tags is a list that has "a" and "b"',
    "tags contains all []": "tags is a list",
    'name does not contain "x"': 'name does not contain "x"',
    "last_seen before 30 days ago": "last_seen is a time earlier than 30 days ago",
    "last_seen on or after 2 weeks from now": "last_seen is a time not earlier than 2 weeks from now",
    "last_seen before now": "last_seen is a time earlier than now",
    'last_seen not before "2025-01-01"': "last_seen is not a time earlier than 2025-01-01T00:00:00Z",
    "last_seen is a timestamp": "last_seen is a time",
    "a > recipient.b": "a is more than their b",
    'recipient["a b"].c is empty': 'recipient["a b"].c is empty',
    'not member of "vip"': "the person is not a member of vip",
    'a exists and (b exists or c > "x")': 'a is there and (c is after "x" or b is there)',
    "nobody": "nobody",
    "a exists or a does not exist": "everybody",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences(text):
    assert describe(resolve(parse(text), open_catalog(), static={"vip"}).predicate) == SENTENCES[text]


@given(predicates())
def test_everything_can_be_said(predicate):
    assert describe(predicate)
