"""Compiled with parameters, conditions that differ only in their values have one text, on every engine."""

from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience.errors import UnsupportedByDialect
from audience.language import Condition, Expression, Items, Literal, Property, Relative
from audience.language.nodes import Not
from audience.language.walk import all_of, any_of
from audience.lowering import DIALECTS
from audience.operators import BY_NAME, Operator
from audience.values import from_json
from tests.properties.scene import examples

Shape = tuple[str, Operator, str]

COLUMNS = {
    "plan": "VARCHAR", "seats": "INTEGER", "tiny": "TINYINT", "mrr": "DECIMAL(12, 2)", "wide": "DECIMAL(38, 4)",
    "score": "DOUBLE", "key": "UUID", "signed_up": "TIMESTAMP", "seen": "TIMESTAMPTZ", "day": "DATE",
    "fine": "TIMESTAMP_NS", "tags": "VARCHAR[]", "numbers": "INTEGER[]",
}  # fmt: skip

SHAPES: tuple[tuple[str, str, str], ...] = (
    ("plan", "equal_to", "text"), ("plan", "contains", "text"), ("plan", "greater_than", "text"),
    ("seats", "equal_to", "integer"), ("seats", "greater_than_or_equal_to", "integer"),
    ("seats", "less_than", "integer"), ("seats", "is_between", "range"), ("seats", "contains", "integers"),
    ("tiny", "equal_to", "integer"), ("tiny", "less_than_or_equal_to", "integer"),
    ("mrr", "equal_to", "integer"), ("mrr", "less_than", "number"),
    ("wide", "greater_than", "number"), ("score", "greater_than", "number"), ("score", "equal_to", "number"),
    ("key", "equal_to", "text"), ("signed_up", "is_timestamp_before", "moment"),
    ("signed_up", "is_timestamp_before", "relative"), ("seen", "is_timestamp_on_or_after", "moment"),
    ("day", "is_timestamp_before", "moment"), ("fine", "is_timestamp_on_or_after", "moment"),
    ("tags", "contains", "text"), ("tags", "contains", "texts"), ("tags", "contains_all", "texts"),
    ("numbers", "contains", "integer"), ("x", "equal_to", "text"), ("x", "contains", "texts"),
    ("y", "equal_to", "number"), ("y", "greater_than", "number"), ("y", "contains", "number"),
    ("z", "contains", "text"), ("z", "is_timestamp_before", "moment"), ("o", "equal_to", "object"),
    ("o", "equal_to", "list"), ("p", "less_than", "text"), ("p", "is_timestamp_before", "relative"),
)  # fmt: skip
"""A property, an operator, and what kind of argument is given."""

SEEDS = st.integers(0, 2**32)


def argument(kind: str, rng: Random, taken: set[int]) -> Literal | Items | Relative:
    """An argument of a kind, of numbers that no other argument has."""

    def number() -> int:
        # No number occurs twice, so that equal values cannot come about by chance; neighbours do.
        free = rng.choice([one for one in range(-8, 40) if one not in taken])
        taken.add(free)
        return free

    def text() -> str:
        return f"{rng.choice('abc')} %s'{number()}"

    def literal(value: object) -> Literal:
        return Literal(from_json(value))

    match kind:
        case "text":
            return literal(text())
        case "integer":
            return literal(number())
        case "number":
            return literal(number() + 0.25)
        case "range":
            return Items(tuple(literal(one) for one in sorted((number(), number()))))
        case "moment":
            return literal(f"{1_900 + number()}-01-{rng.randint(10, 28)}T{rng.randint(10, 23)}:00:00Z")
        case "relative":
            return Relative(-(abs(number()) + 100) * 1_440 - rng.randint(1, 1_000), "minutes")
        case "list":
            return literal([text(), [number()]])
        case "object":
            return literal({"a": text(), "b": [number(), None]})
        case _:
            return Items(tuple(literal(number() if kind == "integers" else text()) for _ in range(3)))


def written(shapes: list[Shape], structure: int, values: int) -> Expression:
    """Conditions of the shapes, joined as one seed says, with arguments that another one chooses."""
    rng, joined, taken = Random(values), Random(structure), set[int]()
    parts: list[Expression] = [
        Condition(Property((name,)), operator, argument(kind, rng, taken)) for name, operator, kind in shapes
    ]
    while len(parts) > 1:
        count = joined.randint(2, 3)
        group = joined.choice((all_of, any_of))(parts[:count])
        parts = [*parts[count:], joined.choice((group, Not(group)))]
    return parts[0]


def people(dialect: str, documents: bool) -> audience.Users:
    """The columns that an engine knows; `documents` adds one that holds JSON."""
    properties = "properties" if documents and DIALECTS[dialect].capabilities.documents else None
    return audience.Users(columns=COLUMNS, properties=properties)


@cache
def shapes(dialect: str, documents: bool) -> tuple[Shape, ...]:
    """What can be asked of an engine at all."""
    users, found = people(dialect, documents), []
    for name, operator, kind in SHAPES:
        shape = (name, BY_NAME[operator], kind)
        if name not in COLUMNS and users.catalog.closed:
            continue
        try:
            audience.compile(written([shape], 0, 0), users=users, dialect=dialect, parameters=True)
        except UnsupportedByDialect:
            continue
        found.append(shape)
    return tuple(found)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_values_have_the_same_text(dialect: str) -> None:
    @examples(40)
    @given(st.data(), st.booleans(), st.tuples(SEEDS, SEEDS, SEEDS))
    def law(data: st.DataObject, documents: bool, seeds: tuple[int, int, int]) -> None:
        known = st.sampled_from(shapes(dialect, documents))
        chosen = data.draw(st.lists(known, min_size=1, max_size=8, unique_by=lambda shape: shape[0]))
        structure, *values = seeds
        one, other = (
            audience.compile(
                written(chosen, structure, seed), users=people(dialect, documents), dialect=dialect, parameters=True
            )
            for seed in values
        )
        assert one.sql == other.sql, (
            "values are written by `text_value` and its like, all else by `string` and `integer`"
        )
        assert one.predicate == other.predicate
        assert one.parameters.keys() == other.parameters.keys()

    law()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_engine_can_be_asked_most(dialect: str) -> None:
    """The law above says something of each engine."""
    able = DIALECTS[dialect].capabilities.documents
    assert len(shapes(dialect, True)) >= (len(SHAPES) * 3 // 4 if able else len(SHAPES) // 4)
