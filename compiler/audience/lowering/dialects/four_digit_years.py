"""Instants on engines that name years with four digits: no literal lies beyond the years 1 to 9999.

Where a bound lies beyond them, every value lies on one side of it. A bound that only the query knows is compared in
microseconds.
"""

from sqlglot import exp

from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.errors import CompilerBug
from audience.lowering.dialects.clock_text import FIRST, LAST
from audience.lowering.dialects.shared_leaves import SharedLeaves
from audience.values import MICROSECONDS_PER_DAY


class FourDigitYears(SharedLeaves):
    """The range of instants, and what follows from it."""

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        """The years 1 to 9999, for DATE up to the first instant of the last day; an epoch counts in integers."""
        match kind.form:
            case TimestampForm.DATE:
                return FIRST, LAST - MICROSECONDS_PER_DAY + 1
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                return None
            case _:
                return FIRST, LAST

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:  # noqa: ARG002
        """Never asked: every form either has a range or counts in integers."""
        raise CompilerBug(f"{kind.form} is compared in microseconds")
