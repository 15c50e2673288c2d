"""Read the tokens of values: texts, numbers, relative times. Each reader returns the value or says what is wrong."""

import json
import re
from dataclasses import dataclass
from typing import cast

from audience.diagnostics import did_you_mean
from audience.language.nodes import MINUTES_PER_UNIT, Unit
from audience.language.slips import DAYS
from audience.values import Number, is_finite, unstorable

DIGITS_MAX = 309
"""An integer with more digits is beyond binary64, and Python refuses to read one with some thousand digits."""

RELATIVE_DIGITS_MAX = 18
"""More digits are beyond every calendar by far."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value: a code, a message and what to write instead.

    `start` and `end` are offsets in the token, when not all of it is meant.
    """

    code: str
    message: str
    help: str | None = None
    fix: str | None = None
    start: int | None = None
    end: int | None = None


def read_text(token: str) -> str | Problem:
    """The text that a double-quoted token states."""
    try:
        text = json.loads(token)
    except ValueError:
        return _unreadable_text(token)
    assert isinstance(text, str)
    reason = unstorable(text)
    return text if reason is None else Problem("A309", f"the text holds {reason}, which cannot be stored")


def read_number(token: str) -> Number | Problem:
    """The number that a token in JSON form states."""
    integer = re.fullmatch(r"-?[0-9]+", token) is not None
    if integer and len(token) > DIGITS_MAX + 1:
        return _out_of_range(token)
    value = int(token) if integer else float(token)
    try:
        finite = is_finite(float(value))
    except OverflowError:
        finite = False
    return Number(value) if finite else _out_of_range(token)


def read_relative(token: str) -> tuple[int, Unit] | Problem:
    """The signed amount and the unit of `30 days ago`, `1 week from now`, `30_days_ago`."""
    amount, unit, direction = re.split(r"[\s_]+", token.lower(), maxsplit=2)
    plural = unit if unit.endswith("s") else f"{unit}s"
    if plural not in MINUTES_PER_UNIT:
        known = ", ".join(MINUTES_PER_UNIT)
        longer = plural in ("months", "years", "quarters")
        return Problem(
            "A106",
            f"`{unit}` is no unit of a relative time" + (", because its length varies" if longer else ""),
            (_in_days(amount, plural, direction) if longer else did_you_mean(plural, MINUTES_PER_UNIT))
            or f"units are {known}: write for example `30 days {_ago(direction)}`",
        )
    if len(amount) > RELATIVE_DIGITS_MAX:
        return Problem("A305", "the relative time is beyond every calendar")
    return (-int(amount) if direction == "ago" else int(amount)), cast(Unit, plural)


def odd_number(token: str) -> Problem:
    """What is wrong with a token that starts like a number and is none."""
    quoted = json.dumps(token, ensure_ascii=False)
    if re.match(r"[0-9]{4}-[0-9]", token):
        return Problem("A106", f"`{token}` needs quotes: timestamps are written as texts", None, quoted)
    plain = token.replace("_", "").lstrip("+")
    plain = f"0{plain}" if plain.startswith(".") else plain.rstrip(".")
    if re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", plain):
        return Problem("A106", f"`{shorten(token)}` is no number", "numbers are written as in JSON", plain)
    return Problem("A106", f"`{shorten(token)}` is no number", f"a text is written in double quotes: {shorten(quoted)}")


def single_quoted(token: str) -> Problem:
    """The finding about a text in single quotes, with the double-quoted text as fix."""
    inner = re.sub(r"\\(['\\])", r"\1", token[1:-1])
    return Problem("A106", "texts are written in double quotes", None, json.dumps(inner, ensure_ascii=False))


def unclosed(token: str) -> Problem:
    """The finding about a text whose end is missing on its line."""
    quote = token[0]
    return Problem(
        "A102",
        "the text value has no end on its line",
        f"close it with `{quote}`; a line break inside a text is written `\\n`" if quote == '"' else None,
        end=len(token.rstrip()),
    )


def shorten(text: str) -> str:
    """The beginning of a text that may be too long for a report."""
    return text if len(text) <= 40 else f"{text[:40]}…"


def _ago(direction: str) -> str:
    return "ago" if direction == "ago" else "from now"


def _in_days(amount: str, plural: str, direction: str) -> str | None:
    if len(amount) > 4:
        return None
    return f"write it in days, for example `{int(amount) * DAYS[plural]} days {_ago(direction)}`"


def _out_of_range(token: str) -> Problem:
    return Problem("A308", f"`{shorten(token)}` is beyond the numbers that can be stored")


def _unreadable_text(token: str) -> Problem:
    for found in re.finditer(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|(\\.?)|([\x00-\x1f])', token):
        start, end = found.span()
        if found[1] is not None:
            return Problem(
                "A106",
                f"`{found[1]}` is no escape of a text",
                "a backslash itself is written `\\\\`; escapes are those of JSON",
                start=start,
                end=end,
            )
        if found[2] is not None:
            escaped = json.dumps(found[2])[1:-1]
            # U+0000 is refused in every spelling, so its escape is no advice.
            help = "U+0000 cannot be stored: leave it out" if found[2] == "\x00" else f"write `{escaped}`"
            return Problem("A106", "a text cannot hold a control character as it is", help, start=start, end=end)
    return Problem("A106", "the text cannot be read")
