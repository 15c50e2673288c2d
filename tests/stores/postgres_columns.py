"""PostgreSQL's typed columns: the types of the shared names, and what only PostgreSQL holds.

`via` says how a text becomes a value: VARCHAR by a cast, ARRAY by an array literal, JSON_ARRAY and ROW by taking JSON
apart.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from audience.values import MICROSECONDS_PER_DAY, Instant
from tests.fuzz.columns import BY_NAME, FOREVER, Given, TypedColumn, _list
from tests.fuzz.edges import NOW, NUMBERS, pick_text

ENUM, COMPOSITE, DOMAIN = "audience_enum", "audience_composite", "audience_domain"
"""Types that the store makes."""

FOLDING, BINARY = "audience_folding", "C"
"""Collations: one that ignores case, where the server has ICU, and one that is nobody's default."""

# ── what PostgreSQL alone holds ───────────────────────────────────────────────────────────────────

NUMERICS = (
    "0", "-0.0", "1", "1.0", "1.50", "0.1", "0.10000000000000000555", "9007199254740993", "9007199254740992.5",
    "0.1000000000000000055511151231257827021181583404541015625", "123456789012345678901234567890.123456789",
    "1e400", "-1e400", "1.7976931348623157e308", "1.7976931348623158e308",
    "1.797693134862315807e308", "1.797693134862315808e308", "1.7976931348623159e308", "4.9406564584124654e-324",
    "2.4703282292062328e-324", "2.5e-324",
)  # fmt: skip
"""Numbers with any number of digits, among them those half way between two of binary64, and beyond all of them. What is
nearer to zero than binary64 tells from it is a named limit; tests/lowering/test_nearest_double.py asks about it."""


def numeric(rng: Random) -> Given:
    """A number of any precision; NaN and the infinities are among them."""
    chance = rng.random()
    if chance < 0.15:
        text = rng.choice(("NaN", "Infinity", "-Infinity"))
    elif chance < 0.6:
        text = rng.choice(NUMERICS)
    else:
        text = repr(rng.choice(NUMBERS))
    return text, float(text) + 0.0


FIRST_DAY = -2_440_588
"""The day of 4714-11-24 BC, the first of the Julian calendar, counted from 1970-01-01."""
LAST_DAY = 2_145_042_905
"""5874897-12-31, the last of the type DATE."""
LAST_DAY_OF_TIMESTAMPS = 106_762_939
"""294276-12-31, the last of both types of timestamps."""
LAST_DAY_IN_MICROSECONDS = 106_751_990
"""294247-01-09, the last whose microseconds since the epoch are a BIGINT. Later ones compare with a literal as they
are, and with another property as if they were the last, so they are not drawn: see test_far_instants_on_postgres."""


def _far_day(rng: Random) -> int:
    last = LAST_DAY_IN_MICROSECONDS
    ends = (FIRST_DAY, FIRST_DAY + 1, last, last - 1, -719_529, -719_528, -719_162, -719_163, 2_932_896, 2_932_897)
    return rng.choice((*ends, NOW // MICROSECONDS_PER_DAY, rng.randint(FIRST_DAY, last)))


def write_day(day: int) -> str:
    """A day counted from 1970-01-01 as `YYYY-MM-DD`, with BC where there is no year."""
    # From March, so that the leap day is the last of a year; in eras of 400 years.
    era, of_era = divmod(day + 719_468, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    march = (5 * of_year + 2) // 153
    month = march + 3 if march < 10 else march - 9
    number = era * 400 + year + (month <= 2)
    written = f"{number if number > 0 else 1 - number:04}-{month:02}-{of_year - (153 * march + 2) // 5 + 1:02}"
    return written if number > 0 else f"{written} BC"


def far_date(rng: Random) -> Given:
    """A day of any year."""
    if rng.random() < 0.1:
        return rng.choice((("infinity", Instant(FOREVER)), ("-infinity", Instant(-FOREVER))))
    day = _far_day(rng)
    return write_day(day), Instant(day * MICROSECONDS_PER_DAY)


def far_timestamp(zone: str) -> Callable[[Random], Given]:
    """A timestamp of any year."""

    def draw(rng: Random) -> Given:
        if rng.random() < 0.1:
            return rng.choice((("infinity", Instant(FOREVER)), ("-infinity", Instant(-FOREVER))))
        day = _far_day(rng)
        of_day = rng.choice((0, 1, MICROSECONDS_PER_DAY - 1, rng.randrange(MICROSECONDS_PER_DAY)))
        seconds, fraction = divmod(of_day, 1_000_000)
        time = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:06}{zone}"
        date, _, era = write_day(day).partition(" ")
        return f"{date} {time} {era}".strip(), Instant(day * MICROSECONDS_PER_DAY + of_day)

    return draw


def padded(rng: Random) -> Given:
    """A text of fixed width: blanks at its end are no part of it."""
    text = pick_text(rng)
    return text, text.rstrip(" ")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────


def _shared(name: str, type_name: str, via: str = "VARCHAR") -> TypedColumn:
    return replace(BY_NAME[name], type=type_name, via=via)


def _also(name: str, like: str, type_name: str, via: str = "VARCHAR") -> TypedColumn:
    return replace(BY_NAME[like], name=name, type=type_name, via=via)


SHARED = (
    _shared("c_bool", "boolean"),
    _shared("c_tiny", "smallint"),
    _shared("c_int", "integer"),
    _shared("c_big", "bigint"),
    _shared("c_dec", "numeric(10,2)"),
    _shared("c_wide", "numeric(30,5)"),
    _shared("c_float", "real"),
    _shared("c_double", "double precision"),
    _shared("c_text", "text"),
    _shared("c_uuid", "uuid"),
    _shared("c_enum", ENUM),
    _shared("c_date", "date"),
    _shared("c_ts", "timestamp"),
    _shared("c_tz", "timestamptz"),
    _shared("c_s", "timestamp(0)"),
    _shared("c_ms", "timestamp(3)"),
    _shared("c_epoch_s", "bigint"),
    _shared("c_epoch_ms", "bigint"),
    _shared("c_json", "jsonb"),
    _shared("c_time", "time"),
    _shared("l_text", "text[]", "ARRAY"),
    _shared("l_bool", "boolean[]", "ARRAY"),
    _shared("l_big", "bigint[]", "ARRAY"),
    _shared("l_double", "double precision[]", "ARRAY"),
    _shared("l_float", "real[]", "ARRAY"),
    _shared("l_dec", "numeric(10,2)[]", "ARRAY"),
    _shared("l_wide", "numeric(30,5)[]", "ARRAY"),
    _shared("l_uuid", "uuid[]", "ARRAY"),
    _shared("l_enum", f"{ENUM}[]", "ARRAY"),
    _shared("l_date", "date[]", "ARRAY"),
    _shared("l_ts", "timestamp[]", "ARRAY"),
    _shared("l_tz", "timestamptz[]", "ARRAY"),
    _shared("l_json", "jsonb[]", "JSON_ARRAY"),
    _shared("s_one", COMPOSITE, "ROW"),
)
OWN = (
    TypedColumn("c_numeric", "numeric", numeric),
    TypedColumn("c_far_date", "date", far_date),
    TypedColumn("c_far_ts", "timestamp", far_timestamp("")),
    TypedColumn("c_far_tz", "timestamptz", far_timestamp("+00")),
    TypedColumn("c_char", "char(80)", padded),
    _also("c_varchar", "c_text", "varchar(80)"),
    _also("c_binary", "c_text", f'text COLLATE "{BINARY}"'),
    _also("c_domain", "c_int", DOMAIN),
    TypedColumn("l_numeric", "numeric[]", _list(numeric), "ARRAY"),
)
IGNORING_CASE = _shared("c_nocase", f'text COLLATE "{FOLDING}"')
"""Where there is ICU."""
JSON_AS_TEXT = _also("c_plain_json", "c_json", "json")
"""From PostgreSQL 16 on; an older one cannot ask whether a text is JSON."""
