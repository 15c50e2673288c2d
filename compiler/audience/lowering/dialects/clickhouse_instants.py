"""How ClickHouse reads instants out of texts, and writes them as literals."""

from sqlglot import exp

from audience.lowering.build import (
    case,
    function,
    integer,
    integer_value,
    string,
    text_value,
)
from audience.lowering.dialects.clock_text import short_clock, written_day
from audience.values import MICROSECONDS_PER_DAY

UTC = "UTC"
YEAR_0000 = -719_528 * MICROSECONDS_PER_DAY
YEAR_0001 = -719_162 * MICROSECONDS_PER_DAY
YEAR_10000 = 2_932_897 * MICROSECONDS_PER_DAY
"""Date32 goes from the year 0 to 9999; a literal beyond either end would be taken for the end."""

_YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = "(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)"
TIMESTAMP_TEXT = f"^({_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)([T ]{_TIME}{_ZONE}?)?$"
"""The timestamp grammar of the semantics to the last leap day, written once more and not shared with the interpreter:
two independent readings that must agree."""

MICROSECONDS_PER_SECOND = 1_000_000


def instant_of_text(text: exp.Expr) -> exp.Expr:
    """A text in microseconds since the epoch, NULL when it is no timestamp.

    ClickHouse's reader of timestamps takes much else, so the grammar asks first; of what matches it reads every year.
    """
    moment = function("parseDateTime64BestEffortOrNull", text.copy(), integer(6), string(UTC))
    return case([(function("match", text, string(TIMESTAMP_TEXT)), function("toUnixTimestamp64Micro", moment))])


def date_literal(microseconds: int) -> exp.Expr:
    """The day of an instant between the years 0 and 9999."""
    return function("toDate32", text_value(written_day(microseconds)))


def moment_literal(microseconds: int) -> exp.Expr:
    """An instant as DateTime64(6): readable where the calendar has it, else from the number, which may be any."""
    if not YEAR_0001 <= microseconds < YEAR_10000:
        return moment_of(integer_value(microseconds))
    return function("toDateTime64", text_value(short_clock(microseconds)), integer(6), string(UTC))


def moment_of(microseconds: exp.Expr) -> exp.Expr:
    """DateTime64(6) from microseconds since the epoch."""
    return function("fromUnixTimestamp64Micro", function("toInt64", microseconds), string(UTC))


def seconds_literal(microseconds: int) -> exp.Expr:
    """An instant as a decimal number of seconds, which compares with DateTime64 of every precision and never raises."""
    seconds, fraction = divmod(abs(microseconds), MICROSECONDS_PER_SECOND)
    sign = "-" if microseconds < 0 else ""
    return function("toDecimal128", text_value(f"{sign}{seconds}.{fraction:06}"), integer(9))
