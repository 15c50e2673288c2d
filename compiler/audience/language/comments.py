"""Tie the comments of a text to the conditions they stand at."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from audience.diagnostics import Span
from audience.language.nodes import And, Comments, Condition, Expression, Nobody, Not, Or
from audience.language.survey import Comment
from audience.language.walk import children

Leaf = Condition | Nobody


def attach(expression: Expression, comments: Iterable[Comment], text: str) -> Expression:
    """The expression with every comment at a condition, their order kept.

    A comment belongs beside the condition that ends on its line, else before the next condition, else
    after the last one; inside a condition (a list over several lines) it goes before it.
    """
    leaves = list(_leaves(expression))
    befores: list[list[str]] = [[] for _ in leaves]
    besides: list[str | None] = [None for _ in leaves]
    after: list[str] = []
    position = 0  # the first leaf that ends behind the comment
    for comment in comments:
        while position < len(leaves) and _span(leaves[position]).end <= comment.start:
            position += 1
        inside = position < len(leaves) and _span(leaves[position]).start <= comment.start
        if position and not inside and besides[position - 1] is None:
            ended = _span(leaves[position - 1]).end
            if "\n" not in text[ended : comment.start]:
                besides[position - 1] = comment.text
                continue
        (befores[position] if position < len(leaves) else after).append(comment.text)
    found = [
        Comments(tuple(before), beside, tuple(after) if index == len(leaves) - 1 else ())
        for index, (before, beside) in enumerate(zip(befores, besides, strict=True))
    ]
    return _with_comments(expression, iter(found))


def _leaves(expression: Expression) -> Iterator[Leaf]:
    stack: list[Expression] = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Condition | Nobody):
            yield node
        stack.extend(reversed(children(node)))


def _with_comments(expression: Expression, comments: Iterator[Comments]) -> Expression:
    match expression:
        case Condition() | Nobody():
            return replace(expression, comments=next(comments))
        case Not(operand):
            return replace(expression, operand=_with_comments(operand, comments))
        case And(operands) | Or(operands):
            return replace(expression, operands=tuple(_with_comments(operand, comments) for operand in operands))
        case _:
            assert_never(expression)


def _span(leaf: Leaf) -> Span:
    assert isinstance(leaf.place, Span)
    return leaf.place
