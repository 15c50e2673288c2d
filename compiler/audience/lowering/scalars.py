"""Compare typed scalars with literals, natively and exactly.

Values that the column's type cannot hold are decided here: an INTEGER column never equals 1.5 and is always
below 1e300, and no engine is asked to find out.
"""

import math
from decimal import Decimal

from sqlglot import exp

from audience.catalog.kinds import (
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    Kind,
    TextKind,
    TimestampKind,
)
from audience.ir.nodes import Order
from audience.lowering.build import binary, cast, conjunction, double, false, integer, is_not_null, string, true
from audience.lowering.dialect import Dialect
from audience.lowering.instants import COMPARISONS, compares_with_literal
from audience.lowering.lowered import NEVER, Lowered
from audience.values import Boolean, Instant, Number, Text, Value

DECIMAL_DIGITS_NATIVE = 15
"""Decimals of at most so many digits are told apart by binary64, so comparing natively gives the same answers."""


def subject(dialect: Dialect, kind: Kind, value: exp.Expr) -> exp.Expr:
    """The left side of a comparison with a literal of `literal`."""
    match kind:
        case TextKind(as_text):
            return dialect.text(dialect.as_text(value) if as_text else value)
        case DecimalKind(precision, _) if precision > DECIMAL_DIGITS_NATIVE:
            return dialect.exact_double(value)
        case _:
            return value


def literal(kind: Kind, operand: Value | Instant) -> exp.Expr | None:
    """A literal to which `subject` can be equal, or None when it never is. Timestamps: see instants."""
    match kind, operand:
        case BooleanKind(), Boolean(held):
            return true() if held else false()
        case IntegerKind(low, high), Number(int(number)) if low <= number <= high:
            return integer(number)
        case DecimalKind(), Number(number):
            return _decimal(kind, number)
        case DoubleKind(), Number(number):
            return double(number)
        case TextKind(), Text(text):
            return string(text)
        case _:
            return None


def compares(dialect: Dialect, kind: Kind, value: exp.Expr, order: Order, operand: Value | Instant) -> Lowered:
    """Order a typed scalar and a literal; NEVER where the two are not comparable."""
    match kind, operand:
        case TextKind(), Text(text):
            left = subject(dialect, kind, value)
            return Lowered(binary(COMPARISONS[order], left, string(text)), nullable=True)
        case IntegerKind(low, high), Number(number):
            return _compares_integer(low, high, value, order, number)
        case DecimalKind(), Number(number):
            bound = _decimal(kind, number)
            if bound is not None:
                left = subject(dialect, kind, value)
                return Lowered(binary(COMPARISONS[order], left, bound), nullable=True)
            return Lowered(binary(COMPARISONS[order], dialect.exact_double(value), double(number)), nullable=True)
        case DoubleKind(), Number(number):
            ordered = binary(COMPARISONS[order], value, double(number))
            if order in (Order.GREATER, Order.GREATER_OR_EQUAL):
                ordered = conjunction([ordered, dialect.is_number(value)])
            return Lowered(ordered, nullable=True)
        case TimestampKind(), Instant(microseconds):
            return Lowered(compares_with_literal(dialect, kind, value, order, microseconds), nullable=True)
        case _:
            return NEVER


def _compares_integer(low: int, high: int, value: exp.Expr, order: Order, number: float) -> Lowered:
    """Fractions move to the next integer that asks the same; bounds beyond the type decide the answer."""
    upwards = order in (Order.GREATER, Order.GREATER_OR_EQUAL)
    if number > high:
        return NEVER if upwards else Lowered(is_not_null(value), nullable=False)
    if number < low:
        return Lowered(is_not_null(value), nullable=False) if upwards else NEVER
    if isinstance(number, int):
        return Lowered(binary(COMPARISONS[order], value, integer(number)), nullable=True)
    if number.is_integer():
        return Lowered(binary(COMPARISONS[order], value, integer(int(number))), nullable=True)
    if upwards:
        return Lowered(binary(exp.GT, value, integer(math.floor(number))), nullable=True)
    return Lowered(binary(exp.LT, value, integer(math.ceil(number))), nullable=True)


def _decimal(kind: DecimalKind, number: float) -> exp.Expr | None:
    """A number as a literal of a DECIMAL's own type, or of DOUBLE for a wide one; None when it does not fit."""
    if kind.precision > DECIMAL_DIGITS_NATIVE:
        return double(number)
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite() or exact.adjusted() >= kind.precision - kind.scale:
        return None
    scaled = exact.scaleb(kind.scale)
    if scaled != scaled.to_integral_value():
        return None
    return cast(string(f"{exact:.{kind.scale}f}"), f"DECIMAL({kind.precision}, {kind.scale})")
