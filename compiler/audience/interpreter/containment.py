"""When a value contains an argument (§4 of the semantics): a list its items, a text its parts."""

from collections.abc import Sequence

from audience.interpreter.document import DocumentValue
from audience.interpreter.equality import equals, equals_found, reads
from audience.values import Instant, Text, Value


def contains(value: DocumentValue, literal: Value | Instant) -> bool:
    """Whether a list has an item equal to the literal, or a text (absent reads as "") has the literal text as a part.

    Items are not searched themselves, and a timestamp is never text.
    """
    if isinstance(value, list):
        return any(equals(item, literal) for item in value)
    if isinstance(literal, Text):
        return literal.value in value if isinstance(value, str) else value is None and literal.value == ""
    return False


def contains_found(value: DocumentValue, argument: DocumentValue) -> bool:
    """`contains` with another value of the person as the argument; an absent one reads as ""."""
    part = "" if argument is None else argument
    if isinstance(value, list):
        return any(equals_found(item, part) for item in value)
    whole = "" if value is None else value
    return isinstance(whole, str) and isinstance(part, str) and part in whole


def contains_any(value: DocumentValue, literals: Sequence[Value | Instant]) -> bool:
    """Whether a list shares an item with the literals, or any other value reads as one of them."""
    if isinstance(value, list):
        return any(equals(item, literal) for item in value for literal in literals)
    return any(reads(value, literal) for literal in literals)
