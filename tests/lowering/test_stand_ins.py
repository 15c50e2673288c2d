"""A condition with its absent values filled in answers as the bare one does, at the ends of every type, too."""

import duckdb
import pytest

import audience
from audience.lowering import DIALECTS
from audience.lowering.members import Members
from audience.lowering.predicate import Lowering
from audience.lowering.query import render
from audience.lowering.scope import InlineScope
from audience.project import UsersConfig
from audience.resolution import resolve
from fixtures.generate import awkward

BOUNDS = {
    "tiny": ["-128", "127", "0", "-129", "128", "1.5"],
    "big": ["-9223372036854775808", "9223372036854775807", "0"],
    "unsigned": ["0", "18446744073709551615", "-1"],
    "small_decimal": ["0", "1.5", "9999999.999", "-9999999.999", "1e30"],
    "wide_decimal": ["0", "1.5"],
    "real": ["0", "1.5", "-1e308", "1e308"],
    "double": ["0", "1.5", "-1.7976931348623157e308", "1.7976931348623157e308"],
    "text": ['""', '"a"'],
    "day": ['"0001-01-01"', '"9999-12-31T12:00:00Z"', '"1970-01-01"'],
    "naive": ['"0001-01-01T00:00:00+14:59"', '"9999-12-31T23:59:59.999999-14:59"', '"1970-01-01"'],
    "seconds": ['"1969-12-31T23:59:59.5Z"', '"9999-12-31T23:59:59.999999Z"'],
    "nanoseconds": ['"0001-01-01"', '"9999-12-31"', '"1969-12-31T23:59:59.999999Z"', '"1677-09-21T00:12:43.145225Z"'],
    "zoned": ['"0001-01-01"', '"9999-12-31T23:59:59.999999Z"', '"1970-01-01"'],
    "epoch_s": ['"1970-01-01"', '"1969-12-31T23:59:59.5Z"', '"9999-12-31"'],
    "epoch_ms": ['"1970-01-01T00:00:00.000001Z"', '"0001-01-01"'],
}
"""Arguments for a column: the ends of what it can hold, and what lies beyond them."""


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    awkward(found)
    return found


@pytest.mark.parametrize("column", BOUNDS)
def test_the_filled_form_is_the_bare_form_without_null(column: str, connection: duckdb.DuckDBPyConnection) -> None:
    config = UsersConfig(table="people", epochs={"epoch_s": "s", "epoch_ms": "ms"})
    catalog, dialect = audience.users(connection, config=config).catalog, DIALECTS["duckdb"]
    lowering = Lowering(InlineScope(catalog, dialect), 0, Members({}, None))
    for bound in BOUNDS[column]:
        for operator in ("=", "<", "<=", ">", ">="):
            predicate = resolve(audience.parse(f"{column} {operator} {bound}"), catalog).predicate
            value, bare = render(lowering.value(predicate), dialect), render(lowering.filter(predicate), dialect)
            differing = connection.execute(
                f"SELECT id FROM people WHERE ({value}) IS DISTINCT FROM COALESCE({bare}, FALSE)"
            ).fetchall()
            assert not differing, f"{column} {operator} {bound}: {value} against {bare}"
