"""The ends of PostgreSQL's DATE and TIMESTAMP, some of them beyond 64-bit microseconds, against literals."""

import pytest

import audience
from audience.interpreter import Person
from audience.resolution import resolve
from audience.values import MICROSECONDS_PER_DAY, Instant
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.edges import NOW
from tests.stores import Store, column_like
from tests.stores.fixtures import Opened
from tests.stores.postgres_columns import (
    FIRST_DAY,
    LAST_DAY,
    LAST_DAY_IN_MICROSECONDS,
    LAST_DAY_OF_TIMESTAMPS,
    write_day,
)

ASKED = (
    "at is a timestamp", "at is not a timestamp", "at exists", "at is empty", "at before now", "at on or after now",
    "at before 30 days ago", "at not on or after 30 days from now", 'at before "9999-12-31T23:59:59.999999Z"',
    'at on or after "9999-12-31"', 'at < "0001-01-01"', 'at >= "0001-01-01"', 'at = "9999-12-31"',
    'at != "0001-01-01"', 'at between "0001-01-01" and "9999-12-31"', 'at before recipient.text',
    'at on or after recipient.text', 'at is a timestamp between "0001-01-01" and recipient.text',
    'at in ["0001-01-01"]',
)  # fmt: skip


@pytest.fixture(scope="module")
def postgres(opened_stores: Opened) -> Store:
    return opened_stores["postgres"]


@pytest.mark.parametrize(("like", "last", "time"), [
    ("c_date", LAST_DAY, ""),
    ("c_ts", LAST_DAY_OF_TIMESTAMPS, " 23:59:59.999999"),
    ("c_tz", LAST_DAY_OF_TIMESTAMPS, " 23:59:59.999999+00"),
])  # fmt: skip
def test_ends_against_literals(postgres: Store, like: str, last: int, time: str) -> None:
    """Nothing overflows, and every answer is the interpreter's."""
    days = [FIRST_DAY, LAST_DAY_IN_MICROSECONDS, LAST_DAY_IN_MICROSECONDS + 1, LAST_DAY_IN_MICROSECONDS + 2, last]
    of_day = MICROSECONDS_PER_DAY - 1 if time else 0
    texts = [_with_time(write_day(day), time) for day in days]
    ids = [f"u{at}" for at in range(len(days))]
    other = "2025-01-01T00:00:00Z"
    catalog = postgres.load(
        {"id": ids, "at": texts, "text": [other] * len(days)},
        [column_like(postgres, like, "at"), column_like(postgres, "c_text", "text")],
    )
    people = [
        Person(id, {"at": Instant(day * MICROSECONDS_PER_DAY + of_day), "text": other})
        for id, day in zip(ids, days, strict=True)
    ]
    predicates = [resolve(audience.parse(text), catalog).predicate for text in ASKED]
    run, reference = run_for(postgres, catalog, NOW), ask_interpreter(predicates, people, NOW)
    for extracted in (False, True):
        found = ask_values(postgres, run, predicates, people, extracted=extracted)
        assert dict(zip(ASKED, found, strict=True)) == dict(zip(ASKED, reference, strict=True))
    for predicate, expected in zip(predicates, reference, strict=True):
        assert ask_filter(postgres, run, predicate) == ids_where(expected, people)


def _with_time(day: str, time: str) -> str:
    date, _, era = day.partition(" ")
    return f"{date}{time} {era}".strip()
