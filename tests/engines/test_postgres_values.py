"""Values that only PostgreSQL's own types hold, asked in every form that a query has, against the interpreter."""

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pytest

import audience
from audience import Expression

NOW = "2025-06-01T00:00:00Z"
OF_16 = 160_000

People = Mapping[str, tuple[str, dict[str, Any]]]
"""The rows of a table by their ids: the other columns as SQL, and the properties that they are."""

Ask = Callable[[str, str, People, list[str]], None]


def selected(people: audience.Users, condition: Expression, *, parameters: bool) -> set[str]:
    query = audience.compile(condition, users=people, now=NOW, parameters=parameters)
    return {str(row[0]) for row in people.open_engine().run(query.sql, query.parameters)}


@pytest.fixture
def ask(url: str, admin: psycopg.Connection) -> Ask:
    """Make a table of people and hold every form of each condition to what the interpreter says of each person."""

    def asked(id_type: str, columns: str, rows: People, conditions: list[str]) -> None:
        admin.execute("DROP TABLE IF EXISTS held")
        admin.execute(f"CREATE TABLE held (id {id_type}, {columns})".encode())
        for id, (values, _) in rows.items():
            admin.execute(f"INSERT INTO held VALUES ('{id}', {values})".encode())
        people = audience.users(url, table="held")
        try:
            for written in conditions:
                condition, negated = audience.parse(written), audience.parse(f"not ({written})")
                expected = {
                    id for id, (_, held) in rows.items() if audience.evaluate(condition, held, user_id=id, now=NOW)
                }
                assert selected(people, condition, parameters=False) == expected, written
                assert selected(people, condition, parameters=True) == expected, written
                assert selected(people, negated, parameters=False) == set(rows) - expected, written
                assert audience.preview(condition, users=people, now=NOW).matched == len(expected), written
        finally:
            people.close()

    return asked


def test_reals_are_compared_as_what_they_hold(ask: Ask) -> None:
    """0.1 as REAL is greater than 0.1, and no literal is rounded to REAL, which many do not fit."""
    tenth = 0.10000000149011612
    ask(
        "text",
        "f real, h double precision, l real[]",
        {
            "none": ("NULL, NULL, NULL", {}),
            "tenth": ("0.1, 0.1, '{0.1}'", {"f": tenth, "h": 0.1, "l": [tenth]}),
            "zero": ("-0.0, 0, '{0}'", {"f": 0, "h": 0, "l": [0]}),
        },
        [
            *("f > 0.1", "f >= 0.1", "f < 0.3", "f > 0.3", "f = 0.1", f"f = {tenth}", "f between 0.1 and 0.2"),
            *("f in [0.1, 7]", f"f in [{tenth}, 7]", "f in [1e39, 0]", "f in [1e-50, 7]", "f < 1e300", "f > 1e-46"),
            *("l contains 0.1", "l contains [0.1, 7, 1e300]", f"l contains all [{tenth}]", "l = [0.1]", "l = [1e39]"),
            *("f > recipient.h", "l contains recipient.h", "l contains recipient.f", "h in [0.1, 1e300]"),
        ],
    )


def test_json_inside_of_other_types(ask: Ask, admin: psycopg.Connection) -> None:
    """Json[] and the fields of a composite are read like a column of the type json; before 16 they are opaque."""
    admin.execute("CREATE TYPE held_json AS (j json, l json[])")
    one, text = "'{\"a\": 1}'", "'\"x\"'"
    unreadable = r"""'"\u0000"'"""
    ask(
        "text",
        "l json[], s held_json, j json",
        {
            "none": ("NULL, NULL, NULL", {}),
            "object": (
                f"ARRAY[{one}, NULL]::json[], ROW({one}, ARRAY[{one}]::json[]), {one}",
                {"l": [{"a": 1}, None], "s": {"j": {"a": 1}, "l": [{"a": 1}]}, "j": {"a": 1}},
            ),
            "text": (
                f"ARRAY[{text}, 'null']::json[], ROW({text}, '{{}}'), {text}",
                {"l": ["x", None], "s": {"j": "x", "l": []}, "j": "x"},
            ),
            "unreadable": (
                f"ARRAY[{unreadable}, {text}]::json[], ROW({unreadable}, NULL), {unreadable}",
                {"l": [None, "x"], "s": {"j": None, "l": None}},
            ),
        },
        ["l exists", "l is empty", "s exists"]
        if admin.info.server_version < OF_16
        else [
            *('l contains "x"', "l contains [5, null]", "l contains all [null]", 'l contains {"a": 1}', "l[0].a = 1"),
            *('l = ["x", null]', "l[0] exists", 's.j = "x"', "s.j.a > 0", "s.j is empty", "s.l[0].a exists"),
            *('s.l contains {"a": 1}', "l contains recipient.j", "s.j = recipient.j", "l contains all recipient.s.j"),
            *('s = {"j": "x", "l": []}', "s = null"),
        ],
    )


def test_an_id_is_compared_by_code_points(ask: Ask, admin: psycopg.Connection) -> None:
    """Also where the collation of its column ignores case."""
    try:
        admin.execute(
            "CREATE COLLATION held_folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )
    except psycopg.errors.FeatureNotSupported:
        collation = '"C"'  # this server was built without ICU
    else:
        collation = "held_folding"
    ask(
        f"text COLLATE {collation}",
        "n integer",
        {id: ("1", {"n": 1}) for id in ("a", "B", "é", "z", "Z", "_")},
        ['id = "A"', 'id in ["A", "é", "Z"]', 'id > "Z"', 'id between "A" and "Z"', 'id contains "É"'],
    )
