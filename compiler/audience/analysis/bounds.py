"""Whether several ordered comparisons of one property leave room for a value."""

from collections.abc import Iterable
from dataclasses import dataclass

from audience.ir.nodes import Order

Point = int | float | str
"""What is ordered: numbers, instants in microseconds, offsets from now, or texts; never two sorts in one interval."""


@dataclass(slots=True)
class Interval:
    """The values between two bounds; None is no bound, `strict` leaves the bound itself out."""

    low: Point | None = None
    low_strict: bool = False
    high: Point | None = None
    high_strict: bool = False

    def narrow(self, order: Order, point: Point) -> None:
        """Keep the values that stand in this order to the point."""
        strict = order in (Order.LESS, Order.GREATER)
        if order in (Order.LESS, Order.LESS_OR_EQUAL):
            if self.high is None or _before(point, self.high):
                self.high, self.high_strict = point, strict
            elif point == self.high:
                self.high_strict |= strict
        elif self.low is None or _before(self.low, point):
            self.low, self.low_strict = point, strict
        elif point == self.low:
            self.low_strict |= strict

    def is_empty(self) -> bool:
        """Whether no value can lie between the bounds."""
        if self.low is None or self.high is None:
            return False
        return _before(self.high, self.low) or (self.low == self.high and (self.low_strict or self.high_strict))

    def holds(self, point: Point) -> bool:
        """Whether a value lies between the bounds."""
        if self.low is not None and (_before(point, self.low) or (point == self.low and self.low_strict)):
            return False
        return not (self.high is not None and (_before(self.high, point) or (point == self.high and self.high_strict)))


def interval(bounds: Iterable[tuple[Order, Point]]) -> Interval:
    """The values that keep every bound."""
    found = Interval()
    for order, point in bounds:
        found.narrow(order, point)
    return found


def _before(left: Point, right: Point) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        # Texts are ordered by code point, which is how Python orders them.
        assert isinstance(left, str) and isinstance(right, str), "texts are bounded by texts"  # noqa: PT018
        return left < right
    return left < right
