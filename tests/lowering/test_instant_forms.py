"""Every form of timestamp column answers as the interpreter does, at each of its units and on both sides of one."""

from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.interpreter import Person, read_profile
from audience.ir import Predicate
from audience.project import UsersConfig
from audience.resolution import resolve
from audience.values import Instant, read_instant, write_instant
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

FORMS = ("day", "seconds", "milliseconds", "naive", "zoned", "nanoseconds", "epoch_s", "epoch_ms")

COLUMNS = """
    CREATE TABLE people AS
    SELECT
      id,
      make_timestamp(us)::DATE AS day,
      make_timestamp(us)::TIMESTAMP_S AS seconds,
      make_timestamp(us)::TIMESTAMP_MS AS milliseconds,
      make_timestamp(us) AS naive,
      make_timestamptz(us) AS zoned,
      make_timestamp(us)::TIMESTAMP_NS AS nanoseconds,
      us // 1_000_000 AS epoch_s,
      us // 1_000 AS epoch_ms
    FROM (SELECT unnest($ids) AS id, unnest($instants) AS us)
"""

NOON = read_instant("2025-01-01T12:00:00Z")
assert NOON is not None

DAYS = [day * 86_400_000_000 for day in (-20_000, -1, 0, 1, 20_088, 20_089)]
"""Midnights, which every form can hold exactly; some before 1970, where cutting and flooring differ."""

BOUNDS = sorted({*(day + shift for day in DAYS for shift in (-1_000_000, -1_000, -1, 0, 1, 1_000, 1_000_000)), NOON})

TESTS = ["before", "on or after", "<", "<=", ">", ">=", "=", "!=", "not before"]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(COLUMNS, {"ids": [str(day) for day in [*DAYS, "none"]], "instants": [*DAYS, None]})
        yield opened


@pytest.mark.parametrize("column", FORMS)
def test_a_form_answers_as_the_interpreter_does(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    config = UsersConfig(table="people", epochs={"epoch_s": "s", "epoch_ms": "ms"})
    catalog = audience.users(connection, config=config).catalog
    texts = [f'{column} {test} "{write_instant(bound)}"' for bound in BOUNDS for test in TESTS]
    texts += [f"{column} {test} recipient.{other}" for other in ("naive", "epoch_s") for test in TESTS]
    texts += [f"{column} is a timestamp", f"{column} before 7 days from now", f"{column} on or after 7 days ago"]
    predicates: list[Predicate] = [resolve(audience.parse(text), catalog).predicate for text in texts]
    people = [Person(str(day), read_profile(dict.fromkeys(FORMS, Instant(day)))) for day in DAYS]
    people.append(Person("none", {}))
    store = DuckDBStore(connection)
    run, reference = run_for(store, catalog, NOON), ask_interpreter(predicates, people, NOON)
    found = ask_values(store, run, predicates, people)
    for at, (text, expected) in enumerate(zip(texts, reference, strict=True)):
        assert found[at] == expected, text
        if at % 10 == 0 or at >= len(texts) - 3:
            assert ask_filter(store, run, predicates[at]) == ids_where(expected, people), text


def test_an_infinity_lies_beyond_every_instant(connection: duckdb.DuckDBPyConnection) -> None:
    forms = ("day", "naive", "zoned")
    connection.execute("CREATE OR REPLACE TEMP TABLE ends (id VARCHAR, day DATE, naive TIMESTAMP, zoned TIMESTAMPTZ)")
    people = []
    for word, beyond in (("infinity", 10**30), ("-infinity", -(10**30)), ("2025-01-01", BOUNDS[-1])):
        connection.execute("INSERT INTO ends VALUES ($word, $word, $word, $word || $utc)",
                           {"word": word, "utc": "" if "inf" in word else " 00:00:00+00"})  # fmt: skip
        instant = Instant(beyond if "inf" in word else read_instant(word) or 0)
        people.append(Person(word, dict.fromkeys(forms, instant)))
    catalog = audience.users(connection, table="ends").catalog
    texts = [f"{form} is a timestamp" for form in forms]
    texts += [f'{form} {test} "{bound}"' for form in forms for test in TESTS for bound in ("0001-01-01", "9999-12-31")]
    texts += [f"{form} {test} recipient.{other}" for form in forms for other in forms for test in TESTS]
    predicates = [resolve(audience.parse(text), catalog).predicate for text in texts]
    store = DuckDBStore(connection)
    run, reference = run_for(store, catalog, NOON), ask_interpreter(predicates, people, NOON or 0)
    found = ask_values(store, run, predicates, people)
    for text, mine, expected in zip(texts, found, reference, strict=True):
        assert mine == expected, text
