"""The query that counts: every node of an outline, in one scan.

Three layers. The innermost reads each person once and answers every condition as a boolean, with flags for
absent and unreadable properties. The middle one places each person in each group: the number of the first
part that was false (AND) or true (OR). The outermost counts.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from audience.ir.nodes import Property
from audience.ir.outline import Outline
from audience.lowering.build import (
    aliased,
    binary,
    case,
    column,
    conjunction,
    disjunction,
    function,
    integer,
    negation,
    select,
)
from audience.lowering.dialect import Steps
from audience.lowering.predicate import Lowering
from audience.lowering.query import Query, compose
from audience.lowering.scope import ExtractedScope, is_json_text
from audience.lowering.selection import Run

TOTAL, MALFORMED = "total", "malformed"


@dataclass(frozen=True, slots=True)
class Counting:
    """A counting query and the names of its one row, in order.

    `total`, `malformed` (where a condition reads the document), and for node i of the outline in preorder `true_i`,
    `absent_i`, `unreadable_i`, and for its k-th part `after_i_k`: how many remain after it in an AND, how many it
    adds in an OR.
    """

    query: Query
    names: tuple[str, ...]


def count(run: Run, outline: Outline) -> Counting:
    """The counting query of an outline."""
    scope = ExtractedScope(run.catalog, run.dialect)
    counter = _Counter(run, scope, run.lowering(scope))
    counter.count_people()
    counter.visit(outline)
    counter.count_malformed()
    if not scope.columns:
        scope.column(run.catalog.id)
    fenced = run.dialect.capabilities.fenced
    people = fenced(select(_named(counter.answers), fenced(scope.extraction(run.people(scope))), alias="people"))
    if counter.places:
        kept: list[exp.Expr] = [column(name) for name in counter.answers]
        people = fenced(select([*kept, *_named(counter.places)], people, alias="answers"))
    tree = select(_named(counter.counts), people, alias="places")
    unbound = run.unbound(outline.predicate, tree)
    query = compose(tree, run.dialect, parameters=counter.lowering.members.parameters, unbound=unbound)
    return Counting(query, tuple(counter.counts))


def _named(columns: dict[str, exp.Expr]) -> list[exp.Expr]:
    return [aliased(expression, name) for name, expression in columns.items()]


@dataclass(slots=True)
class _Counter:
    """Fills the three layers while it walks the outline in preorder."""

    run: Run
    scope: ExtractedScope
    lowering: Lowering
    answers: dict[str, exp.Expr] = field(default_factory=dict)
    places: dict[str, exp.Expr] = field(default_factory=dict)
    counts: dict[str, exp.Expr] = field(default_factory=dict)
    flags: dict[tuple[str, Steps], str] = field(default_factory=dict)
    visited: int = 0

    def count_people(self) -> None:
        """All people, whatever the conditions say of them."""
        self.counts[TOTAL] = function("count", exp.Star())

    def count_malformed(self) -> None:
        """The people whose document is no JSON object, if a condition that was visited reads it.

        To find them every document is parsed, which takes many times as long as to count over typed columns.
        """
        document = self.run.catalog.document
        if document is not None and self.scope.reads(document):
            self.answers[MALFORMED] = self.run.dialect.is_malformed(self.scope.column(document), is_json_text(document))
            self._count(MALFORMED, column(MALFORMED))

    def visit(self, node: Outline) -> exp.Expr:
        """Count a node and its parts; the answer of the node from the columns of the innermost layer."""
        index, self.visited = self.visited, self.visited + 1
        match node.kind:
            case "condition" | "nobody":
                return self._condition(node, index)
            case "not":
                answer = negation(self.visit(node.parts[0]))
            case "and":
                answer = self._group(node, index, first=False)
            case "or":
                answer = self._group(node, index, first=True)
        self._count(f"true_{index}", answer.copy())
        return answer

    def _condition(self, node: Outline, index: int) -> exp.Expr:
        name = f"answer_{index}"
        self.answers[name] = self.lowering.value(node.predicate)
        self._count(f"true_{index}", column(name))
        if node.properties:
            subject = node.properties[0]
            self._count(f"absent_{index}", column(self._flag("absent", subject)))
            if node.instant:
                self._count(f"unreadable_{index}", column(self._flag("unreadable", subject)))
        return column(name)

    def _group(self, node: Outline, index: int, *, first: bool) -> exp.Expr:
        """Place each person at the first part whose answer is `first`; a person at none is placed at the end."""
        answers = [self.visit(part) for part in node.parts]
        place = f"place_{index}"
        branches = [
            (answer.copy() if first else negation(answer.copy()), integer(position))
            for position, answer in enumerate(answers)
        ]
        self.places[place] = case(branches, integer(len(answers)))
        for position in range(len(answers)):
            at = binary(exp.EQ if first else exp.GT, column(place), integer(position))
            self._count(f"after_{index}_{position}", at)
        return disjunction(answers) if first else conjunction(answers)

    def _count(self, name: str, condition: exp.Expr) -> None:
        self.counts[name] = self.run.dialect.capabilities.counts(condition)

    def _flag(self, kind: str, subject: Property) -> str:
        """A flag about a property, computed once however many conditions ask for it."""
        key = (kind, subject.steps)
        if key not in self.flags:
            self.flags[key] = f"{kind}_{len(self.flags)}_flag"
            test = self.lowering.absent(subject) if kind == "absent" else self.lowering.unreadable(subject)
            self.answers[self.flags[key]] = test
        return self.flags[key]
