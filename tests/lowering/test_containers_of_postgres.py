"""Values of PostgreSQL's own making: arrays that begin elsewhere, tables, composites of NULLs, indexed scalars."""

from contextlib import closing

import psycopg
import pytest

import audience

PEOPLE = {
    "plain": ("'{5,6}', ARRAY['a'], ROW(1, 'x'), '{\"n\": [5]}'",
              {"l": [5, 6], "t": ["a"], "c": {"a": 1, "b": "x"}, "n": [5]}),
    "begins elsewhere": ("'[0:1]={5,6}', '[-2:-1]={b,a}', NULL, '{\"n\": 5}'",
                         {"l": [5, 6], "t": ["b", "a"], "n": 5}),
    "is a table": ("'{{5,6}}', '{{a,b},{c,d}}', ROW(NULL, NULL), '{\"n\": {\"0\": 5}}'",
                   {"l": [[5, 6]], "t": [["a", "b"], ["c", "d"]], "c": {"a": None, "b": None}, "n": {"0": 5}}),
    "half": ("'{}', '{}', ROW(NULL, 'x'), '{\"n\": \"2025-01-01T00:00:00.9999995Z\"}'",
             {"l": [], "t": [], "c": {"a": None, "b": "x"}, "n": "2025-01-01T00:00:00.9999995Z"}),
    "nothing": ("NULL, NULL, NULL, NULL", {}),
}  # fmt: skip
"""Each row as SQL, and what it is."""

ASKED = (
    "l[0] = 5", "l[1] = 6", "l[1] = 5", "l contains 5", "l contains 6", 't[0] = "b"', 't contains "a"',
    't contains all ["a", "b"]', 't contains ["c", "x"]', "c exists", "c is empty", "c.a exists", 'c.b = "x"',
    "n[0] = 5", "n[0] exists", "n = 5", 'n on or after "2025-01-01T00:00:01Z"',
    'n before "2025-01-01T00:00:01Z"',
)  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("negation", ["", "not "])
def test_answers_as_the_interpreter_does(schema_url: str, text: str, negation: str) -> None:
    with psycopg.connect(schema_url, autocommit=True) as admin:
        admin.execute("DROP TABLE IF EXISTS held; DROP TYPE IF EXISTS pair; CREATE TYPE pair AS (a int, b text)")
        admin.execute("CREATE TABLE held (id text, l int[], t text[], c pair, d jsonb)")
        for id, (written, _) in PEOPLE.items():
            admin.execute(f"INSERT INTO held VALUES ('{id}', {written})".encode())
    condition = audience.parse(f"{negation}{text}")
    expected = {id for id, (_, held) in PEOPLE.items() if audience.evaluate(condition, held, user_id=id)}
    with closing(audience.users(schema_url, table="held", properties="d")) as people:
        query = audience.compile(condition, users=people)
        assert {str(row[0]) for row in people.open_engine().run(query.sql, query.parameters)} == expected
