"""The outline: the definition as it was written, each node with its own meaning.

The canonical predicate of a definition forgets spelling and order. Previews and explanations need the
opposite: every condition where its author put it, answered for itself.
"""

from dataclasses import dataclass
from typing import Literal as Choice

from audience.diagnostics import Place
from audience.ir.nodes import Predicate, Property

NodeKind = Choice["condition", "not", "and", "or", "nobody"]


@dataclass(frozen=True, slots=True)
class Outline:
    """One node as written.

    `text` is its canonical text, `predicate` its canonical meaning for itself alone. `properties` are what a
    condition reads, the subject first (empty for groups and for membership). `parts` are a group's operands.
    `instant` tells that the condition needs its subject to be a timestamp.
    """

    kind: NodeKind
    text: str
    place: Place | None
    predicate: Predicate
    properties: tuple[Property, ...] = ()
    parts: tuple["Outline", ...] = ()
    instant: bool = False
