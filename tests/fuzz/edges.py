"""Edge pools: the values at which engines and interpreters part ways, drawn by a random.Random."""

import math
from collections.abc import Callable
from random import Random

from audience.values import MICROSECONDS_PER_DAY, write_instant

NOW = 1_735_689_600_000_000
"""2025-01-01T00:00:00Z, the now of every batch; the instants of the pools lie around it and at the ends."""

TEXTS = (
    "", "pro", "Pro", "PRO", "pr_", "p%", "p\\o", "free", "trial", "5", "05", "5.0", "-0", "1e2", "true", "false",
    "null", "[]", "{}", '["pro"]', "NaN", "inf", "a", "A", "b", "ab", "a b", "a-b", " a", "a ", "a%c", "a_c", "abc",
    "ABC", "é", "e\u0301", "ß", "ss", "İ", "i", "ı", "K", "\u212a", "😀", "x😀y", "\uffff", "\ud7ff", "\ue000",
    "\U0010ffff", "it's", 'say "hi"', "back\\slash", "\\", "'", '"', "''", "--", ";", "$1", "?", ":p", "{{x}}",
    "a\nb", "\t", "\u2028", "\x7f", "\x01", "u1", "recipient.plan", "30 days ago", "2024-12-31", "2025-01-01",
    "2025-01-01T00:00:00Z", "12345678901234567890",
)  # fmt: skip

NUMBERS = (
    0, 1, -1, 2, 5, 9, 10, 55, 100, 0.1, 0.3, 0.30000000000000004, 0.5, -0.5, 1.5, 99.9, 99.99, 100.01, 127, 128,
    -128, -129, 255, 1e-7, 1e16, 1e22, 1e23, 2**31 - 1, 2**31, 2**53 - 1, -(2**53 - 1), 2.0**53, 2.0**53 + 2, 2.0**63,
    -(2.0**63), 2.0**64, 1e38, 3.4e38, 3.5e38, 1e300, -1e300, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308,
    123456789012345.67,
)  # fmt: skip

INTEGERS = (
    0, 1, -1, 2, 5, 9, 10, 55, 100, 127, -128, 128, 255, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, 2**53, 2**53 + 1,
    -(2**53) - 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64, 10**30, 2**127 - 1, -(2**127),
)  # fmt: skip

MOMENTS = (
    0, -1, 1, -500_000, NOW, NOW - 1, NOW + 1, NOW - MICROSECONDS_PER_DAY, NOW + MICROSECONDS_PER_DAY,
    NOW - 30 * MICROSECONDS_PER_DAY, NOW - 30 * MICROSECONDS_PER_DAY - 1, NOW - 30 * MICROSECONDS_PER_DAY + 1,
    NOW - 5 * 3_600_000_000, NOW + 5 * 3_600_000_000, NOW - 19_800_000_000, NOW + 19_800_000_000,
    1_709_164_800_000_000, 1_730_597_400_000_000, 1_740_787_200_000_000, -62_135_596_800_000_000,
    253_402_300_799_999_999,
)  # fmt: skip
"""Instants: the epoch, now and its neighbours by microseconds, days and session offsets, a leap day, an hour that
New York has twice, the first and the last instant of the calendar."""

NO_INSTANTS = (
    "2024-02-30", "2023-02-29", "2025-13-01", "2025-00-10", "2025-01-01T24:00:00Z", "2025-01-01T00:00:60Z",
    "2025-1-1", "20250101", "2025-01-01t00:00:00Z", "2025-01-01T00:00:00z", " 2025-01-01", "2025-01-01 ",
    "2025-01-01\n", "2025-01-01T00:00:00+15:00", "2025-01-01T00:00:00+0530", "2025-01-01T00:00:00.1234567890Z",
    "2025-01-01T00:00:00.Z", "0000-01-01", "10000-01-01", "now", "today", "infinity", "-infinity", "epoch",
    "２０２５-01-01", "2025-W01-1", "2025-01-01T00Z", "2025-01-01Z", "+2025-01-01", "2025-01-01 BC", "2025-01-01 (BC)",
    "2025-01-01T00:00:00 UTC", "2025-01-01T00:00:00 Europe/Berlin", "2025/01/01", "1735689600",
)  # fmt: skip

ZONES = (
    ("Z", 0),
    ("", 0),
    ("+00:00", 0),
    ("-05:00", -300),
    ("+05:30", 330),
    ("+14:59", 899),
    ("-14:59", -899),
    ("+14", 840),
    ("-05", -300),
)


def pick_text(rng: Random) -> str:
    """A text: of the pool, or two of the pool joined."""
    return rng.choice(TEXTS) if rng.random() < 0.9 else rng.choice(TEXTS) + rng.choice(TEXTS)


def pick_number(rng: Random) -> float:
    """A number that a JSON document can hold."""
    if rng.random() < 0.8:
        return rng.choice(NUMBERS)
    return rng.choice((rng.randint(-20, 120), rng.uniform(-10, 110), math.ldexp(rng.random(), rng.randint(-40, 60))))


def pick_moment(rng: Random) -> int:
    """An instant in microseconds."""
    if rng.random() < 0.8:
        return rng.choice(MOMENTS)
    return NOW + rng.randint(-60 * MICROSECONDS_PER_DAY, 60 * MICROSECONDS_PER_DAY)


def spell_moment(rng: Random, moment: int) -> str:
    """One of the spellings of an instant: with a zone or none, T or blank, digits cut or beyond the microsecond."""
    zone, minutes = rng.choice(ZONES)
    shifted = moment + minutes * 60_000_000
    if not -62_135_596_800_000_000 <= shifted <= 253_402_300_799_999_999:
        zone, shifted = "Z", moment
    text = write_instant(shifted)[:-1]
    if text.endswith("T00:00:00") and zone in ("", "Z") and rng.random() < 0.4:
        return text[:10]
    if "." in text:
        text += rng.choice(("", "", "9", "000", "999"))
    elif rng.random() < 0.2:
        text += rng.choice((".0", ".000000", ".0000009"))
    elif text.endswith(":00") and rng.random() < 0.2:
        text = text[:-3]
    return text.replace("T", rng.choice("TT ")) + zone


def pick_moment_text(rng: Random) -> str:
    """A text that is an instant, or nearly one."""
    return rng.choice(NO_INSTANTS) if rng.random() < 0.2 else spell_moment(rng, pick_moment(rng))


def pick_scalar(rng: Random) -> object:
    """Any scalar of JSON, null among them."""
    makers: tuple[Callable[[Random], object], ...] = (
        pick_text, pick_text, pick_number, pick_moment_text, lambda rng: rng.random() < 0.5, lambda rng: None,
    )  # fmt: skip
    return rng.choice(makers)(rng)


def pick_json(rng: Random, depth: int = 2) -> object:
    """Any JSON value."""
    chance = rng.random()
    if depth == 0 or chance < 0.6:
        return pick_scalar(rng)
    if chance < 0.8:
        return [pick_json(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return {rng.choice(KEYS): pick_json(rng, depth - 1) for _ in range(rng.randint(0, 3))}


KEYS = (
    "a",
    "b",
    "city",
    "a.b",
    "*",
    "",
    "0",
    "$",
    "it's",
    'say "hi"',
    "back\\slash",
    "🎉",
    "a b",
    "A",
    "/x",
    "~1",
    "[0]",
    "größe",
)
"""Keys inside of objects: dots, digits, wildcards, quotes, pointers, and pairs that differ by case only."""
