"""Where in its source a thing stands: a span of text, or a pointer into JSON."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points, counted from 0, in the text that was parsed."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The range from the start of this span to the end of another one."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Pointer:
    """A JSON pointer (RFC 6901) into the document that was decoded; "" is the whole document."""

    text: str = ""

    def child(self, step: str | int) -> "Pointer":
        """The pointer to a member or an item of what this one points to."""
        token = str(step).replace("~", "~0").replace("/", "~1")
        return Pointer(f"{self.text}/{token}")


Place = Span | Pointer
