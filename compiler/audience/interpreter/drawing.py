"""How paths and found values are drawn for people, in messages and traces."""

import json
import math
import re
from typing import Any

from audience.values import Instant, write_instant

BARE_KEY = re.compile(r"[\w-]+")

VALUE_CHARACTERS_MAX = 80
"""A drawn value longer than a line says no more than its beginning."""

FAR_MICROSECONDS = 10**30
"""An instant at least this far away stands for an infinity of a column, beyond every instant."""


def draw_path(steps: tuple[str | int, ...]) -> str:
    """A path the way a definition writes it: `recipient.address["zip code"][0]`."""
    parts = ["recipient"]
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if BARE_KEY.fullmatch(step) else f"[{json.dumps(step, ensure_ascii=False)}]")
    return printable("".join(parts))


def draw_value(value: Any) -> str:
    """A found value on one short line: `"pro"`, `12.5`, `absent`, `2025-01-01T00:00:00Z`."""
    if value is None:
        return "absent"
    if isinstance(value, Instant):
        return draw_instant(value.microseconds)
    text = printable(json.dumps(plain(value), ensure_ascii=False))
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[: VALUE_CHARACTERS_MAX - 1] + "…"


def draw_instant(microseconds: int) -> str:
    """An instant in UTC; an infinity by its name."""
    if abs(microseconds) >= FAR_MICROSECONDS:
        return "infinity" if microseconds > 0 else "-infinity"
    return write_instant(microseconds)


def plain(value: Any) -> Any:
    """A found value as what strict JSON can hold: whole numbers without a point, what JSON lacks as text."""
    match value:
        case float():
            if not math.isfinite(value):
                return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        case Instant(microseconds):
            return draw_instant(microseconds)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def printable(text: str) -> str:
    """The text with lone surrogates spelled out, because no stream can print them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
