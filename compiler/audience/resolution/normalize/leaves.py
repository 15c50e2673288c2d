"""One spelling for each leaf: operands sorted and distinct, absence asked by Exists only."""

from audience.ir.nodes import (
    Constant,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    Leaf,
    Not,
    Operand,
    Or,
    Predicate,
    Property,
)
from audience.ir.order import operand_key
from audience.ir.walk import negate
from audience.values import Instant, Null, Text, Value


def canonical_leaf(predicate: Leaf | Not) -> Predicate:
    """A leaf or a negated leaf in its one spelling; the result may be a group or a constant."""
    match predicate:
        case Not(operand):
            return negate(canonical_leaf(operand))
        case Equals(subject, operands):
            return _equals(subject, operands)
        case ContainsAny(subject, items):
            return ContainsAny(subject, sorted_items(items)) if items else Constant(False)
        case ContainsAll(subject, operands):
            return ContainsAll(subject, sorted_operands(operands))
        case _:
            return predicate


def _equals(subject: Property, operands: tuple[Operand, ...]) -> Predicate:
    """An absent value reads as "" and as null: null beside "" adds nothing, null alone asks for presence."""
    if not operands:
        return Constant(False)
    if Null() not in operands:
        return Equals(subject, sorted_operands(operands))
    others = tuple(operand for operand in operands if operand != Null())
    if not others:
        return Not(Exists(subject))
    if Text("") in others:
        return Equals(subject, sorted_operands(others))
    return Or((Not(Exists(subject)), Equals(subject, sorted_operands(others))))


def sorted_operands(operands: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """The operands, each once, in canonical order."""
    return operands if len(operands) == 1 else tuple(sorted(set(operands), key=operand_key))


def sorted_items(items: tuple[Value | Instant, ...]) -> tuple[Value | Instant, ...]:
    """The items of a list argument, each once, in canonical order."""
    return items if len(items) == 1 else tuple(sorted(set(items), key=operand_key))
