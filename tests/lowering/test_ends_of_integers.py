"""At the ends of every integer type, bounds within, at and beyond the end are answered as the interpreter does."""

from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.interpreter import Person
from audience.resolution import resolve
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

TYPES = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "UTINYINT": (0, 2**8 - 1),
    "INTEGER": (-(2**31), 2**31 - 1),
    "UINTEGER": (0, 2**32 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "UBIGINT": (0, 2**64 - 1),
}

TESTS = ["<", "<=", ">", ">=", "=", "!=", "not <", "not >"]

SAFE = 2**53 - 1
"""A literal integer beyond it is refused unless the column holds it."""


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("type_name", TYPES)
def test_the_ends_of_a_type(connection: duckdb.DuckDBPyConnection, type_name: str) -> None:
    low, high = TYPES[type_name]
    values = [low, low + 1, 0, 1, high - 1, high, None]
    connection.execute(f"CREATE OR REPLACE TABLE people (id VARCHAR, n {type_name})")
    people = []
    for at, value in enumerate(values):
        connection.execute("INSERT INTO people VALUES ($id, $value)", {"id": str(at), "value": value})
        people.append(Person(str(at), {"n": value}))
    catalog = audience.users(connection, table="people").catalog
    near = {edge + shift for edge in (low, 0, high) for shift in (-1, 0, 1)}
    bounds = sorted(str(bound) for bound in near if abs(bound) <= SAFE or low <= bound <= high)
    bounds += ["0.5", "-0.5", "1e30", "-1e30", *(f"{edge}.5" for edge in (low, high) if abs(edge) < SAFE // 2)]
    texts = [f"n {test} {bound}" for bound in bounds for test in TESTS]
    texts += [f"n in [{low}, {high}]", f"n not in [{high}, null]", f"n between {low} and {high}"]
    predicates = [resolve(audience.parse(text), catalog).predicate for text in texts]
    store = DuckDBStore(connection)
    run, reference = run_for(store, catalog, 0), ask_interpreter(predicates, people, 0)
    found = ask_values(store, run, predicates, people)
    for at, (text, expected) in enumerate(zip(texts, reference, strict=True)):
        assert found[at] == expected, text
        assert ask_filter(store, run, predicates[at]) == ids_where(expected, people), text
