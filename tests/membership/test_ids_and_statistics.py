"""Ids that are missing or stand twice are counted; properties are summarised at any depth."""

import runpy
from pathlib import Path

import duckdb
import pytest

import audience
from audience.membership.ids import IdReport, check_ids
from audience.membership.statistics import PropertyStatistics, statistics
from audience.membership.users import Users, users

FIXTURES = Path(__file__).parents[2] / "fixtures"


def people(select: str, **roles: str) -> Users:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE people AS {select}")
    return users(connection, table="people", **roles)  # type: ignore[arg-type]


def test_ids_without_a_problem() -> None:
    report = check_ids(people("SELECT i AS id FROM range(5) t(i)"))
    assert report == IdReport(rows=5, null_ids=0, duplicate_ids=0, examples=())
    assert report.fine


def test_missing_and_duplicate_ids_are_counted_apart() -> None:
    report = check_ids(people("SELECT unnest(['a', 'b', 'a', NULL, NULL, 'c', 'c', 'c', 'A']) AS id"), examples=1)
    assert report == IdReport(rows=9, null_ids=2, duplicate_ids=2, examples=(("c", None, 3),))


def test_ids_that_a_collation_takes_for_one_are_two() -> None:
    select = "SELECT unnest(['a', 'A']) COLLATE nocase AS id, unnest(['x', 'X']) COLLATE nocase AS org"
    assert check_ids(people(select)).fine
    assert check_ids(people(f"{select} UNION ALL SELECT 'a', 'X'", tenant="org")).fine


def test_an_id_may_stand_once_in_each_tenant() -> None:
    select = "SELECT unnest([1, 1, 1, 2]) AS id, unnest(['x', 'y', 'y', NULL]) AS org"
    assert check_ids(people(select, tenant="org")).examples == (("1", "y", 2),)


def test_awkward_ids() -> None:
    report = check_ids(users(FIXTURES / "people" / "awkward.ndjson"))
    assert (report.null_ids, report.examples) == (2, (("twice", None, 2),))


def test_lines_that_cannot_be_read_are_nobody_and_no_missing_ids(tmp_path: Path) -> None:
    file = tmp_path / "p.ndjson"
    file.write_text('{"id": "a", "plan": "pro"}\nnope\n{"id":\n[1]\n{"plan": "pro"}\n')
    assert check_ids(users(file)) == IdReport(rows=2, null_ids=1, duplicate_ids=0, examples=())
    found = audience.preview(audience.parse('plan = "pro"'), users=users(file))
    assert (found.total, found.malformed, found.unread_lines, found.null_ids) == (1, 3, 3, 1)
    assert [item.rows for item in statistics(users(file))] == [1], "who has no id is nobody here, too"


def test_a_document_of_a_row_with_an_id_is_no_line() -> None:
    rows = people("SELECT unnest(['a', 'b']) AS id, unnest(['{', '{}']) AS props", properties="props")
    found = audience.preview(audience.parse("x exists"), users=rows)
    assert (found.total, found.malformed, found.unread_lines) == (2, 1, 0)


def test_typed_columns_and_document_keys() -> None:
    found = statistics(
        people(
            """SELECT i AS id, CASE WHEN i < 5 THEN 'pro' WHEN i < 8 THEN 'free' END AS plan,
               {'city': 'c' || i % 2, 'n': NULL::INTEGER} AS address,
               CASE WHEN i < 9 THEN '{"plan": "hidden", "id": 1, "a": {"b c": ' || i % 3 || ', "t": "2025-01-01"}}'
               ELSE 'no json' END AS props FROM range(10) t(i)""",
            properties="props",
        )
    )
    address = ('{"city": "c0", "n": null}', '{"city": "c1", "n": null}')
    a = tuple(f'{{"b c": {number}, "t": "2025-01-01"}}' for number in range(3))
    assert found == [
        PropertyStatistics("plan", ("text",), 2, 0.2, ('"pro"', '"free"'), 10),
        PropertyStatistics("address", ("object",), 2, 0.0, address, 10),
        PropertyStatistics("address.city", ("text",), 2, 0.0, ('"c0"', '"c1"'), 10),
        PropertyStatistics("address.n", ("number",), 0, 1.0, (), 10),
        PropertyStatistics("a", ("object",), 3, 0.1, a, 10),
        PropertyStatistics("a.t", ("timestamp text",), 1, 0.1, ('"2025-01-01"',), 10),
        PropertyStatistics('a["b c"]', ("number",), 3, 0.1, ("0", "1", "2"), 10),
    ]


def test_mixed_types_are_all_named() -> None:
    [found] = statistics(
        people("""SELECT i AS id, ('{"x": ' || ['1', '"a"', 'true', '[1]', '["a", 1]', '2'][i + 1] || '}')::JSON
                  AS properties FROM range(6) t(i)""")
    )
    assert found.kinds == ("number", "boolean", "list", "list of number", "text")


def test_only_the_named_properties_and_only_so_many_people() -> None:
    found = statistics(users(FIXTURES / "people" / "demo.parquet"), ["plan", "settings.language"], rows=500)
    assert [(item.property, item.rows) for item in found] == [("plan", 500), ("settings.language", 500)]
    assert sorted(found[1].examples) == ['"de"', '"en"', '"fr"', '"sv"']


def awkward() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    runpy.run_path(str(FIXTURES / "generate.py"))["awkward"](connection)
    return connection


def test_every_awkward_column_has_statistics() -> None:
    found = {item.property: item for item in statistics(users(awkward(), table="people"))}
    assert found["zoned"].kinds == ("timestamp",)
    assert found['recipient["a.b"]'].distinct == 1
    assert found["span"].examples == ('"1 month"',)
    assert found["address.geo.lat"].examples == ("59.9",)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_the_session_changes_nothing(zone: str) -> None:
    plain, hostile = awkward(), awkward()
    hostile.execute(f"SET TimeZone = '{zone}'")
    hostile.execute("SET default_collation = 'nocase'")
    here, there = users(plain, table="people"), users(hostile, table="people")
    assert here.catalog == there.catalog
    assert statistics(here) == statistics(there)
    assert check_ids(here) == check_ids(there)
    assert hostile.execute("SELECT current_setting('TimeZone'), current_setting('default_collation')").fetchone() == (
        zone,
        "nocase",
    )
