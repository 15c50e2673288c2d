"""A NaN of a column equals nothing and is ordered with nothing; an infinity is a number beyond all others."""

import math
from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.interpreter import Person, read_profile
from audience.resolution import resolve
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

VALUES = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.5, 1e300, -1e300, 5e-324, None]

BOUNDS = ["0", "-0.0", "1.5", "1e300", "-1e300", "1.7976931348623157e308", "5e-324"]

TESTS = ["=", "!=", "<", "<=", ">", ">=", "not <", "not >="]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE people (id VARCHAR, n DOUBLE, m DOUBLE, list DOUBLE[])")
        yield opened


def test_answers_as_the_interpreter_does(connection: duckdb.DuckDBPyConnection) -> None:
    people = []
    for at, (n, m) in enumerate((n, m) for n in VALUES for m in VALUES):
        values = {"n": n, "m": m, "list": [n, m]}
        connection.execute("INSERT INTO people VALUES ($id, $n, $m, $list)", {"id": f"{at:03}", **values})
        people.append(Person(f"{at:03}", read_profile(values)))
    catalog = audience.users(connection, table="people").catalog
    texts = [f"n {test} {bound}" for test in TESTS for bound in BOUNDS]
    texts += [f"n {test} recipient.m" for test in TESTS]
    texts += [f"list contains {bound}" for bound in (*BOUNDS, "recipient.m")]
    texts += ["n exists", "n is empty", "n between -1e308 and 1e308", "n not between 0 and 1.5", "n in [0, null, 1.5]"]
    predicates = [resolve(audience.parse(text), catalog).predicate for text in texts]
    store = DuckDBStore(connection)
    run, reference = run_for(store, catalog, 0), ask_interpreter(predicates, people, 0)
    found = ask_values(store, run, predicates, people)
    for at, (text, expected) in enumerate(zip(texts, reference, strict=True)):
        assert found[at] == expected, text
        assert ask_filter(store, run, predicates[at]) == ids_where(expected, people), text
