"""A column beats a JSON key of the same name, and whoever asks what there is hears of it."""

from pathlib import Path

import duckdb

import audience
from audience.membership import shadowed_keys


def people(document: str) -> audience.Users:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, plan VARCHAR, properties JSON)")
    connection.execute("INSERT INTO people VALUES ('a', 'free', $1)", [document])
    return audience.users(connection, table="people")


def test_a_hidden_key_is_named() -> None:
    users = people('{"plan": "pro", "nps": 1}')
    (warning,) = shadowed_keys(users)
    assert warning.code == "A317"
    assert "`plan`" in warning.message
    assert audience.preview(audience.parse('plan = "free"'), users=users).matched == 1


def test_other_keys_are_not() -> None:
    assert shadowed_keys(people('{"nps": 1}')) == ()
    assert shadowed_keys(people("[1]")) == ()


def test_the_key_of_a_file_that_is_the_id_hides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "p.ndjson"
    file.write_text('{"id": "a", "uid": "b"}\n')
    assert shadowed_keys(audience.users(file)) == ()
    (warning,) = shadowed_keys(audience.users(file, id="uid"))
    assert "`uid`" in warning.message
    assert "column" not in warning.message


def test_without_a_document_there_is_nothing_to_hide() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, plan VARCHAR)")
    assert shadowed_keys(audience.users(connection, table="people")) == ()
