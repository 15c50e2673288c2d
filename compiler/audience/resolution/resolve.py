"""Resolve a definition: names against a catalog, references against the other definitions, types against both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from audience import ir
from audience.catalog import Catalog
from audience.diagnostics import Diagnostic, Source
from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Expression
from audience.limits import CONDITIONS_MAX, NESTING_MAX
from audience.resolution import lints
from audience.resolution.expressions import fits, outline, resolve_canonical
from audience.resolution.scope import Scope

NO_AUDIENCES: Mapping[str, Expression] = {}


@dataclass(frozen=True, slots=True)
class Resolution:
    """A definition that is right.

    `predicate` is its canonical meaning, `outline` the same as it was written. `references` are the keys of
    the audiences that it names itself, dynamic and static, in the order of the source.
    """

    predicate: ir.Predicate
    outline: ir.Outline
    warnings: tuple[Diagnostic, ...]
    references: tuple[str, ...]


def resolve(
    expression: Expression,
    catalog: Catalog,
    *,
    audiences: Mapping[str, Expression] = NO_AUDIENCES,
    static: Collection[str] = (),
    source: Source | None = None,
    own_people: bool = False,
    lint: bool = False,
) -> Resolution:
    """What an expression means for the people of a catalog; DefinitionError with everything that is wrong.

    `audiences` are the dynamic audiences that it may refer to, `static` the keys of the others; a key that
    is both is a UsageError. `source` is the text that places speak of. `own_people` refuses the properties
    that the system keeps about people of our own. `lint` adds warnings about conditions that are right and
    often not what was meant. Of an error, the errors come first and the warnings after them.
    """
    both = sorted(key for key in audiences if key in static)
    if both:
        raise UsageError(
            "A707", f"the audience `{both[0]}` is given twice, as a definition and as members", "give it once"
        )
    scope = Scope(catalog, audiences, static, own_people, lint, resolve_canonical, source)
    if not fits(expression, scope):
        raise DefinitionError(scope.errors())
    tree, predicate = outline(expression, scope)
    if predicate is not None:
        _check_inlined(tree.predicate, expression, scope)
        lints.review_whole(tree.predicate, expression, scope)
    if scope.errors():
        raise DefinitionError((*scope.errors(), *scope.warnings()))
    if __debug__:
        ir.verify(tree.predicate)
    return Resolution(tree.predicate, tree, scope.warnings(), tuple(scope.references))


def _check_inlined(predicate: ir.Predicate, expression: Expression, scope: Scope) -> None:
    """The limits hold for the definition together with the audiences that it refers to: it is one query."""
    if scope.conditions > CONDITIONS_MAX:
        scope.error(
            "A903",
            f"with the audiences it refers to the definition has {scope.conditions:,} conditions, "
            f"at most {CONDITIONS_MAX:,} are allowed",
            expression.place,
            "refer to fewer audiences",
        )
    elif ir.depth(predicate) > NESTING_MAX:
        scope.error(
            "A902",
            f"with the audiences it refers to the groups nest deeper than {NESTING_MAX}",
            expression.place,
            "refer to flatter audiences",
        )
