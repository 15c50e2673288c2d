"""The value space of conditions, and the grammar of timestamps.

Literals of a definition are `Value`s: a closed union of frozen classes, so that `1`,
`1.0` and `true` never pass for one another by accident. An `Instant` has no spelling of its
own in a definition; it is what a text or a relative time becomes where instants are compared.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import assert_never

from audience.limits import INTEGER_SAFE_MAX

MICROSECONDS_PER_MINUTE = 60_000_000
MICROSECONDS_PER_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Null:
    """The literal null: as an argument it asks for an absent value."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """true or false; never equal to 1 or 0."""

    value: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A binary64 number. Integers that are exact in binary64 are held as `int`, so one number has one spelling.

    An `int` beyond 2^53 - 1 is kept as written until the check decides whether a column can hold it.
    """

    value: int | float

    def __post_init__(self) -> None:
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) <= INTEGER_SAFE_MAX:
            object.__setattr__(self, "value", int(value))


@dataclass(frozen=True, slots=True)
class Text:
    """A string: a sequence of code points, compared and ordered as such."""

    value: str


@dataclass(frozen=True, slots=True)
class Array:
    """A JSON array."""

    items: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object; members are sorted by key, so that equal objects are equal values."""

    members: tuple[tuple[str, "Value"], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", tuple(sorted(self.members, key=lambda member: member[0])))


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time in microseconds since 1970-01-01T00:00:00Z; may lie outside the years 1 to 9999."""

    microseconds: int


Value = Null | Boolean | Number | Text | Array | Object
"""What a definition can write down."""


def from_json(data: object) -> Value:
    """A decoded JSON value (what `json.loads` returns) as a Value; TypeError for anything else."""
    match data:
        case None:
            return Null()
        case bool():
            return Boolean(data)
        case int() | float():
            return Number(data)
        case str():
            return Text(data)
        case list() | tuple():
            return Array(tuple(from_json(item) for item in data))
        case dict():
            return Object(tuple((str(key), from_json(item)) for key, item in data.items()))
        case _:
            raise TypeError(f"{type(data).__name__} is no JSON value")


def to_json(value: Value) -> object:
    """A Value as what `json.dumps` takes; the inverse of `from_json`."""
    match value:
        case Null():
            return None
        case Boolean(held):
            return held
        case Number(number):
            return number
        case Text(text):
            return text
        case Array(items):
            return [to_json(item) for item in items]
        case Object(members):
            return {key: to_json(item) for key, item in members}
        case _:
            assert_never(value)


def write_json(value: Value) -> str:
    """A Value as compact JSON text, non-ASCII kept as it is."""
    return json.dumps(to_json(value), ensure_ascii=False, separators=(", ", ": "))


# ── timestamps ────────────────────────────────────────────────────────────────────────────────────

TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|([+-])([0-9]{2})(?::([0-9]{2}))?)?)?"
)
"""The shape of a timestamp; the calendar is checked by `read_instant`. Always used with fullmatch."""

DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_instant(text: str) -> int | None:
    """The microseconds since the epoch that a text states, or None when it is no timestamp.

    A date alone is its midnight, a missing zone is UTC, digits beyond the microsecond are cut.
    Computed on integers, because an offset may lead outside the years that `datetime` knows.
    """
    found = TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year_text, month_text, day_text, hour, minute, second, fraction, zone, sign, zone_hour, zone_minute = found.groups()
    year, month, day = int(year_text), int(month_text), int(day_text)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= _days_in_month(year, month):
        return None
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    if int(zone_hour or 0) > 14 or int(zone_minute or 0) > 59:
        return None
    seconds = days_from_civil(year, month, day) * 86_400
    seconds += int(hour or 0) * 3_600 + int(minute or 0) * 60 + int(second or 0)
    if zone and zone != "Z":
        offset = int(zone_hour) * 3_600 + int(zone_minute or 0) * 60
        seconds -= -offset if sign == "-" else offset
    return seconds * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))


def is_date_only(text: str) -> bool:
    """Whether a timestamp text states a day and no time of day."""
    return len(text) == len("YYYY-MM-DD") and read_instant(text) is not None


def _days_in_month(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else DAYS_IN_MONTH[month - 1]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a day of the proleptic Gregorian calendar, for any year."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01; the inverse of `days_from_civil`."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    month = month_index + (3 if month_index < 10 else -9)
    return era * 400 + year_of_era + (month <= 2), month, day_of_year - (153 * month_index + 2) // 5 + 1


def write_instant(microseconds: int) -> str:
    """An instant as text in UTC, e.g. `2025-01-01T00:00:00Z`; the fraction only where there is one.

    Years before 1 are astronomical, as ISO 8601 writes them: 0000 is 1 BC, -0001 is 2 BC.
    """
    days, rest = divmod(microseconds, MICROSECONDS_PER_DAY)
    year, month, day = civil_from_days(days)
    seconds, fraction = divmod(rest, 1_000_000)
    clock = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    part = f".{fraction:06}" if fraction else ""
    sign = "-" if year < 0 else ""
    return f"{sign}{abs(year):04}-{month:02}-{day:02}T{clock}{part}Z"


# ── what cannot be stored ─────────────────────────────────────────────────────────────────────────


SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a pair of UTF-16: Python joins pairs when it reads, so any that is left stands alone."""


def unstorable(text: str) -> str | None:
    """Why a string cannot be stored everywhere (U+0000, lone surrogates), or None when it can."""
    if "\x00" in text:
        return "U+0000"
    if SURROGATE.search(text):
        return "a lone surrogate"
    return None


def is_finite(number: float) -> bool:
    """Whether a number is one that JSON can write."""
    return isinstance(number, int) or math.isfinite(number)
