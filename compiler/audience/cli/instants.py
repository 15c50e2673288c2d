"""How instants are printed: ISO 8601 in UTC; in tables without what is less than a second, or as a distance."""

from audience.values import write_instant

SECOND = 1_000_000
MINUTE = 60 * SECOND


def as_json(instant: int | None) -> str | None:
    """The exact instant of so many microseconds since 1970."""
    return None if instant is None else write_instant(instant)


def shown(instant: int | None, otherwise: str = "–") -> str:
    """The second of an instant, for a table."""
    return otherwise if instant is None else write_instant(instant // SECOND * SECOND)


UNITS = ((86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (MINUTE, "min"), (SECOND, "s"))


def from_now(instant: int | None, now: int, otherwise: str = "") -> str:
    """How far away an instant is, in its largest unit, where a table has little room: `3 h ago`, `in 6 d`."""
    if instant is None:
        return otherwise
    size, unit = next((found for found in UNITS if abs(instant - now) >= found[0]), (SECOND, ""))
    if not unit:
        return "just now"
    distance = f"{abs(instant - now) // size} {unit}"
    return f"in {distance}" if instant > now else f"{distance} ago"
