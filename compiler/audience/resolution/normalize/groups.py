"""What a rule works on: one group, its operands canonical already, taken as a set.

AND and OR are mirror images of each other, so every rule is written once, for both.
"""

from collections.abc import Callable
from dataclasses import dataclass

from audience.ir.nodes import And, Constant, Or, Predicate


@dataclass(frozen=True, slots=True)
class Group:
    """The operands of an AND (`conjunction`) or of an OR."""

    conjunction: bool
    operands: tuple[Predicate, ...]

    @property
    def neutral(self) -> Constant:
        """The constant that adds nothing, and the answer of a group without operands."""
        return Constant(self.conjunction)

    @property
    def absorbing(self) -> Constant:
        """The constant that decides the group alone."""
        return Constant(not self.conjunction)

    def decided(self) -> "Group":
        """The same group when one operand has decided it."""
        return Group(self.conjunction, (self.absorbing,))

    def join(self) -> Predicate:
        """The group as a predicate: none is the neutral constant, one stands for itself."""
        if not self.operands:
            return self.neutral
        if len(self.operands) == 1:
            return self.operands[0]
        return And(self.operands) if self.conjunction else Or(self.operands)


Rule = Callable[[Group], Group]
"""A rule keeps the answer of the group for every person, and does not depend on the order of operands."""
