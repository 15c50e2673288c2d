"""Why a condition answers as it does: the outline again, each node with its answer and what it found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, assert_never

from audience.diagnostics import Place, Pointer, Span
from audience.interpreter.document import DocumentValue
from audience.interpreter.drawing import draw_path, draw_value, plain, printable
from audience.interpreter.evaluate import evaluate
from audience.interpreter.person import Members, Person, find
from audience.ir.outline import NodeKind, Outline


@dataclass(frozen=True, slots=True)
class Found:
    """What stood at one property of a condition; None is absent."""

    steps: tuple[str | int, ...]
    value: DocumentValue

    @property
    def absent(self) -> bool:
        """Whether there was nothing, or null."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class Trace:
    """One node of an outline, answered for one person.

    Every node has its own `result`. `decided` is False where that result was not needed, because an earlier
    part of the group (or of a group around it) had settled the answer. `found` are the values of a condition's
    properties, the subject first.
    """

    kind: NodeKind
    text: str
    place: Place | None
    result: bool
    decided: bool
    found: tuple[Found, ...] = ()
    parts: tuple["Trace", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The trace as what `json.dumps` takes, strict JSON included; `parts` of groups, `found` of conditions."""
        node: dict[str, Any] = {"kind": self.kind, "text": self.text, **_place(self.place)}
        node |= {"result": self.result, "decided": self.decided}
        if self.found:
            node["found"] = [
                {"property": draw_path(found.steps), "absent": found.absent, "value": plain(found.value)}
                for found in self.found
            ]
        if self.parts:
            node["parts"] = [part.to_json() for part in self.parts]
        return node

    def draw(self) -> str:
        """The trace as a tree of lines, ✓ true and ✗ false; what was not needed says so."""
        return "\n".join(self._lines("", ""))

    def _lines(self, first: str, rest: str) -> Iterable[str]:
        mark = "✓" if self.result else "✗"
        yield f"{first}{mark} {self._words()}"
        for index, part in enumerate(self.parts):
            last = index == len(self.parts) - 1
            yield from part._lines(rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))

    def _words(self) -> str:
        # A group's parts stand below it, so its own text would only repeat them.
        words = GROUP_WORDS.get(self.kind) or printable(re.sub(r"\s*\n\s*", " ", self.text))
        notes = [f"{draw_path(found.steps)} is {draw_value(found.value)}" for found in self.found]
        if not self.decided:
            notes.append("not needed")
        return f"{words}  ({', '.join(notes)})" if notes else words


GROUP_WORDS: dict[NodeKind, str] = {"and": "all of", "or": "any of", "not": "not"}

SETTLES: dict[NodeKind, bool] = {"and": False, "or": True}
"""The answer of one part that settles its group."""


def trace(outline: Outline, person: Person, now: int, members: Members) -> Trace:
    """Answer every node of an outline for one person; the root's `result` is what `evaluate` says of the whole."""
    return _trace(outline, person, now, members, decided=True)


def _trace(outline: Outline, person: Person, now: int, members: Members, *, decided: bool) -> Trace:
    parts: list[Trace] = []
    needed = decided
    for part in outline.parts:
        answered = _trace(part, person, now, members, decided=needed)
        parts.append(answered)
        needed = needed and answered.result is not SETTLES.get(outline.kind)
    results = [part.result for part in parts]
    match outline.kind:
        case "condition":
            result = evaluate(outline.predicate, person, now, members)
        case "not":
            result = not results[0]
        case "and":
            result = all(results)
        case "or":
            result = any(results)
        case "nobody":
            result = False
        case _:
            assert_never(outline.kind)
    found = tuple(Found(read.steps, find(person, read.steps)) for read in outline.properties)
    return Trace(outline.kind, outline.text, outline.place, result, decided, found, tuple(parts))


def _place(place: Place | None) -> dict[str, Any]:
    match place:
        case Span(start, end):
            return {"span": [start, end]}
        case Pointer(text):
            return {"pointer": text}
        case None:
            return {}
        case _:
            assert_never(place)
