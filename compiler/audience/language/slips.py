"""What people write by the habit of other languages: tables for help lines, which never change what parses."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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


# ── texts that do not parse ───────────────────────────────────────────────────────────────────────

UNITS = {
    "minutes": ("m", "min", "mins", "minute"),
    "hours": ("h", "hr", "hrs", "hour"),
    "days": ("d", "day"),
    "weeks": ("w", "wk", "wks", "week"),
    "months": ("mo", "month"),
    "years": ("y", "yr", "yrs", "year"),
}
"""Units of time as they are written, by their plural."""

DAYS = {"months": 30, "quarters": 91, "years": 365}
"""Units whose length varies, and about how many days they are."""

SMALLER = {"weeks": ("days", 7), "days": ("hours", 24), "hours": ("minutes", 60)}
"""What half a unit is counted in."""

AMOUNTS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "six": "6"}

_UNIT = "(?P<unit>" + "|".join(sorted((w for u, ws in UNITS.items() for w in (u, *ws)), key=len, reverse=True)) + ")"
_AMOUNT = rf"(?P<amount>-?[0-9]{{1,6}}(?:\.[0-9]{{1,2}})?|{'|'.join(AMOUNTS)})"
_TIME = rf"{_AMOUNT}\s*{_UNIT}(?![\w.-])"
_NAME = r"[^\W\d][\w.-]*"
_VALUE = r'(?:"[^"\n]*"|-?[0-9][0-9.]*)'
_OPERATORS = "is|in|not|has|does|contains|before|after|on|exists|between"
_COMPARES = r"(?:=|==|!=|<>|<=|>=|<|>)"

Fix = Callable[[re.Match[str]], str | None]


def _time(found: re.Match[str], before: str = "", direction: str | None = None) -> str | None:
    """The relative time that is meant, after the words `before`."""
    written = AMOUNTS.get(found["amount"].lower(), found["amount"])
    said = found.groupdict().get("direction")
    if direction is None and said is None and not written.startswith("-"):
        return None
    if direction is None:
        direction = "from now" if said is not None and said.lower() not in ("ago", "-") else "ago"
    unit = next(unit for unit, words in UNITS.items() if found["unit"].lower() in (unit, *words))
    whole, _, part = written.lstrip("-").partition(".")
    amount, parts = int(whole or 0), int(part or 0)
    if unit in DAYS:
        amount, unit = amount * DAYS[unit], "days"
    if parts:
        if unit not in SMALLER:
            return None
        unit, times = SMALLER[unit]
        amount, rest = divmod(int(whole + part) * times, 10 ** len(part))
        if rest:
            return None
    return f"{before}{amount} {unit[:-1] if amount == 1 else unit} {direction}" if amount else None


TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "=", "<>": "!="}
"""A comparison read from the other side."""


def _turned(found: re.Match[str]) -> str:
    return f"{found['name']} {TURNED.get(found['operator'], found['operator'])} {found['value']}"


def _quoted(found: re.Match[str]) -> str:
    return json.dumps(found["inner"].strip(), ensure_ascii=False)


def _without_commas(found: re.Match[str]) -> str:
    return found["at"].replace(",", "")


def _or_equal(found: re.Match[str]) -> str:
    return ">=" if found["than"].lower() in ("greater", "more", "later") else "<="


@dataclass(frozen=True, slots=True)
class Slip:
    """A habit: its words (the group `at` is what is marked), the help and the replacement.

    `help` is a template over the groups. An `operator` is reported as an unknown one. `value` tells that
    it is a slip only where a value may stand.
    """

    pattern: re.Pattern[str]
    help: str | None
    fix: Fix | None = None
    operator: bool = False
    value: bool = False


def _slip(pattern: str, help: str | None, fix: str | Fix | None = None, **options: bool) -> Slip:
    written = (lambda _, text=fix: text) if isinstance(fix, str) else fix
    return Slip(re.compile(pattern, re.IGNORECASE), help, written, **options)


DATE_HELP = 'a timestamp is a text such as "2025-01-31"'
RELATIVE_HELP = "a relative time is a number, a unit and a direction"
WITHIN = r"(?:is\s+)?(?:in|within|during)\s+(?:the\s+)?(?:(?:last|past)\s+)?"

SLIPS: tuple[Slip, ...] = (
    _slip(r"(?P<at>--|//)", "a comment starts with `#`", "#"),
    _slip(r"(?P<at>/\*)", "a comment starts with `#` and ends with its line"),
    _slip(r"\A\s*(?P<at>select|delete|update)\b[\s\S]*", "only the condition is written: what would follow `where`"),
    _slip(rf"\A\s*(?P<at>where|if|when)\s+{_NAME}\s*\S", "leave `{at}` out: the text is the condition itself"),
    _slip(r"(?P<at>on\s+or\s+before)(?![\w-])", "`before` ends right before the instant", "before", operator=True),
    _slip(r"(?P<at>(?:is\s+)?(?P<than>greater|more|later|less|fewer|earlier)\s+than\s+or\s+equal(?:\s+to)?)(?![\w-])",
          None, _or_equal, operator=True),
    _slip(r"(?P<at>contains\s+any(?:\s+of)?)\s*\[", None, "in", operator=True),
    # times
    _slip(rf"(?P<at>(?:now\s*\(\s*\)|now|current_timestamp|current_date)\s*(?P<direction>[-+])\s*(?:interval\s*)?'?{_TIME}'?)",
          RELATIVE_HELP, _time),
    _slip(rf"(?P<at>{WITHIN}{_TIME})(?!\s+(?:ago|from))", "write since when",
          partial(_time, before="on or after ", direction="ago")),
    _slip(rf"(?P<at>(?:is\s+)?older\s+than\s+{_TIME}(?:\s+ago)?)", "write before when",
          partial(_time, before="before ", direction="ago")),
    _slip(rf"(?<![\w.])(?P<at>{_TIME}(?:\s+(?P<direction>ago|from\s+now|later))?)(?![\w-])", RELATIVE_HELP, _time),
    _slip(r"(?P<at>(?:last|next)\s+(?:week|month|year))(?![\w-])", "a time is counted from now, or a date in quotes",
          lambda found: TIMES.get(" ".join(found["at"].lower().split()))),
    _slip(r"(?P<at>(?:now|today|getdate|current_date|current_timestamp)\s*\(\s*\))",
          "write `before now` or `on or after now`; a day is a date in quotes"),
    # values
    _slip(r"[<>=]\s*(?P<at>-?[0-9]{1,3}(?:,[0-9]{3})+)(?![\w,.])", "numbers are written without separators",
          _without_commas),
    _slip(rf"(?P<at>between\s+(?P<low>{_VALUE})\s*,\s*(?P<high>{_VALUE}))", None,
          lambda found: f"between {found['low']} and {found['high']}"),
    _slip("(?P<at>[“”„«‘’‚`](?P<inner>[^“”„«»‘’‚`\"\n]*)[“”»‘’`])", "texts are written in double quotes",
          _quoted, value=True),
    _slip(rf'[^\s\w"]\s*(?P<at>(?P<inner>{_NAME}(?: {_NAME}){{0,3}})")\s*\Z', "its first quote is missing", _quoted),
    _slip(rf"(?P<at>between\s+(?P<low>{_VALUE})\s*(?:-|–|to|\.\.)\s*(?P<high>{_VALUE}))(?![\w.-])", None,
          lambda found: f"between {found['low']} and {found['high']}"),
    _slip(r"(?<![\w/])(?P<at>(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2}))(?![\w/])", DATE_HELP,
          lambda found: f'"{found["year"]}-{found["month"]}-{found["day"]}"'),
    _slip(r"(?<![\w/])(?P<at>[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4})(?![\w/])", DATE_HELP),
    _slip(rf"=\s*(?P<at>(?!(?:recipient|user)\b)(?P<inner>{_NAME}(?: (?!(?:{_OPERATORS})\b){_NAME}){{1,3}}))\s*\Z",
          "texts are written in double quotes", _quoted),
    # conditions
    _slip(rf"\A\s*(?:not\s+)?(?P<value>-?[0-9][0-9.]*)\s*(?P<first><=?|>=?)\s*(?P<at>{_NAME})\s*(?P<second><=?|>=?)",
          "one comparison at a time, joined by `and`"),
    _slip(rf"\A\s*(?:not\s+)?(?P<at>(?P<value>{_VALUE})\s*(?P<operator>{_COMPARES})\s*(?P<name>{_NAME}))\s*\Z",
          "a condition starts with a property; the value stands on the right", _turned),
    _slip(rf"\A\s*(?:not\s+)?(?P<at>(?P<value>{_VALUE})\s*in\s+(?P<name>{_NAME}))\s*\Z",
          "a condition starts with a property", lambda found: f"{found['name']} contains {found['value']}"),
    _slip(rf"(?P<at>[,;])\s*{_NAME}\s*(?:[<>=!]|(?:in|is|not|contains|exists|before|between|on|does)(?![\w-]))",
          "conditions are joined by `and` or `or`"),
    _slip(rf"\A\s*(?:not\s+)?(?P<at>{_NAME}(?: (?!(?:{_OPERATORS})\b){_NAME}){{1,3}})\s*{_COMPARES}",
          "a name with blanks is quoted: `recipient[\"{at}\"]`"),
)  # fmt: skip
"""In order: the first one that the parser gave up inside of is told."""

LOOKED_AT = 200
"""Characters of a text in which a slip is looked for, so that no pattern has much to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """A slip that a text has: where, and what to say."""

    start: int
    end: int
    help: str | None
    fix: str | None
    operator: bool


def slip_at(text: str, position: int, *, value: bool) -> Told | None:
    """The slip that a text has at the place where the parser gave up; `value` tells that a value may stand there."""
    start = 0 if position < LOOKED_AT else position - LOOKED_AT // 2
    looked = text[start : position + LOOKED_AT]
    for slip in SLIPS:
        # A text that is looked at from its middle has no beginning that `\\A` could mean.
        if (slip.value and not value) or (start and slip.pattern.pattern.startswith(r"\A")):
            continue
        for found in slip.pattern.finditer(looked):
            if not found.start() <= position - start < found.end():
                continue
            fix = slip.fix(found) if slip.fix else None
            if slip.fix and fix is None:
                continue
            help = slip.help.format_map(found.groupdict()) if slip.help else None
            return Told(start + found.start("at"), start + found.end("at"), help, fix, slip.operator)
    return None


def invisible(text: str) -> str | None:
    """The name of the first character of a text that nobody can see, if there is one."""
    for character in text:
        if unicodedata.category(character) == "Cf":
            return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    return None


def visible(text: str) -> str:
    """A text without the characters that nobody can see."""
    return "".join(character for character in text if unicodedata.category(character) != "Cf")
