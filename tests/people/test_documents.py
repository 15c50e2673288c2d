"""Documents are read strictly and stored exactly."""

import json
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given

from audience.errors import UsageError
from audience.interpreter import read_document, read_profile
from audience.people import Document, read_json_value, read_person, read_properties, to_json
from audience.values import Instant
from tests.people.documents import documents, values


def without_what_is_none(document: Document) -> Document:
    return {key: value for key, value in document.items() if key not in {"id", "preferences", "channel_data"}}


@given(documents)
def test_text_and_values_say_the_same(document: Document) -> None:
    kept = to_json(without_what_is_none(document))
    assert to_json(read_properties(document)) == kept
    for text in (json.dumps(document), json.dumps(document, ensure_ascii=False, indent=2)):
        assert to_json(read_properties(text)) == to_json(read_properties(text.encode())) == kept


@given(documents)
def test_what_is_stored_reads_back_exactly(document: Document) -> None:
    """Not by ==, for which 1, 1.0 and true are one: by Python's own spelling of every value."""
    again = json.loads(to_json(document))
    assert repr(json.loads(json.dumps(again, sort_keys=True))) == repr(json.loads(json.dumps(document, sort_keys=True)))


@given(documents)
def test_equal_documents_have_one_text(document: Document) -> None:
    backwards = dict(reversed(document.items()))
    assert to_json(backwards) == to_json(document)


@given(documents)
def test_conditions_read_what_was_said(document: Document) -> None:
    assert read_document(to_json(read_properties(document))) == read_profile(without_what_is_none(document))


@given(documents)
def test_floats_keep_their_fraction_without_an_exponent(document: Document) -> None:
    """Decimals that keep digits and forget exponents, as in jsonb, tell integers and floats apart all the same."""
    forgetful = json.loads(to_json(document), parse_float=lambda digits: float(format(Decimal(digits), "f")))
    assert to_json(forgetful) == to_json(document)
    assert "e+" not in "".join(part for part in to_json({"x": 1e300, "y": [{"z": 1e16}]}))


@given(values)
def test_any_value_is_read_alike(value: object) -> None:
    assert to_json({"": read_json_value(json.dumps(value))}) == to_json({"": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ('{"b":1,"a":1.0,"c":-0.0}', '{"a":1.0,"b":1,"c":0.0}'),
        ('{"n": 123456789012345678901234567890}', '{"n":123456789012345678901234567890}'),
        ('{"n": 9223372036854775808, "m": 9007199254740993}', '{"m":9007199254740993,"n":9223372036854775808}'),
        ('{"n": 1e22, "m": 1E2, "k": 1e-7}', '{"k":1e-07,"m":100.0,"n":10000000000000000000000.0}'),
        ('{"\\u00e9": "\\ud83d\\ude00", "t": "a/b"}', '{"t":"a/b","é":"😀"}'),
        ('{"t": "1e+16", "e+": "e+", "n": 1e+16}', '{"e+":"e+","n":10000000000000000.0,"t":"1e+16"}'),
        ("{}", "{}"),
    ],
)
def test_stored_text(text: str, stored: str) -> None:
    assert to_json(read_properties(text)) == stored


class Plan(StrEnum):
    PRO = "pro"


class Seats(IntEnum):
    FIVE = 5


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Plan.PRO, '"pro"'),
        (Seats.FIVE, "5"),
        (("a", 1), '["a",1]'),
        (MappingProxyType({"a": 1}), '{"a":1}'),
        (UUID("0123456789ABCDEF0123456789ABCDEF"), '"01234567-89ab-cdef-0123-456789abcdef"'),
        (date(2025, 1, 2), '"2025-01-02"'),
        (datetime(2025, 1, 2, 3, 4, 5, 6), '"2025-01-02T03:04:05.000006Z"'),
        (datetime(2025, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), '"2025-01-02T01:00:00Z"'),
        (Instant(0), '"1970-01-01T00:00:00Z"'),
        (Decimal("0.1"), "0.1"),
        (Decimal(123456789012345678901234567890), "123456789012345678901234567890"),
        (-0.0, "0.0"),
    ],
)
def test_python_values_that_stand_for_json(value: object, stored: str) -> None:
    assert to_json(read_properties({"x": value})) == f'{{"x":{stored}}}'


DEEP = '{"a":' * 101 + "1" + "}" * 101


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ('{"a": {"b": [0, {"c": 1, "d": 2, "c": 3}]}}', "A310", "`/a/b/1/c`: the key is given twice"),
        ('{"a": 1, "a": 1}', "A310", "`/a`: the key is given twice"),
        ('{"a": [1e999]}', "A308", "`/a/0`: `1e999` is beyond"),
        ('{"a": -' + "9" * 5000 + "}", "A308", "`/a`: `-9999"),
        ({"a": 10**400}, "A308", "`/a`: the integer is beyond"),
        ('{"a": NaN}', "A108", "`/a`: `NaN` is no JSON number"),
        ('{"a": [-Infinity]}', "A108", "`/a/0`: `-Infinity`"),
        ({"a": [float("inf")]}, "A108", "`/a/0`: `inf`"),
        ({"a": Decimal("NaN")}, "A108", "`/a`: `NaN`"),
        ('{"a/b~": "\\u0000"}', "A309", "`/a~1b~0`: the text holds U+0000"),
        ('{"a": {"\\u0000": 1}}', "A309", "`/a/\\u0000`: the key holds U+0000"),
        ('{"a": "\\ud800"}', "A309", "`/a`: the text holds a lone surrogate"),
        ('{"\\udfff": 1}', "A309", "the key holds a lone surrogate"),
        ({"a": "\udfff"}, "A309", "`/a`: the text holds a lone surrogate"),
        ({"a": {1: 2}}, "A721", "`/a`: the key 1 is no text"),
        ({"a": {"b": {1, 2}}}, "A721", "`/a/b`: a set cannot be stored"),
        ({"a": timedelta(1)}, "A721", "`/a`: a timedelta"),
        ({"a": b"x"}, "A721", "`/a`: a bytes"),
        (DEEP, "A907", "more than 100 levels"),
        ("[" * 100_000, "A907", "more than 100 levels"),
        ('{"a": "' + "x" * 4_000_000 + '"}', "A907", "more than 4,000,000 bytes"),
        ("[]", "A721", "the properties are a list"),
        ("null", "A721", "null"),
        ("1", "A721", "a number"),
        ("NaN", "A108", "`NaN` is no JSON number"),
        ("", "A108", "not JSON at line 1, column 1: a value is missing here"),
        ('{"a": 1,\n"b" 2}', "A108", "line 2, column 5: a colon is missing"),
        (b'{"a": "\xe9"}', "A108", "no UTF-8 at byte 7"),
        ('{"id": "u2"}', "A721", "`/id` is another id"),
        ('{"id": null}', "A720", "nothing is no id"),
        ('{"id": "a/b"}', "A720", "holds `/`"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_refused_at_its_place(source: object, code: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_properties(source, "u1")  # type: ignore[arg-type]
    assert caught.value.code == code
    assert words in caught.value.message
    str(caught.value).encode("utf-8")
    assert len(caught.value.message) < 300


def test_a_hundred_levels_are_read_and_stored() -> None:
    text = '{"a":' * 99 + "[1e16]" + "}" * 99
    assert to_json(read_properties(text)) == text.replace("1e16", "10000000000000000.0")
    assert to_json(read_properties(json.loads(text))) == to_json(read_properties(text))


def test_a_document_that_holds_itself_is_refused() -> None:
    document: dict[str, object] = {}
    document["a"] = [document]
    with pytest.raises(UsageError, match="A907"):
        read_properties(document)


def test_a_full_stack_is_an_error_like_any_other() -> None:
    def fill(levels: int) -> None:
        if levels:
            fill(levels - 1)
        else:
            read_properties(json.loads('{"a":' * 90 + "1" + "}" * 90))

    with pytest.raises(UsageError, match="A907"):
        fill(sys.getrecursionlimit() - len_of_stack() - 150)


def len_of_stack() -> int:
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


@pytest.mark.parametrize("id", ["5", "u1"])
def test_the_id_may_be_repeated_and_is_no_property(id: str) -> None:
    repeated: object = 5 if id == "5" else id
    document = {"id": repeated, "plan": "pro", "preferences": {"x": 1}, "channel_data": {}, "nested": {"id": 1}}
    assert read_properties(document, id) == {"plan": "pro", "nested": {"id": 1}}
    assert read_person(document) == (id, {"plan": "pro", "nested": {"id": 1}})


def test_a_person_needs_an_id() -> None:
    with pytest.raises(UsageError, match=r"A720.*no `id`"):
        read_person('{"plan": "pro"}')
