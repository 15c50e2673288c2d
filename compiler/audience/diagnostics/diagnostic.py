"""One finding about a definition: what is wrong, where, and what to write instead."""

from dataclasses import dataclass, field
from enum import StrEnum

from audience.diagnostics.codes import CODES
from audience.diagnostics.span import Place, Pointer, Span


class Severity(StrEnum):
    """An error refuses the definition; a warning lets it pass and says what may surprise."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Source:
    """What the author wrote, under the name that the report shows (a path, `<text>`, `-`)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding.

    `message` is one sentence without a full stop that names the thing in backticks.
    `help` says what to do. `fix` is the literal text to put in the place of the span.
    `source` is filled in where the text is known, so that carets can be drawn later.
    """

    code: str
    message: str
    place: Place | None = None
    help: str | None = None
    fix: str | None = None
    severity: Severity = Severity.ERROR
    source: Source | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        assert self.code in CODES, f"{self.code} has no row in diagnostics/codes.py"

    def to_json(self) -> dict[str, object]:
        """The finding as plain data: code, severity, message, and what is known of place, help and fix."""
        found: dict[str, object] = {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
        }
        match self.place:
            case Span(start, end):
                found["span"] = [start, end]
            case Pointer(text):
                found["pointer"] = text
            case None:
                pass
        if self.source is not None:
            found["source"] = self.source.name
            if isinstance(self.place, Span):
                line, column = line_and_column(self.source.text, self.place.start)
                found["line"], found["column"] = line, column
        if self.help is not None:
            found["help"] = self.help
        if self.fix is not None:
            found["fix"] = self.fix
        return found


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and the column, both counted from 1, of a code point."""
    before = text[:offset]
    line = before.count("\n") + 1
    return line, offset - (before.rfind("\n") + 1) + 1
