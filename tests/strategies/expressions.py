"""Strategies for whole expressions: awkward keys, every kind of value, every operator with an argument of its shape.

Trees are as the parser builds them: AND and OR flattened by `walk`, no list as a plain literal.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from audience.language import walk
from audience.language.nodes import (
    Argument,
    Comments,
    Condition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Property,
    Relative,
    Steps,
)
from audience.limits import INTEGER_SAFE_MAX, NESTING_MAX
from audience.operators import OPERATORS, Operator, Takes
from audience.values import Array, Boolean, Null, Number, Object, Text, Value, write_instant

AWKWARD_KEYS = (
    "a.b", "*", "", "0", "$", "🎉", 'say "hi"', "it's", "back\\slash", "a b", "not", "And", "or", "NOBODY", "user",
    "recipient", "name", "description", "member", "true", "null", "between", "in", "is", "data", "plan", "zip-code",
    "-", "9lives", "größe", "名前", "a\nb", "a\u2028b", "#", "[0]", "]", "\x7f",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(
        ["", "pro", "recipient.plan", "30 days ago", "#", '"', "\\", "it's", "\u2028", "\x7f", "\r\n", "\t"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
keys = st.one_of(st.sampled_from(AWKWARD_KEYS), st.sampled_from(["plan", "mrr", "tags", "address", "city"]), texts)
steps: st.SearchStrategy[Steps] = st.builds(
    lambda first, rest: (first, *rest),
    keys,
    st.lists(st.one_of(keys, st.integers(0, 30)), max_size=3),
)
properties = st.builds(Property, steps)

numbers = st.one_of(
    st.integers(-100, 100),
    st.integers(-INTEGER_SAFE_MAX, INTEGER_SAFE_MAX),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
).map(Number)
scalars: st.SearchStrategy[Value] = st.one_of(st.just(Null()), st.booleans().map(Boolean), numbers, texts.map(Text))
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: Array(tuple(items))),
        st.dictionaries(texts, inner, max_size=3).map(lambda members: Object(tuple(members.items()))),
    ),
    max_leaves=6,
)
instants = st.integers(0, 4_000_000_000_000_000).map(lambda micros: Text(write_instant(micros)))
relatives = st.builds(Relative, st.integers(-1_000, 1_000), st.sampled_from(["minutes", "hours", "days", "weeks"]))


def _literals(value: st.SearchStrategy[Value]) -> st.SearchStrategy[Literal]:
    return st.builds(Literal, value)


def _items(*item: st.SearchStrategy[Literal | Property | Relative], max_size: int = 4) -> st.SearchStrategy[Items]:
    return st.lists(st.one_of(*item), max_size=max_size).map(lambda items: Items(tuple(items)))


def _pair(*item: st.SearchStrategy[Literal | Property | Relative]) -> st.SearchStrategy[Items]:
    return st.tuples(st.one_of(*item), st.one_of(*item)).map(Items)


ARGUMENTS: dict[Takes, st.SearchStrategy[Argument | None]] = {
    Takes.NOTHING: st.none(),
    Takes.VALUE: st.one_of(_literals(values).filter(lambda it: not isinstance(it.value, Array)), properties,
                           _items(_literals(values))),
    Takes.ORDERED: st.one_of(_literals(st.one_of(numbers, texts.map(Text))), properties, relatives),
    Takes.RANGE: st.one_of(_pair(_literals(numbers)), _pair(_literals(texts.map(Text))), _pair(_literals(values))),
    Takes.ITEMS: st.one_of(_literals(scalars), properties, _items(_literals(values))),
    Takes.INSTANT: st.one_of(_literals(instants), properties, relatives),
    Takes.INSTANTS: _pair(_literals(instants), relatives, properties),
    Takes.AUDIENCE: st.one_of(_literals(texts.map(Text)), _items(_literals(texts.map(Text)))),
}  # fmt: skip
"""Arguments of the shape that an operator takes."""


operators = st.sampled_from(OPERATORS)


@st.composite
def conditions(
    draw: st.DrawFn,
    operators: st.SearchStrategy[Operator] = operators,
    properties: st.SearchStrategy[Property] = properties,
) -> Condition:
    """One condition; membership is asked of the person as a whole."""
    operator = draw(operators)
    subject = Property(()) if operator.takes is Takes.AUDIENCE else draw(properties)
    return Condition(subject, operator, draw(ARGUMENTS[operator.takes]))


def expressions(
    leaves: st.SearchStrategy[Expression] | None = None, max_leaves: int = 8
) -> st.SearchStrategy[Expression]:
    """Whole expressions within the limits, flattened as the parser flattens them."""
    leaf = st.one_of(conditions(), conditions(), conditions(), st.builds(Nobody)) if leaves is None else leaves

    def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        operands = st.lists(inner, min_size=2, max_size=4)
        joined: list[Callable[[list[Expression]], Expression]] = [walk.all_of, walk.any_of]
        return st.one_of(inner.map(Not), *(operands.map(join) for join in joined))

    return st.recursive(leaf, grown, max_leaves=max_leaves).filter(lambda tree: walk.nesting(tree) <= NESTING_MAX)


comment_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=8
).map(str.strip)
comments = st.builds(
    Comments,
    st.lists(comment_texts, max_size=2).map(tuple),
    st.one_of(st.none(), comment_texts),
    st.lists(comment_texts, max_size=1).map(tuple),
)
