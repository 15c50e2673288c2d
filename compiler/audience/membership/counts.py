"""What each node of a definition did, in the shape in which it was written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audience.diagnostics import Place, Pointer, Span
from audience.ir import NodeKind, Outline
from audience.lowering.counting import TOTAL


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """One node of the definition as written, and what it did.

    `true` + `false` is the total. `absent` (the property is missing or null) and `unreadable` (it is there and no
    timestamp, where one is needed) overlap both; they are None where they do not apply. `remaining` is how many are
    left after this part and those before it in an AND; `gain` how many this part of an OR adds to those before it.
    """

    kind: NodeKind
    text: str
    place: Place | None
    true: int
    false: int
    absent: int | None = None
    unreadable: int | None = None
    remaining: int | None = None
    gain: int | None = None
    parts: tuple["NodeCounts", ...] = ()

    def to_json(self) -> dict[str, object]:
        """The node as plain data; keys that do not apply are left out, except for a condition's own four counts."""
        data: dict[str, object] = {"kind": self.kind, "text": self.text}
        match self.place:
            case Span(start, end):
                data["span"] = [start, end]
            case Pointer(pointer):
                data["pointer"] = pointer
            case None:
                pass
        data |= {"true": self.true, "false": self.false}
        if self.kind == "condition":
            data |= {"absent": self.absent or 0, "unreadable": self.unreadable or 0}
        if self.remaining is not None:
            data["remaining"] = self.remaining
        if self.gain is not None:
            data["gain"] = self.gain
        if self.parts:
            data["parts"] = [part.to_json() for part in self.parts]
        return data

    def leaves(self) -> Iterator["NodeCounts"]:
        """Every condition, in the order of the source."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def fold_counts(outline: Outline, counts: Mapping[str, int]) -> NodeCounts:
    """Fold the row of counts back into the shape of the outline, in the same preorder."""
    numbers = iter(range(len(counts)))

    def visit(node: Outline, remaining: int | None, gain: int | None) -> NodeCounts:
        index = next(numbers)
        parts = []
        for position, part in enumerate(node.parts):
            after = counts.get(f"after_{index}_{position}")
            parts.append(visit(part, after if node.kind == "and" else None, after if node.kind == "or" else None))
        true = counts[f"true_{index}"]
        return NodeCounts(
            kind=node.kind,
            text=node.text,
            place=node.place,
            true=true,
            false=counts[TOTAL] - true,
            absent=counts.get(f"absent_{index}"),
            unreadable=counts.get(f"unreadable_{index}"),
            remaining=remaining,
            gain=gain,
            parts=tuple(parts),
        )

    return visit(outline, None, None)
