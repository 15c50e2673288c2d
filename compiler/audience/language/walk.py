"""Walk and build expressions: children, conditions in order, depth, flattened AND and OR, named audiences."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from audience.diagnostics import Place
from audience.language.nodes import And, Condition, Expression, Items, Literal, Nobody, Not, Or
from audience.operators import Takes
from audience.values import Text


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of an expression, in order."""
    match expression:
        case Condition() | Nobody():
            return ()
        case Not(operand):
            return (operand,)
        case And(operands) | Or(operands):
            return operands
        case _:
            assert_never(expression)


def conditions(expression: Expression) -> Iterator[Condition]:
    """Every condition, in the order of the source."""
    stack: list[Expression] = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Condition):
            yield node
        stack.extend(reversed(children(node)))


def nesting(expression: Expression) -> int:
    """How deep groups nest: 0 for a condition, 1 for conditions joined by `and`, and so on."""
    deepest, stack = 0, [(expression, 0)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in children(node))
    return deepest


def all_of(operands: Iterable[Expression], place: Place | None = None) -> Expression:
    """The operands joined by AND, nested ANDs flattened; a single operand is itself."""
    flat: list[Expression] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, And) else (operand,))
    return flat[0] if len(flat) == 1 else And(tuple(flat), place)


def any_of(operands: Iterable[Expression], place: Place | None = None) -> Expression:
    """The operands joined by OR, nested ORs flattened; a single operand is itself, none is nobody."""
    flat: list[Expression] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, Or) else (operand,))
    if not flat:
        return Nobody(place)
    return flat[0] if len(flat) == 1 else Or(tuple(flat), place)


def named_audiences(expression: Expression) -> Iterator[str]:
    """The keys of the audiences that an expression names, in its order; one as often as it stands there."""
    for condition in conditions(expression):
        if condition.operator.takes is Takes.AUDIENCE:
            argument = condition.argument
            for item in argument.items if isinstance(argument, Items) else (argument,):
                match item:
                    case Literal(Text(key)):
                        yield key
                    case _:
                        pass  # no key of an audience; resolving says so
