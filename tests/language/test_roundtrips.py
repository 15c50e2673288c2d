"""Text and tree: what is written reads back as the same tree, with every comment."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.language import (
    Condition,
    Definition,
    Expression,
    Nobody,
    Not,
    format_condition,
    format_definition,
    format_expression,
    parse,
    parse_definition,
)
from audience.language.formatter import LINE_WIDTH
from audience.language.walk import children
from audience.operators import OPERATORS, Operator
from tests.strategies.expressions import comments, conditions, expressions, texts


def comments_of(expression: Expression) -> list[str]:
    def walk(node: Expression) -> Iterator[str]:
        if isinstance(node, Condition | Nobody):
            yield from node.comments.all()
        for child in children(node):
            yield from walk(child)

    return list(walk(expression))


@st.composite
def commented(draw: st.DrawFn) -> Expression:
    leaves = st.one_of(
        st.builds(lambda leaf, beside: Condition(leaf.property, leaf.operator, leaf.argument, None, beside),
                  conditions(), comments),
        st.builds(Nobody, comments=comments),
    )  # fmt: skip
    return draw(expressions(leaves))


@given(expressions())
def test_a_formatted_tree_parses_to_the_same_tree(expression: Expression) -> None:
    text = format_expression(expression)
    assert parse(text) == expression
    assert format_expression(parse(text)) == text


@given(conditions())
def test_one_condition_is_one_line(condition: Condition) -> None:
    text = format_condition(condition)
    assert len(text.splitlines()) == 1
    assert parse(text) == condition


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@given(data=st.data())
def test_every_operator_round_trips(operator: Operator, data: st.DataObject) -> None:
    condition = data.draw(conditions(st.just(operator)))
    assert parse(format_condition(condition)) == condition
    assert parse(format_expression(Not(condition))) == Not(condition)


@given(commented())
def test_comments_are_kept_in_order(expression: Expression) -> None:
    text = format_expression(expression)
    read = parse(text)
    assert read == expression
    assert comments_of(read) == comments_of(expression)
    # A comment after a condition that is not the last one is read as one before the next.
    again = format_expression(read)
    assert format_expression(parse(again)) == again


@given(st.one_of(st.none(), texts), st.one_of(st.none(), texts), commented(), st.lists(st.just("note"), max_size=2))
def test_definitions_round_trip(name: str | None, about: str | None, expression: Expression, head: list[str]) -> None:
    definition = Definition(name, about, expression, comments=tuple(head))
    text = format_definition(definition)
    read = parse_definition(text)
    assert read == definition
    assert read.expression is not None
    assert [*read.comments, *comments_of(read.expression)] == [*head, *comments_of(expression)]
    again = format_definition(read)
    assert format_definition(parse_definition(again)) == again


@given(
    st.lists(
        st.sampled_from(['plan = "pro"', 'tags in [# in\n"a"]', "age between # low\n1 and 2"]), min_size=1, max_size=4
    ),
    st.data(),
)
def test_comments_survive_wherever_they_stand(leaves: list[str], data: st.DataObject) -> None:
    count = 0

    def gap() -> str:
        nonlocal count
        if data.draw(st.booleans()):
            count += 1
            return data.draw(st.sampled_from([f" # c{count}\n", f"\n# c{count}\n"]))
        return data.draw(st.sampled_from([" ", "\n"]))

    text = gap()
    for index, leaf in enumerate(leaves):
        opening = data.draw(st.sampled_from(["", "(", "not", "not ("]))
        joint = data.draw(st.sampled_from(["and", "or"])) if index else ""
        text += joint + gap() + opening + gap() + leaf + gap() + (")" if "(" in opening else "") + gap()
    read = parse(text)
    kept = comments_of(read)
    assert [comment for comment in kept if comment.startswith("c")] == [f"c{number}" for number in range(1, count + 1)]
    formatted = format_expression(read)
    assert comments_of(parse(formatted)) == kept
    assert format_expression(parse(formatted)) == formatted


def test_layout() -> None:
    text = (
        '# paying\n(plan in ["pro", "team"] and mrr >= 100 # euros\n and not (tags contains "test")) '
        "or recipient.vip = true # by hand\n# end"
    )
    assert format_expression(parse(text)) == (
        "(\n"
        "  # paying\n"
        '  plan in ["pro", "team"]\n'
        "  and mrr >= 100  # euros\n"
        '  and not tags contains "test"\n'
        ")\n"
        "or vip = true  # by hand\n"
        "# end"
    )


def test_one_line_as_long_as_it_fits() -> None:
    fits = 'plan = "' + "x" * (LINE_WIDTH - len('plan = "" and mrr > 1')) + '" and mrr > 1'
    assert format_expression(parse(fits)) == fits
    assert format_expression(parse(fits + "0")) == fits[: -len(" and mrr > 1")] + "\nand mrr > 10"


def test_mixed_groups_are_in_parentheses() -> None:
    assert format_expression(parse("a exists and b exists or c exists")) == "(a exists and b exists) or c exists"
    assert format_expression(parse("not (a exists and b exists)")) == "not (a exists and b exists)"
    assert format_expression(parse('not (not member of "x")')) == 'not not member of "x"'
    assert format_expression(parse('not (member of "x")')) == 'not (member of "x")'
