"""Malformed documents are counted whether a condition reads documents or not."""

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
    "text",
    ["x = 1", 'plan = "pro" and x exists', 'plan = "pro"', "nobody", 'member of "readers"'],
)
def test_malformed_documents_are_counted(text: str, people: audience.Users) -> None:
    readers = {"readers": audience.parse("x = 1")}
    assert audience.preview(audience.parse(text), users=people, audiences=readers).malformed == 2
