"""Answers over time: a timeline is the interpreter at every now, and `due` misses nobody whose answer changes."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audience.analysis import Timeline, due, texts_first, time_leaves
from audience.analysis.timeline import Fact
from audience.catalog.kinds import JsonKind, TimestampForm, TimestampKind
from audience.interpreter import Person, evaluate, find
from audience.interpreter.instants import instant_of
from audience.ir import (
    Compares,
    ComparesInstant,
    Constant,
    IsTimestamp,
    Leaf,
    Not,
    Now,
    Or,
    Order,
    Predicate,
    Property,
    leaves,
    uses_now,
    verify,
)
from audience.resolution.normalize import normalize
from audience.values import Instant
from tests.strategies.predicates import MEMBERS, NOW
from tests.strategies.timed import FAR, moving_people, moving_predicates, timed_leaves, waves

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


@given(predicate=canonical | waves.map(normalize), person=moving_people, after=st.sampled_from(MOMENTS))
def test_the_last_flip_is_where_the_answer_last_changed(predicate: Predicate, person: Person, after: int) -> None:
    timeline, known = Timeline(predicate), answers(predicate, person)
    facts = [fact_of(leaf, person) for leaf in timeline.leaves]
    flips: list[int | None] = [None]
    for until in range(after, MOMENTS.stop):
        if until > after and known[until] != known[until - 1]:
            flips.append(until)
        assert timeline.last_flip(facts, after, until) == flips[-1]


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
def test_of_one_comparison_nobody_else_is_named(leaf: ComparesInstant, person: Person, stretch: list[int]) -> None:
    """A stretch costs what changes in it, and not the whole relation."""
    known = answers(leaf, person)
    for after, until in [stretch, *pairwise(MOMENTS)]:
        changes = any(known[now] != known[now - 1] for now in range(after + 1, until + 1))
        assert evaluate(due([leaf], after, until), person, until, MEMBERS) is changes


@given(found=st.lists(timed_leaves, min_size=2, max_size=5), stretch=stretches)
def test_several_comparisons_name_whom_each_of_them_names(found: list[Leaf], stretch: list[int]) -> None:
    after, until = stretch
    together, alone = due(found, after, until), [due([leaf], after, until) for leaf in found]
    for moment in range(NOW - 2 * FAR, NOW + 2 * FAR):
        person = Person("a", dict.fromkeys(("x", "y", "seen"), Instant(moment)))
        named = [evaluate(predicate, person, until, MEMBERS) for predicate in alone]
        assert evaluate(together, person, until, MEMBERS) is any(named)


@given(predicate=canonical, stretch=stretches)
def test_time_that_is_swept_in_steps_loses_nothing_between_them(predicate: Predicate, stretch: list[int]) -> None:
    after, until = stretch
    whole, steps = due([predicate], after, until), list(pairwise(range(after, until + 1)))
    assert due([predicate, predicate], after, until) == whole
    parts = [due([predicate], *step) for step in steps]
    for moment in range(NOW - 2 * FAR, NOW + 2 * FAR):
        person = Person("a", dict.fromkeys(("x", "y", "seen"), Instant(moment)))
        swept = any(evaluate(part, person, until, MEMBERS) for part in parts)
        assert evaluate(whole, person, until, MEMBERS) is swept


dates = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)) | st.sampled_from([date(2025, 12, 31)])
timestamps = st.tuples(
    dates.map(date.isoformat),
    st.sampled_from(["", "T00:00", "T23:59:59.999999", " 12:00:00"]),
    st.sampled_from(["", "Z", "+14:59", "-14:59", "+00:00"]),
).map(lambda parts: parts[0] + parts[1] + parts[2] * bool(parts[1]))


@given(
    text=timestamps | st.text(max_size=12), moved=st.integers(-2, 2), offset=st.sampled_from([0, 1, -86_400_000_000])
)
def test_asking_for_texts_first_names_the_same_people(text: str, moved: int, offset: int) -> None:
    """A stretch that ends about where the text lies, and the stretches that a day more or less would make of it."""
    person = Person("a", {"seen": text})
    instant = instant_of(text)
    seen = Property(("seen",), JsonKind())
    until = (0 if instant is None else instant) + moved
    for order in (Order.GREATER, Order.LESS):
        for length in (1, 3, 86_400_000_000):
            found = due([ComparesInstant(seen, order, Now(offset))], until - length - offset, until - offset)
            first = texts_first(found)
            verify(first)
            assert evaluate(first, person, 0, MEMBERS) is evaluate(found, person, 0, MEMBERS)
            both = normalize(Or((found, Not(IsTimestamp(seen)))))
            assert evaluate(texts_first(both), person, 0, MEMBERS) is evaluate(both, person, 0, MEMBERS)


def test_texts_are_asked_in_json_alone() -> None:
    for kind, texts in ((JsonKind(), 4), (TimestampKind(TimestampForm.NAIVE), 0)):
        seen = Property(("seen",), kind)
        found = due([ComparesInstant(seen, Order.LESS, Now(offset)) for offset in (1, 10**12)], NOW, NOW + 10)
        assert sum(isinstance(leaf, Compares) for leaf in leaves(texts_first(found))) == texts


@given(predicate=canonical)
def test_time_leaves_are_those_that_compare_with_now(predicate: Predicate) -> None:
    found = time_leaves(predicate)
    assert len(set(found)) == len(found)
    assert bool(found) is uses_now(predicate)
    assert set(found) <= set(leaves(predicate))
    assert due([predicate], NOW, NOW) == Constant(False)
    assert bool(found) is (due([predicate], NOW, NOW + 1) != Constant(False))


def test_a_person_of_several_rows() -> None:
    """Whoever has several rows is in as long as one of them is: they leave with the last."""
    seen = Property(("seen",), TimestampKind(TimestampForm.ZONED))
    timeline = Timeline(ComparesInstant(seen, Order.GREATER, Now(-10)))
    rows = [[100], [105], [None]]
    assert [timeline.truth_of_any(rows, at) for at in (109, 110, 114, 115)] == [True, True, True, False]
    assert timeline.last_flip_of_any(rows, 100, 200) == 115
    assert timeline.last_flip_of_any(rows, 100, 114) is None
