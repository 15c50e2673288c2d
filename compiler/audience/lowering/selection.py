"""The query that selects people: their ids, or a sample of them with the values that a person wants to see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from audience.catalog import Catalog, Column, Documents
from audience.catalog.kinds import JsonKind, TextKind
from audience.ir.nodes import (
    And,
    Compares,
    ComparesInstant,
    Contains,
    IsTimestamp,
    Leaf,
    Or,
    Predicate,
    Property,
    Steps,
)
from audience.ir.walk import leaves, uses_now
from audience.lowering.build import (
    aliased,
    binary,
    cast,
    column,
    conjunction,
    disjunction,
    function,
    integer,
    is_not_null,
    is_null,
    name,
    select,
    string,
)
from audience.lowering.dialect import Dialect
from audience.lowering.members import Members, Pairs, StaticRows
from audience.lowering.predicate import Lowering, Variable
from audience.lowering.query import Query, compose
from audience.lowering.scalars import key_text, subject
from audience.lowering.scope import EXTRACTED, ExtractedScope, Facet, InlineScope, Scope, is_json_text
from audience.values import Text


@dataclass(frozen=True, slots=True)
class Run:
    """What a query is compiled for.

    `now` is in microseconds, as a value or in a variable; None leaves a parameter. `members` are the static audiences
    that may be referred to, `static` those whose members are rows of a table. `tenant` is that of the evaluation.
    `within` narrows the people: each is a column of the relation, by its name, and the text that stands there in the
    row of a person.
    """

    catalog: Catalog
    dialect: Dialect
    now: int | Variable | None = None
    members: Mapping[str, Pairs] = field(default_factory=dict)
    tenant: str | None = None
    static: StaticRows | None = None
    within: tuple[tuple[str, str], ...] = ()

    def lowering(self, scope: Scope) -> Lowering:
        """A lowering that reads through a scope."""
        return Lowering(scope, self.now, Members(self.members, self.tenant, self.static))

    def people(self, scope: Scope) -> exp.Expr | None:
        """Which rows are people of this run: those with an id, of the tenant when one is asked for, and `within`."""
        catalog, tests = self.catalog, []
        if catalog.id.nullable:
            tests.append(is_not_null(column(catalog.id.name)))
        if catalog.tenant is not None and self.tenant is not None:
            held = key_text(scope.dialect, catalog.tenant.kind, column(catalog.tenant.name))
            tests.append(binary(exp.EQ, held, string(self.tenant)))
        for held_in, text in self.within:
            tests.append(binary(exp.EQ, scope.dialect.compared_text(column(held_in), TextKind(), False), string(text)))
        return conjunction(tests) if tests else None

    def unbound(self, predicate: Predicate, tree: exp.Expr) -> tuple[str, ...]:
        """The parameters that the caller must give; a condition about time that can never hold has left none."""
        if self.now is not None or not uses_now(predicate):
            return ()
        return ("now",) if any(found.name == "now" for found in tree.find_all(exp.Placeholder)) else ()


def select_ids(run: Run, predicate: Predicate, *, bind: bool = False) -> Query:
    """The ids (with a tenant column: the pairs) of the people that match; with `bind`, values are parameters."""
    keys = [run.catalog.id, *([run.catalog.tenant] if run.catalog.tenant else [])]
    tree, parameters = select_people(run, predicate, lambda scope: [scope.column(key) for key in keys])
    bare = run.lowering(InlineScope(run.catalog, run.dialect)).filter(predicate)
    unbound = run.unbound(predicate, tree)
    return compose(tree, run.dialect, predicate=bare, parameters=parameters, unbound=unbound, bind=bind)


def select_sample(run: Run, predicate: Predicate, shown: Sequence[Property], limit: int) -> Query:
    """The first people by id that match: id, tenant where there is one, then the properties, as engines hand them over.

    Properties come under the names p0, p1, …, because a path is no fit name for a column.
    """
    catalog = run.catalog
    keys = [key for key in (catalog.id, catalog.tenant) if key is not None]

    def shown_as(expression: exp.Expr, alias: str) -> exp.Expr:
        # ORDER BY takes a name for an alias first, and the people are ordered by their columns.
        return aliased(expression, f"shown_{alias}" if alias in {key.name.casefold() for key in keys} else alias)

    def columns(scope: Scope) -> list[exp.Expr]:
        found = [
            shown_as(cast(scope.column(key), "VARCHAR"), alias)
            for key, alias in zip(keys, ("person_id", "person_tenant"), strict=False)
        ]
        return found + [shown_as(_shown(scope, held), f"p{index}") for index, held in enumerate(shown)]

    tree, parameters = select_people(run, predicate, columns)
    order = [_sortable(run.dialect, key) for key in keys]
    tree.set("order", exp.Order(expressions=[exp.Ordered(this=key) for key in order]))
    tree.set("limit", exp.Limit(expression=integer(limit)))
    unbound = run.unbound(predicate, tree)
    return compose(tree, run.dialect, parameters=parameters, unbound=unbound)


def _sortable(dialect: Dialect, key: Column) -> exp.Expr:
    return subject(dialect, key.kind, column(key.name), ordered=True) if key.kind == TextKind() else column(key.name)


def _shown(scope: Scope, held: Property) -> exp.Expr:
    location = scope.catalog.locate(held.steps)
    if location is None:
        return exp.Null()
    if isinstance(location.kind, JsonKind):
        return scope.dialect.node_output(scope.facet(location, Facet.NODE))
    return scope.dialect.output(location.kind, scope.value(location))


def select_people(
    run: Run, predicate: Predicate, columns: Callable[[Scope], list[exp.Expr]], among: Sequence[exp.Expr] = ()
) -> tuple[exp.Select, dict[str, object]]:
    """Columns of the people that match, and the parameters of their static audiences.

    It reads straight from the relation, or from an extraction where JSON would be read more than once. `among` are
    tests of columns of the relation: whoever fails one is left out before anything is extracted.
    """
    inline, extracted = InlineScope(run.catalog, run.dialect), ExtractedScope(run.catalog, run.dialect)
    shares = run.dialect.capabilities.extracts
    lowering = run.lowering(extracted if shares else inline)
    condition, selected = lowering.filter(predicate), columns(lowering.scope)
    if not shares or extracted.is_one_read:
        if extracted.facets:
            # Without facets the two scopes read alike, and nothing has to be lowered again.
            lowering = run.lowering(inline)
            condition, selected = lowering.filter(predicate), columns(inline)
        tests = [test for test in (run.people(inline), *among, condition) if test is not None]
        tree = select(selected, run.dialect.relation(run.catalog.relation), conjunction(tests))
        return tree, lowering.members.parameters
    for key in (run.catalog.id, run.catalog.tenant):
        if key is not None:
            extracted.column(key)
    tree = select(selected, exp.Table(this=name(EXTRACTED)), condition)
    materialized = run.dialect.capabilities.materialized and reads_again(predicate, run.catalog)
    tests = [test for test in (run.people(extracted), *among) if test is not None]
    extraction = exp.CTE(
        this=extracted.extraction(conjunction(tests) if tests else None),
        alias=exp.TableAlias(this=name(EXTRACTED)),
        materialized=True if materialized else None,
    )
    tree.set("with_", exp.With(expressions=[extraction]))
    return tree, lowering.members.parameters


def reads_again(predicate: Predicate, catalog: Catalog) -> bool:
    """Whether one text in JSON is decoded for several leaves under one OR, so that it is better stored once.

    Engines inline an extraction into the filter and find the expressions that leaves have in common, except for
    those inside a CASE: a text that may be none, an instant that a text may state. Along an AND the first false
    condition ends it, and to store what was extracted costs more than it saves.
    """
    match predicate:
        case Or():
            decoded = [steps for leaf in leaves(predicate) if (steps := _decoded(leaf, catalog)) is not None]
            return len(set(decoded)) < len(decoded)
        case And(operands):
            return any(reads_again(operand, catalog) for operand in operands)
        case _:
            return False


def _decoded(leaf: Leaf, catalog: Catalog) -> Steps | None:
    """The path of the JSON text that a leaf decodes, None when it decodes none."""
    match leaf:
        case ComparesInstant(held) | IsTimestamp(held) | Compares(held, _, Text()) | Contains(held, Text()):
            location = catalog.locate(held.steps)
            return held.steps if location is not None and isinstance(location.kind, JsonKind) else None
        case _:
            return None


def count_null_ids(run: Run) -> Query:
    """Rows that have no id, and are therefore no people; and how many of them are lines that could not be read.

    Only files of documents have such lines: there a row without a document is one.
    """
    catalog = run.catalog
    rows = function("count", exp.Star())
    unreadable: exp.Expr = integer(0)
    if isinstance(catalog.relation, Documents) and catalog.document is not None:
        document = column(catalog.document.name)
        malformed = disjunction([is_null(document), run.dialect.is_malformed(document, is_json_text(catalog.document))])
        unreadable = run.dialect.capabilities.counts(malformed)
    tree = select([rows, unreadable], run.dialect.relation(catalog.relation), is_null(column(catalog.id.name)))
    return compose(tree, run.dialect)


def count_malformed(run: Run) -> Query:
    """How many people have a document that is no JSON object: a query of its own, for where no condition reads it."""
    document = run.catalog.document
    assert document is not None, "only a relation with a document has malformed ones"
    counted = run.dialect.capabilities.counts(run.dialect.is_malformed(column(document.name), is_json_text(document)))
    people = run.people(InlineScope(run.catalog, run.dialect))
    tree = select([counted], run.dialect.relation(run.catalog.relation), people)
    return compose(tree, run.dialect)
