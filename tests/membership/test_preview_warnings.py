"""A slip in the name of a JSON property finds nobody; a preview says so and offers what was meant."""

import duckdb
import pytest

import audience
from audience.diagnostics import Severity, Span


@pytest.fixture
def people() -> audience.Users:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, properties JSON)")
    connection.execute("""INSERT INTO people VALUES ('a', '{"plan": "pro"}'), ('b', '{"plan": null, "nps": 3}')""")
    return audience.users(connection, table="people")


def test_a_property_that_nobody_has_is_a_warning(people: audience.Users) -> None:
    preview = audience.preview(audience.parse('plna = "pro" or plan = "pro"'), users=people)
    assert preview.matched == 1
    (warning,) = preview.warnings
    assert (warning.code, warning.severity) == ("A201", Severity.WARNING)
    assert warning.message == "nobody has `recipient.plna`"
    assert warning.help == "did you mean `plan`?"


def test_a_property_that_somebody_has_is_none(people: audience.Users) -> None:
    assert audience.preview(audience.parse("nps > 1 and plan exists"), users=people).warnings == ()


def test_nobody_has_anything_among_nobody() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, properties JSON)")
    users = audience.users(connection, table="people")
    assert audience.preview(audience.parse("nps > 1"), users=users).warnings == ()


def test_the_name_is_marked_and_not_the_condition(people: audience.Users) -> None:
    text = 'nobody or plan = "pro" and not (plna = "pro" or member of "x")'
    preview = audience.preview(audience.parse(text), users=people, members={"x": []})
    (warning,) = preview.warnings
    assert isinstance(warning.place, Span)
    assert text[warning.place.start : warning.place.end] == "plna"
