"""Values and names enter SQL by the functions of lowering/build.py, which quote them, and by no other way."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "compiler" / "audience" / "lowering" / "build.py"
LOWERING = sorted(path for path in BUILD.parent.rglob("*.py") if path != BUILD)

OTHER_WAYS = {
    *("Literal", "Identifier", "to_identifier", "parse_identifier"),
    *("alias_", "and_", "column", "condition", "func", "maybe_parse", "not_", "or_", "select", "table_", "to_column"),
    *("to_table", "values"),
}
"""What makes a literal or a name in sqlglot, and what reads a string as SQL."""


def other_ways(source: str) -> list[int]:
    """Lines that call `exp.Literal`, `exp.Literal.string`, `exp.select` and their like."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted(call.lineno for call in calls if _first_of(call.func) in OTHER_WAYS)


def _first_of(called: ast.expr) -> str:
    """The name that stands behind `exp.`; empty where something else is called."""
    match called:
        case ast.Attribute(value=ast.Name(id="exp"), attr=name):
            return name
        case ast.Attribute(value=ast.Attribute() as inner):
            return _first_of(inner)
        case _:
            return ""


@pytest.mark.parametrize("path", LOWERING, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_function_makes_literals_and_one_makes_names(path: Path) -> None:
    lines = other_ways(path.read_text(encoding="utf-8"))
    assert not lines, f"lines {lines}: use string, integer, double, name or column of lowering/build.py"


@pytest.mark.parametrize(
    "source", ['exp.Literal(this="1")', "exp.Literal.string(x)", "exp.to_identifier(x)", "exp.select(*c).from_(t)"]
)
def test_other_ways_are_found(source: str) -> None:
    assert other_ways(source)


@pytest.mark.parametrize(
    "source", ["isinstance(x, exp.Literal)", "tree.find_all(exp.Literal)", "string(x)", "exp.EQ()"]
)
def test_what_makes_none_is_not_taken_for_it(source: str) -> None:
    assert not other_ways(source)
