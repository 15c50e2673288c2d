"""A mutant: one change of one file."""

import difflib
from dataclasses import dataclass

SOURCES = "compiler/audience"

Place = tuple[int, int]
"""A line, counted from one, and a column, counted from zero in characters."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the `occurrence`-th that an operator can make of a file.

    `path` is relative to the package: `lowering/pairs.py`. `start` and `end` are what the operator changes.
    """

    path: str
    operator: str
    occurrence: int
    start: Place
    end: Place

    @property
    def room(self) -> str:
        """The room whose file is changed."""
        return self.path.split("/")[0]

    @property
    def file(self) -> str:
        """Its file in the tree."""
        return f"{SOURCES}/{self.path}"

    @property
    def name(self) -> str:
        """What the command line and the report call it."""
        return f"{self.path}:{self.start[0]}:{self.start[1]}:{self.operator}:{self.occurrence}"

    def is_called(self, name: str) -> bool:
        """Whether a name of the command line means this one: of a file, of a line, or its own."""
        return f"{self.name}:".startswith(f"{name}:")


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that a change takes away and brings, as a diff without context."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
