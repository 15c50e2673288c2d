"""Read a value that an engine handed over (see Dialect.output) as plain JSON data."""

import json
import math

from audience.catalog.kinds import ArrayKind, BooleanKind, JsonKind, Kind, MapKind, StructKind, TimestampKind
from audience.values import write_instant

BEYOND_EVERY_INSTANT = 2**63 - 1


def read_output(kind: Kind, value: object) -> object:
    """Instants as ISO 8601 text, containers and JSON decoded, NaN and infinities as text."""
    match kind, value:
        case _, None:
            return None
        case BooleanKind(), 0 | 1:
            return bool(value)  # SQLite keeps booleans as numbers
        case TimestampKind(), int():
            if abs(value) >= BEYOND_EVERY_INSTANT:
                return "infinity" if value > 0 else "-infinity"
            return write_instant(value)
        case ((JsonKind() | ArrayKind() | StructKind() | MapKind()), str()):
            try:
                return json.loads(value)
            except ValueError:
                return value
        case _, float() if not math.isfinite(value):
            return str(value)
        case _, bool() | int() | float() | str():
            return value
        case _:
            return str(value)
