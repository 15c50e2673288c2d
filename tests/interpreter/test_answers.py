"""Every rule of the meaning, one row each: a condition, a person, the answer, and why."""

import pytest

from audience.catalog.kinds import ANY
from audience.errors import UsageError
from audience.interpreter import Person, evaluate, read_document
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
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text, from_json, read_instant

LT, LE, GT, GE = Order.LESS, Order.LESS_OR_EQUAL, Order.GREATER, Order.GREATER_OR_EQUAL
NAN, INF = float("nan"), float("inf")
BIG = 2**53

NOW = read_instant("2025-01-01T00:00:00Z")
NEW_YEAR = Instant(NOW)
DAY = 86_400_000_000


def at(*steps):
    return Property(steps, ANY)


X, Y = at("x"), at("y")


def answer(predicate, properties, **who):
    return evaluate(predicate, Person(who.get("id"), properties, who.get("tenant")), NOW, who.get("members", {}))


def rows(*table):
    return pytest.mark.parametrize(
        ("predicate", "properties", "expected", "why"), table, ids=[f"{i}-{row[3]}" for i, row in enumerate(table)]
    )


@rows(
    (Equals(X, (Text("pro"),)), {"x": "pro"}, True, "same text"),
    (Equals(X, (Text("pro"),)), {"x": "Pro"}, False, "case counts"),
    (Equals(X, (Text("é"),)), {"x": "e\u0301"}, False, "nothing is normalised"),
    (Equals(X, (Text("pro"),)), {"x": "pro "}, False, "nothing is trimmed"),
    (Equals(X, (Text("5"),)), {"x": 5.0}, False, "a text is no number"),
    (Equals(X, (Number(5),)), {"x": "5"}, False, "a number is no text"),
    (Equals(X, (Number(1),)), {"x": True}, False, "true is not 1"),
    (Equals(X, (Boolean(True),)), {"x": 1.0}, False, "1 is not true"),
    (Equals(X, (Boolean(True),)), {"x": 1}, False, "an integer column's 1 is not true"),
    (Equals(X, (Boolean(True),)), {"x": True}, True, "true"),
    (Equals(X, (Boolean(False),)), {"x": 0.0}, False, "0 is not false"),
    (Equals(X, (Boolean(False),)), {}, False, "absent is not false"),
    (Equals(X, (Boolean(True),)), {"x": "true"}, False, "a text is no boolean"),
    (Equals(X, (Number(0),)), {"x": -0.0}, True, "-0 is 0"),
    (Equals(X, (Number(0.1),)), {"x": 0.1}, True, "same binary64"),
    (Equals(X, (Number(0.3),)), {"x": 0.1 + 0.2}, False, "neighbours differ"),
    (Equals(X, (Number(BIG + 1),)), {"x": BIG + 1}, True, "an integer column is exact"),
    (Equals(X, (Number(BIG + 1),)), {"x": BIG}, False, "an integer column is exact beyond 2^53"),
    (Equals(X, (Number(0.5),)), {"x": 2**127}, False, "an integer beside a fraction"),
    (Equals(X, (Number(1),)), {"x": NAN}, False, "NaN equals nothing"),
    (Equals(X, (Text(""),)), {}, True, "absent reads as the empty text"),
    (Equals(X, (Text(""),)), {"x": None}, True, "null is absent"),
    (Equals(X, (Text(""),)), {"x": " "}, False, "a space is no empty text"),
    (Equals(X, (Text(""),)), {"x": []}, False, "an empty list is no empty text"),
    (Equals(X, (Text("null"),)), {"x": None}, False, "null is not the text null"),
    (Equals(X, (Null(),)), {}, True, "null asks for absence"),
    (Equals(X, (Null(),)), {"x": None}, True, "null is absent"),
    (Equals(X, (Null(),)), {"x": ""}, False, "the empty text is there"),
    (Equals(X, (Number(0),)), {}, False, "absent is not 0"),
    (Equals(X, (Text("a"), Text("b"))), {"x": "b"}, True, "one of several operands"),
    (Equals(X, (Text("a"), Text("b"))), {"x": "c"}, False, "none of several operands"),
    (Equals(X, (Text("a"), Null())), {}, True, "null among several operands"),
)
def test_equals_scalars(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (Equals(X, (from_json([1, 2]),)), {"x": [1.0, 2.0]}, True, "pairwise by value"),
    (Equals(X, (from_json([1, 2]),)), {"x": [2.0, 1.0]}, False, "order counts"),
    (Equals(X, (from_json([1, 2]),)), {"x": [1.0, 2.0, 3.0]}, False, "length counts"),
    (Equals(X, (from_json([1]),)), {"x": [True]}, False, "types count inside"),
    (Equals(X, (from_json([None]),)), {"x": [None]}, True, "null only null inside"),
    (Equals(X, (from_json([""]),)), {"x": [None]}, False, "null is not the empty text inside"),
    (Equals(X, (from_json([]),)), {"x": []}, True, "empty list"),
    (Equals(X, (from_json([]),)), {"x": {}}, False, "an object is no list"),
    (Equals(X, (from_json({}),)), {"x": {}}, True, "empty object"),
    (Equals(X, (from_json({}),)), {}, False, "absent is no object"),
    (Equals(X, (from_json({"b": 2, "a": 1}),)), {"x": {"a": 1.0, "b": 2.0}}, True, "objects have no order"),
    (Equals(X, (from_json({"a": 1}),)), {"x": {"a": 1.0, "b": None}}, False, "a null member is a member"),
    (Equals(X, (from_json({"a": 1, "b": None}),)), {"x": {"a": 1.0}}, False, "a missing member is no null member"),
    (Equals(X, (from_json({"a": None}),)), {"x": {"b": None}}, False, "keys count"),
    (Equals(X, (from_json({"a": [{"b": 1}]}),)), {"x": {"a": [{"b": 1.0}]}}, True, "at any depth"),
    (Equals(X, (from_json("[1]"),)), {"x": [1.0]}, False, "a text that looks like a list"),
    (Equals(X, (Array((Text("2025-01-01"),)),)), {"x": [NEW_YEAR]}, True, "a text inside meets an instant inside"),
    (Equals(X, (Object((("t", Text("2025-01-01")),)),)), {"x": {"t": NEW_YEAR}}, True, "also in an object"),
)
def test_equals_arrays_and_objects(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


def test_a_list_with_nan_does_not_equal_itself():
    """Python's own `==` would take the same object for equal."""
    assert answer(Equals(X, (Number(1), Array((Number(1),)))), {"x": [NAN]}) is False
    assert answer(Contains(X, Y), {"x": [NAN], "y": NAN}) is False


@rows(
    (Equals(X, (Text("2025-01-01"),)), {"x": NEW_YEAR}, True, "a text that reads is that instant"),
    (Equals(X, (Text("2025-01-01T02:00:00+02:00"),)), {"x": NEW_YEAR}, True, "whatever its spelling"),
    (Equals(X, (Text("2025"),)), {"x": NEW_YEAR}, False, "a text that does not read"),
    (Equals(X, (Text(""),)), {"x": NEW_YEAR}, False, "an instant is not the empty text"),
    (Equals(X, (NEW_YEAR,)), {"x": NEW_YEAR}, True, "the same instant"),
    (Equals(X, (Instant(NOW + 1),)), {"x": NEW_YEAR}, False, "a microsecond later"),
    (Equals(X, (NEW_YEAR,)), {"x": "2025-01-01"}, False, "a text in JSON stays text"),
    (Equals(X, (NEW_YEAR,)), {"x": float(NOW)}, False, "a number is no instant"),
    (Equals(X, (NEW_YEAR,)), {}, False, "absent is no instant"),
    (Equals(X, (Number(NOW),)), {"x": NEW_YEAR}, False, "an instant is no number"),
    (Equals(X, (Text("2025-01-01"),)), {"x": "2025-01-01T00:00:00Z"}, False, "two texts stay texts"),
)
def test_equals_instants(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (Equals(X, (Y,)), {"x": "a", "y": "a"}, True, "two texts"),
    (Equals(X, (Y,)), {"x": 1.0, "y": "1"}, False, "types count"),
    (Equals(X, (Y,)), {"x": True, "y": 1.0}, False, "true is not 1"),
    (Equals(X, (Y,)), {"x": 1.0, "y": True}, False, "1 is not true"),
    (Equals(X, (Y,)), {"x": False, "y": False}, True, "two booleans"),
    (Equals(X, (Y,)), {}, True, "both absent"),
    (Equals(X, (Y,)), {"x": ""}, True, "an absent argument reads as the empty text"),
    (Equals(X, (Y,)), {"y": ""}, True, "an absent value reads as the empty text"),
    (Equals(X, (Y,)), {"x": 0.0}, False, "absent is not 0"),
    (Equals(X, (Y,)), {"x": [1.0], "y": [1.0]}, False, "a list is no valid argument"),
    (Equals(X, (Y,)), {"x": {}, "y": {}}, False, "an object is no valid argument"),
    (Not(Equals(X, (Y,))), {"x": [1.0], "y": [1.0]}, True, "and the complement is true"),
    (Equals(X, (Y,)), {"x": BIG + 1, "y": BIG}, True, "two number columns compare as binary64"),
    (Equals(X, (Y,)), {"x": NAN, "y": NAN}, False, "NaN equals nothing"),
    (Equals(X, (Y,)), {"x": NEW_YEAR, "y": NEW_YEAR}, True, "two instants"),
    (Equals(X, (Y,)), {"x": NEW_YEAR, "y": "2025-01-01"}, False, "a found text is no instant"),
    (Equals(X, (Y,)), {"x": "2025-01-01", "y": NEW_YEAR}, False, "nor the other way round"),
    (Equals(X, (Y,)), {"x": NEW_YEAR}, False, "an instant is not the empty text"),
    (Equals(X, (Text("a"), Y)), {"x": "b", "y": "b"}, True, "a property among literals"),
)
def test_equals_another_property(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (Compares(X, GT, Number(18)), {"x": 21.0}, True, "greater"),
    (Compares(X, GT, Number(18)), {"x": 18.0}, False, "not greater than itself"),
    (Compares(X, GE, Number(18)), {"x": 18.0}, True, "or equal"),
    (Compares(X, LE, Number(18)), {"x": 18.0}, True, "or equal"),
    (Compares(X, LT, Number(18)), {"x": 18.0}, False, "not less than itself"),
    (Compares(X, LT, Number(18)), {"x": "17"}, False, "a text is no number"),
    (Compares(X, GT, Number(0)), {"x": True}, False, "booleans are no numbers"),
    (Compares(X, GE, Boolean(True)), {"x": True}, False, "booleans have no order"),
    (Compares(X, GE, Null()), {"x": None}, False, "null has no order"),
    (Compares(X, GE, from_json([1])), {"x": [1.0]}, False, "lists have no order"),
    (Compares(X, LT, Number(18)), {}, False, "absent is never ordered"),
    (Compares(X, GE, Text("")), {}, False, "not even with the empty text"),
    (Compares(X, GE, Text("")), {"x": ""}, True, "the empty text is"),
    (Compares(X, GT, Number(BIG)), {"x": BIG + 1}, True, "an integer column is exact"),
    (Compares(X, GT, Number(1.5)), {"x": 2**127}, True, "an integer beside a fraction"),
    (Compares(X, GT, Number(1e308)), {"x": INF}, True, "infinity is above every number"),
    (Compares(X, LT, Text("a")), {"x": "B"}, True, "code points: upper case first"),
    (Compares(X, GT, Text("f")), {"x": "é"}, True, "code points: accents last"),
    (Compares(X, LT, Text("😀")), {"x": "\uffff"}, True, "code points, not UTF-16 units"),
    (Compares(X, LT, Text("9")), {"x": "10"}, True, "digits as text"),
    (Compares(X, LT, Text("2025-06-01")), {"x": NEW_YEAR}, True, "an instant before a text that reads"),
    (Compares(X, GE, Text("2025-01-01")), {"x": NEW_YEAR}, True, "an instant equal to a text that reads"),
    (Compares(X, LT, Text("zzz")), {"x": NEW_YEAR}, False, "a text that does not read"),
    (Compares(X, LT, Instant(NOW + 1)), {"x": NEW_YEAR}, True, "two instants"),
    (Compares(X, LE, NEW_YEAR), {"x": "2024-01-01"}, False, "a text in JSON is no instant here"),
    (Compares(X, GT, NEW_YEAR), {"x": Instant(10**30)}, True, "infinity is after every instant"),
    (Compares(X, LT, NEW_YEAR), {"x": Instant(-(10**30))}, True, "and before"),
    (Compares(X, GT, Y), {"x": 3.0, "y": 2.0}, True, "two properties"),
    (Compares(X, GT, Y), {"x": 3.0, "y": "2"}, False, "two types"),
    (Compares(X, GE, Y), {"x": 3.0}, False, "an absent argument orders nothing"),
    (Compares(X, GE, Y), {"x": "a"}, False, "an absent argument is not the empty text here"),
    (Compares(X, GE, Y), {}, False, "both absent"),
    (Compares(X, GT, Y), {"x": BIG + 1, "y": BIG}, False, "two number columns compare as binary64"),
    (Compares(X, GE, Y), {"x": BIG + 1, "y": BIG}, True, "and are equal there"),
    (Compares(X, GE, Y), {"x": True, "y": True}, False, "booleans have no order"),
    (Compares(X, GE, Y), {"x": True, "y": 0.0}, False, "a boolean is no number"),
    (Compares(X, GE, Y), {"x": 1.0, "y": False}, False, "nor as argument"),
    (Compares(X, LT, Y), {"x": "a", "y": "b"}, True, "two texts"),
    (Compares(X, LT, Y), {"x": Instant(1), "y": Instant(2)}, True, "two instants"),
    (Compares(X, LT, Y), {"x": NEW_YEAR, "y": "2026-01-01"}, False, "a found text is no instant"),
    (Compares(X, GE, Y), {"x": [1.0], "y": [1.0]}, False, "lists have no order"),
)
def test_compares(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@pytest.mark.parametrize("order", Order)
def test_nan_is_ordered_with_nothing(order):
    assert answer(Compares(X, order, Number(1)), {"x": NAN}) is False
    assert answer(Compares(X, order, Y), {"x": NAN, "y": 1.0}) is False
    assert answer(Compares(X, order, Y), {"x": 1.0, "y": NAN}) is False


@rows(
    (ComparesInstant(X, LT, NEW_YEAR), {"x": "2024-12-31T23:59:59.9999999Z"}, True, "fractions are cut"),
    (ComparesInstant(X, LT, NEW_YEAR), {"x": "2024-12-31T19:00:00-05:00"}, False, "the same instant is not before"),
    (ComparesInstant(X, GE, NEW_YEAR), {"x": "2024-12-31T19:00:00-05:00"}, True, "but on or after"),
    (ComparesInstant(X, LE, NEW_YEAR), {"x": "2025-01-01"}, True, "closed ends"),
    (ComparesInstant(X, GT, NEW_YEAR), {"x": "2025-01-01"}, False, "open ends"),
    (ComparesInstant(X, LT, NEW_YEAR), {"x": Instant(NOW - 1)}, True, "a typed instant"),
    (ComparesInstant(X, LT, NEW_YEAR), {"x": Instant(-(10**30))}, True, "minus infinity"),
    (ComparesInstant(X, LT, NEW_YEAR), {"x": "yesterday"}, False, "no timestamp"),
    (ComparesInstant(X, GE, NEW_YEAR), {"x": "yesterday"}, False, "neither before nor after"),
    (ComparesInstant(X, LT, NEW_YEAR), {"x": 0.0}, False, "a number is no timestamp"),
    (ComparesInstant(X, LT, NEW_YEAR), {}, False, "absent is no timestamp"),
    (ComparesInstant(X, LT, Now(0)), {"x": "2024-12-31T23:59:59.999999Z"}, True, "before now"),
    (ComparesInstant(X, GE, Now(0)), {"x": "2025-01-01"}, True, "at now"),
    (ComparesInstant(X, LT, Now(-7 * DAY)), {"x": "2024-12-24T23:59:59.999999Z"}, True, "a microsecond earlier"),
    (ComparesInstant(X, LT, Now(-7 * DAY)), {"x": "2024-12-25"}, False, "exactly seven days ago"),
    (ComparesInstant(X, LT, Y), {"x": "2024-06-01", "y": "2024-06-02"}, True, "another property"),
    (ComparesInstant(X, LT, Y), {"x": "2024-06-01", "y": NEW_YEAR}, True, "text and typed together"),
    (ComparesInstant(X, LT, Y), {"x": "2024-06-01", "y": "tomorrow"}, False, "the bound is no timestamp"),
    (ComparesInstant(X, GE, Y), {"x": "2024-06-01"}, False, "the bound is absent"),
    (IsTimestamp(X), {"x": "2024-06-01"}, True, "a date"),
    (IsTimestamp(X), {"x": NEW_YEAR}, True, "a typed instant"),
    (IsTimestamp(X), {"x": Instant(10**30)}, True, "infinity of a column"),
    (IsTimestamp(X), {"x": "infinity"}, False, "but not the word"),
    (IsTimestamp(X), {"x": 1705314030.0}, False, "a number"),
    (IsTimestamp(X), {"x": ["2024-06-01"]}, False, "a list"),
    (IsTimestamp(X), {}, False, "absent"),
    (IsTimestamp(X), {"x": "2024-01-15T10:20:30.123456789+14:59"}, True, "the longest timestamp"),
    (IsTimestamp(X), {"x": "2024-01-15T10:20:30.1234567891+14:59"}, False, "one digit longer"),
)
def test_instants(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (Contains(X, Text("engine")), {"x": "senior engineer"}, True, "a part of a text"),
    (Contains(X, Text("Engine")), {"x": "senior engineer"}, False, "case counts"),
    (Contains(X, Text("%")), {"x": "100"}, False, "no wildcards"),
    (Contains(X, Text("")), {"x": "abc"}, True, "the empty text is in every text"),
    (Contains(X, Text("")), {}, True, "and in an absent value"),
    (Contains(X, Text("a")), {}, False, "nothing else is"),
    (Contains(X, Text("")), {"x": ["a"]}, False, "a list has it only as an item"),
    (Contains(X, Text("vip")), {"x": ["beta", "vip"]}, True, "an item"),
    (Contains(X, Text("vip")), {"x": ["vipx"]}, False, "whole items"),
    (Contains(X, Text("vip")), {"x": [["vip"]]}, False, "lists in lists are not searched"),
    (Contains(X, Text("vip")), {"x": {"vip": "vip"}}, False, "objects contain nothing"),
    (Contains(X, Text("5")), {"x": 55.0}, False, "numbers contain nothing"),
    (Contains(X, Number(5)), {"x": 5.0}, False, "a number is no list"),
    (Contains(X, Number(1)), {"x": [1.0]}, True, "items by value"),
    (Contains(X, Number(1)), {"x": [True]}, False, "items by type"),
    (Contains(X, Null()), {"x": [None]}, True, "a null item"),
    (Contains(X, Null()), {}, False, "a missing list has no items"),
    (Contains(X, Text("")), {"x": [None]}, False, "a null item does not read as the empty text"),
    (Contains(X, from_json({"k": 1})), {"x": [{"k": 1.0}]}, True, "an object as an item"),
    (Contains(X, from_json(["a"])), {"x": [["a"]]}, True, "a list as an item"),
    (Contains(X, Text("2025")), {"x": NEW_YEAR}, False, "a timestamp is never text"),
    (Contains(X, Text("2025-01-01")), {"x": NEW_YEAR}, False, "not even its own"),
    (Contains(X, Text("2025-01-01")), {"x": [NEW_YEAR]}, True, "but a list item is an instant"),
    (Contains(X, NEW_YEAR), {"x": [NEW_YEAR]}, True, "an instant as an item"),
    (Contains(X, NEW_YEAR), {"x": ["2025-01-01"]}, False, "a text item stays text"),
    (Contains(X, Y), {"x": "abc", "y": "b"}, True, "another property as a part"),
    (Contains(X, Y), {"x": ["b"], "y": "b"}, True, "another property as an item"),
    (Contains(X, Y), {"x": "abc"}, True, "an absent argument reads as the empty text"),
    (Contains(X, Y), {}, True, "both absent"),
    (Contains(X, Y), {"x": ["a"]}, False, "no empty item"),
    (Contains(X, Y), {"x": [""]}, True, "an empty item"),
    (Contains(X, Y), {"x": [None]}, False, "a null item is not the empty text"),
    (Contains(X, Y), {"y": "a"}, False, "an absent value has only the empty part"),
    (Contains(X, Y), {"x": ["a"], "y": ["a"]}, False, "a list is no valid argument"),
    (Contains(X, Y), {"x": [["a"]], "y": ["a"]}, False, "not even as an item"),
    (Contains(X, Y), {"x": "1", "y": 1.0}, False, "types count"),
    (Contains(X, Y), {"x": [BIG + 1], "y": BIG}, True, "numbers as binary64"),
)
def test_contains(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (ContainsAny(X, (Text("a"), Text("b"))), {"x": "b"}, True, "in the list"),
    (ContainsAny(X, (Text("a"), Text("b"))), {"x": "xa"}, False, "whole, not a part"),
    (ContainsAny(X, (Text("a"), Text("b"))), {"x": ["x", "b"]}, True, "a shared item"),
    (ContainsAny(X, (Text("a"), Text("b"))), {"x": []}, False, "nothing to share"),
    (ContainsAny(X, (Number(4), Number(5))), {"x": 5.0}, True, "a number"),
    (ContainsAny(X, (Text(""), Text("a"))), {}, True, "absent reads as the empty text"),
    (ContainsAny(X, (Text("a"),)), {}, False, "and as nothing else"),
    (ContainsAny(X, (Null(), Text("a"))), {}, True, "null asks for absence"),
    (ContainsAny(X, (Null(), Text("a"))), {"x": [None]}, True, "or is an item"),
    (ContainsAny(X, (Null(),)), {"x": []}, False, "an empty list is not absent"),
    (ContainsAny(X, (Text(""),)), {"x": [None]}, False, "a null item does not read as the empty text"),
    (ContainsAny(X, (Null(),)), {"x": ""}, False, "nor is the empty text"),
    (ContainsAny(X, (from_json([1]),)), {"x": [1.0]}, False, "a list shares items, it is none"),
    (ContainsAny(X, (from_json({"a": 1}),)), {"x": {"a": 1.0}}, True, "an object reads as an item"),
    (ContainsAny(X, (Text("2025-01-01"),)), {"x": NEW_YEAR}, True, "an instant"),
    (ContainsAny(X, (NEW_YEAR,)), {"x": [NEW_YEAR]}, True, "an instant as an item"),
    (ContainsAll(X, (Text("a"), Text("b"))), {"x": ["b", "c", "a"]}, True, "all are items"),
    (ContainsAll(X, (Text("a"), Text("b"))), {"x": ["a", "a"]}, False, "one is missing"),
    (ContainsAll(X, (Text("a"),)), {"x": "a"}, False, "a text is no list"),
    (ContainsAll(X, ()), {"x": []}, True, "no operand: it is a list"),
    (ContainsAll(X, ()), {"x": "a"}, False, "no operand, no list"),
    (ContainsAll(X, ()), {}, False, "absent is no list"),
    (ContainsAll(X, (Null(),)), {"x": [None]}, True, "a null item"),
    (ContainsAll(X, (Null(),)), {}, False, "absent is no list, even for null"),
    (ContainsAll(X, (Text(""),)), {"x": [None]}, False, "a null item does not read as the empty text"),
    (ContainsAll(X, (Text("2025-01-01"), NEW_YEAR)), {"x": [NEW_YEAR]}, True, "instants"),
    (ContainsAll(X, (Y,)), {"x": ["a"], "y": "a"}, True, "another property"),
    (ContainsAll(X, (Text("a"), Y)), {"x": ["a"], "y": "b"}, False, "another property is missing"),
    (ContainsAll(X, (Y,)), {"x": ["", None]}, False, "an absent argument: false"),
    (ContainsAll(X, (Y,)), {"x": [["a"]], "y": ["a"]}, False, "a list is no valid argument"),
    (Not(ContainsAll(X, (Y,))), {"x": [["a"]], "y": ["a"]}, True, "and the complement is true"),
)
def test_contains_several(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (IsEmpty(X), {}, True, "absent"),
    (IsEmpty(X), {"x": None}, True, "null"),
    (IsEmpty(X), {"x": ""}, True, "the empty text"),
    (IsEmpty(X), {"x": []}, True, "the empty list"),
    (IsEmpty(X), {"x": {}}, False, "the empty object is not empty"),
    (IsEmpty(X), {"x": " "}, False, "a space"),
    (IsEmpty(X), {"x": 0.0}, False, "zero"),
    (IsEmpty(X), {"x": False}, False, "false"),
    (IsEmpty(X), {"x": [None]}, False, "a list of null"),
    (IsEmpty(X), {"x": Instant(0)}, False, "the epoch"),
    (Exists(X), {}, False, "absent"),
    (Exists(X), {"x": None}, False, "null"),
    (Exists(X), {"x": ""}, True, "the empty text exists"),
    (Exists(X), {"x": []}, True, "the empty list exists"),
    (Exists(X), {"x": False}, True, "false exists"),
    (Exists(X), {"x": NAN}, True, "NaN exists"),
)
def test_presence(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


@rows(
    (Exists(at("a", "b")), {"a": {"b": 1.0}}, True, "a nested key"),
    (Exists(at("a", "b")), {"a.b": 1.0}, False, "a dot separates"),
    (Exists(at("a.b")), {"a.b": 1.0}, True, "a key with a dot"),
    (Exists(at("")), {"": 1.0}, True, "the empty key"),
    (Exists(at("A")), {"a": 1.0}, False, "case counts"),
    (Exists(at("a", 0)), {"a": [1.0]}, True, "an index"),
    (Exists(at("a", 1)), {"a": [1.0]}, False, "out of range"),
    (Exists(at("a", -1)), {"a": [1.0]}, False, "no index from the end"),
    (Exists(at("a", "0")), {"a": [1.0]}, False, "a text never indexes"),
    (Exists(at("a", 0)), {"a": {"0": 1.0}}, False, "an index is never a key"),
    (Exists(at("a", "0")), {"a": {"0": 1.0}}, True, "a text of digits is a key"),
    (Exists(at("a", "b")), {"a": [{"b": 1.0}]}, False, "lists are not unwrapped"),
    (Exists(at("a", 0, "b")), {"a": [{"b": 1.0}]}, True, "index, then key"),
    (Exists(at("a", 0)), {"a": "text"}, False, "texts have no items"),
    (Exists(at("a", "b")), {"a": None}, False, "below null"),
    (Exists(at("a", 0)), {"a": [None]}, False, "a null item is absent"),
    (Equals(at("a", 0), (Null(),)), {"a": [None]}, True, "a null item is absent"),
)
def test_paths(predicate, properties, expected, why):
    assert answer(predicate, properties) is expected, why


def test_the_id_shadows_a_property():
    properties = {"id": "other", "x": "u1"}
    assert answer(Equals(at("id"), (Text("u1"),)), properties, id="u1")
    assert answer(Equals(X, (at("id"),)), properties, id="u1"), "also as an argument"
    assert not answer(Exists(at("id")), properties), "nobody said the id"
    assert not answer(Exists(at("id", "x")), {"id": {"x": 1.0}}, id="u1"), "nothing lies below the id"
    assert answer(Exists(at("a", "id")), {"a": {"id": 1.0}}), "only at the front"


MEMBERS = {"vip": frozenset({("u1", None), ("u2", "acme")}), "none": frozenset()}


@pytest.mark.parametrize(
    ("id", "tenant", "audience", "expected"),
    [
        ("u1", None, "vip", True),
        ("u1", "", "vip", True),
        ("u1", "acme", "vip", False),
        ("u2", "acme", "vip", True),
        ("u2", None, "vip", False),
        ("u2", "other", "vip", False),
        ("u3", None, "vip", False),
        (None, None, "vip", False),
        ("u1", None, "none", False),
    ],
)
def test_membership(id, tenant, audience, expected):
    who = {"id": id, "tenant": tenant, "members": MEMBERS}
    assert answer(IsMember(audience), {}, **who) is expected
    assert answer(Not(IsMember(audience)), {}, **who) is not expected


@pytest.mark.parametrize("id", ["u1", None])
def test_an_audience_nobody_defined_is_refused(id):
    with pytest.raises(UsageError) as caught:
        answer(IsMember("gone"), {}, id=id, members=MEMBERS)
    assert caught.value.code == "A401"
    assert "'gone'" in str(caught.value)


def test_groups():
    yes, no = Exists(X), Exists(Y)
    properties = {"x": 1.0}
    assert answer(And((yes, Not(no))), properties)
    assert not answer(And((yes, no)), properties)
    assert answer(Or((no, yes)), properties)
    assert not answer(Or((no, And((yes, no)))), properties)
    assert answer(Constant(True), properties)
    assert not answer(Constant(False), properties)


def test_number_tokens_round_to_binary64():
    """From JSON, 2^53 + 1 is 2^53; beside an exact literal it still orders above the largest safe integer."""
    properties = read_document('{"x": 9007199254740993, "y": 9007199254740992, "n": 1e400}')
    assert answer(Equals(X, (Y,)), properties)
    assert answer(Compares(X, GT, Number(BIG - 1)), properties)
    assert answer(Compares(at("n"), GT, Number(1e308)), properties)
