"""The cases of fixtures/conditions.jsonl and fixtures/regressions.jsonl: one person, one condition, one answer.

A case states a condition by its parts (`property`, `operator`, `argument`) or as a text (`expression`). In an
argument `{"$path": …}` is a property and `{"$rel": [-30, "days"]}` a relative time; everything else is itself.
`columns` gives the person typed columns beside the document: name → [type, the value as text that DuckDB casts].
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import audience
from audience.language import Expression
from audience.language.nodes import Argument, Condition, Items, Literal, Property, Relative
from audience.language.paths import read_path
from audience.operators import BY_NAME, Takes
from audience.values import from_json

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = "2025-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Case:
    """One line. `document` is the person's JSON text, `warning` a warning code that resolving must raise."""

    id: str
    expression: Expression
    document: str
    expected: bool
    rationale: str
    user_id: str = "u1"
    now: str = NOW
    members: dict[str, list[str]] = field(default_factory=dict)
    columns: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


WARNINGS = {"W_EMPTY_RANGE": "A311", "W_EMPTY_STRING_MATCHES_EVERY_STRING": "A313"}
"""The corpus speaks of lints by names of its own."""


def read_cases(name: str) -> list[Case]:
    """The cases of one file."""
    lines = (FIXTURES / name).read_text(encoding="utf-8").splitlines()
    return [_read(json.loads(line)) for line in lines if line.strip()]


def _read(line: dict) -> Case:
    return Case(
        id=line["id"],
        expression=audience.parse(line["expression"]) if "expression" in line else _condition(line),
        document=line["user"],
        expected=line["expected"],
        rationale=line["rationale"],
        user_id=line.get("user_id", "u1"),
        now=line.get("now", NOW),
        members=line.get("members", {}),
        columns={name: (kind, text) for name, (kind, text) in line.get("columns", {}).items()},
        warnings=tuple(WARNINGS[name] for name in line.get("validate", ())),
    )


def _condition(line: dict) -> Condition:
    operator = BY_NAME[line["operator"]]
    argument = None if operator.takes is Takes.NOTHING else _argument(line["argument"])
    return Condition(Property(read_path(line["property"])), operator, argument)


def _argument(data: object) -> Argument:
    match data:
        case {"$path": str(path)}:
            return Property(read_path(path))
        case {"$rel": [int(amount), str(unit)]}:
            return Relative(amount, unit)  # type: ignore[arg-type]
        case list(items):
            return Items(tuple(Literal(from_json(item)) for item in items))
        case _:
            return Literal(from_json(data))


CASES = read_cases("conditions.jsonl")
REGRESSIONS = read_cases("regressions.jsonl")
