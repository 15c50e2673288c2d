"""What people write by the habit of other languages: tables for help lines, which never change what parses."""

TIMES = {
    "yesterday": "1 day ago",
    "tomorrow": "1 day from now",
    "last week": "1 week ago",
    "next week": "1 week from now",
    "last month": "30 days ago",
    "last year": "365 days ago",
}
"""Times by their names, and the relative time that is meant."""

NOW = frozenset({"now", "today", "now()", "current_timestamp", "current_date", "getdate"})
"""This instant or this day by name."""


def instead_of_time(written: str) -> tuple[str | None, str | None]:
    """Help and fix for a name of a time where an instant is needed; nothing for any other word."""
    word = " ".join(written.lower().split())
    if word in TIMES:
        return f"a time is counted from now, `{TIMES[word]}`, or a date in quotes", TIMES[word]
    if word in NOW:
        return "write `before now` or `on or after now`; a day is a date in quotes", None
    return None, None
