"""What a run has to have asked: operator × type of the value × kind of the argument, as a table of reachable cells.

A property as argument counts by the type of the value that it has: `path:number`. The values of a cell are those of
one and the same person. Membership is asked of the person, so it has one row for each operator.
"""

from collections.abc import Iterator

from audience.operators import OPERATORS, Operator, Takes

VALUE_TYPES = ("absent", "boolean", "number", "text", "list", "object", "timestamp")
PATHS = tuple(f"path:{value_type}" for value_type in VALUE_TYPES)
LITERALS = ("null", "boolean", "number", "text", "list", "object")

ARGUMENT_KINDS: dict[Takes, tuple[str, ...]] = {
    Takes.NOTHING: ("none",),
    Takes.VALUE: (*LITERALS, *PATHS),
    Takes.ORDERED: ("number", "text", "relative", *PATHS),
    Takes.RANGE: ("numbers", "texts"),
    Takes.ITEMS: (*LITERALS, *PATHS),
    Takes.INSTANT: ("text", "relative", *PATHS),
    Takes.INSTANTS: ("text", "relative", *PATHS),
    Takes.AUDIENCE: ("key", "keys"),
}
"""What resolving accepts; of two bounds each counts for itself. Every other kind of argument is refused by the
checker, which its own tests prove, so those cells cannot be reached."""

PERSON = "person"
"""The type of the value under membership."""

Cell = tuple[str, str, str]
"""The operator's name, the type of the value, the kind of the argument."""


def value_types(operator: Operator) -> tuple[str, ...]:
    """The types of value that an operator can meet: all of them."""
    return (PERSON,) if operator.takes is Takes.AUDIENCE else VALUE_TYPES


def reachable() -> Iterator[Cell]:
    """Every cell that a run must fill."""
    for operator in OPERATORS:
        for value_type in value_types(operator):
            for kind in ARGUMENT_KINDS[operator.takes]:
                yield operator.name, value_type, kind
