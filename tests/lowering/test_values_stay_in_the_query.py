"""Values stand in the query unless the caller asks for parameters; only then are they handed over beside it."""

import pytest

from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import JsonKind, TextKind
from audience.language import parse
from audience.lowering import DIALECTS, Run, count, select_ids, select_sample
from audience.resolution import resolve

CATALOG = Catalog(Table(("people",)), Column("id", "id", TextKind()), (), Column("props", "props", JsonKind()))
RESOLVED = resolve(parse('plan = "zebra" and seats in [1, 2, 3]'), CATALOG)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_nothing_is_handed_over_unasked(dialect: str) -> None:
    run = Run(CATALOG, DIALECTS[dialect], now=0)
    queries = [
        select_ids(run, RESOLVED.predicate),
        select_sample(run, RESOLVED.predicate, [], 5),
        count(run, RESOLVED.outline).query,
    ]
    assert [query.parameters for query in queries] == [{}, {}, {}]
    assert all("zebra" in query.sql for query in queries)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_what_is_asked_for_is(dialect: str) -> None:
    query = select_ids(Run(CATALOG, DIALECTS[dialect], now=0), RESOLVED.predicate, bind=True)
    assert query.parameters
    assert "zebra" not in query.sql
