"""What is compared on PostgreSQL selects the same people, at a tiny size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import audience
from audience.membership import advise
from benchmarks import compile_speed
from benchmarks.people import INSTANT
from benchmarks.postgres import population
from benchmarks.postgres_predicates import checksum, read_queries, repeated

PEOPLE = 3_000


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    with population(PEOPLE, tmp_path_factory.mktemp("people")) as opened:
        yield opened


def test_compiled_and_hand_written_select_the_same_people(connection: psycopg.Connection[Any]) -> None:
    users = {table: audience.users(connection, table=table) for table in ("people", "documents")}
    queries = read_queries()
    assert len(queries) == len({query.name for query in queries}) == 20
    for query in queries:
        expression = audience.parse(query.condition)
        ours = audience.compile(expression, users=users[query.table], dialect="postgres", now=INSTANT)
        found = connection.execute(checksum(ours.sql)).fetchone()
        assert found == connection.execute(checksum(query.by_hand)).fetchone(), query.name
        assert found is not None
        assert found[0] < PEOPLE, f"{query.name} tells nobody apart"
        repeated(connection, ours.sql, 2)()
        advice = advise({query.name: expression}, users=users[query.table], now=INSTANT)
        assert advice.indexes or not query.indexed, query.name


def test_ten_conditions_are_compiled_for_every_dialect(tmp_path: Path) -> None:
    found = compile_speed.run_all(0, 1, tmp_path)["compile"]
    assert isinstance(found, list)
    assert {row["name"] for row in found} == set(audience.lowering.DIALECTS)
