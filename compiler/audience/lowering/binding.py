"""Bind the values of a condition as parameters: a placeholder stands where its literal stood.

Equal values of one type share a name, so a query says each value once. A stand-in, which is chosen so that it differs
from the values beside it, has a name of its own: else the text would tell which values happen to lie side by side.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from audience.lowering.build import STAND_IN, VALUE
from audience.lowering.dialect import Dialect, ParameterType

Bound = str | int | float
Place = tuple[ParameterType, Bound | None, int]
"""What a name is for: values of one type that are equal, or the stand-in of a type at its turn."""


def _type_of(value: Bound) -> ParameterType:
    match value:
        case str():
            return ParameterType.TEXT
        case float():
            return ParameterType.DOUBLE
        case _:
            return ParameterType.INTEGER


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
        """Walk as the tree prints, from left to right; parents are not asked, because literals may have several."""
        stand_ins, waiting = 0, [tree]
        while waiting:
            parent = waiting.pop()
            below: list[exp.Expr] = []
            for key, held in list(parent.args.items()):
                children = held if isinstance(held, list) else [held]
                kept: list[object] = []
                for child in children:
                    if not isinstance(child, exp.Expr) or VALUE not in child.meta:
                        kept.append(child)
                        below += [child] if isinstance(child, exp.Expr) else []
                        continue
                    stand_ins += STAND_IN in child.meta
                    kept.append(self._placeholder(child, stand_ins if STAND_IN in child.meta else 0, grows) or child)
                if any(new is not old for new, old in zip(kept, children, strict=True)):
                    parent.set(key, kept if isinstance(held, list) else kept[0])
            waiting.extend(reversed(below))

    def _placeholder(self, literal: exp.Expr, turn: int, grows: bool) -> exp.Expr | None:
        value: Bound = literal.meta[VALUE]
        type = _type_of(value)
        place = (type, None if turn else value, turn)
        known = self._names.get(place)
        if known is None and grows and len(self.values) < self.room:
            known = self._names[place] = f"v{len(self.values) + 1}"
            self.values[known] = value
        if known is None or self.values[known] != value:
            return None
        return self.dialect.parameter(known, type)
