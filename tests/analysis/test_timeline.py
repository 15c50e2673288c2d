"""Answers over time: a timeline is the interpreter at every now, and `due` misses nobody whose answer changes."""

from hypothesis import given
from hypothesis import strategies as st

from audience.analysis import Timeline, due, time_leaves
from audience.analysis.timeline import Fact
from audience.interpreter import Person, evaluate, find
from audience.interpreter.instants import instant_of
from audience.ir import Constant, Leaf, Predicate, leaves, uses_now, verify
from audience.resolution.normalize import normalize
from audience.values import Instant
from tests.strategies.predicates import MEMBERS, NOW
from tests.strategies.timed import FAR, moving_people, moving_predicates, timed_leaves

MOMENTS = range(NOW - FAR, NOW + FAR + 1)
stretches = st.tuples(st.sampled_from(MOMENTS), st.sampled_from(MOMENTS)).map(sorted)
canonical = moving_predicates().map(normalize)


def fact_of(leaf: Leaf, person: Person) -> Fact:
    """What `select_facts` says of one person."""
    if leaf in time_leaves(leaf):
        return instant_of(find(person, leaf.property.steps))
    return evaluate(leaf, person, 0, MEMBERS)


def answers(predicate: Predicate, person: Person) -> dict[int, bool]:
    """The interpreter's answer at every now."""
    return {now: evaluate(predicate, person, now, MEMBERS) for now in MOMENTS}


@given(predicate=canonical, person=moving_people)
def test_a_timeline_is_the_interpreter_at_every_now(predicate: Predicate, person: Person) -> None:
    timeline = Timeline(predicate)
    facts = [fact_of(leaf, person) for leaf in timeline.leaves]
    assert {now: timeline.truth(facts, now) for now in MOMENTS} == answers(predicate, person)


@given(predicate=canonical, person=moving_people, stretch=stretches)
def test_the_last_flip_is_where_the_answer_last_changed(
    predicate: Predicate, person: Person, stretch: list[int]
) -> None:
    after, until = stretch
    timeline, known = Timeline(predicate), answers(predicate, person)
    flips = [now for now in range(after + 1, until + 1) if known[now] != known[now - 1]]
    facts = [fact_of(leaf, person) for leaf in timeline.leaves]
    assert timeline.last_flip(facts, after, until) == (flips[-1] if flips else None)


@given(predicates=st.lists(canonical, min_size=1, max_size=3), person=moving_people, stretch=stretches)
def test_nobody_who_changes_is_missed(predicates: list[Predicate], person: Person, stretch: list[int]) -> None:
    after, until = stretch
    found = due(predicates, after, until)
    verify(found)
    assert not uses_now(found)
    known = [answers(predicate, person) for predicate in predicates]
    if any(held[now] != held[after] for held in known for now in range(after + 1, until + 1)):
        assert evaluate(found, person, until, MEMBERS)


@given(leaf=timed_leaves, person=moving_people, stretch=stretches)
def test_of_one_comparison_nobody_else_is_named(leaf: Leaf, person: Person, stretch: list[int]) -> None:
    """A stretch costs what changes in it, and not the whole relation."""
    after, until = stretch
    known = answers(leaf, person)
    changes = any(known[now] != known[now - 1] for now in range(after + 1, until + 1))
    assert evaluate(due([leaf], after, until), person, until, MEMBERS) is changes


@given(predicate=canonical, stretch=stretches)
def test_stretches_that_meet_name_whom_one_stretch_names(predicate: Predicate, stretch: list[int]) -> None:
    """Time that is swept in steps loses nothing between them, and the same comparison twice asks once."""
    after, until = stretch
    whole = due([predicate], after, until)
    assert due([predicate, predicate], after, until) == whole
    parts = [due([predicate], now, now + 1) for now in range(after, until)]
    for offset in range(-2 * FAR, 2 * FAR):
        person = Person("a", dict.fromkeys(("x", "y", "seen"), Instant(NOW + offset)))
        swept = any(evaluate(part, person, until, MEMBERS) for part in parts)
        assert evaluate(whole, person, until, MEMBERS) is swept


@given(predicate=canonical)
def test_time_leaves_are_those_that_compare_with_now(predicate: Predicate) -> None:
    found = time_leaves(predicate)
    assert len(set(found)) == len(found)
    assert bool(found) is uses_now(predicate)
    assert set(found) <= set(leaves(predicate))
    assert due([predicate], NOW, NOW) == Constant(False)
    assert bool(found) is (due([predicate], NOW, NOW + 1) != Constant(False))
