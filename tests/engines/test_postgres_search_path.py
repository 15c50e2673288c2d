"""PostgreSQL's own functions and operators answer, also where a search path names another schema before them."""

import psycopg
import pytest

import audience
from audience.engines import Postgres

NOW = "2025-06-01T00:00:00Z"

IMPOSTORS = """
    CREATE SCHEMA impostors;
    CREATE FUNCTION impostors.strpos(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';
    CREATE FUNCTION impostors.jsonb_typeof(jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'null'$$;
    CREATE FUNCTION impostors.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION impostors.same(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OPERATOR impostors.= (LEFTARG = text, RIGHTARG = text, FUNCTION = impostors.same);
    CREATE FUNCTION impostors.never(jsonb, jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
    CREATE OPERATOR impostors.@> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = impostors.never);
    CREATE FUNCTION impostors.more(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OPERATOR impostors.> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = impostors.more);
    CREATE DOMAIN impostors.text AS varchar(1);
    CREATE DOMAIN impostors.jsonb AS integer;
    CREATE TABLE searched (id text, name text, n integer, properties jsonb);
    INSERT INTO searched VALUES ('1', 'Ann', 1, '{"plan": "pro"}'), ('2', 'Bob', 2, '{}');
"""


@pytest.fixture(scope="module")
def schema(url: str) -> str:
    """The schema of the people, beside one whose functions and operators are called like PostgreSQL's own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS impostors CASCADE")
        connection.execute(IMPOSTORS)
        return str(connection.execute("SELECT current_schema()").fetchall()[0][0])


@pytest.mark.parametrize("path", ["impostors, {}, pg_catalog", "impostors, pg_catalog, {}", "{}, impostors"])
def test_the_answers_are_those_of_postgresql(url: str, schema: str, path: str) -> None:
    searched = path.format(schema)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_catalog.set_config('search_path', %s, false)", [searched])
        connection.commit()
        people = audience.users(connection, table="searched")
        for condition, expected in {
            'name = "Ann"': 1,
            'name contains "o"': 1,
            'plan = "pro"': 1,
            "plan exists": 1,
            "n > 1": 1,
            'plan contains "p"': 1,
            "name is a timestamp": 0,
        }.items():
            assert audience.preview(audience.parse(condition), users=people, now=NOW).matched == expected, condition
        assert connection.execute("SELECT pg_catalog.current_setting('search_path')").fetchall() == [(searched,)]


def test_the_current_schema_stays(url: str, schema: str) -> None:
    """A view or a policy may ask for it."""
    for path in ("impostors, pg_catalog", "pg_catalog, impostors", "impostors", "", '"odd "" name", impostors'):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT pg_catalog.set_config('search_path', %s, false)", [path])
            [(before,)] = connection.execute("SELECT pg_catalog.current_schema()").fetchall()
            assert Postgres(connection).run("SELECT pg_catalog.current_schema()") == [(before,)]
