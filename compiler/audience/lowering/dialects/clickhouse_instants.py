"""How ClickHouse reads instants out of texts, and writes them as literals."""

from sqlglot import exp

from audience.lowering.build import (
    binary,
    case,
    column,
    function,
    integer,
    integer_value,
    name,
    string,
    text_value,
)
from audience.values import MICROSECONDS_PER_DAY, civil_from_days

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
what matches is a timestamp, and arithmetic on its digits says which. No type of ClickHouse reads every year."""

SECONDS = "^.{16}:([0-9]{2})"
FRACTION = "[.]([0-9]{1,6})"
OFFSET = "[T ][^+-]*([+-].+)$"
"""The parts of a timestamp that may be missing; `extract` gives the empty text for those, which reads as 0."""

MICROSECONDS_PER_SECOND = 1_000_000


def instant_of_text(text: exp.Expr) -> exp.Expr:
    """A text in microseconds since the epoch, NULL when it is no timestamp; the text is named by a lambda once."""
    held = column("moment")
    reading = case([(function("match", held, string(TIMESTAMP_TEXT)), _microseconds(held))])
    found = function("arrayMap", exp.Lambda(this=reading, expressions=[name("moment")]), function("array", text))
    return function("arrayElement", found, integer(1))


def date_literal(microseconds: int) -> exp.Expr:
    """The day of an instant between the years 0 and 9999."""
    return function("toDate32", text_value(_calendar(microseconds // MICROSECONDS_PER_DAY)))


def moment_literal(microseconds: int) -> exp.Expr:
    """An instant as DateTime64(6): readable where the calendar has it, else from the number, which may be any."""
    if not YEAR_0001 <= microseconds < YEAR_10000:
        return moment_of(integer_value(microseconds))
    days, rest = divmod(microseconds, MICROSECONDS_PER_DAY)
    seconds, fraction = divmod(rest, MICROSECONDS_PER_SECOND)
    clock = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    part = f".{fraction:06}" if fraction else ""
    return function("toDateTime64", text_value(f"{_calendar(days)} {clock}{part}"), integer(6), string(UTC))


def moment_of(microseconds: exp.Expr) -> exp.Expr:
    """DateTime64(6) from microseconds since the epoch."""
    return function("fromUnixTimestamp64Micro", function("toInt64", microseconds), string(UTC))


def seconds_literal(microseconds: int) -> exp.Expr:
    """An instant as a decimal number of seconds, which compares with DateTime64 of every precision and never raises."""
    seconds, fraction = divmod(abs(microseconds), MICROSECONDS_PER_SECOND)
    sign = "-" if microseconds < 0 else ""
    return function("toDecimal128", text_value(f"{sign}{seconds}.{fraction:06}"), integer(9))


def _calendar(days: int) -> str:
    year, month, day = civil_from_days(days)
    return f"{year:04}-{month:02}-{day:02}"


def _microseconds(text: exp.Expr) -> exp.Expr:
    """The instant of a text that matches the grammar, by the digits at their places."""
    seconds = _sum(
        _times(_days(_digits(text, 1, 4), _digits(text, 6, 2), _digits(text, 9, 2)), 86_400),
        _times(_digits(text, 12, 2), 3_600),
        _times(_digits(text, 15, 2), 60),
        _number(function("extract", text, string(SECONDS))),
    )
    fraction = _number(function("rightPad", function("extract", text, string(FRACTION)), integer(6), string("0")))
    return _sum(_times(binary(exp.Sub, seconds, _offset(text)), MICROSECONDS_PER_SECOND), fraction)


def _offset(text: exp.Expr) -> exp.Expr:
    """How many seconds the clock of a text is ahead of UTC."""
    written = function("extract", text, string(OFFSET))
    ahead = _sum(_times(_digits(written, 2, 2), 3_600), _times(_digits(written, 5, 2), 60))
    behind = function("startsWith", written, string("-"))
    return function("if", behind, function("negate", ahead), ahead.copy())


def _days(year: exp.Expr, month: exp.Expr, day: exp.Expr) -> exp.Expr:
    """Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day is a year's last."""
    late = binary(exp.GT, month, integer(2))
    since_march = binary(exp.Add, month, function("if", late, integer(-3), integer(9)))
    years = binary(exp.Sub, year, function("if", late.copy(), integer(0), integer(1)))
    return _sum(
        _times(years, 365),
        _quotient(years, 4),
        function("negate", _quotient(years, 100)),
        _quotient(years, 400),
        _quotient(binary(exp.Add, _times(since_march, 153), integer(2)), 5),
        day,
        integer(-719_469),
    )


def _digits(text: exp.Expr, start: int, length: int) -> exp.Expr:
    return _number(function("substring", text, integer(start), integer(length)))


def _number(digits: exp.Expr) -> exp.Expr:
    """Digits as a number; no digits are 0."""
    return function("toInt64OrZero", digits)


def _quotient(operand: exp.Expr, divisor: int) -> exp.Expr:
    return function("intDiv", operand.copy(), integer(divisor))


def _times(operand: exp.Expr, factor: int) -> exp.Expr:
    return binary(exp.Mul, operand.copy(), integer(factor))


def _sum(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    total = first
    for other in others:
        total = binary(exp.Add, total, other)
    return total
