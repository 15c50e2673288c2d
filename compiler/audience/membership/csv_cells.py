"""What the cells of a column are read as: text as it stands, unless the mapping names a type."""

import math
import re
from collections.abc import Callable, Mapping
from enum import Enum

from audience.errors import UsageError
from audience.people import Json, read_json_value
from audience.values import read_instant

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A point and no thousands separators: 1,234 is one number in London and another one in Berlin."""

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class CellType(Enum):
    """What a column may be declared as, by the word that declares it."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    JSON = "json"


def _number(cell: str) -> Json:
    text = cell.strip()
    found = NUMBER.fullmatch(text)
    if found is None:
        raise UsageError("A725", "is no number", "numbers are written like -1234.5")
    if math.isinf(float(text)):
        raise UsageError("A725", "is beyond the range of numbers", "numbers go up to about 1.8e308")
    return int(text) if found.group(1) is None and found.group(2) is None else float(text) + 0.0


def _boolean(cell: str) -> Json:
    truth = TRUTHS.get(cell.strip().casefold())
    if truth is None:
        raise UsageError("A725", "is neither true nor false", "write true or false, yes or no, 1 or 0")
    return truth


def _timestamp(cell: str) -> Json:
    text = cell.strip()
    if read_instant(text) is None:
        raise UsageError("A725", "is no timestamp", "write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    return text


def _json(cell: str) -> Json:
    try:
        return read_json_value(cell)
    except UsageError as error:
        raise UsageError("A725", f"cannot be stored: {error.message}", error.help) from error


READERS: Mapping[CellType, Callable[[str], Json]] = {
    CellType.TEXT: lambda cell: cell,
    CellType.NUMBER: _number,
    CellType.BOOLEAN: _boolean,
    CellType.TIMESTAMP: _timestamp,
    CellType.JSON: _json,
}
"""How a cell becomes a value; UsageError A725 continues a sentence about the cell."""
