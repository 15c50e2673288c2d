"""How a person's properties come in: JSON text, or a mapping of Python values."""

import json
import math
import re
from collections import OrderedDict, UserDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import UsageError
from audience.interpreter import read_document, read_profile
from audience.values import Instant, read_instant


@pytest.mark.parametrize(
    ("token", "number"),
    [
        ("1", 1.0),
        ("-0", 0.0),
        ("-0.0", 0.0),
        ("1E+2", 100.0),
        ("9007199254740993", 2.0**53),
        ("18446744073709551615", 2.0**64),
        ("0.1000000000000000055511151231257827", 0.1),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
        ("1e-400", 0.0),
        ("9" * 5_000, math.inf),
    ],
)
def test_every_number_token_is_binary64(token, number):
    (read,) = read_document(f'{{"n": {token}}}').values()
    assert type(read) is float
    assert read == number
    assert math.copysign(1.0, read) == (-1.0 if number < 0 else 1.0), "there is no negative zero"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "{", '{"a": 1,}', "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', '{"a": [-Infinity]}', '{"a": 01}',
        '{"a": 1} x', '{"a": "\n"}', '\ufeff{"a": 1}', "null", "[]", "5", '"text"', "true", '{"a": .5}', '{"a": +1}',
        '{"a": 1}\x00', '{"a": "\\x"}', "[" * 100_000, '{"a": ' * 100_000,
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(UsageError) as caught:
        read_document(text)
    assert caught.value.code == "A705"
    assert "the profile is" in str(caught.value)
    assert "help: a profile is one JSON object" in str(caught.value)


def test_the_message_says_what_was_given():
    with pytest.raises(UsageError, match="the profile is a list and no JSON object"):
        read_document("[1]")
    with pytest.raises(UsageError, match="NaN is no JSON number"):
        read_document('{"a": NaN}')


def test_awkward_texts_come_in():
    assert read_document(r'{"a": "\u0000", "b": "\ud800", "\ud83d\ude00": "\u00e9"}') == {
        "a": "\x00",
        "b": "\ud800",
        "😀": "é",
    }


class Plan(StrEnum):
    PRO = "pro"


class Level(IntEnum):
    HIGH = 3


BERLIN_SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (None, None),
        (True, True),
        (5, 5.0),
        (-0.0, 0.0),
        (2**53 + 1, 2.0**53),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        ("x", "x"),
        (Plan.PRO, "pro"),
        (Level.HIGH, 3.0),
        (Decimal("1.10"), 1.1),
        (Decimal("-0"), 0.0),
        (Decimal("1e999"), math.inf),
        ((1, "a"), [1.0, "a"]),
        ([None, [True]], [None, [True]]),
        (OrderedDict(b=1), {"b": 1.0}),
        (UserDict(b=(1,)), {"b": [1.0]}),
        (UUID("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        (date(2025, 1, 1), Instant(read_instant("2025-01-01"))),
        (datetime(2025, 1, 1, 12), Instant(read_instant("2025-01-01T12:00:00Z"))),
        (datetime(2025, 1, 1, 2, tzinfo=BERLIN_SUMMER), Instant(read_instant("2025-01-01"))),
        (datetime(1, 1, 1, tzinfo=BERLIN_SUMMER), Instant(read_instant("0001-01-01T00:00:00+02:00"))),
        (Instant(7), Instant(7)),
    ],
    ids=repr,
)
def test_python_values(given_value, expected):
    read = read_profile({"a": given_value})["a"]
    assert read == expected
    assert type(read) is type(expected)
    if isinstance(read, float) and not read:
        assert math.copysign(1.0, read) == 1.0, "there is no negative zero"


@pytest.mark.parametrize("nan", [math.nan, Decimal("NaN"), Decimal("sNaN")])
def test_nan_stays_a_number(nan):
    assert math.isnan(read_profile({"a": nan})["a"])


class Foreign:
    """What numeric libraries hand out: an object that knows its kind and its plain Python value."""

    def __init__(self, kind, plain):
        self.dtype = SimpleNamespace(kind=kind)
        self.plain = plain

    def astype(self, unit):
        assert unit == "datetime64[us]"
        return self

    def tolist(self):
        return self.plain


@pytest.mark.parametrize(
    ("foreign", "expected"),
    [
        (Foreign("i", 5), 5.0),
        (Foreign("f", [0.5, 2]), [0.5, 2.0]),
        (Foreign("b", True), True),
        (Foreign("O", ["a", Foreign("i", 1)]), ["a", 1.0]),
        (Foreign("M", datetime(2025, 1, 1)), Instant(read_instant("2025-01-01"))),
        (Foreign("M", 10**18), Instant(10**18)),
        (Foreign("M", None), None),
        (Foreign("M", [10**18, None]), [Instant(10**18), None]),
    ],
)
def test_values_of_numeric_libraries(foreign, expected):
    read = read_profile({"a": foreign})["a"]
    assert read == expected
    assert type(read) is type(expected)


def test_durations_of_numeric_libraries_are_refused():
    with pytest.raises(UsageError, match="is a Foreign, which no property can be"):
        read_profile({"a": Foreign("m", [5])})


class NotATime(datetime):
    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = datetime.__hash__


def test_a_datetime_that_is_none_is_absent():
    assert read_profile({"a": NotATime(2025, 1, 1)}) == {"a": None}


@pytest.mark.parametrize(
    ("profile", "place"),
    [
        ({"a": {1, 2}}, "recipient.a is a set"),
        ({"a": b"x"}, "recipient.a is a bytes"),
        ({"a": [{"zip code": timedelta(1)}]}, 'recipient.a[0]["zip code"] is a timedelta'),
        ({"a": time(12)}, "recipient.a is a time"),
        ({"a": object()}, "recipient.a is a object"),
        ({"a": 1j}, "recipient.a is a complex"),
        ({"a": {1: "x"}}, "recipient.a has the key 1"),
        ({None: "x"}, "recipient has the key None"),
    ],
)
def test_what_no_property_can_be_is_refused_with_its_place(profile, place):
    with pytest.raises(UsageError, match=re.escape(place)) as caught:
        read_profile(profile)
    assert caught.value.code == "A705"


@pytest.mark.parametrize("profile", [None, 5, [("a", 1)], b"{}"])
def test_what_is_no_profile_is_refused(profile):
    with pytest.raises(UsageError, match="a profile cannot be a"):
        read_profile(profile)


def test_a_profile_that_contains_itself_is_refused():
    profile = {}
    profile["a"] = profile
    with pytest.raises(UsageError, match="nested too deeply"):
        read_profile(profile)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_a_mapping_is_the_document_it_would_become(profile):
    assert read_profile(profile) == read_document(json.dumps(profile)) == read_profile(json.dumps(profile))


@given(st.datetimes(timezones=st.just(UTC) | st.integers(-899, 899).map(lambda m: timezone(timedelta(minutes=m)))))
def test_a_datetime_is_the_instant_of_its_text(moment):
    assert read_profile({"a": moment}) == {"a": Instant(read_instant(moment.isoformat()))}
