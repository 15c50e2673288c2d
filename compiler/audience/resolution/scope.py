"""What one resolution knows and what it has found so far."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from audience.catalog import Catalog
from audience.diagnostics import Diagnostic, Place, Severity, Source
from audience.ir import Predicate
from audience.language.nodes import Expression
from audience.limits import DIAGNOSTICS_MAX


@dataclass(frozen=True, slots=True)
class Referred:
    """A dynamic audience, resolved once: its canonical predicate, its conditions and the references below it.

    `predicate` is None where `problems` says why.
    """

    predicate: Predicate | None
    conditions: int
    height: int
    problems: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Scope:
    """The surroundings of the conditions of one definition, and the findings about them.

    `resolve` is how an expression becomes a canonical predicate (None after an error): conditions stand in
    groups, references in conditions, groups behind references, and this is where that circle is closed.
    `trail` are the audiences that are being resolved, outermost first: a key met again is a cycle.
    `known` (audiences by key) and `slips` (the column that a JSON key is nearly named like) are shared by all
    definitions of one resolution, `problems`, `references` and the counts are not.
    """

    catalog: Catalog
    audiences: Mapping[str, Expression]
    static: Collection[str]
    own_people: bool
    lint: bool
    resolve: "Callable[[Expression, Scope], Predicate | None]"
    source: Source | None = None
    trail: tuple[str, ...] = ()
    known: dict[str, Referred] = field(default_factory=dict)
    slips: dict[str, str | None] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    references: dict[str, None] = field(default_factory=dict)
    conditions: int = 0
    height: int = 0

    def below(self, key: str) -> "Scope":
        """The scope of an audience that is referred to: the same world, its own findings and no source."""
        return replace(self, source=None, trail=(*self.trail, key), problems=[], references={}, conditions=0, height=0)

    def error(
        self, code: str, message: str, place: Place | None, help: str | None = None, fix: str | None = None
    ) -> None:
        """Note what refuses the definition; resolving goes on, so that everything wrong is said at once."""
        self.problems.append(Diagnostic(code, message, place, help, fix, Severity.ERROR, self.source))

    def warn(
        self, code: str, message: str, place: Place | None, help: str | None = None, fix: str | None = None
    ) -> None:
        """Note what may surprise the author."""
        self.problems.append(Diagnostic(code, message, place, help, fix, Severity.WARNING, self.source))

    def errors(self) -> tuple[Diagnostic, ...]:
        """What was refused so far, in the order of the source; as much as somebody reads."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)[:DIAGNOSTICS_MAX]

    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was warned of so far, in the order of the source; as much as somebody reads."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)[:DIAGNOSTICS_MAX]
