"""Conditions that have a JSON form, expressions of them, and JSON that is nearly an audience."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from audience.language.nodes import (
    Argument,
    Condition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Property,
    Relative,
)
from audience.language.walk import all_of, any_of
from audience.operators import OPERATORS, RELATIVE_TIME_SHAPES, Operator, Takes
from audience.values import Array, Boolean, Null, Number, Object, Text, Value

LOADED_TEXTS = (
    "", " ", "pro", "007", "5", " 5 ", "-0", "1e999", "true", "TRUE", "null", "NaN", "-Infinity", "[1]", "[NaN]", "{}",
    '{"a": 1, "a": 2}', '"quoted"', '"', "\\", "recipient", "recipient.x", "user.x", "user[0]", "recipient.",
    "user.a@b.c", "data.x", "vars[0]", "run.sh", "recipients.x",
    "30_days_ago", "30 days ago", "1 WEEK FROM NOW", "0_minutes_ago",
    "30_day\u017f_ago", "\u0663_days_ago", "[" * 300, "2025-01-01", "a\nb", "é", "👋", "\u2028",
)  # fmt: skip
"""Texts that mean something else when they travel without quotes, or nearly do."""

texts = st.sampled_from(LOADED_TEXTS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
plain_texts = st.sampled_from(["2025-01-01", "2025-06-15T14:30:00Z", "soon", "5", "[1]", ""])
"""Texts that stay themselves as items under `is_timestamp_between`."""

numbers = st.builds(
    Number,
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, -0.0, 1.0, 1e22]),
)
scalars = st.one_of(st.just(Null()), st.builds(Boolean, st.booleans()), numbers, st.builds(Text, texts))


def _containers(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    arrays = st.lists(inner, max_size=3).map(lambda items: Array(tuple(items)))
    objects = st.dictionaries(texts, inner, max_size=3).map(lambda members: Object(tuple(members.items())))
    return arrays | objects


values: st.SearchStrategy[Value] = st.recursive(scalars, _containers, max_leaves=5)
keys = st.sampled_from(["plan", "a.b", "a b", "0", "", '"', "é", "$", "created-at"]) | texts
properties = st.lists(keys | st.integers(0, 10**15), min_size=1, max_size=4).map(lambda steps: Property(tuple(steps)))
relatives = st.builds(
    Relative, st.integers(-(10**17), 10**17), st.sampled_from(["minutes", "hours", "days", "weeks"])
) | st.builds(Relative, st.sampled_from([-1, 0, 1]), st.just("days"))


def arguments(operator: Operator) -> st.SearchStrategy[Argument | None]:
    """Arguments that have a JSON form under an operator, whether or not the operator likes them."""
    literals = st.builds(Literal, values.filter(lambda value: not isinstance(value, Array)))
    match operator.takes:
        case Takes.NOTHING:
            return st.none()
        case Takes.AUDIENCE:
            names = st.builds(Literal, st.builds(Text, texts))
            return names | st.lists(names, max_size=3).map(lambda items: Items(tuple(items)))
        case Takes.INSTANTS:
            texts_as_items = st.builds(Literal, st.builds(Text, plain_texts))
            items = st.one_of(texts_as_items, st.builds(Literal, numbers), properties, relatives)
        case _:
            items = st.builds(Literal, values)
    lists = st.lists(items, max_size=3).map(lambda items: Items(tuple(items)))
    single = st.one_of(literals, properties, lists)
    return single | relatives if operator.takes in RELATIVE_TIME_SHAPES else single


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(OPERATORS))
    asked = Property(()) if operator.takes is Takes.AUDIENCE else draw(properties)
    return Condition(asked, operator, draw(arguments(operator)))


segments = st.lists(conditions(), min_size=1, max_size=3).map(all_of)
or_of_ands_expressions = st.lists(segments, max_size=3).map(any_of)


def _groups(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(parts.map(all_of), parts.map(any_of), inner.map(Not))


def expressions(leaves: st.SearchStrategy[Condition], max_leaves: int = 8) -> st.SearchStrategy[Expression]:
    """Any nesting of `and`, `or`, `not` and `nobody` over some conditions."""
    return st.recursive(leaves | st.just(Nobody()), _groups, max_leaves=max_leaves)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(LOADED_TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def wire_conditions(argument: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Conditions of the right shape; whether property, operator and argument go together is left to chance."""
    paths = st.sampled_from(["recipient.plan", "user.tags[0]", 'recipient["a.b"]', "recipient"])
    names = st.sampled_from([operator.name for operator in OPERATORS])
    return st.fixed_dictionaries(
        {"property": paths, "operator": names, "argument": argument}, optional={"x": json_values}
    )


@st.composite
def near_audiences(draw: st.DrawFn) -> dict[str, object]:
    """Documents of the right shape, most of them with one part exchanged or taken out."""
    conditions = st.lists(wire_conditions(json_values | st.sampled_from(LOADED_TEXTS)), min_size=1, max_size=2)
    document: dict[str, object] = {
        "type": draw(st.sampled_from(["dynamic", "dynamic", "static"])),
        "name": "Name",
        "description": draw(st.none() | st.text(max_size=3)),
        "__readonly": {"key": "vip"},
        "$schema": "https://example.com/audience.json",
    }
    if document["type"] == "dynamic" or draw(st.booleans()):
        document["segments"] = [{"conditions": part} for part in draw(st.lists(conditions, min_size=1, max_size=2))]
    places = list(_places(document))
    for _ in range(draw(st.integers(0, 2))):
        holder, step = draw(st.sampled_from(places))
        if isinstance(holder, dict) and draw(st.booleans()):
            holder.pop(step, None)
        elif isinstance(holder, dict) or step < len(holder):
            holder[step] = draw(json_values)
    return document


def _places(data: object) -> Iterator[tuple[Any, Any]]:
    steps = list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for step in steps:
        yield data, step
        yield from _places(data[step])  # type: ignore[index]
