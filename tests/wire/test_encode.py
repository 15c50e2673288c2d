"""AST to JSON and back: the laws of the round trip, and what is refused because it has no spelling."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audience.diagnostics import Diagnostic, Pointer
from audience.errors import DefinitionError
from audience.language.nodes import Condition, Definition, Expression, Items, Literal, Nobody, Not, Property, Relative
from audience.operators import BY_NAME
from audience.values import Array, Number, Text
from audience.wire import decode, decode_definition, encode, encode_definition, or_of_ands
from audience.wire.models import AUDIENCE, json_schema
from tests.strategies.expressions import expressions as expressions_of_the_language
from tests.strategies.wire import conditions, expressions, json_values, near_audiences, or_of_ands_expressions

PLAN = Condition(Property(("plan",)), BY_NAME["equal_to"], Literal(Text("premium")))

Given = TypeVar("Given")
Made = TypeVar("Made")


def attempt(make: Callable[[Given], Made], given: Given) -> tuple[Made | None, tuple[Diagnostic, ...]]:
    """What is made, or what is wrong; any error but a DefinitionError fails the test."""
    try:
        return make(given), ()
    except DefinitionError as error:
        return None, error.diagnostics


def test_the_shape() -> None:
    assert encode(PLAN) == {
        "segments": [{"conditions": [{"property": "recipient.plan", "operator": "equal_to", "argument": "premium"}]}]
    }
    assert encode(Nobody()) == {"segments": []}
    member = Condition(Property(()), BY_NAME["is_audience_member"], Literal(Text("vip")))
    assert encode(member) == {
        "segments": [{"conditions": [{"property": "recipient", "operator": "is_audience_member", "argument": "vip"}]}]
    }
    assert encode(Condition(Property(("a b", 0)), BY_NAME["exists"], None)) == {
        "segments": [{"conditions": [{"property": 'recipient["a b"][0]', "operator": "exists"}]}]
    }


@given(or_of_ands_expressions)
def test_decode_undoes_encode(expression: Expression) -> None:
    document = encode(expression)
    assert decode(document) == expression
    assert decode(json.dumps(document)) == expression
    assert decode(json.dumps(document, ensure_ascii=False)) == expression


@given(expressions(conditions()))
def test_encode_is_stable(expression: Expression) -> None:
    document, found = attempt(encode, expression)
    assert {problem.code for problem in found} <= {"A903"}
    assert document is None or encode(decode(document)) == document


@given(expressions_of_the_language())
def test_every_expression_keeps_its_segments(expression: Expression) -> None:
    document, found = attempt(encode, expression)
    assert {problem.code for problem in found} <= {"A903"}
    assert document is None or or_of_ands(decode(json.dumps(document))) == or_of_ands(expression)


def decodes(data: Any) -> bool:
    """Whether data decodes; either way nothing but a placed problem or a stable round trip may come of it."""
    expression, found = attempt(decode, data)
    assert all(problem.place is not None for problem in found)
    if expression is None:
        return False
    assert encode(decode(encode(expression))) == encode(expression)
    return True


@given(json_values | near_audiences())
def test_any_json_is_an_expression_or_a_definition_error(data: object) -> None:
    as_data = decodes(data)
    assert not as_data or not isinstance(data, str)
    if isinstance(data, dict | list):
        text = json.dumps(data)
        if "NaN" not in text and "Infinity" not in text:
            assert decodes(text) == as_data


@given(st.text(max_size=50))
def test_any_text_is_an_expression_or_a_definition_error(text: str) -> None:
    _, found = attempt(decode, text)
    assert all(problem.source is not None for problem in found)


@given(near_audiences())
def test_what_the_model_refuses_the_decoder_refuses(document: dict[str, object]) -> None:
    decoded, _ = attempt(decode_definition, document)
    if decoded is not None:
        AUDIENCE.validate_python(document)


@given(or_of_ands_expressions, st.text("ab é\n"), st.none() | st.text("ab"), st.none() | st.text("ab-"))
def test_definitions_survive_the_round_trip(
    expression: Expression, name: str, description: str | None, key: str | None
) -> None:
    definition = Definition(name, description, expression, key)
    document = encode_definition(definition)
    AUDIENCE.validate_python(document)
    assert decode_definition(json.dumps(document)).definition == definition


def test_the_file_of_a_definition() -> None:
    document = encode_definition(Definition("Premium users", None, PLAN, "premium-users"))
    assert list(document) == ["name", "type", "description", "segments", "__readonly"]
    assert document["__readonly"] == {"key": "premium-users"}
    static = encode_definition(Definition("Beta", "By hand", None))
    assert static == {"name": "Beta", "type": "static", "description": "By hand"}
    assert encode_definition(Definition(None, None, None, "beta"))["name"] == "beta"
    with pytest.raises(DefinitionError):
        encode_definition(Definition(None, None, None))


@pytest.mark.parametrize("text", ["recipient.end", "user[0]", "30_days_ago", "7 days from now", "data.end"])
def test_a_text_that_would_read_as_something_else_is_refused(text: str) -> None:
    argument = Items((Literal(Text("2025-01-01")), Literal(Text(text))))
    place = Pointer("/here")
    with pytest.raises(DefinitionError) as caught:
        encode(Condition(Property(("at",)), BY_NAME["is_timestamp_between"], argument, place))
    assert [found.place for found in caught.value.diagnostics] == [place]


@pytest.mark.parametrize(
    "condition",
    [
        Condition(Property(()), BY_NAME["exists"], None),
        Condition(Property(("a", -1)), BY_NAME["exists"], None),
        Condition(Property(("\x00",)), BY_NAME["exists"], None),
        Condition(Property(("a",)), BY_NAME["exists"], Literal(Number(1))),
        Condition(Property(("a",)), BY_NAME["equal_to"], None),
        Condition(Property(("a",)), BY_NAME["equal_to"], Property(())),
        Condition(Property(("a",)), BY_NAME["equal_to"], Relative(-30, "days")),
        Condition(Property(("a",)), BY_NAME["equal_to"], Literal(Array(()))),
        Condition(Property(("a",)), BY_NAME["contains"], Items((Property(("b",)),))),
        Condition(Property(("a",)), BY_NAME["equal_to"], Literal(Text("\ud800"))),
        Condition(Property(()), BY_NAME["is_audience_member"], Property(("a",))),
    ],
)
def test_what_has_no_spelling_is_refused(condition: Condition) -> None:
    with pytest.raises(DefinitionError):
        encode(Not(Not(condition)))


def test_the_schema_lists_the_operators_and_the_models_keep_to_the_shape() -> None:
    schema = json.dumps(json_schema())
    assert all(f'"{name}"' in schema for name in BY_NAME)
    assert "additionalProperties" not in schema
    for wrong in ({}, {"type": "dynamic", "name": "A", "segments": [{"conditions": []}]}, {"type": "static"}):
        with pytest.raises(ValidationError):
            AUDIENCE.validate_python(wrong)
