"""grammar/reference.md tells the truth: its examples run, its tables are complete."""

import re
from pathlib import Path

import pytest

from audience import limits
from audience.errors import DefinitionError
from audience.language import format_definition, parse, parse_definition
from audience.operators import OPERATORS, Operator

REFERENCE = (Path(__file__).parents[2] / "grammar" / "reference.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(audience(?:-error)?)(?: (A\d{3}))?\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)

LIMITS = {
    "a text": f"{limits.TEXT_BYTES_MAX:,} bytes",
    "conditions of a definition": f"{limits.CONDITIONS_MAX:,}",
    "groups in groups": f"{limits.NESTING_MAX}",
    "parentheses or `not` in a row": f"{limits.TEXT_NESTING_MAX}",
    "items of a list": f"{limits.LIST_ITEMS_MAX:,}",
    "lists and objects in one value": f"{limits.VALUE_NESTING_MAX} deep",
    "steps of a property path": f"{limits.PATH_STEPS_MAX}",
}


@pytest.mark.parametrize("text", [text for kind, _, text in BLOCKS if kind == "audience"])
def test_every_example_parses(text: str) -> None:
    definition = parse_definition(text)
    assert parse_definition(format_definition(definition)) == definition


@pytest.mark.parametrize(("code", "text"), [(code, text) for kind, code, text in BLOCKS if kind == "audience-error"])
def test_every_wrong_example_is_refused_with_its_code(code: str, text: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_there_are_examples_of_both_kinds() -> None:
    assert {kind for kind, _, _ in BLOCKS} == {"audience", "audience-error"}
    assert REFERENCE.count("```audience") == len(BLOCKS)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_operator_has_its_row(operator: Operator) -> None:
    also = ", ".join(f"`{spelling}`" for spelling in operator.spellings)
    row = f"| `{operator.words}` | `{operator.name}` | {also} | {operator.meaning} | `{operator.example}` |"
    assert row in REFERENCE.splitlines()


def test_the_limits_are_the_limits() -> None:
    section = REFERENCE.split("## Limits")[1]
    assert re.findall(r"^\| (?!what|-)(.+?) \| (.+?) \|$", section, re.MULTILINE) == list(LIMITS.items())


def test_what_is_said_to_be_the_same_is_the_same() -> None:
    pairs = re.findall(r"```audience\n([^`]*)```\n\nis the same as\n\n```audience\n([^`]*)```", REFERENCE)
    assert len(pairs) == 1
    assert all(parse(first) == parse(second) for first, second in pairs)
