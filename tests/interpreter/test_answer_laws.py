"""Laws of the meaning, on generated people and conditions: total, two-valued, complementary, typed."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from audience.catalog.kinds import ANY
from audience.interpreter import Person, evaluate
from audience.interpreter.equality import equals, equals_found, reads, reads_found
from audience.interpreter.order import ordered, ordered_found
from audience.ir.nodes import (
    And,
    Compares,
    ComparesInstant,
    Constant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Not,
    Now,
    Or,
    Order,
    Property,
)
from audience.values import Instant, Null, Text, from_json, read_instant

NOW = read_instant("2025-01-01T00:00:00Z")
KEYS = ["x", "y", "id", "a.b", ""]

# Few distinct scalars, so that values meet; the awkward ones are named.
TEXTS = st.sampled_from(["", "a", "b", "ab", "5", "true", "null", "é", "e\u0301", "\x00", "\ud800", "2025-01-01"])
TEXTS |= st.sampled_from(["2025-01-01T00:00:00Z", "2024-12-31T19:00:00-05:00", "now", "😀"]) | st.text(max_size=3)
NUMBERS = st.sampled_from([0.0, 1.0, 5.0, -1.5, 0.1, 2.0**53, 1e308]) | st.floats(allow_nan=False, allow_infinity=False)
ODD_NUMBERS = st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 0, 1, 2**53 + 1, 2**127, -(10**400), 10**400])
INSTANTS = st.sampled_from([NOW, NOW + 1, 0, 10**30, -(10**30)]).map(Instant)

JSON_SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON_VALUES = st.recursive(
    JSON_SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3), max_leaves=6
)
RUNTIME_SCALARS = JSON_SCALARS | ODD_NUMBERS | INSTANTS
RUNTIME_VALUES = st.recursive(
    RUNTIME_SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=3),
    max_leaves=6,
)
PEOPLE = st.builds(
    Person,
    st.none() | TEXTS,
    st.dictionaries(st.sampled_from(KEYS), RUNTIME_VALUES, max_size=4),
    st.sampled_from([None, "", "acme"]),
)
MEMBERS = {"vip": frozenset({("a", None), ("b", "acme")}), "none": frozenset()}

STEPS = st.lists(st.sampled_from(KEYS) | st.integers(-1, 2), min_size=1, max_size=3).map(tuple)
PROPERTIES = STEPS.map(lambda steps: Property(steps, ANY))
LITERALS = JSON_VALUES.map(from_json)
OPERANDS = LITERALS | INSTANTS | PROPERTIES
SEVERAL = st.lists(OPERANDS, min_size=1, max_size=3).map(tuple)
ORDERS = st.sampled_from(Order)
BOUNDS = INSTANTS | st.integers(-(10**12), 10**12).map(Now) | PROPERTIES

LEAVES = st.one_of(
    st.builds(Equals, PROPERTIES, SEVERAL),
    st.builds(Compares, PROPERTIES, ORDERS, OPERANDS),
    st.builds(ComparesInstant, PROPERTIES, ORDERS, BOUNDS),
    st.builds(Contains, PROPERTIES, OPERANDS),
    st.builds(ContainsAny, PROPERTIES, st.lists(LITERALS | INSTANTS, min_size=1, max_size=3).map(tuple)),
    st.builds(ContainsAll, PROPERTIES, st.lists(OPERANDS, max_size=3).map(tuple)),
    st.builds(IsEmpty, PROPERTIES),
    st.builds(Exists, PROPERTIES),
    st.builds(IsTimestamp, PROPERTIES),
    st.builds(IsMember, st.sampled_from(sorted(MEMBERS))),
)
PREDICATES = st.recursive(
    LEAVES | LEAVES.map(Not) | st.booleans().map(Constant),
    lambda below: (
        st.builds(And, st.lists(below, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(below, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


def answer(predicate, person):
    return evaluate(predicate, person, NOW, MEMBERS)


@given(PREDICATES, PEOPLE)
def test_every_answer_is_true_or_false(predicate, person):
    assert answer(predicate, person) in (True, False)
    assert type(answer(predicate, person)) is bool


@given(LEAVES, PEOPLE)
def test_a_negation_is_the_complement(leaf, person):
    assert answer(Not(leaf), person) is not answer(leaf, person)


@given(st.lists(PREDICATES, min_size=2, max_size=4), PEOPLE)
def test_groups_are_all_and_any(parts, person):
    answers = [answer(part, person) for part in parts]
    assert answer(And(tuple(parts)), person) is all(answers)
    assert answer(Or(tuple(parts)), person) is any(answers)


def spelled(value):
    """A JSON value written so that two values are equal exactly when their spellings are."""
    match value:
        case bool() | None | str():
            return json.dumps(value)
        case int() | float():
            return repr(float(value) + 0.0)
        case list():
            return "[" + ",".join(map(spelled, value)) + "]"
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{spelled(value[key])}" for key in sorted(value)) + "}"


@given(JSON_VALUES, JSON_VALUES)
def test_equality_is_equality_of_spellings(value, other):
    assert equals(value, from_json(other)) is (spelled(value) == spelled(other))
    assert equals(other, from_json(value)) is equals(value, from_json(other))
    assert equals(value, from_json(value))


@given(JSON_VALUES, LITERALS)
def test_reading_differs_from_equality_only_in_absence(value, literal):
    if value is None:
        assert reads(value, literal) is (literal in (Null(), Text("")))
    else:
        assert reads(value, literal) is equals(value, literal)


@given(RUNTIME_VALUES, RUNTIME_VALUES)
def test_equality_of_found_values_is_symmetric_on_scalars(value, other):
    if isinstance(value, list | dict) or isinstance(other, list | dict):
        assert not equals_found(value, other)
    else:
        assert equals_found(value, other) is equals_found(other, value)
        assert reads_found(value, other) is reads_found(other, value)


@given(JSON_SCALARS, JSON_SCALARS)
def test_a_found_argument_reads_like_the_literal_it_holds(value, other):
    """Except null: a literal null asks for absence, a found one reads as the empty text."""
    literal = Text("") if other is None else from_json(other)
    assert reads_found(value, other) is reads(value, literal)


@given(RUNTIME_SCALARS, ORDERS, RUNTIME_SCALARS)
def test_order_is_total_within_a_type_and_empty_across(value, order, other):
    less, greater = ordered_found(value, Order.LESS, other), ordered_found(value, Order.GREATER, other)
    equal = equals_found(value, other)
    assert ordered_found(other, Order.GREATER, value) is less
    assert ordered_found(other, Order.LESS, value) is greater
    assert ordered_found(value, Order.LESS_OR_EQUAL, other) is (less or (equal and not unordered(value)))
    assert ordered_found(value, Order.GREATER_OR_EQUAL, other) is (greater or (equal and not unordered(value)))
    assert less + greater + equal == (kind(value) == kind(other) and (kind(value) != "boolean" or value == other))


def kind(value):
    """The type that order and equality know; a NaN is a type of its own that equals nothing, as null is here."""
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return object() if value != value else "number"
        case None:
            return object()
        case _:
            return type(value)


def unordered(value):
    return isinstance(value, bool)


@given(JSON_SCALARS, ORDERS, JSON_SCALARS)
def test_a_found_bound_orders_like_the_literal_it_holds(value, order, other):
    assert ordered_found(value, order, other) is ordered(value, order, from_json(other))


@given(INSTANTS, ORDERS, st.sampled_from(["2025-01-01", "2024-12-31T19:00:00-05:00", "now", ""]))
def test_a_literal_that_reads_is_its_instant_beside_an_instant(value, order, text):
    read = read_instant(text)
    assert equals(value, Text(text)) is (read is not None and equals(value, Instant(read)))
    assert ordered(value, order, Text(text)) is (read is not None and ordered(value, order, Instant(read)))


X = Property(("x",), ANY)


@given(PEOPLE, BOUNDS)
def test_before_and_on_or_after_split_the_timestamps(person, bound):
    before = answer(ComparesInstant(X, Order.LESS, bound), person)
    after = answer(ComparesInstant(X, Order.GREATER_OR_EQUAL, bound), person)
    assert not (before and after)
    if not isinstance(bound, Property):
        assert (before or after) is answer(IsTimestamp(X), person)


@given(PEOPLE)
def test_empty_is_absent_or_an_empty_text_or_list(person):
    empty = answer(IsEmpty(X), person)
    assert empty is answer(Equals(X, (Null(), Text(""), from_json([]))), person)
    assert answer(Exists(X), person) is not answer(Equals(X, (Null(),)), person)


@given(PEOPLE, st.lists(LITERALS | INSTANTS, min_size=2, max_size=4).map(tuple))
def test_several_operands_are_a_disjunction_or_a_conjunction(person, several):
    one_by_one = [(literal,) for literal in several]
    assert answer(Equals(X, several), person) is any(answer(Equals(X, one), person) for one in one_by_one)
    assert answer(ContainsAny(X, several), person) is any(answer(ContainsAny(X, one), person) for one in one_by_one)
    assert answer(ContainsAll(X, several), person) is all(answer(ContainsAll(X, one), person) for one in one_by_one)


@given(PEOPLE, st.integers(-(10**12), 10**12), ORDERS)
def test_now_and_an_instant_shift_together(person, offset, order):
    assert answer(ComparesInstant(X, order, Now(offset)), person) is answer(
        ComparesInstant(X, order, Instant(NOW + offset)), person
    )
