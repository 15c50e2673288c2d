"""A predicate as a plain English sentence, for people who did not write it."""

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
    Order,
    Predicate,
    Property,
)
from audience.language.paths import BARE_KEY, write_path
from audience.values import MICROSECONDS_PER_MINUTE, Instant, Text, write_instant, write_json

LISTED_MAX = 5
"""Operands spelled out; the rest of a long list is counted."""

NUMBER_ORDER = {
    Order.LESS: "less than",
    Order.LESS_OR_EQUAL: "at most",
    Order.GREATER: "more than",
    Order.GREATER_OR_EQUAL: "at least",
}
TEXT_ORDER = {
    Order.LESS: "before",
    Order.LESS_OR_EQUAL: "not after",
    Order.GREATER: "after",
    Order.GREATER_OR_EQUAL: "not before",
}
INSTANT_ORDER = {
    Order.LESS: "earlier than",
    Order.LESS_OR_EQUAL: "not later than",
    Order.GREATER: "later than",
    Order.GREATER_OR_EQUAL: "not earlier than",
}
UNITS = (("week", 10_080), ("day", 1_440), ("hour", 60), ("minute", 1))


def describe(predicate: Predicate) -> str:
    """One sentence without a capital and a full stop: `plan is "pro" and mrr is at least 100`.

    Groups in groups stand in parentheses; what it leaves out is counted, never dropped silently.
    """
    match predicate:
        case Constant(value):
            return "everybody" if value else "nobody"
        case And(operands):
            return " and ".join(_inner(operand) for operand in operands)
        case Or(operands):
            return " or ".join(_inner(operand) for operand in operands)
        case Not(operand):
            return _leaf(operand, True)
        case _:
            return _leaf(predicate, False)


def _inner(predicate: Predicate) -> str:
    text = describe(predicate)
    return f"({text})" if isinstance(predicate, And | Or) else text


def _leaf(leaf: Leaf, negated: bool) -> str:
    verb = "is not" if negated else "is"
    match leaf:
        case Equals(subject, operands):
            return f"{_name(subject)} {verb} {_one_of(operands)}"
        case Compares(subject, order, operand):
            words = TEXT_ORDER if isinstance(operand, Text) else NUMBER_ORDER
            return f"{_name(subject)} {verb} {words[order]} {_operand(operand)}"
        case ComparesInstant(subject, order, bound):
            return f"{_name(subject)} {verb} a time {INSTANT_ORDER[order]} {_bound(bound)}"
        case Contains(subject, operand):
            return f"{_name(subject)} {'does not contain' if negated else 'contains'} {_operand(operand)}"
        case ContainsAny(subject, items):
            return f"{_name(subject)} {'neither is nor has' if negated else 'is or has'} {_one_of(items)}"
        case ContainsAll(subject, ()):
            return f"{_name(subject)} {verb} a list"
        case ContainsAll(subject, operands):
            return f"{_name(subject)} {verb} a list that has {_join(operands, 'and')}"
        case IsEmpty(subject):
            return f"{_name(subject)} {verb} empty"
        case Exists(subject):
            return f"{_name(subject)} {'is missing' if negated else 'is there'}"
        case IsTimestamp(subject):
            return f"{_name(subject)} {verb} a time"
        case IsMember(audience):
            return f"the person {verb} a member of {audience}"
        case _:
            assert_never(leaf)


def _name(subject: Property) -> str:
    first = subject.steps[0] if subject.steps else None
    bare = isinstance(first, str) and BARE_KEY.fullmatch(first) is not None
    return write_path(subject.steps, "" if bare else "recipient")


def _one_of(operands: tuple[Operand, ...]) -> str:
    """The operands of a test that an absent value can pass, because it reads as the empty text."""
    text = _operand(operands[0]) if len(operands) == 1 else _join(operands, "or")
    return f"{text} (or missing)" if Text("") in operands else text


def _join(operands: tuple[Operand, ...], word: str) -> str:
    names = [_operand(operand) for operand in operands[:LISTED_MAX]]
    if len(operands) > LISTED_MAX:
        names.append(f"{len(operands) - LISTED_MAX:,} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _operand(operand: Operand) -> str:
    match operand:
        case Instant(microseconds):
            return write_instant(microseconds)
        case Property():
            return f"their {_name(operand)}"
        case _:
            return write_json(operand)


def _bound(bound: Bound) -> str:
    match bound:
        case Now(0):
            return "now"
        case Now(offset):
            minutes = abs(offset) // MICROSECONDS_PER_MINUTE
            unit, size = next(unit for unit in UNITS if minutes % unit[1] == 0)
            amount = minutes // size
            return f"{amount:,} {unit}{'' if amount == 1 else 's'} {'ago' if offset < 0 else 'from now'}"
        case _:
            return _operand(bound)
