"""Normalising keeps every answer, makes one form, and does not see spelling."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from audience.catalog.kinds import ANY
from audience.interpreter import evaluate
from audience.ir import And, Compares, Equals, Not, Or, Order, Predicate, Property, meaning, negate, verify
from audience.resolution.normalize import normalize
from audience.values import Number
from tests.strategies.predicates import MEMBERS, NOW, people, predicates


def answers(predicate: Predicate, crowd: list) -> list[bool]:
    return [evaluate(predicate, person, NOW, MEMBERS) for person in crowd]


def respelled(predicate: Predicate, draw: random.Random) -> Predicate:
    """The same predicate with operands shuffled, repeated and grouped."""
    match predicate:
        case And(operands) | Or(operands):
            parts = [respelled(operand, draw) for operand in operands]
            parts += draw.sample(parts, draw.randint(0, len(parts)))
            draw.shuffle(parts)
            same = type(predicate)
            cut = draw.randint(0, len(parts))
            return same((same(tuple(parts[:cut])), *parts[cut:])) if cut else same(tuple(parts))
        case Equals(subject, operands):
            return Equals(subject, tuple(draw.sample([*operands, *operands], len(operands) * 2)))
        case _:
            return predicate


@given(predicates(), st.lists(people, min_size=1, max_size=8))
def test_the_answer_stays(predicate, crowd):
    assert answers(normalize(predicate), crowd) == answers(predicate, crowd)


@given(predicates())
def test_the_result_is_canonical_and_stays(predicate):
    found = normalize(predicate)
    verify(found)
    assert normalize(found) == found


@given(predicates(), st.randoms(use_true_random=False))
def test_order_repetition_and_grouping_do_not_count(predicate, draw):
    other = respelled(predicate, draw)
    assert normalize(other) == normalize(predicate)
    assert meaning(normalize(other)) == meaning(normalize(predicate))


@given(predicates(), st.lists(people, min_size=1, max_size=5))
def test_the_complement_is_true_of_the_others(predicate, crowd):
    assert answers(normalize(negate(predicate)), crowd) == [not answer for answer in answers(predicate, crowd)]
    assert negate(negate(predicate)) == predicate


@given(predicates(max_leaves=3), predicates(max_leaves=3), st.lists(people, min_size=1, max_size=8))
def test_two_answers_are_two_meanings(one, other, crowd):
    if answers(one, crowd) != answers(other, crowd):
        assert meaning(normalize(one)) != meaning(normalize(other))


def test_a_test_beside_its_complement_is_decided():
    leaf = Compares(Property(("x",), ANY), Order.LESS, Number(1))
    other = Equals(Property(("x",), ANY), (Number(1),))
    assert normalize(And((leaf, other, Not(leaf)))).value is False
    assert normalize(Or((leaf, other, Not(leaf)))).value is True


def test_a_thousand_conditions_are_quick():
    parts = tuple(
        And(
            (
                Equals(Property((f"p{number % 7}",), ANY), (Number(number),)),
                Not(Equals(Property(("q",), ANY), (Number(number),))),
            )
        )
        for number in range(500)
    )
    best = min(_seconds(Or(parts)) for _ in range(5))
    assert best < 0.03 * 4, "30 ms on an idle machine; a busy one gets four times that"


def _seconds(predicate: Predicate) -> float:
    start = time.perf_counter()
    normalize(predicate)
    return time.perf_counter() - start
