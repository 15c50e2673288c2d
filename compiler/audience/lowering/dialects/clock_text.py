"""Read a text as an instant by its parts, for engines whose own casts read more, less, or another time zone.

The pattern accepts exactly the grammar of the semantics, days of the month and leap years included, so that nothing
that is computed afterwards can fail; and because the parts are added as integers, an offset may lead beyond
the years 1 and 9999, where an engine's timestamps end. It stands here a second time and is not shared with the
interpreter: two independent readings that must agree.
"""

from abc import ABC, abstractmethod

from sqlglot import exp

from audience.lowering.build import binary, case, function, integer, string
from audience.lowering.dialects.shared_leaves import SharedLeaves
from audience.values import MICROSECONDS_PER_DAY, civil_from_days

YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
LONG_MONTH = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
SHORT_MONTH = "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
FEBRUARY = "02-(0[1-9]|1[0-9]|2[0-8])"
DATE = f"({YEAR}-({LONG_MONTH}|{SHORT_MONTH}|{FEBRUARY})|{LEAP_YEAR}-02-29)"
CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)?"
MOMENT = f"{DATE}({CLOCK})?"

DATE_LENGTH, HOUR_AT, MINUTE_AT, COLON_AT, SECOND_AT, POINT_AT = 10, 12, 15, 17, 18, 20
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The first and the last microsecond of the years 1 to 9999, where the timestamps of many engines end."""

HOUR, MINUTE, SECOND = 3_600_000_000, 60_000_000, 1_000_000


class ClockTexts(SharedLeaves, ABC):
    """`instant_of_text` from four leaves that every engine has."""

    @abstractmethod
    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        """Whether the whole text matches a pattern; an ending newline is part of the text."""

    @abstractmethod
    def days(self, date: exp.Expr) -> exp.Expr:
        """Days since the epoch of a text that is known to be a date."""

    @abstractmethod
    def whole(self, digits: exp.Expr) -> exp.Expr:
        """The number that a text of ASCII digits writes."""

    @abstractmethod
    def fraction(self, text: exp.Expr) -> exp.Expr:
        """The digits after the decimal point, at most six; NULL where there is none."""

    def part(self, text: exp.Expr, start: int, length: int) -> exp.Expr:
        """A part of a text from a position that counts from 1."""
        return function("substr", text.copy(), integer(start), integer(length))

    def part_from_end(self, text: exp.Expr, back: int, length: int) -> exp.Expr:
        """A part of a text that begins so many characters before its end."""
        start = binary(exp.Sub, function("length", text.copy()), integer(back - 1))
        return function("substr", text.copy(), start, integer(length))

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """A date alone, or a date and a clock."""
        midnight = binary(exp.Mul, self.days(self.part(text, 1, DATE_LENGTH)), integer(MICROSECONDS_PER_DAY))
        moment = midnight.copy()
        for step in (
            self._times(self.part(text, HOUR_AT, 2), HOUR),
            self._times(self.part(text, MINUTE_AT, 2), MINUTE),
            self._seconds(text),
        ):
            moment = exp.Add(this=moment, expression=step)
        moment = exp.Sub(this=moment, expression=self._offset(text))
        is_date = binary(exp.EQ, function("length", text.copy()), integer(DATE_LENGTH))
        return case([(self.matches(text.copy(), MOMENT), case([(is_date, midnight)], moment))])

    def _times(self, digits: exp.Expr, unit: int) -> exp.Expr:
        return binary(exp.Mul, self.whole(digits), integer(unit))

    def _seconds(self, text: exp.Expr) -> exp.Expr:
        """Seconds and their fraction, where the text has them."""
        has_seconds = binary(exp.EQ, self.part(text, COLON_AT, 1), string(":"))
        has_fraction = binary(exp.EQ, self.part(text, POINT_AT, 1), string("."))
        micros = self.whole(function("rpad", self.fraction(text.copy()), integer(6), string("0")))
        whole_seconds = self._times(self.part(text, SECOND_AT, 2), SECOND)
        with_fraction = exp.Add(this=whole_seconds, expression=micros)
        return case([(has_fraction, with_fraction), (has_seconds, whole_seconds.copy())], integer(0))

    def _offset(self, text: exp.Expr) -> exp.Expr:
        """The zone's offset. A sign can stand three or six characters before the end only as that of a zone."""
        branches: list[tuple[exp.Expr, exp.Expr]] = []
        for back in (3, 6):
            sign = self.part_from_end(text, back, 1)
            size = self._times(self.part_from_end(text, back - 1, 2), HOUR)
            if back == 6:
                size = exp.Add(this=size, expression=self._times(self.part_from_end(text, 2, 2), MINUTE))
            branches.append((binary(exp.EQ, sign, string("-")), exp.Neg(this=exp.Paren(this=size.copy()))))
            branches.append((binary(exp.EQ, sign.copy(), string("+")), size))
        return case(branches, integer(0))


def written_clock(microseconds: int) -> str:
    """An instant of the years 1 to 9999 as YYYY-MM-DD HH:MM:SS.ffffff in UTC."""
    days, rest = divmod(microseconds, MICROSECONDS_PER_DAY)
    year, month, day = civil_from_days(days)
    seconds, fraction = divmod(rest, SECOND)
    return (
        f"{year:04}-{month:02}-{day:02} {seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:06}"
    )


def short_clock(microseconds: int) -> str:
    """The same without a fraction that is zero."""
    return written_clock(microseconds).removesuffix(".000000")


def written_day(microseconds: int) -> str:
    """The day of an instant as YYYY-MM-DD in UTC."""
    return written_clock(microseconds)[:DATE_LENGTH]
