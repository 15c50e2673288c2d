"""Draw diagnostics for a terminal: the line in question and a caret under the place."""

import unicodedata
from collections.abc import Iterable

from audience.diagnostics.diagnostic import Diagnostic, line_and_column
from audience.diagnostics.span import Pointer, Span

LINE_WIDTH_MAX = 120
"""Columns of source shown around a place; a definition of one long line stays readable."""


def render(diagnostic: Diagnostic) -> str:
    """One diagnostic as lines of text, without colour and without a final newline."""
    lines = [f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.message}"]
    name = diagnostic.source.name if diagnostic.source else None
    match diagnostic.place:
        case Span() as span if diagnostic.source is not None:
            lines += _excerpt(diagnostic.source.name, diagnostic.source.text, span)
        case Pointer(text):
            lines.append(f" --> {name or '<json>'} at {text or '/'}")
        case _:
            if name:
                lines.append(f" --> {name}")
    if diagnostic.help:
        lines += _note("help", diagnostic.help)
    if diagnostic.fix is not None:
        lines += _note("fix", f"write {diagnostic.fix}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Every diagnostic, a blank line between two."""
    return "\n\n".join(render(diagnostic) for diagnostic in diagnostics)


def _note(label: str, text: str) -> list[str]:
    head, *rest = text.splitlines() or [""]
    return [f"  = {label}: {head}", *(f"    {line}" for line in rest)]


def _excerpt(name: str, text: str, span: Span) -> list[str]:
    line, column = line_and_column(text, span.start)
    source = text.split("\n")[line - 1].rstrip("\r")
    start, stop = column - 1, min(column - 1 + max(span.end - span.start, 1), len(source) + 1)
    if len(source) > LINE_WIDTH_MAX:
        left = max(0, start - LINE_WIDTH_MAX // 3)
        source = ("…" if left else "") + source[left : left + LINE_WIDTH_MAX]
        start, stop = start - left + bool(left), min(stop - left + bool(left), len(source) + 1)
    gutter = " " * len(str(line))
    shown = "".join(" " if character == "\t" else character for character in source)
    caret = " " * _width(shown[:start]) + "^" * max(1, _width(shown[start:stop]))
    return [
        f"{gutter}--> {name}:{line}:{column}",
        f"{gutter} |",
        f"{line} | {shown}",
        f"{gutter} | {caret}",
    ]


def _width(text: str) -> int:
    """Terminal columns of a text: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
