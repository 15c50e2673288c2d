"""Columns that are called like something inside of the generated SQL."""

import duckdb
import pytest

import audience


@pytest.mark.parametrize("called", ["id", "person_id", "person_tenant", "p0", "P1", "people", "answer_0", "total"])
def test_the_sample_is_ordered_by_the_id_whatever_it_is_called(called: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f'CREATE TABLE people ("{called}" INTEGER, x VARCHAR, y VARCHAR)')
        connection.execute("INSERT INTO people VALUES (10, 'a', 'c'), (9, 'b', 'd'), (11, '', '')")
        users = audience.users(connection, table="people", id=called)
        result = audience.preview(audience.parse('x != "q" and y != "q"'), users=users, limit=2)
        assert [person["id"] for person in result.sample] == ["9", "10"]
