"""When two values are equal, and when a value reads as an argument (§3 of the semantics).

Never with Python's `==` on whole values: it takes True for 1, and a list with a NaN for equal to itself.
"""

from typing import assert_never

from audience.interpreter.document import DocumentValue, binary64
from audience.interpreter.instants import read_text
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text, Value


def equals(value: DocumentValue, literal: Value | Instant) -> bool:
    """Whether a value equals a literal: `eq` of the semantics. An integer meets a literal exactly."""
    match literal:
        case Text(text):
            if isinstance(value, Instant):
                return read_text(text) == value.microseconds
            return isinstance(value, str) and value == text
        case Number(number):
            return isinstance(value, int | float) and not isinstance(value, bool) and value == number
        case Boolean(held):
            return isinstance(value, bool) and value == held
        case Null():
            return value is None
        case Instant(microseconds):
            return isinstance(value, Instant) and value.microseconds == microseconds
        case Array(items):
            return isinstance(value, list) and len(value) == len(items) and all(map(equals, value, items))
        case Object(members):
            return (
                isinstance(value, dict)
                and len(value) == len(members)
                and all(key in value and equals(value[key], member) for key, member in members)
            )
        case _:
            assert_never(literal)


def reads(value: DocumentValue, literal: Value | Instant) -> bool:
    """Whether the value at a path reads as a literal: null asks for absence, an absent value reads as ""."""
    if isinstance(literal, Null):
        return value is None
    return equals("" if value is None else value, literal)


def equals_found(value: DocumentValue, argument: DocumentValue) -> bool:
    """Whether two values of a person are equal: numbers as binary64, a text never a timestamp.

    An argument that is an array or an object is invalid, and absence is for the caller to read: both equal nothing.
    """
    match argument:
        case bool():
            return isinstance(value, bool) and value == argument
        case int() | float():
            return (
                isinstance(value, int | float) and not isinstance(value, bool) and binary64(value) == binary64(argument)
            )
        case str():
            return isinstance(value, str) and value == argument
        case Instant(microseconds):
            return isinstance(value, Instant) and value.microseconds == microseconds
        case None | list() | dict():
            return False
        case _:
            assert_never(argument)


def reads_found(value: DocumentValue, argument: DocumentValue) -> bool:
    """Whether one value of a person reads as another: absent on either side reads as ""."""
    return equals_found("" if value is None else value, "" if argument is None else argument)
