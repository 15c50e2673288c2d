"""Look over a text before it is parsed: comments, brackets, connectives, and the limits on them.

One pass without recursion. It bounds what the parser will meet, so that no text can be too deep or too
long for it, finds brackets without a partner, and knows where a broken text falls apart into conditions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from audience.diagnostics import Diagnostic, Span
from audience.limits import (
    CONDITIONS_MAX,
    LIST_ITEMS_MAX,
    TEXT_BYTES_MAX,
    TEXT_NESTING_MAX,
    VALUE_NESTING_MAX,
)

LEXEME = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    | (?P<unclosed>["'][^\n]*)
    | (?P<phrase>(?i:on\s+or\s+(?:after|before)|than\s+or\s+equal)(?![\w.-]))
    | (?P<word>\.?[\w-]+(?:\.[\w-]+)*)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<other>[^\s\ufeff])
    """,
    re.VERBOSE,
)
"""Coarser than the grammar's tokens, and the same everywhere: a path's dots belong to its word, and the `or` of
`on or after` is no connective, nor that of phrases that are refused."""

HEADERS = re.compile(r'(?:(?:[\s\ufeff]|\#[^\n]*\n)*(?:name|description)\s*"(?:[^"\\\n]|\\[^\n])*")*')
"""The header lines at the start of a text."""

PARTNER = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its `#` and surrounding blanks, and where its `#` stands."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What stands between two cuts, and the cuts themselves ("" at the ends): `and`, `or` or a parenthesis."""

    span: Span
    before: str
    after: str
    blank: bool


@dataclass(slots=True)
class _Bracket:
    """A bracket that is open: where, which, and the commas met inside it."""

    start: int
    kind: str
    grouping: bool
    commas: int = 0


@dataclass(slots=True)
class Survey:
    """What was found. With a diagnostic in `exceeded` the text must not be parsed."""

    comments: list[Comment] = field(default_factory=list)
    exceeded: list[Diagnostic] = field(default_factory=list)
    unpaired: list[Diagnostic] = field(default_factory=list)
    body: int = 0
    """Where the header ends."""


def survey(text: str) -> Survey:
    """Comments, exceeded limits and unpaired brackets of a text."""
    found = Survey()
    if len(text) > TEXT_BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES_MAX:
        found.exceeded.append(
            Diagnostic("A901", f"the text is larger than {TEXT_BYTES_MAX:,} bytes", Span(0, 0), _SMALLER)
        )
        return found
    headers = HEADERS.match(text)
    found.body = headers.end() if headers else 0
    nots = connectives = 0
    stack: list[_Bracket] = []
    for lexeme in LEXEME.finditer(text):
        kind, word, start = lexeme.lastgroup, lexeme.group(), lexeme.start()
        if kind == "comment":
            found.comments.append(Comment(word[1:].strip(), start))
            continue
        lowered = word.lower() if kind == "word" else ""
        nots = nots + 1 if lowered == "not" else nots if word == "(" else 0
        if lowered in ("and", "or"):
            connectives += 1
        elif lowered == "between" or (lowered.startswith("is_") and lowered.endswith("between")):
            connectives -= 1
        elif kind == "open":
            stack.append(_Bracket(start, word, grouping=False))
        elif kind == "close":
            _close(found, stack, word, start)
        elif kind == "comma" and stack:
            stack[-1].commas += 1
        if nots > TEXT_NESTING_MAX or len(stack) > TEXT_NESTING_MAX or (kind == "open" and _value_too_deep(stack)):
            found.exceeded.append(_too_deep(Span(start, start + len(word)), stack))
            return found
    for bracket in stack:
        _check_length(found, bracket, len(text))
        found.unpaired.append(_unpaired(bracket.kind, bracket.start))
    # Every `between` may own one `and`, so this many conditions are there at least.
    if connectives + 1 > CONDITIONS_MAX:
        found.exceeded.append(too_many_conditions(connectives + 1, Span(0, len(text))))
    return found


def too_many_conditions(count: int, place: Span) -> Diagnostic:
    """The finding that a definition has more conditions than allowed."""
    return Diagnostic("A903", f"the definition has {count:,} conditions, at most {CONDITIONS_MAX:,} are allowed", place)


def chunks(text: str, start: int) -> Iterator[Chunk]:
    """The pieces of a text from `start` on, cut at `and`, `or` and the parentheses that group.

    The `and` of `between x and y` is no cut, nor are the brackets and parentheses of values.
    """
    begin, before = start, ""
    fresh, between = True, False  # nothing but `not` in this chunk so far; a `between` waits for its `and`
    depth = 0  # of brackets and parentheses inside the chunk
    for lexeme in LEXEME.finditer(text, start):
        kind, word = lexeme.lastgroup, lexeme.group()
        lowered = word.lower() if kind == "word" else ""
        if kind == "comment":
            continue
        if between and lowered == "and" and depth == 0:
            between = False
        elif lowered in ("and", "or") or (word == "(" and fresh) or (word == ")" and depth == 0):
            # A connective ends the chunk however many brackets are open: an unclosed `[` must not hide the rest.
            yield Chunk(Span(begin, lexeme.start()), before, lowered or word, fresh)
            begin, before, fresh, between, depth = lexeme.end(), lowered or word, True, False, 0
        else:
            if kind == "open":
                between = False if depth == 0 and word == "[" else between
                depth += 1
            elif kind == "close":
                depth = max(0, depth - 1)
            elif not fresh and lowered.endswith("between"):
                between = True
            fresh = fresh and lowered == "not"
    yield Chunk(Span(begin, len(text)), before, "", fresh)


_SMALLER = "long lists belong into a static audience: upload them as members and write `member of`"


def _close(found: Survey, stack: list[_Bracket], word: str, start: int) -> None:
    if not any(bracket.kind == PARTNER[word] for bracket in stack):
        found.unpaired.append(_unpaired(word, start))
        return
    while True:
        bracket = stack.pop()
        _check_length(found, bracket, start + 1)
        if bracket.kind == PARTNER[word]:
            return
        found.unpaired.append(_unpaired(bracket.kind, bracket.start))


def _check_length(found: Survey, bracket: _Bracket, end: int) -> None:
    if bracket.kind != "{" and bracket.commas + 1 > LIST_ITEMS_MAX:
        message = f"the list has {bracket.commas + 1:,} items, at most {LIST_ITEMS_MAX:,} are allowed"
        found.exceeded.append(Diagnostic("A904", message, Span(bracket.start, end), _SMALLER))


def _value_too_deep(stack: list[_Bracket]) -> bool:
    values = 0
    for bracket in reversed(stack):
        if bracket.kind == "(":
            break
        values += 1
    # The brackets of a list argument are not part of its items' own depth.
    allowed = VALUE_NESTING_MAX + (1 if stack[len(stack) - values].kind == "[" else 0) if values else 0
    return values > allowed


def _too_deep(place: Span, stack: list[_Bracket]) -> Diagnostic:
    if stack and stack[-1].kind != "(" and _value_too_deep(stack):
        return Diagnostic("A902", f"the value nests more than {VALUE_NESTING_MAX} lists and objects", place)
    return Diagnostic("A902", f"more than {TEXT_NESTING_MAX} parentheses or `not` stand in one another", place)


def _unpaired(kind: str, start: int) -> Diagnostic:
    partner = {**PARTNER, **{opening: closing for closing, opening in PARTNER.items()}}[kind]
    verb = "closed by" if kind in PARTNER.values() else "opened by"
    return Diagnostic("A103", f"`{kind}` is not {verb} a `{partner}`", Span(start, start + 1))
