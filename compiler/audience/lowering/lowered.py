"""A lowered leaf: a SQL condition, and whether it can be NULL where it means false."""

from dataclasses import dataclass

from sqlglot import exp

from audience.lowering.build import coalesce, conjunction, disjunction, false, true


@dataclass(frozen=True, slots=True)
class Lowered:
    """A condition that is TRUE where the leaf is true, and FALSE or, when `nullable`, NULL elsewhere."""

    expression: exp.Expr
    nullable: bool

    def value(self) -> exp.Expr:
        """The condition where a NULL would be wrong: TRUE or FALSE."""
        return coalesce(self.expression, false()) if self.nullable else self.expression


ALWAYS = Lowered(true(), nullable=False)
NEVER = Lowered(false(), nullable=False)


def any_lowered(parts: list[Lowered]) -> Lowered:
    """True where some part is; nothing is NEVER."""
    useful = [part for part in parts if part is not NEVER]
    if not useful:
        return NEVER
    return Lowered(disjunction([part.expression for part in useful]), any(part.nullable for part in useful))


def all_lowered(parts: list[Lowered]) -> Lowered:
    """True where every part is; nothing is ALWAYS."""
    if any(part is NEVER for part in parts):
        return NEVER
    useful = [part for part in parts if part is not ALWAYS]
    if not useful:
        return ALWAYS
    return Lowered(conjunction([part.expression for part in useful]), any(part.nullable for part in useful))
