"""One person's answer to one predicate at every now, from facts that were read once.

Exact to the microsecond: what is compared is what the engine holds, and now moves in whole microseconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audience.analysis.time_leaves import flip
from audience.ir.nodes import And, ComparesInstant, Constant, Leaf, Not, Now, Or, Order, Predicate
from audience.ir.walk import leaves

Fact = int | bool | None
"""What is known of a leaf: the instant that is compared with now, None where there is none; else whether it holds."""

Facts = Sequence[Fact]
Answer = Callable[[Facts, int], bool]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The answers of a predicate. `leaves` says of which leaves the facts are wanted, and in which order."""

    predicate: Predicate
    leaves: tuple[Leaf, ...] = field(init=False)
    _timed: tuple[tuple[int, ComparesInstant], ...] = field(init=False, repr=False)
    _answer: Answer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = tuple(dict.fromkeys(leaves(self.predicate)))
        timed = [
            (at, leaf)
            for at, leaf in enumerate(known)
            if isinstance(leaf, ComparesInstant) and isinstance(leaf.bound, Now)
        ]
        object.__setattr__(self, "leaves", known)
        object.__setattr__(self, "_timed", tuple(timed))
        object.__setattr__(self, "_answer", _compiled(self.predicate, {leaf: at for at, leaf in enumerate(known)}))

    def truth(self, facts: Facts, at: int) -> bool:
        """Whether the predicate holds when now is `at`."""
        return self._answer(facts, at)

    def last_flip(self, facts: Facts, after: int, until: int) -> int | None:
        """The last now in (after, until] whose answer differs from that of the microsecond before, None without one."""
        return self.last_flip_of_any([facts], after, until)

    def truth_of_any(self, rows: Sequence[Facts], at: int) -> bool:
        """Whether the predicate holds of some row, which is what decides about a person who has several."""
        return any(self._answer(facts, at) for facts in rows)

    def last_flip_of_any(self, rows: Sequence[Facts], after: int, until: int) -> int | None:
        """The last now in (after, until] at which the answer to `truth_of_any` changes, None without one."""
        flips = {
            flip(leaf, moment) for facts in rows for index, leaf in self._timed if (moment := facts[index]) is not None
        }
        for moment in sorted((moment for moment in flips if after < moment <= until), reverse=True):
            if self.truth_of_any(rows, moment) is not self.truth_of_any(rows, moment - 1):
                return moment
        return None


def _compiled(predicate: Predicate, places: dict[Leaf, int]) -> Answer:
    """A function of the facts, because to look leaves up by their meaning costs more than all else."""
    match predicate:
        case And(operands):
            parts = [_compiled(operand, places) for operand in operands]
            return lambda facts, now: all(part(facts, now) for part in parts)
        case Or(operands):
            parts = [_compiled(operand, places) for operand in operands]
            return lambda facts, now: any(part(facts, now) for part in parts)
        case Not(operand):
            holds = _compiled(operand, places)
            return lambda facts, now: not holds(facts, now)
        case Constant(value):
            return lambda _facts, _now: value
        case ComparesInstant(_, order, Now(offset)):
            return _compared(places[predicate], order, offset)
        case _:
            place = places[predicate]
            return lambda facts, _now: bool(facts[place])


def _compared(place: int, order: Order, offset: int) -> Answer:
    """A comparison of the person's instant with now; without an instant it is false."""
    compares = COMPARISONS[order]

    def answer(facts: Facts, now: int) -> bool:
        moment = facts[place]
        return moment is not None and compares(moment, now + offset)

    return answer


COMPARISONS: dict[Order, Callable[[int, int], bool]] = {
    Order.LESS: lambda left, right: left < right,
    Order.LESS_OR_EQUAL: lambda left, right: left <= right,
    Order.GREATER: lambda left, right: left > right,
    Order.GREATER_OR_EQUAL: lambda left, right: left >= right,
}
