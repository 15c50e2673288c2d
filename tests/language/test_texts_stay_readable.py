"""Texts are formatted as people read them: letters stay letters, and only what cannot be seen is escaped."""

import pytest

from audience.language import format_definition, format_expression, parse, parse_definition


@pytest.mark.parametrize("text", ["café", "日本", "🎈", "Ελλάδα", "a/b", "it's", "100 %"])
def test_letters_stay_letters(text: str) -> None:
    written = f'plan = "{text}"'
    assert format_expression(parse(written)) == written


@pytest.mark.parametrize(("text", "escaped"), [("\n", r"\n"), ('"', r"\""), ("\\", r"\\"), ("\u2028", r"\u2028")])
def test_what_would_break_the_line_is_escaped(text: str, escaped: str) -> None:
    written = f'plan = "a{escaped}b"'
    expression = parse(written)
    assert text in expression.argument.value.value
    assert format_expression(expression) == written


@pytest.mark.parametrize("text", ["Café", "日本", "🎈"])
def test_names_of_audiences_too(text: str) -> None:
    assert f'name "{text}"' in format_definition(parse_definition(f'name "{text}"\n\nplan exists\n'))
