"""Compare typed scalars with literals, natively and exactly.

Values that the column's type cannot hold are decided here: an INTEGER column never equals 1.5 and is always
below 1e300, and no engine is asked to find out.
"""

import math
from collections.abc import Sequence
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
from audience.lowering.build import (
    as_stand_in,
    binary,
    cast,
    coalesce,
    conjunction,
    double,
    false,
    integer_value,
    is_in,
    is_not_null,
    string,
    text_value,
    true,
)
from audience.lowering.dialect import Dialect
from audience.lowering.instants import COMPARISONS, FAILING, instant_ordered
from audience.lowering.lowered import NEVER, Lowered, fillable
from audience.values import Boolean, Instant, Number, Text, Value

DECIMAL_DIGITS_NATIVE = 15
"""Decimals of at most so many digits are told apart by binary64, so comparing natively gives the same answers."""


def subject(dialect: Dialect, kind: Kind, value: exp.Expr, *, ordered: bool = False) -> exp.Expr:
    """The left side of a comparison with a literal of `literal`; `ordered` for < and its kin."""
    match kind:
        case TextKind(cast=True):
            return dialect.compared_text(dialect.as_text(value), TextKind(), ordered)
        case TextKind():
            return dialect.compared_text(value, kind, ordered)
        case _:
            return value


def key_text(dialect: Dialect, kind: Kind, key: exp.Expr, absent: str | None = None) -> exp.Expr:
    """An id or a tenant as its text, to be compared with texts; `absent` is what stands for NULL.

    It is marked last: some engines mark a text by another text, which must not be marked again.
    """
    is_text = kind == TextKind()
    text = key if is_text else dialect.as_text(key)
    filled = text if absent is None else coalesce(text, string(absent))
    return dialect.compared_text(filled, kind if isinstance(kind, TextKind) and is_text else TextKind(), False)


def is_wide(kind: Kind) -> bool:
    """Whether these are decimals that binary64 does not tell apart, so that they are read as numbers."""
    return isinstance(kind, DecimalKind) and kind.precision > DECIMAL_DIGITS_NATIVE


def literal(kind: Kind, operand: Value | Instant) -> exp.Expr | None:
    """A literal to which `subject` can be equal, or None when it never is. Timestamps: see instants."""
    match kind, operand:
        case BooleanKind(), Boolean(held):
            return true() if held else false()
        case IntegerKind(low, high), Number(number) if number % 1 == 0 and low <= number <= high:
            # A number from 2^53 on is held as it was written, so that a whole one can be a float.
            return integer_value(int(number))
        case DecimalKind(), Number(number):
            return _decimal(kind, number)
        case DoubleKind(), Number(number):
            return double(number)
        case TextKind(), Text(text):
            return text_value(text)
        case _:
            return None


def equals_any(dialect: Dialect, kind: Kind, value: exp.Expr, operands: Sequence[Value | Instant]) -> Lowered:
    """Equality with at least one of several literals; NEVER where the column's type can hold none of them."""
    if is_wide(kind):
        numbers = [operand.value for operand in operands if isinstance(operand, Number)]
        if not numbers:
            return NEVER
        return Lowered(dialect.number_is_any(dialect.wide_decimal(value), numbers), nullable=True)
    literals = [found for operand in operands if (found := literal(kind, operand)) is not None]
    if not literals:
        return NEVER

    def test(filled: exp.Expr) -> exp.Expr:
        return is_in(subject(dialect, kind, filled), literals)

    return fillable(test, value, _other_than(kind, operands))


def compares(dialect: Dialect, kind: Kind, value: exp.Expr, order: Order, operand: Value | Instant) -> Lowered:
    """Order a typed scalar and a literal; NEVER where the two are not comparable."""
    match kind, operand:
        case TextKind(), Text(text):
            left = subject(dialect, kind, value, ordered=True)
            return Lowered(binary(COMPARISONS[order], left, text_value(text)), nullable=True)
        case IntegerKind(low, high), Number(number):
            return _compares_integer(low, high, value, order, number)
        case DecimalKind(), Number(number):
            return _compares_decimal(dialect, kind, value, order, number)
        case DoubleKind(), Number(number):
            return _compares_double(dialect, value, order, number)
        case TimestampKind(), Instant(microseconds):
            return instant_ordered(dialect, kind, value, order, microseconds)
        case _:
            return NEVER


def _compares_integer(low: int, high: int, value: exp.Expr, order: Order, number: float) -> Lowered:
    """Fractions move to the next integer that asks the same; bounds beyond the type decide the answer."""
    upwards = order in (Order.GREATER, Order.GREATER_OR_EQUAL)
    if number > high:
        return NEVER if upwards else Lowered(is_not_null(value), nullable=False)
    if number < low:
        return Lowered(is_not_null(value), nullable=False) if upwards else NEVER
    if isinstance(number, float) and not number.is_integer():
        order, number = (Order.GREATER, math.floor(number)) if upwards else (Order.LESS, math.ceil(number))
    bound = int(number)
    failing = bound + FAILING[order]
    stand_in = as_stand_in(integer_value(failing)) if low <= failing <= high else None
    return fillable(lambda filled: binary(COMPARISONS[order], filled, integer_value(bound)), value, stand_in)


def _compares_decimal(dialect: Dialect, kind: DecimalKind, value: exp.Expr, order: Order, number: float) -> Lowered:
    bound = None if is_wide(kind) else _decimal(kind, number)
    upwards = order in (Order.GREATER, Order.GREATER_OR_EQUAL)
    is_number = dialect.is_decimal_number(value.copy()) if upwards else None
    if bound is None:
        compared = dialect.number_compares(dialect.wide_decimal(value), COMPARISONS[order], number)
        tests = [compared] if is_number is None else [compared, is_number]
        return Lowered(conjunction(tests), nullable=True)

    def test(filled: exp.Expr) -> exp.Expr:
        ordered = binary(COMPARISONS[order], filled, bound)
        return ordered if is_number is None else conjunction([ordered, is_number.copy()])

    fills = FAILING[order] == 0 and is_number is None
    return fillable(test, value, bound.copy() if fills else None)


def _compares_double(dialect: Dialect, value: exp.Expr, order: Order, number: float) -> Lowered:
    """Greater than a bound is also NaN, which is no number."""

    def test(filled: exp.Expr) -> exp.Expr:
        ordered = binary(COMPARISONS[order], filled, double(number))
        if order in (Order.GREATER, Order.GREATER_OR_EQUAL):
            return conjunction([ordered, dialect.is_number(filled.copy())])
        return ordered

    return fillable(test, value, double(number) if FAILING[order] == 0 else double(FAILING[order] * math.inf))


def _other_than(kind: Kind, operands: Sequence[Value | Instant]) -> exp.Expr | None:
    """A value of this kind that equals none of the operands, where comparing it is cheaper than to test for NULL."""
    match kind, operands:
        case BooleanKind(), [Boolean(held)]:
            return false() if held else true()
        case IntegerKind(low, high), _:
            taken = {operand.value for operand in operands if isinstance(operand, Number)}
            other = next((free for free in range(max(low, 0), high + 1) if free not in taken), None)
            return None if other is None else as_stand_in(integer_value(other))
        case DoubleKind(), _:
            return double(math.inf)
        case _:
            return None


def _decimal(kind: DecimalKind, number: float) -> exp.Expr | None:
    """A number as a literal of a DECIMAL's own type; None when it does not fit."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite() or exact.adjusted() >= kind.precision - kind.scale:
        return None
    scaled = exact.scaleb(kind.scale)
    if scaled != scaled.to_integral_value():
        return None
    return cast(text_value(f"{exact:.{kind.scale}f}"), f"DECIMAL({kind.precision}, {kind.scale})")
