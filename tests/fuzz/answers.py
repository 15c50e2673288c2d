"""Ask the interpreter and DuckDB the same predicates about the same people.

The engine is asked in two ways. Value form: every predicate is a column of one SELECT, so that a thousand people
and a hundred predicates are one query. Filter form: the query of one predicate, as users run it.
"""

from collections.abc import Sequence

import duckdb

from audience.catalog import Catalog
from audience.engines import DuckDB
from audience.interpreter import Members, Person, evaluate
from audience.ir import Predicate
from audience.lowering import DIALECTS, Run, select_ids
from audience.lowering.build import aliased, cast, select
from audience.lowering.query import render
from audience.lowering.scope import ExtractedScope, InlineScope

Answers = list[list[bool | None]]
"""For each predicate the answer about each person, in the order of the people; None where the engine said NULL."""

NO_MEMBERS: Members = {}


def run_for(catalog: Catalog, now: int | None, members: Members = NO_MEMBERS, tenant: str | None = None) -> Run:
    """A run on DuckDB."""
    return Run(catalog, DIALECTS["duckdb"], now, members, tenant)


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
    columns = [aliased(cast(scope.column(run.catalog.id), "VARCHAR"), "person_id")]
    columns += [aliased(lowering.value(predicate), f"answer_{at}") for at, predicate in enumerate(predicates)]
    source = scope.extraction(None) if isinstance(scope, ExtractedScope) else run.dialect.relation(run.catalog.relation)
    tree = select(columns, source, None, alias="people")
    return render(tree, run.dialect, pretty=False), dict(lowering.members.parameters)


def ask_values(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    predicates: Sequence[Predicate],
    people: Sequence[Person],
    *,
    extracted: bool = False,
    guarded: bool = True,
) -> Answers:
    """The engine's answers in value form. `guarded` runs it as Audience does, else on the bare connection."""
    sql, parameters = value_query(run, predicates, extracted=extracted)
    rows = DuckDB(connection).run(sql, parameters) if guarded else connection.execute(sql, parameters).fetchall()
    by_id = {row[0]: row[1:] for row in rows}
    assert len(by_id) == len(rows) == len(people), "every person is one row"
    ordered = [by_id[person.id] for person in people]
    return [[row[at] for row in ordered] for at in range(len(predicates))]


def ask_filter(
    connection: duckdb.DuckDBPyConnection, run: Run, predicate: Predicate, *, guarded: bool = True
) -> list[str]:
    """The ids that the compiled query of one predicate selects, sorted."""
    query = select_ids(run, predicate)
    sql, parameters = query.sql, query.parameters
    rows = DuckDB(connection).run(sql, parameters) if guarded else connection.execute(sql, parameters).fetchall()
    return sorted(str(row[0]) for row in rows)


def ids_where(answers: Sequence[bool | None], people: Sequence[Person]) -> list[str]:
    """The ids of the people whose answer is true, sorted."""
    return sorted(str(person.id) for person, answer in zip(people, answers, strict=True) if answer)
