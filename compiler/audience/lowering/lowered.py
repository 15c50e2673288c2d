"""A lowered leaf: a SQL condition, and whether it can be NULL where it means false."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from audience.lowering.build import coalesce, conjunction, disjunction, false, true


@dataclass(frozen=True, slots=True)
class Lowered:
    """A condition that is TRUE where the leaf is true, and FALSE or, when `nullable`, NULL elsewhere.

    `filled` writes the same condition with its absent values filled in, so that it is FALSE for them and
    never NULL: `COALESCE(seats, 9) >= 10`. An engine that knows a column to be without NULLs drops that COALESCE
    and compares natively, which it does not do with one around the whole comparison.

    `indexed` is TRUE for the same people in a form that an index serves; as a filter, no more.
    """

    expression: exp.Expr
    nullable: bool
    filled: Callable[[], exp.Expr] | None = None
    indexed: exp.Expr | None = None

    def filter(self) -> exp.Expr:
        """The condition where NULL and FALSE agree."""
        return self.expression if self.indexed is None else self.indexed

    def value(self) -> exp.Expr:
        """The condition where a NULL would be wrong: TRUE or FALSE."""
        if not self.nullable:
            return self.expression
        return coalesce(self.expression, false()) if self.filled is None else self.filled()


def fillable(test: Callable[[exp.Expr], exp.Expr], value: exp.Expr, stand_in: exp.Expr | None) -> Lowered:
    """A test of a value, and the same test where `stand_in`, which fails it, is put in for an absent value."""
    if stand_in is None:
        return Lowered(test(value), nullable=True)
    return Lowered(test(value), nullable=True, filled=lambda: test(coalesce(value.copy(), stand_in)))


ALWAYS = Lowered(true(), nullable=False)
NEVER = Lowered(false(), nullable=False)


def any_lowered(parts: list[Lowered]) -> Lowered:
    """True where some part is; nothing is NEVER."""
    useful = [part for part in parts if part is not NEVER]
    if not useful:
        return NEVER
    return _joined(disjunction, useful)


def all_lowered(parts: list[Lowered]) -> Lowered:
    """True where every part is; nothing is ALWAYS."""
    if any(part is NEVER for part in parts):
        return NEVER
    useful = [part for part in parts if part is not ALWAYS]
    if not useful:
        return ALWAYS
    return _joined(conjunction, useful)


def _joined(join: Callable[[list[exp.Expr]], exp.Expr], parts: list[Lowered]) -> Lowered:
    nullable = any(part.nullable for part in parts)
    joined = join([part.expression for part in parts])
    if all(part.indexed is None for part in parts):
        return Lowered(joined, nullable)
    return Lowered(joined, nullable, indexed=join([part.filter().copy() for part in parts]))
