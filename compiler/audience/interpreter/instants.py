"""When a value is a timestamp, and which instant it states (§5 of the semantics)."""

from functools import lru_cache

from audience.interpreter.document import DocumentValue
from audience.values import Instant, read_instant

TIMESTAMP_CHARACTERS_MAX = len("YYYY-MM-DDTHH:MM:SS.fffffffff+HH:MM")

_read_cached = lru_cache(maxsize=65_536)(read_instant)


def read_text(text: str) -> int | None:
    """The microseconds that a text states, or None. The same few texts are asked for again and again."""
    return _read_cached(text) if len(text) <= TIMESTAMP_CHARACTERS_MAX else None


def instant_of(value: DocumentValue) -> int | None:
    """The microseconds of a timestamp, or of a text that reads as one; None for anything else."""
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, Instant):
        return value.microseconds
    return None
