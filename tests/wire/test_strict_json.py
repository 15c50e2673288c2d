"""Strict JSON: what is refused, under which code, and where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.diagnostics import Span
from audience.errors import DefinitionError
from audience.wire import load_json


def refused(text: str) -> list[tuple[str, Span | None]]:
    with pytest.raises(DefinitionError) as caught:
        load_json(text, "file.json")
    assert all(found.source is not None and found.source.name == "file.json" for found in caught.value.diagnostics)
    return [(found.code, found.place) for found in caught.value.diagnostics]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "code", "start", "end"),
    [
        ("", "A108", 0, 0),
        ("{", "A108", 1, 1),
        ("[1] x", "A108", 4, 5),
        ("{'a': 1}", "A108", 1, 2),
        ("\ufeff{}", "A108", 0, 1),
        ('"a\nb"', "A108", 2, 3),
        ("01", "A108", 1, 2),
        ("NaN", "A108", 0, 3),
        ("[-Infinity]", "A108", 1, 10),
        ("[1, 1e999]", "A308", 4, 9),
        ("-" + "9" * 5000, "A308", 0, 5001),
        ('{"a": 1, "b": {"a": 2}, "a": 3}', "A310", 24, 27),
        ('[{"a": 1}, {"a": "a:a", "\\u0061": 2}]', "A310", 24, 32),
    ],
)
def test_refused_at_its_place(text: str, code: str, start: int, end: int) -> None:
    assert refused(text) == [(code, Span(start, end))]


def test_every_place_is_found() -> None:
    assert [code for code, _ in refused('{"a": [1e999, NaN, {"b": 1, "b": -1e400}], "a": 2}')] == [
        "A308", "A108", "A310", "A308", "A310",
    ]  # fmt: skip


def test_line_and_column_are_told() -> None:
    with pytest.raises(DefinitionError) as caught:
        load_json('{\n  "a": tru\n}', "file.json")
    found = caught.value.diagnostics[0].to_json()
    assert (found["source"], found["line"], found["column"]) == ("file.json", 2, 8)


@pytest.mark.parametrize(
    "bomb", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "[" * 201 + "]" * 201]
)
def test_a_depth_bomb_is_refused(bomb: str) -> None:
    assert [code for code, _ in refused(bomb)] == ["A902"]


def test_brackets_in_texts_do_not_nest() -> None:
    assert load_json(json.dumps(["[" * 500])) == ["[" * 500]
    assert load_json("[" * 200 + "]" * 200) is not None


def test_many_brackets_beside_one_another_do_not_nest() -> None:
    assert load_json(json.dumps([[], {}] * 500)) == [[], {}] * 500


def test_text_size_counts_bytes() -> None:
    assert load_json('"' + "a" * 999_998 + '"') == "a" * 999_998
    assert refused('"' + "é" * 500_000 + '"') == [("A901", None)]


def test_numbers_beyond_64_bits_are_kept() -> None:
    assert load_json("[12345678901234567890123, -0.0, 1.7976931348623158e308]") == [
        12345678901234567890123, -0.0, 1.7976931348623157e308,
    ]  # fmt: skip


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
))  # fmt: skip
def test_reads_what_the_standard_writes(value: object) -> None:
    assert load_json(json.dumps(value)) == value


@given(st.text('{}[]",:0123456789eE+-.NaInfity\\u \n', max_size=30))
def test_agrees_with_the_standard_reader_about_what_is_json(text: str) -> None:
    try:
        expected: object = json.loads(text, parse_constant=int)  # int("NaN") is a ValueError, as JSONDecodeError is
    except ValueError:
        assert "A108" in [code for code, _ in refused(text)]
        return
    try:
        value = load_json(text)
    except DefinitionError as error:
        codes = {found.code for found in error.diagnostics}
    else:
        codes = set()
        assert value == expected
    assert codes <= {"A308", "A310"}
