"""Compare timestamps of any form with an instant, so that an index or a zone map on the column stays usable.

A form coarser than a microsecond (days, seconds) counts in units: `v < a` holds when the unit number of v is
below a's, rounded up. A form finer than a microsecond is cut, so `v <= a` holds until the next microsecond.
"""

from sqlglot import exp

from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.ir.nodes import Order
from audience.lowering.build import as_stand_in, binary, conjunction, integer, integer_value, is_not_null
from audience.lowering.dialect import Dialect
from audience.lowering.lowered import NEVER, Lowered, fillable
from audience.values import MICROSECONDS_PER_DAY

COMPARISONS: dict[Order, type[exp.Binary]] = {
    Order.LESS: exp.LT,
    Order.LESS_OR_EQUAL: exp.LTE,
    Order.GREATER: exp.GT,
    Order.GREATER_OR_EQUAL: exp.GTE,
}

FAILING = {Order.LESS: 0, Order.GREATER: 0, Order.LESS_OR_EQUAL: 1, Order.GREATER_OR_EQUAL: -1}
"""How far from a bound, in units of its type, lies the nearest value that is not so ordered to it."""

UNITS = {
    TimestampForm.DATE: MICROSECONDS_PER_DAY,
    TimestampForm.EPOCH_SECONDS: 1_000_000,
    TimestampForm.EPOCH_MILLISECONDS: 1_000,
}
"""Microseconds of one unit, for the forms that are coarser than a microsecond."""

CUT: dict[Order, tuple[Order, int]] = {
    Order.LESS: (Order.LESS, 0),
    Order.LESS_OR_EQUAL: (Order.LESS, 1),
    Order.GREATER: (Order.GREATER_OR_EQUAL, 1),
    Order.GREATER_OR_EQUAL: (Order.GREATER_OR_EQUAL, 0),
}
"""For a form finer than a microsecond: the order and the microseconds to add."""


DAYS: dict[Order, tuple[Order, int]] = {
    Order.LESS: (Order.LESS_OR_EQUAL, -1),
    Order.LESS_OR_EQUAL: (Order.LESS_OR_EQUAL, 0),
    Order.GREATER: (Order.GREATER, 0),
    Order.GREATER_OR_EQUAL: (Order.GREATER, -1),
}
"""For dates: the order to the day that holds the instant, and the microseconds to add to it before."""


def instant_ordered(dialect: Dialect, kind: TimestampKind, value: exp.Expr, order: Order, microseconds: int) -> Lowered:
    """Order a timestamp that may be absent and an instant that is known."""

    def test(filled: exp.Expr) -> exp.Expr:
        return compares_with_literal(dialect, kind, filled, order, microseconds)

    units, unit = _units(kind, order, microseconds)
    if not _can_be_written(dialect, kind, units * unit):
        # Every value lies on one side of such a bound.
        holds = (order in (Order.LESS, Order.LESS_OR_EQUAL)) is (microseconds > 0)
        return Lowered(is_not_null(value), nullable=False) if holds else NEVER
    if kind.form is TimestampForm.NAIVE_NANOSECONDS:
        # The range of nanoseconds is narrow: a bound at its end has no neighbour to stand in.
        return Lowered(test(value), nullable=True)
    failing = units + FAILING[order]
    if not _can_be_written(dialect, kind, failing * unit):
        return Lowered(test(value), nullable=True)
    return fillable(test, value, as_stand_in(_unit_literal(dialect, kind, failing, unit)))


def compares_with_literal(
    dialect: Dialect, kind: TimestampKind, value: exp.Expr, order: Order, microseconds: int
) -> exp.Expr:
    """Order a timestamp and an instant that is known."""
    form = kind.form
    if form is TimestampForm.NAIVE_NANOSECONDS:
        cut_order, shift = CUT[order]
        if not _can_be_written(dialect, kind, microseconds + shift):
            # At the end of the range, what lies within the last microsecond is not told from what begins it.
            cut_order, shift = order, 0
        return binary(COMPARISONS[cut_order], value, dialect.instant_literal(kind, microseconds + shift))
    return binary(COMPARISONS[order], value, _unit_literal(dialect, kind, *_units(kind, order, microseconds)))


def compares_with_expression(
    dialect: Dialect, kind: TimestampKind, value: exp.Expr, order: Order, microseconds: exp.Expr
) -> exp.Expr:
    """Order a timestamp and an instant that only the query knows, given in microseconds."""
    match kind.form:
        case _ if dialect.instant_range(kind) is not None:
            # The bound may lie where the column's type does not reach.
            return binary(COMPARISONS[order], dialect.instant_of(kind, value), microseconds)
        case TimestampForm.NAIVE_NANOSECONDS | TimestampForm.DATE as form:
            cut_order, shift = (DAYS if form is TimestampForm.DATE else CUT)[order]
            shifted = binary(exp.Add, microseconds, integer(shift)) if shift else microseconds
            return binary(COMPARISONS[cut_order], value, dialect.instant_value(kind, shifted))
        case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
            return binary(COMPARISONS[order], dialect.instant_of(kind, value), microseconds)
        case _:
            return binary(COMPARISONS[order], value, dialect.instant_value(kind, microseconds))


def equals_literal(dialect: Dialect, kind: TimestampKind, value: exp.Expr, microseconds: int) -> exp.Expr | None:
    """Equality with an instant that is known; None when no value of this form can be that instant."""
    if not _can_be_written(dialect, kind, microseconds):
        return None
    if kind.form is TimestampForm.NAIVE_NANOSECONDS:
        return conjunction(
            [
                compares_with_literal(dialect, kind, value, Order.GREATER_OR_EQUAL, microseconds),
                compares_with_literal(dialect, kind, value, Order.LESS_OR_EQUAL, microseconds),
            ]
        )
    unit = UNITS.get(kind.form, 1)
    if microseconds % unit:
        return None
    return binary(exp.EQ, value, _unit_literal(dialect, kind, microseconds // unit, unit))


def _can_be_written(dialect: Dialect, kind: TimestampKind, microseconds: int) -> bool:
    held = dialect.instant_range(kind)
    return held is None or held[0] <= microseconds <= held[1]


def _units(kind: TimestampKind, order: Order, microseconds: int) -> tuple[int, int]:
    """The bound in units of the form, rounded to the side that asks the same, and the unit."""
    unit = UNITS.get(kind.form, 1)
    rounds_up = order in (Order.LESS, Order.GREATER_OR_EQUAL)
    return -(-microseconds // unit) if rounds_up else microseconds // unit, unit


def _unit_literal(dialect: Dialect, kind: TimestampKind, units: int, unit: int) -> exp.Expr:
    if kind.form in (TimestampForm.EPOCH_SECONDS, TimestampForm.EPOCH_MILLISECONDS):
        return integer_value(units)
    return dialect.instant_literal(kind, units * unit)
