"""Malformed documents are counted where a condition reads documents, and cost nothing where none does."""

import duckdb
import pytest

import audience


@pytest.fixture
def people() -> audience.Users:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, plan VARCHAR, properties VARCHAR)")
    connection.execute(
        """INSERT INTO people VALUES ('a', 'pro', '{"x": 1}'), ('b', 'pro', '{"x":'), ('c', NULL, '[]')"""
    )
    return audience.users(connection, properties="properties")


@pytest.mark.parametrize(
    ("text", "malformed"),
    [("x = 1", 2), ('plan = "pro" and x exists', 2), ('plan = "pro"', 0), ("nobody", 0), ('member of "readers"', 2)],
)
def test_malformed_documents_are_counted_where_they_are_read(text: str, malformed: int, people: audience.Users) -> None:
    readers = {"readers": audience.parse("x = 1")}
    assert audience.preview(audience.parse(text), users=people, audiences=readers).malformed == malformed
