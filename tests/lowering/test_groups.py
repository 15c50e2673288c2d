"""Groups within groups: the printed SQL keeps every grouping, over every combination of answers."""

from collections.abc import Iterator
from itertools import product

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience.catalog import Catalog
from audience.interpreter import Person
from audience.language import Expression
from audience.language.nodes import And, Condition, Literal, Not, Or, Property
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Boolean
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

COLUMNS = ("a", "b", "c", "d")

PEOPLE = [
    Person(f"{at:02}", dict(zip(COLUMNS, held, strict=True)))
    for at, held in enumerate(product([True, False, None], repeat=len(COLUMNS)))
]

NOBODY = Person(None, {})
"""A row without an id, which no query of ids may return."""

CONDITIONS = [
    Condition(Property((column,)), BY_NAME[name], Literal(Boolean(True))) for column in COLUMNS for name in (
        "equal_to", "not_equal_to")
]  # fmt: skip


def groups(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operands = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(And, operands) | st.builds(Or, operands) | st.builds(Not, inner)


expressions = st.recursive(st.sampled_from(CONDITIONS), groups, max_leaves=8)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE people (id VARCHAR, a BOOLEAN, b BOOLEAN, c BOOLEAN, d BOOLEAN)")
        for person in PEOPLE:
            opened.execute("INSERT INTO people VALUES ($id, $a, $b, $c, $d)", {"id": person.id, **person.properties})
        opened.execute("INSERT INTO people VALUES (NULL, TRUE, TRUE, TRUE, TRUE)")
        yield opened


@pytest.fixture(scope="module")
def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    return audience.users(connection, table="people").catalog


@given(wanted=st.lists(expressions, min_size=1, max_size=4))
def test_groups_stay_groups(connection: duckdb.DuckDBPyConnection, catalog: Catalog, wanted: list[Expression]) -> None:
    predicates = [resolve(expression, catalog).predicate for expression in wanted]
    store = DuckDBStore(connection)
    run, reference = run_for(store, catalog, 0), ask_interpreter(predicates, PEOPLE, 0)
    answers = ask_values(store, run, predicates, [*PEOPLE, NOBODY])
    assert [about_people for *about_people, _ in answers] == reference
    for predicate, expected in zip(predicates, reference, strict=True):
        assert ask_filter(store, run, predicate) == ids_where(expected, PEOPLE)
