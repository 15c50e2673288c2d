"""What a session or a column is set to changes no answer: not its time zone, not its collation.

Asked on the bare connection, without the guards of the engine, because a compiled query is also run by others.
"""

from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.interpreter import Person, read_profile
from audience.resolution import resolve
from audience.values import read_instant
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.duckdb import DuckDBStore

ZONES = ["UTC", "America/Los_Angeles", "Pacific/Auckland"]
"""Nowhere, west and east of Greenwich: a bug that one of them hides, another shows."""

COLLATIONS = ["", "nocase", "nocase.noaccent"]

INSTANTS = [
    "2024-12-31T05:00:00", "2024-12-31T23:59:59.999999", "2025-01-01T00:00:00", "2025-01-01T00:00:00.000001",
    "2025-01-01T11:00:00",
]  # fmt: skip
"""Within a zone's offset of the bound, and at it."""

TEXTS = ["pro", "Pro", "PRO", "prö", "p", "a", "B"]

PEOPLE = [
    {"naive": moment, "zoned": f"{moment}Z", "day": moment[:10], "plan": text, "cased": text}
    for at, moment in enumerate(INSTANTS)
    for text in TEXTS[at % 2 :]
]

OF_TIME = [
    f'{held} {operator} "{bound}"'
    for held in ("naive", "zoned", "day", "p_naive", "p_zoned", "p_day")
    for operator in ("before", "on or after")
    for bound in ("2025-01-01", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00+05:30")
] + [f"{held} before 15 minutes from now" for held in ("naive", "zoned", "day", "p_naive", "p_zoned", "p_day")]

OF_TEXT = [
    f"{held} {test}"
    for held in ("plan", "cased", "p_plan")
    for test in (
        '= "pro"', '!= "pro"', 'in ["PRO", "b", "a"]', '< "b"', '>= "Pro"', 'between "A" and "P"', 'contains "R"',
        "= recipient.p_cased", "< recipient.cased",
    )
]  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("zone", ZONES)
def test_no_zone_changes_an_answer(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    connection.execute("SET TimeZone = $zone", {"zone": zone})
    agree(connection, OF_TIME)


@pytest.mark.parametrize("collation", COLLATIONS)
def test_no_collation_changes_an_answer(connection: duckdb.DuckDBPyConnection, collation: str) -> None:
    connection.execute("SET default_collation = $collation", {"collation": collation})
    agree(connection, OF_TEXT)


def agree(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    """Every condition, in every form, about everybody: as the interpreter says."""
    connection.execute(
        "CREATE TABLE people (id VARCHAR, naive TIMESTAMP, zoned TIMESTAMPTZ, day DATE, plan VARCHAR, "
        "cased VARCHAR COLLATE NOCASE, properties JSON)"
    )
    people = []
    for at, values in enumerate(PEOPLE):
        below = {f"p_{key}": value for key, value in values.items()}
        connection.execute(
            "INSERT INTO people SELECT $id, $naive::TIMESTAMP, $zoned::TIMESTAMPTZ, $day::DATE, $plan, $cased, $below",
            {"id": f"{at:02}", "below": below, **values},
        )
        instants = {key: audience.values.Instant(microseconds(values[key])) for key in ("naive", "zoned", "day")}
        people.append(Person(f"{at:02}", read_profile({**values, **instants, **below})))
    catalog = audience.users(connection, table="people", properties="properties").catalog
    predicates = [resolve(audience.parse(text), catalog).predicate for text in texts]
    store = DuckDBStore(connection)
    run = run_for(store, catalog, microseconds("2025-01-01"))
    reference = ask_interpreter(predicates, people, microseconds("2025-01-01"))
    for extracted in (False, True):
        found = ask_values(store, run, predicates, people, extracted=extracted, guarded=False)
        for text, mine, expected in zip(texts, found, reference, strict=True):
            assert mine == expected, text
    for text, predicate, expected in zip(texts, predicates, reference, strict=True):
        assert ask_filter(store, run, predicate, guarded=False) == ids_where(expected, people), text


def microseconds(text: str) -> int:
    """An instant by its text."""
    found = read_instant(text)
    assert found is not None
    return found
