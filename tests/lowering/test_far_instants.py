"""A `now` that only the query knows, on columns whose type reaches less far, or further, than microseconds do."""

import duckdb
import pytest

import audience

NOW = "2026-01-15T12:00:00Z"

TIMES = ["before now", "on or after now", "< 300 days from now", "> 3000000 days from now", "<= 3652000 days ago"]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("DATE", ["5877642-06-25 (BC)", "2026-01-15", "2026-01-16", "5881580-07-10", "infinity", "-infinity"]),
        ("TIMESTAMP_NS", ["1677-09-21 00:12:43.145225", "2026-01-15 12:00:00", "2262-04-11 23:47:16.8", "infinity"]),
    ],
)
def test_a_parameter_asks_what_a_value_asks(kind: str, texts: list[str]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE people (id VARCHAR, seen {kind})")
        connection.executemany("INSERT INTO people VALUES ($1, $1)", [[text] for text in texts])
        users = audience.users(connection, table="people")
        for words in TIMES:
            expression = audience.parse(f"seen {words}")
            known = audience.compile(expression, users=users, now=NOW)
            asked = audience.compile(expression, users=users)
            found = connection.execute(asked.sql, {"now": NOW}).fetchall()
            assert sorted(found) == sorted(connection.execute(known.sql).fetchall()), words
            # A TIMESTAMP_NS cannot be 236 years from now, yet asking does not raise, and infinities are found.
            assert audience.preview(expression, users=users, now=NOW).matched == len(found)
