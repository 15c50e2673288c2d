"""A list that is compared with the empty one: whoever has no list at all has no empty list either, and is counted."""

from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.catalog import Catalog
from audience.interpreter import Person
from audience.language import parse
from audience.resolution import resolve
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

HELD = (None, [], ["a"], ["a", None], [None])
PEOPLE = [
    Person(f"{at}", {} if held is None else {"tags": held, "numbers": [len(item or "") for item in held]})
    for at, held in enumerate(HELD)
]
CONDITIONS = ["tags = []", "tags != []", "numbers = []", "not (numbers = [])", 'tags = ["a"]', 'not (tags != ["a"])']


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE people (id VARCHAR, tags VARCHAR[], numbers BIGINT[])")
        for person in PEOPLE:
            row = [person.id, person.properties.get("tags"), person.properties.get("numbers")]
            opened.execute("INSERT INTO people VALUES (?, ?, ?)", row)
        yield opened


@pytest.fixture(scope="module")
def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    return audience.users(connection, table="people").catalog


@pytest.mark.parametrize("text", CONDITIONS)
def test_both_forms_answer_for_everybody(connection: duckdb.DuckDBPyConnection, catalog: Catalog, text: str) -> None:
    predicate = resolve(parse(text), catalog).predicate
    store = DuckDBStore(connection)
    run, [reference] = run_for(store, catalog, 0), ask_interpreter([predicate], PEOPLE, 0)
    assert ask_values(store, run, [predicate], PEOPLE) == [reference]
    assert ask_filter(store, run, predicate) == ids_where(reference, PEOPLE)
