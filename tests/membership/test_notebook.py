"""A preview shows itself in a notebook, with every text of the people escaped."""

import duckdb

import audience


def test_a_preview_is_a_table_in_a_notebook() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, name VARCHAR)")
    connection.execute("INSERT INTO people VALUES ('a', '<script>x</script>'), ('b', NULL)")
    people = audience.users(connection, table="people")
    html = audience.preview(audience.parse('name exists or id = "<b>"'), users=people)._repr_html_()
    assert "<b>1</b> of 2 people (50.0%)" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_a_notebook_says_what_is_wrong_with_people() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id VARCHAR, mrr DOUBLE, properties VARCHAR)")
    connection.execute("INSERT INTO people VALUES ('a', 1, '{'), (NULL, 2, '{}')")
    people = audience.users(connection, table="people", properties="properties")
    html = audience.preview(audience.parse('mrr = "1" or nsp = 1'), users=people)._repr_html_()
    for part in ("A314", "A201", "A705: 1 ", "A704: 1 "):
        assert part in html
