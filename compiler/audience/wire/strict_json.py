"""Read JSON strictly: RFC 8259, every key once, every number a binary64, with the place of what is wrong.

`json.loads` does the reading and only notices that something is off; finding every place of it is left
to a scan of the tokens, which runs on refused texts alone.
"""

import json
import math
import re

from audience.diagnostics import Diagnostic, Source, Span
from audience.errors import DefinitionError
from audience.limits import DIAGNOSTICS_MAX, TEXT_BYTES_MAX, TEXT_NESTING_MAX

JSON_TEXT = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
JSON_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"

_TOKEN = re.compile(
    rf"(?P<text>{JSON_TEXT})|(?P<constant>NaN|-?Infinity)|(?P<number>{JSON_NUMBER})|(?P<mark>[\[\]{{}},:])"
)
_BRACKET = re.compile(rf"{JSON_TEXT}|(?P<open>[\[{{])|(?P<close>[\]}}])")

READER_WORDS = {
    "Extra data": "text after the end of the document",
    "Expecting value": "a value is missing here",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing here",
    "Expecting ':' delimiter": "a colon is missing after the key",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing here",
    "Unterminated string starting at": "a text that is not closed",
    "Invalid control character at": "a control character in a text: write it as an escape, such as \\n",
}
"""What the standard reader says, in words that name the thing; anything else is passed on."""


def load_json(text: str, name: str = "<json>") -> object:
    """The JSON value that a text holds; DefinitionError with every place that is wrong otherwise.

    `name` stands in the report for where the text came from.
    """
    value, problems = read_json(text)
    if problems:
        raise DefinitionError(problems).within(Source(name, text))
    return value


def read_json(text: str) -> tuple[object, tuple[Diagnostic, ...]]:
    """A JSON value and nothing wrong, or None and everything wrong with it; places are spans of the text.

    A108 among the problems means that the text is no JSON at all; A308 and A310 that it is JSON, but with a
    number beyond binary64 or with a key given twice; A901 and A902 that it is too much to look at.
    """
    if len(text) > TEXT_BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES_MAX:
        return None, (Diagnostic("A901", f"the text has more than {TEXT_BYTES_MAX:,} bytes"),)
    too_deep = _beyond_nesting(text)
    if too_deep is not None:
        return None, (Diagnostic("A902", f"JSON is nested more than {TEXT_NESTING_MAX} levels deep", too_deep),)
    noticed = _Noticed()
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=noticed.members,
            parse_constant=noticed.constant,
            parse_float=noticed.number,
            parse_int=noticed.integer,
        )
    except json.JSONDecodeError as error:
        said = READER_WORDS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        return None, (Diagnostic("A108", f"not JSON: {said}", Span(error.pos, min(error.pos + 1, len(text)))),)
    except RecursionError:
        # The nesting is within the bound, but the caller's own stack was almost used up.
        return None, (Diagnostic("A902", "JSON is nested too deeply to be read here"),)
    if noticed.anything:
        return None, tuple(_places(text)[:DIAGNOSTICS_MAX])
    return value, ()


class _Noticed:
    """Hooks of `json.loads`: they build values as usual and remember whether anything was off."""

    def __init__(self) -> None:
        self.anything = False

    def members(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        self.anything |= len(members) != len(pairs)
        return members

    def constant(self, _word: str) -> None:
        self.anything = True

    def number(self, digits: str) -> float:
        value = float(digits)
        self.anything |= not math.isfinite(value)
        return value

    def integer(self, digits: str) -> int:
        if _beyond_binary64(digits):
            self.anything = True
            return 0
        return int(digits)


def _beyond_binary64(digits: str) -> bool:
    # A float is read from any number of digits, an int is not: Python refuses long ones with a ValueError.
    return math.isinf(float(digits))


def _beyond_nesting(text: str) -> Span | None:
    """The bracket that leads deeper than allowed. Up to the first error this counts as a JSON reader would."""
    if text.count("[") + text.count("{") <= TEXT_NESTING_MAX:
        return None
    depth = 0
    for found in _BRACKET.finditer(text):
        if found["open"]:
            depth += 1
            if depth > TEXT_NESTING_MAX:
                return Span(*found.span())
        elif found["close"]:
            depth -= 1
    return None


def _places(text: str) -> list[Diagnostic]:
    """Everything that is wrong with a text of right syntax, in order."""
    problems: list[Diagnostic] = []
    objects: list[set[str] | None] = []  # the keys so far of each open object, None for an open list
    key: tuple[str, Span] | None = None
    for found in _TOKEN.finditer(text):
        place = Span(*found.span())
        if found["constant"]:
            problems.append(Diagnostic("A108", f"not JSON: `{found['constant']}` is no JSON number", place))
        elif found["number"] and math.isinf(float(found["number"])):
            problems.append(beyond_binary64(found["number"], place))
        elif found["text"]:
            key = json.loads(found["text"]), place
        match found["mark"]:
            case "{":
                objects.append(set())
            case "[":
                objects.append(None)
            case "}" | "]":
                objects.pop()
            case ":" if key is not None and (known := objects[-1]) is not None:
                if key[0] in known:
                    problems.append(
                        Diagnostic("A310", f"the key {text[key[1].start : key[1].end]} is given twice", key[1])
                    )
                known.add(key[0])
    return problems


def beyond_binary64(digits: str, place: Span | None = None) -> Diagnostic:
    """The finding about a number that no binary64 holds."""
    shown = digits if len(digits) <= 40 else f"{digits[:20]}… ({len(digits)} characters)"
    return Diagnostic("A308", f"`{shown}` is beyond the range of numbers", place, "numbers go up to about 1.8e308")
