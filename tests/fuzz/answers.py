"""Ask the interpreter and a store the same predicates about the same people.

The store is asked in two ways. Value form: every predicate is a column of one SELECT, so that a thousand people
and a hundred predicates are one query. Filter form: the query of one predicate, as users run it.
"""

from collections.abc import Sequence

from audience.catalog import Catalog
from audience.catalog.kinds import TextKind
from audience.errors import UnsupportedByDialect
from audience.interpreter import Members, Person, evaluate
from audience.ir import Predicate
from audience.lowering import Run, find_dialect, select_ids
from audience.lowering.build import aliased, select
from audience.lowering.query import render
from audience.lowering.scope import ExtractedScope, InlineScope
from tests.stores.store import Store

Answers = list[list[bool | None]]
"""For each predicate the answer about each person, in the order of the people; None where the engine said NULL."""

NO_MEMBERS: Members = {}


def run_for(
    store: Store, catalog: Catalog, now: int | None, members: Members = NO_MEMBERS, tenant: str | None = None
) -> Run:
    """A run on a store."""
    return Run(catalog, find_dialect(store.dialect), now, members, tenant)


def ask_interpreter(
    predicates: Sequence[Predicate], people: Sequence[Person], now: int, members: Members = NO_MEMBERS
) -> Answers:
    """The reference answers."""
    return [[evaluate(predicate, person, now, members) for person in people] for predicate in predicates]


def value_query(run: Run, predicates: Sequence[Predicate], *, extracted: bool) -> tuple[str, dict[str, object]]:
    """One SELECT with the id first and then a column for each predicate; and its parameters.

    `extracted` reads each document once, as the counting query does, else every leaf reads for itself.
    """
    scope = ExtractedScope(run.catalog, run.dialect) if extracted else InlineScope(run.catalog, run.dialect)
    lowering = run.lowering(scope)
    id = scope.column(run.catalog.id)
    is_other_type = isinstance(run.catalog.id.kind, TextKind) and run.catalog.id.kind.cast
    columns = [aliased(run.dialect.as_text(id) if is_other_type else id, "person_id")]
    columns += [aliased(lowering.value(predicate), f"answer_{at}") for at, predicate in enumerate(predicates)]
    source = scope.extraction(None) if isinstance(scope, ExtractedScope) else run.dialect.relation(run.catalog.relation)
    tree = select(columns, source, None, alias="people")
    return render(tree, run.dialect, pretty=False), dict(lowering.members.parameters)


def is_sayable(run: Run, predicate: Predicate) -> bool:
    """Whether the dialect can say a predicate. One that names no limits has to, so it is not asked."""
    if not run.dialect.capabilities.limits:
        return True
    try:
        value_query(run, [predicate], extracted=False)
    except UnsupportedByDialect:
        return False
    return True


def ask_values(
    store: Store,
    run: Run,
    predicates: Sequence[Predicate],
    people: Sequence[Person],
    *,
    extracted: bool = False,
    guarded: bool = True,
) -> Answers:
    """The store's answers in value form. `guarded` runs it as Audience does, else by the driver alone."""
    sql, parameters = value_query(run, predicates, extracted=extracted)
    rows = store.run(sql, parameters) if guarded else store.run_bare(sql, parameters)
    by_id = {row[0]: row[1:] for row in rows}
    assert len(by_id) == len(rows) == len(people), "every person is one row"
    ordered = [by_id[person.id] for person in people]
    return [[row[at] for row in ordered] for at in range(len(predicates))]


def ask_filter(store: Store, run: Run, predicate: Predicate, *, guarded: bool = True) -> list[str]:
    """The ids that the compiled query of one predicate selects, sorted."""
    query = select_ids(run, predicate)
    ask = store.run if guarded else store.run_bare
    return sorted(str(row[0]) for row in ask(query.sql, query.parameters))


def ids_where(answers: Sequence[bool | None], people: Sequence[Person]) -> list[str]:
    """The ids of the people whose answer is true, sorted."""
    return sorted(str(person.id) for person, answer in zip(people, answers, strict=True) if answer)
