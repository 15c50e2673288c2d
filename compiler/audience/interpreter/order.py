"""When two values are ordered (§3 of the semantics): within numbers, within texts, within instants, else never.

Python orders texts by code point and nothing with a NaN, which is what the semantics ask for.
"""

import operator
from collections.abc import Callable
from typing import Any

from audience.interpreter.document import DocumentValue, binary64
from audience.interpreter.instants import read_text
from audience.ir.nodes import Order
from audience.values import Instant, Number, Text, Value

HOLDS: dict[Order, Callable[[Any, Any], bool]] = {
    Order.LESS: operator.lt,
    Order.LESS_OR_EQUAL: operator.le,
    Order.GREATER: operator.gt,
    Order.GREATER_OR_EQUAL: operator.ge,
}


def ordered(value: DocumentValue, order: Order, literal: Value | Instant) -> bool:
    """Whether a value stands in this order to a literal. An integer meets a literal exactly."""
    match literal:
        case Number(number):
            return isinstance(value, int | float) and not isinstance(value, bool) and HOLDS[order](value, number)
        case Text(text):
            if isinstance(value, Instant):
                return ordered_instants(value.microseconds, order, read_text(text))
            return isinstance(value, str) and HOLDS[order](value, text)
        case Instant(microseconds):
            return isinstance(value, Instant) and HOLDS[order](value.microseconds, microseconds)
        case _:
            return False


def ordered_found(value: DocumentValue, order: Order, argument: DocumentValue) -> bool:
    """Whether two values of a person stand in this order: numbers as binary64, a text never a timestamp."""
    match argument:
        case bool():
            return False
        case int() | float():
            return (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and HOLDS[order](binary64(value), binary64(argument))
            )
        case str():
            return isinstance(value, str) and HOLDS[order](value, argument)
        case Instant(microseconds):
            return isinstance(value, Instant) and HOLDS[order](value.microseconds, microseconds)
        case _:
            return False


def ordered_instants(instant: int | None, order: Order, bound: int | None) -> bool:
    """Whether two instants stand in this order; what is no timestamp stands in none."""
    return instant is not None and bound is not None and HOLDS[order](instant, bound)
