"""Whatever the text, it is read or refused with diagnostics in it; nothing else is ever raised."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audience.diagnostics import Span
from audience.errors import DefinitionError
from audience.language import Definition, format_definition, parse_definition
from audience.operators import BY_WORDS, FOREIGN_SPELLINGS
from tests.strategies.expressions import expressions

TOKENS = [
    *BY_WORDS, *FOREIGN_SPELLINGS, "and", "or", "not", "nobody", "(", ")", "[", "]", "{", "}", ",", ":", ".", "plan",
    "recipient", "recipient.a", "user[0]", 'recipient["a"]', "data.x", "a..b", "a[-1]", "a['x']", '"x"', '"', '"\\q"',
    "'", "'x'", '"\\ud800"', "1", "-1", "1e999", ".5", "05", "2025-01-01", "30 days ago", "3 months ago", "1_day_ago",
    "true", "True", "null", "# c\n", "#", "\n", "name", 'name "n"', "description", "member of", "ſ", "\x00", "\ud800",
    "٣ days ago", "&&", "||", "!", "@", "\\", "-", "\u2028", "\ufeff",
]  # fmt: skip


def read(text: str) -> Definition | None:
    """The definition, None when the text is refused as it should be."""
    try:
        return parse_definition(text)
    except DefinitionError as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.source is not None
            if isinstance(diagnostic.place, Span):
                assert 0 <= diagnostic.place.start <= diagnostic.place.end <= len(text)
        return None


@given(st.text(st.characters(), max_size=60))
def test_any_text(text: str) -> None:
    read(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=14), st.sampled_from([" ", ""]))
@example(["plan", "not between1_day_ago"], " ")  # an operator ends where its word ends
def test_any_tokens(tokens: list[str], separator: str) -> None:
    text = separator.join(tokens)
    definition = read(text)
    if definition is not None:
        again = format_definition(definition)
        assert read(again) == definition
        assert format_definition(parse_definition(again)) == again


@given(expressions(), st.data())
def test_any_slip(expression: object, data: st.DataObject) -> None:
    text = format_definition(Definition("n", None, expression))  # type: ignore[arg-type]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    read(text[:start] + data.draw(st.sampled_from(["", *TOKENS])) + text[end:])


def test_deep_texts_need_no_deep_stack() -> None:
    limit = sys.getrecursionlimit()
    depth = len(list(_frames()))
    sys.setrecursionlimit(depth + 200)
    try:
        with pytest.raises(DefinitionError):
            parse_definition("not (" * 200 + "a exists" + ")" * 200)
    finally:
        sys.setrecursionlimit(limit)


def _frames() -> list[object]:
    frame, frames = sys._getframe(), []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return frames
