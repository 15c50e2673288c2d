"""Walk and rebuild predicates: children, leaves, depth, the properties that are read, the complement."""

from collections.abc import Callable, Iterator
from typing import assert_never

from audience.ir.nodes import (
    And,
    Compares,
    ComparesInstant,
    Constant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Not,
    Now,
    Or,
    Predicate,
    Property,
)


def children(predicate: Predicate) -> tuple[Predicate, ...]:
    """The direct parts of a predicate, in order; a leaf and a constant have none."""
    match predicate:
        case And(operands) | Or(operands):
            return operands
        case Not(operand):
            return (operand,)
        case _:
            return ()


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """Every leaf from left to right, those below a Not included; the same leaf as often as it stands there."""
    stack: list[Predicate] = [predicate]
    while stack:
        node = stack.pop()
        match node:
            case And(operands) | Or(operands):
                stack.extend(reversed(operands))
            case Not(operand):
                yield operand
            case Constant():
                pass
            case _:
                yield node


def map_leaves(predicate: Predicate, change: Callable[[Leaf], Leaf]) -> Predicate:
    """The predicate with every leaf replaced. The result is as canonical as the change keeps it."""
    match predicate:
        case And(operands):
            return And(tuple(map_leaves(operand, change) for operand in operands))
        case Or(operands):
            return Or(tuple(map_leaves(operand, change) for operand in operands))
        case Not(operand):
            return Not(change(operand))
        case Constant():
            return predicate
        case _:
            return change(predicate)


def negate(predicate: Predicate) -> Predicate:
    """The complement, with Not at the leaves only: De Morgan holds because nothing is ever unknown."""
    match predicate:
        case And(operands):
            return Or(tuple(negate(operand) for operand in operands))
        case Or(operands):
            return And(tuple(negate(operand) for operand in operands))
        case Not(operand):
            return operand
        case Constant(value):
            return Constant(not value)
        case _:
            return Not(predicate)


def depth(predicate: Predicate) -> int:
    """How deep groups nest: 0 for a leaf, 1 for leaves joined by And, and so on."""
    deepest = 0
    stack: list[tuple[Predicate, int]] = [(predicate, 0)]
    while stack:
        node, level = stack.pop()
        match node:
            case And(operands) | Or(operands):
                deepest = max(deepest, level + 1)
                stack.extend((operand, level + 1) for operand in operands)
            case _:
                pass
    return deepest


def leaf_properties(leaf: Leaf) -> tuple[Property, ...]:
    """What one leaf reads: its subject first, then the properties it is compared with."""
    match leaf:
        case Equals(subject, operands) | ContainsAll(subject, operands):
            return (subject, *(operand for operand in operands if isinstance(operand, Property)))
        case Compares(subject, _, operand) | Contains(subject, operand):
            return (subject, operand) if isinstance(operand, Property) else (subject,)
        case ComparesInstant(subject, _, bound):
            return (subject, bound) if isinstance(bound, Property) else (subject,)
        case ContainsAny(subject, _) | IsEmpty(subject) | Exists(subject) | IsTimestamp(subject):
            return (subject,)
        case IsMember():
            return ()
        case _:
            assert_never(leaf)


def properties(predicate: Predicate) -> tuple[Property, ...]:
    """Every property that the predicate reads, each once, in the order in which they are first met."""
    return tuple(dict.fromkeys(found for leaf in leaves(predicate) for found in leaf_properties(leaf)))


def members(predicate: Predicate) -> tuple[str, ...]:
    """The keys of the static audiences that the predicate asks for, each once."""
    return tuple(dict.fromkeys(leaf.audience for leaf in leaves(predicate) if isinstance(leaf, IsMember)))


def uses_now(predicate: Predicate) -> bool:
    """Whether the answer depends on the run's now."""
    return any(isinstance(leaf, ComparesInstant) and isinstance(leaf.bound, Now) for leaf in leaves(predicate))
