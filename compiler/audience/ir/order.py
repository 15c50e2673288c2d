"""The canonical order of operands: keys that depend on the meaning only, never on Python's hashes.

A key is a nested tuple of texts, numbers and booleans. Two nodes have one key exactly when they are
equal, kinds aside; so the key both sorts operands and is what the meaning's hash covers.
"""

from typing import assert_never

from audience.ir.nodes import (
    And,
    Bound,
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
    Operand,
    Or,
    Predicate,
    Property,
    Steps,
)
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text

Key = tuple[object, ...]


def path_key(steps: Steps) -> Key:
    """A path: an index sorts before a key, so that texts and numbers are never compared with each other."""
    return tuple((0, step) if isinstance(step, int) else (1, step) for step in steps)


def operand_key(operand: Operand | Bound) -> Key:
    """A literal, an instant, now or a property; the leading rank keeps types apart."""
    match operand:
        case Null():
            return (0,)
        case Boolean(value):
            return (1, value)
        case Number(value):
            # One number has one key, whether it is held as an integer or as a float.
            return (2, int(value) if isinstance(value, float) and value.is_integer() else value)
        case Text(text):
            return (3, text)
        case Array(items):
            return (4, tuple(operand_key(item) for item in items))
        case Object(entries):
            return (5, tuple((key, operand_key(item)) for key, item in entries))
        case Instant(microseconds):
            return (6, microseconds)
        case Now(offset):
            return (7, offset)
        case Property(steps):
            return (8, path_key(steps))
        case _:
            assert_never(operand)


def _leaf_key(leaf: Leaf) -> Key:
    match leaf:
        case Equals(subject, operands):
            return ("equals", path_key(subject.steps), tuple(operand_key(operand) for operand in operands))
        case Compares(subject, order, operand):
            return ("compares", path_key(subject.steps), order.value, operand_key(operand))
        case ComparesInstant(subject, order, bound):
            return ("compares instant", path_key(subject.steps), order.value, operand_key(bound))
        case Contains(subject, operand):
            return ("contains", path_key(subject.steps), operand_key(operand))
        case ContainsAny(subject, items):
            return ("contains any", path_key(subject.steps), tuple(operand_key(item) for item in items))
        case ContainsAll(subject, operands):
            return ("contains all", path_key(subject.steps), tuple(operand_key(operand) for operand in operands))
        case IsEmpty(subject):
            return ("is empty", path_key(subject.steps))
        case Exists(subject):
            return ("exists", path_key(subject.steps))
        case IsTimestamp(subject):
            return ("is timestamp", path_key(subject.steps))
        case IsMember(audience):
            return ("is member", audience)
        case _:
            assert_never(leaf)


def predicate_key(predicate: Predicate) -> Key:
    """A whole predicate: constants first, then leaves by test and property (a leaf beside its Not), then groups."""
    match predicate:
        case Constant(value):
            return (0, value)
        case Not(operand):
            return (1, *_leaf_key(operand), True)
        case And(operands):
            return (2, tuple(predicate_key(operand) for operand in operands))
        case Or(operands):
            return (3, tuple(predicate_key(operand) for operand in operands))
        case _:
            return (1, *_leaf_key(predicate), False)
