"""Say in words why a text does not parse: what was found, what was expected, what was probably meant."""

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from audience.diagnostics import Diagnostic, Source, Span
from audience.language.literals import shorten
from audience.language.slips import invisible, slip_at

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

FOUND = re.compile(r'"[^"\n]*"?|[\w-]+(?:\.[\w-]+)*|[()\[\]{},]|[^\w\s"()\[\]{},]+')
"""What is shown as unexpected: a text, a word, a bracket or some symbols."""

HEADER_LINE = re.compile(r'(?:name|description)\s*"')
HEADER_WORD = re.compile(r"\n\s*(?:name|description)\s*\Z")
"""A header line below the condition. After an operator without argument its word was read as a value."""

AMOUNT = re.compile(r"(?<!\S)([0-9]{1,18})\s+\Z")
"""The number right before a unit of time."""

SYMBOLS = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "but": "and"}
"""Symbols and words of other languages in the place of a word."""

FOREIGN_QUOTES = "`“”„‘’‚«»"
"""Quotes that word processors and other languages put around texts and names."""

ALONE = re.compile(r"\s*(?:not\s+){0,9}([^\W\d][\w.-]*)\s*", re.IGNORECASE)
"""A property and nothing else, as other languages ask for a boolean."""

COMPARISON = re.compile(r"[<>=!]=?")

CONNECTIVE = re.compile(r"(?<![\w.-])(and|or)\s+\Z", re.IGNORECASE)
"""A connective right before the unexpected word."""

EXPECTED = (
    ("OPERATOR", "an operator"),
    ("STRING", "a value"),
    ("MEMBER", "a condition"),
    ("AND", "`and`"),
    ("OR", "`or`"),
    ("COMMA", "`,`"),
    ("COLON", "`:`"),
    ("RPAR", "`)`"),
    ("RSQB", "`]`"),
    ("RBRACE", "`}`"),
    ("$END", "the end"),
)
"""The parser's names for what may follow, most telling first, in words."""

MISSING = {
    "OPERATOR": ("an operator is missing", 'for example `plan = "pro"` or `plan exists`'),
    "MEMBER": ("a condition is missing", 'for example `plan = "pro"`'),
    "STRING": ("a value is missing", 'for example `"pro"`, `100` or `recipient.plan`'),
}
"""Where a text ends too early: what it lacks, and what could follow."""


def explain(error: "UnexpectedInput", text: str, offset: int, source: Source) -> Diagnostic:
    """The finding about the text, a part of the source from `offset` on, that the parser gave up at."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    expected: AbstractSet[str] = set()
    position = 0
    match error:
        case UnexpectedToken() if error.token.type == "$END":
            expected = error.accepts or error.expected
            return _ended(expected, offset + (error.token.end_pos or 0), text, source)
        case UnexpectedToken():
            expected = error.accepts or error.expected
            position = error.token.start_pos or 0
        case UnexpectedCharacters():
            expected = error.allowed or set()
            position = error.pos_in_stream or 0
    return _unexpected(expected, position, text, offset, source)


def _ended(expected: AbstractSet[str], position: int, text: str, source: Source) -> Diagnostic:
    place = Span(position, position)
    alone = ALONE.fullmatch(text)
    if alone and "OPERATOR" in expected:
        name = shorten(alone[1])
        help = f"`{name} = true` if it is a boolean, `{name} exists` if it only has to be there"
        return Diagnostic("A104", "the condition is not finished: an operator is missing", place, help, source=source)
    for terminal, (message, example) in MISSING.items():
        if terminal in expected:
            return Diagnostic("A104", f"the condition is not finished: {message}", place, example, source=source)
    return Diagnostic("A104", "the text ends too early", place, _wanted(expected), source=source)


def _unexpected(expected: AbstractSet[str], position: int, text: str, offset: int, source: Source) -> Diagnostic:
    if "$END" in expected:
        # Where a piece may end, the whole text may go on.
        expected = expected | {"AND", "OR"}
    found = FOUND.match(text, position)
    word = found.group() if found else text[position : position + 1]
    place = Span(offset + position, offset + position + len(word))
    shown = shorten(word)
    if "AND" in expected and (HEADER_LINE.match(text, position) or HEADER_WORD.search(_before(text, position))):
        return Diagnostic(
            "A112", f"`{word}` comes too late", place, "the header stands before the condition", source=source
        )
    if word in SYMBOLS and not expected & {"OPERATOR", "STRING"}:
        return Diagnostic("A101", f"unexpected `{word}`", place, None, SYMBOLS[word], source=source)
    unseen = invisible(word[:1])
    if unseen is not None:
        return Diagnostic("A101", f"unexpected {unseen}, which cannot be seen", place, "delete it", source=source)
    told = slip_at(text, position, value="STRING" in expected)
    if told is not None:
        written = " ".join(text[told.start : told.end].split())
        place = Span(offset + told.start, offset + told.end)
        code, message = ("A202", "unknown operator") if told.operator else ("A101", "unexpected")
        return Diagnostic(code, f"{message} `{shorten(written)}`", place, told.help, told.fix, source=source)
    advice = _likely(word, source.text, offset + position, expected) or _wanted(expected)
    return Diagnostic("A101", f"unexpected `{shown}`", place, advice, source=source)


def _likely(word: str, text: str, position: int, expected: AbstractSet[str]) -> str | None:
    """The slip that is probably behind an unexpected word."""
    if word == "(" and "OPERATOR" in expected:
        return "there are no functions: a condition is a property, an operator and an argument"
    if word == "," and "AND" in expected:
        return 'a list is written in brackets: `in ["a", "b"]`'
    if word and word[0] in FOREIGN_QUOTES:
        return 'texts are written in double quotes, `"pro"`; properties stand without quotes'
    if "MEMBER" in expected and "STRING" not in expected:
        joined = CONNECTIVE.search(_before(text, position))
        if joined and COMPARISON.fullmatch(word):
            return f"on both sides of `{joined[1]}` stand whole conditions: write the property again"
        if joined and word.startswith('"'):
            return f'on both sides of `{joined[1]}` stand whole conditions; one of several values is `in ["a", "b"]`'
        if word.startswith('"') and len(word) > 2 and word.endswith('"'):
            return f"a condition starts with a property: `recipient[{word}]`"
        if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", word):
            return "a condition starts with a property; the value stands on the right"
        if re.fullmatch(r"[\d-][\w.-]*", word):
            return f"a condition starts with a property; one of this name is written `recipient.{word}`"
    amount = AMOUNT.search(_before(text, position))
    if amount and re.fullmatch(r"(?:minute|hour|day|week)s?", word, re.IGNORECASE):
        return f"a relative time has a direction: `{amount[1]} {word} ago` or `{amount[1]} {word} from now`"
    return None


def _before(text: str, position: int) -> str:
    """The text right before a position: enough for a word, little for a regular expression to search."""
    return text[max(0, position - 80) : position]


def _wanted(expected: AbstractSet[str]) -> str | None:
    words = [word for terminal, word in EXPECTED if terminal in expected]
    if "an operator" in words:
        words = ["an operator"]
    elif "a value" in words:
        words = [word for word in words if word in ("a value", "`]`", "`)`")]
    if not words:
        return None
    *most, last = words
    return f"expected {', '.join(most)} or {last}" if most else f"expected {last}"
