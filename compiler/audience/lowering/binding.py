"""Bind the values of a condition as parameters: a placeholder stands where its literal stood.

Equal values of one type share a name, so a query says each value once. A stand-in, which is chosen so that it differs
from the values beside it, has a name of its own: else the text would tell which values happen to lie side by side.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from sqlglot import exp

from audience.lowering.build import STAND_IN, VALUE
from audience.lowering.dialect import Dialect, ParameterType

Bound = str | int | float
Place = tuple[ParameterType, Bound | None, int]
"""What a name is for: values of one type that are equal, or the stand-in of a type at its turn."""


def _typed(value: Bound | Decimal) -> tuple[ParameterType, Bound]:
    """The type of a value, and the value as drivers take it."""
    match value:
        case str():
            return ParameterType.TEXT, value
        case float():
            return ParameterType.DOUBLE, value
        case Decimal():
            return ParameterType.DECIMAL, f"{value:f}"
        case int():
            return ParameterType.INTEGER, value


@dataclass(slots=True)
class Binding:
    """The values of one query under the names v1, v2, …; at most `room` of them, the others stay in the text."""

    dialect: Dialect
    room: int
    values: dict[str, Bound] = field(default_factory=dict)
    _names: dict[Place, str] = field(default_factory=dict)

    def bind(self, tree: exp.Expr) -> None:
        """Put placeholders where the tree has values, and remember the values."""
        self._replace(tree, grows=True)

    def bind_alike(self, tree: exp.Expr) -> None:
        """The same in a tree that says the same otherwise: what has no name yet stays a literal."""
        self._replace(tree, grows=False)

    def _replace(self, tree: exp.Expr, *, grows: bool) -> None:
        stand_ins = 0
        for slot in list(_marked(tree)):
            is_stand_in = STAND_IN in slot.literal.meta
            stand_ins += is_stand_in
            placeholder = self._placeholder(slot.literal, stand_ins if is_stand_in else 0, grows)
            if placeholder is not None:
                slot.fill(placeholder)

    def _placeholder(self, literal: exp.Expr, turn: int, grows: bool) -> exp.Expr | None:
        type, value = _typed(literal.meta[VALUE])
        place = (type, None if turn else value, turn)
        known = self._names.get(place)
        if known is None and grows and len(self.values) < self.room:
            known = self._names[place] = f"v{len(self.values) + 1}"
            self.values[known] = value
        if known is None or self.values[known] != value:
            return None
        return self.dialect.parameter(known, type)


class _Slot(NamedTuple):
    """Where a literal stands; its parent need not be the one that it knows, for literals may have several."""

    parent: exp.Expr
    key: str
    at: int | None
    literal: exp.Expr

    def fill(self, other: exp.Expr) -> None:
        """Put another expression there; sqlglot's own way looks at every item of a list, once for each item."""
        if self.at is None:
            self.parent.set(self.key, other)
            return
        self.parent.args[self.key][self.at] = other
        other.parent, other.arg_key, other.index = self.parent, self.key, self.at


def _marked(tree: exp.Expr) -> Iterator[_Slot]:
    """The values of a tree, from left to right as it prints."""
    waiting: list[_Slot] = []
    below = tree
    while True:
        children: list[_Slot] = []
        for key, held in below.args.items():
            if isinstance(held, list):
                children += [_Slot(below, key, at, part) for at, part in enumerate(held) if isinstance(part, exp.Expr)]
            elif isinstance(held, exp.Expr):
                children.append(_Slot(below, key, None, held))
        waiting.extend(reversed(children))
        while waiting and VALUE in waiting[-1].literal.meta:
            yield waiting.pop()
        if not waiting:
            return
        below = waiting.pop().literal
