"""How instants are printed: ISO 8601 in UTC; in tables without what is less than a second."""

from audience.values import write_instant

SECOND = 1_000_000
MINUTE = 60 * SECOND


def as_json(instant: int | None) -> str | None:
    """The exact instant of so many microseconds since 1970."""
    return None if instant is None else write_instant(instant)


def shown(instant: int | None, otherwise: str = "–") -> str:
    """The second of an instant, for a table."""
    return otherwise if instant is None else write_instant(instant // SECOND * SECOND)


def shown_minute(instant: int | None, otherwise: str = "") -> str:
    """The minute of an instant, where a table has little room: 2026-01-31T12:00Z."""
    return otherwise if instant is None else write_instant(instant // MINUTE * MINUTE).removesuffix(":00Z") + "Z"
