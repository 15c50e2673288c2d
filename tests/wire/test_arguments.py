"""One argument: every rule of decoding, and the barest spelling on the way back."""

from typing import Any

import pytest

from audience.diagnostics import Pointer, Severity
from audience.language.nodes import Items, Literal, Property, Relative
from audience.operators import BY_NAME, OPERATORS, RELATIVE_TIME_SHAPES, Takes
from audience.values import from_json
from audience.wire.arguments import decode_argument, encode_argument

HERE = Pointer("/argument")


def decoded(data: object, operator: str = "equal_to") -> object:
    result = decode_argument(data, BY_NAME[operator], HERE)
    assert result.diagnostics == ()
    return result.argument


def refused(data: object, operator: str = "equal_to") -> list[tuple[str, str]]:
    result = decode_argument(data, BY_NAME[operator], HERE)
    assert result.argument is None
    return [(found.code, found.place.text) for found in result.diagnostics if isinstance(found.place, Pointer)]


def literal(value: object) -> Literal:
    return Literal(from_json(value))


def literals(*values: object) -> Items:
    return Items(tuple(literal(value) for value in values))


STATIC: list[tuple[object, object]] = [
    # text that is no JSON is itself
    ("premium", literal("premium")), ("US", literal("US")), ("007", literal("007")), ("TRUE", literal("TRUE")),
    ("", literal("")), (" ", literal(" ")), ("NaN", literal("NaN")), ("Infinity", literal("Infinity")),
    ("[NaN]", literal("[NaN]")), ("recipient", literal("recipient")), ("recipients.x", literal("recipients.x")),
    ("Recipient.x", literal("Recipient.x")), ("2025-01-01", literal("2025-01-01")), ("'x'", literal("'x'")),
    # text that is JSON is what it says
    ("5", literal(5)), (" 5 ", literal(5)), ("1.0", literal(1)), ("true", literal(True)), ("false", literal(False)),
    ("null", literal(None)), ('{"a": 1}', literal({"a": 1})), ('["a", 1]', literals("a", 1)),
    ('"5"', literal("5")), ('"\\"x\\""', literal('"x"')), ('"recipient.x"', literal("recipient.x")),
    ('"data.foo"', literal("data.foo")), ('"30_days_ago"', literal("30_days_ago")),
    # native JSON is itself
    (5, literal(5)), (1.5, literal(1.5)), (True, literal(True)), (None, literal(None)), ({"a": []}, literal({"a": []})),
    (["a", "5", "recipient.x", "30_days_ago", "data.x", None, ["b"]],
     literals("a", "5", "recipient.x", "30_days_ago", "data.x", None, ["b"])),
    ([], Items(())), ("[]", Items(())),
    # properties
    ("recipient.y", Property(("y",))), ("user.a.b[0]", Property(("a", "b", 0))),
    ('recipient["a.b"]', Property(("a.b",))),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), STATIC)
def test_decoding(data: object, expected: object) -> None:
    assert decoded(data) == expected


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("30_days_ago", -30, "days"),
        ("30 days ago", -30, "days"),
        ("1_day_ago", -1, "days"),
        ("7_days_from_now", 7, "days"),
        ("7 Days From Now", 7, "days"),
        ("7_days_from now", 7, "days"),
        ("2 WEEK ago", -2, "weeks"),
        ("15_minutes_ago", -15, "minutes"),
        ("5_minutes_ago", -5, "minutes"),
        ("0012_hours_ago", -12, "hours"),
        ("9" * 5000 + "_hours_ago", -int("9" * 18), "hours"),
    ],
)
def test_relative_times_where_times_are_compared(text: str, amount: int, unit: Any) -> None:
    for operator in OPERATORS:
        if operator.takes in RELATIVE_TIME_SHAPES:
            assert decoded(text, operator.name) == Relative(amount, unit)
        elif operator.takes in (Takes.VALUE, Takes.ITEMS, Takes.RANGE):
            assert decoded(text, operator.name) == literal(text)


@pytest.mark.parametrize(
    "text", ["days ago", "-3_days_ago", "3_months_ago", "3__days_ago", " 3 days ago", "3_dayſ_ago", "٣_days_ago", "now"]
)
def test_what_is_nearly_a_relative_time_is_text(text: str) -> None:
    assert decoded(text, "is_timestamp_before") == literal(text)


def test_items_under_is_timestamp_between() -> None:
    expected = Items((Relative(-30, "days"), Property(("end",))))
    assert decoded(["30_days_ago", "user.end"], "is_timestamp_between") == expected
    assert decoded('["30 days ago", "recipient.end"]', "is_not_timestamp_between") == expected
    assert decoded(["2025-01-01", "5"], "is_timestamp_between") == literals("2025-01-01", "5")
    assert refused(["2025-01-01", "data.end"], "is_timestamp_between") == [("A203", "/argument/1")]


def test_keys_of_audiences_are_taken_as_they_are() -> None:
    for key in ("vip", "123", "true", '"x"', "recipient.x", "[1]"):
        assert decoded(key, "is_audience_member") == literal(key)
    assert decoded(["vip", "5"], "is_not_audience_member") == literals("vip", "5")
    for other in (5, None, True, {"key": "vip"}):
        assert refused(other, "is_audience_member") == [("A303", "/argument")]
    assert refused(["vip", 5, None], "is_audience_member") == [("A303", "/argument/1"), ("A303", "/argument/2")]


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        ("data.foo", "A203", "/argument"),
        ("vars.x", "A203", "/argument"),
        ("tenant[0]", "A203", "/argument"),
        ("recipient.", "A110", "/argument"),
        ("recipient[-1]", "A110", "/argument"),
        ("user.name@example.com", "A110", "/argument"),
        ("recipient" + ".a" * 33, "A905", "/argument"),
        ('recipient["\\u0000"]', "A309", "/argument"),
        ("1e999", "A308", "/argument"),
        ("9" * 5000, "A308", "/argument"),
        ("[1, 1e999]", "A308", "/argument"),
        (float("nan"), "A308", "/argument"),
        (float("inf"), "A308", "/argument"),
        (10**400, "A308", "/argument"),
        ([10**5000], "A308", "/argument/0"),
        ('{"a": 1, "a": 2}', "A310", "/argument"),
        ("a\x00", "A309", "/argument"),
        ('"\\ud800"', "A309", "/argument"),
        ({"a": ["x", "\ud800"]}, "A309", "/argument/a/1"),
        ({"\x00": 1}, "A309", "/argument"),
        ({1: 1}, "A109", "/argument"),
        ({"a": {1, 2}}, "A109", "/argument/a"),
        (["x"] * 10_001, "A904", "/argument"),
        ([["x"] * 10_001], "A904", "/argument/0"),
        ("x" * 1_000_001, "A901", "/argument"),
        ("[" * 100_000, "A902", "/argument"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_refused(data: object, code: str, place: str) -> None:
    assert refused(data) == [(code, place)]


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_values_nest_sixteen_deep() -> None:
    assert decoded({"a": nested(15)}) is not None
    assert decoded([nested(16)]) is not None
    assert [code for code, _ in refused({"a": nested(16)})] == ["A902"]
    assert [code for code, _ in refused([nested(17)])] == ["A902"]


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.extend([endless] * 10)
    assert {code for code, _ in refused(endless)} == {"A902"}


def test_a_superfluous_argument_is_dropped_with_a_warning() -> None:
    result = decode_argument("x", BY_NAME["exists"], HERE)
    assert result.argument is None
    assert [(found.code, found.severity) for found in result.diagnostics] == [("A302", Severity.WARNING)]
    assert decode_argument(None, BY_NAME["exists"], HERE).diagnostics == ()


def test_a_refused_text_says_how_to_mean_it() -> None:
    (found,) = decode_argument("data.foo", BY_NAME["equal_to"], HERE).diagnostics
    assert found.help is not None
    assert "`recipient.foo`" in found.help
    assert '"\\"data.foo\\""' in found.help


@pytest.mark.parametrize(
    ("argument", "operator", "expected"),
    [
        (literal("premium"), "equal_to", "premium"),
        (literal("5"), "equal_to", '"5"'),
        (literal(5), "equal_to", 5),
        (literal(None), "equal_to", None),
        (literal('"x"'), "equal_to", '"\\"x\\""'),
        (literal("é"), "equal_to", "é"),
        (literal("NaN"), "equal_to", "NaN"),
        (literal("1e999"), "equal_to", '"1e999"'),
        (literal("data.foo"), "equal_to", '"data.foo"'),
        (literal("recipient.x"), "equal_to", '"recipient.x"'),
        (literal("30_days_ago"), "equal_to", "30_days_ago"),
        (literal("30_days_ago"), "less_than", '"30_days_ago"'),
        (literals("5", "recipient.x"), "contains", ["5", "recipient.x"]),
        (literal("123"), "is_audience_member", "123"),
        (Property(("a b", 0)), "equal_to", 'recipient["a b"][0]'),
        (Relative(-30, "days"), "less_than", "30_days_ago"),
        (Relative(-1, "days"), "less_than", "1_day_ago"),
        (Relative(1, "weeks"), "less_than", "1_week_from_now"),
        (Relative(0, "hours"), "less_than", "0_hours_ago"),
    ],
)
def test_the_barest_spelling(argument: Any, operator: str, expected: object) -> None:
    row = BY_NAME[operator]
    assert encode_argument(argument, row) == expected
    assert decode_argument(expected, row, HERE).argument == argument
