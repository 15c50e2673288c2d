"""Texts and names that look like SQL are texts and names: read back equal, no row, column or statement more."""

import json
from random import Random

import duckdb
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import audience
from audience.language.nodes import Condition, Literal, Property
from audience.operators import BY_NAME
from audience.values import Text
from tests.fuzz.edges import TEXTS
from tests.properties.scene import examples

ATTACKS = (
    "'; DROP TABLE people; --", '"; DROP TABLE people; --', "x' OR '1'='1", "\\'; SELECT 1; --", "$now", "$$", "$1",
    "?", ":now", "/*", "*/", "--", "E'\\n'", "U&'\\0041'", "{{ var('x') }}", "%s", "{0}", "#{x}", "a''b", 'a""b',
    "`x`", "[x]", "x;y", "select", "id", "properties", "people", "a.b", "people.id", "\r\n", "\x1b[0m", "ﬀ", "\u202e",
    "𝒳", "𒐫", "e\u0301", "\ufeff", "\x7f",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(ATTACKS),
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.builds(str.__add__, st.sampled_from(ATTACKS), st.sampled_from(TEXTS)),
)
names = texts.filter(bool)
"""No column and no table has the empty name."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def condition(steps: tuple[str | int, ...], operator: str, text: str) -> Condition:
    return Condition(Property(steps), BY_NAME[operator], Literal(Text(text)))


def selected(connection: duckdb.DuckDBPyConnection, query: audience.Query, columns: int = 1) -> list[object]:
    """The ids; one statement, and exactly the columns that are selected."""
    assert len(connection.extract_statements(query.sql)) == 1
    result = connection.execute(query.sql, query.parameters)
    assert len(result.description or ()) == columns
    return sorted(row[0] for row in result.fetchall())


@examples(60)
@given(st.lists(texts, min_size=2, max_size=6, unique=True), st.data())
def test_texts_as_values_and_ids(connection: duckdb.DuckDBPyConnection, held: list[str], data: st.DataObject) -> None:
    """Each text is the value of one person, in a column and in JSON, and the id of that person."""
    connection.execute("CREATE OR REPLACE TABLE people (id VARCHAR, typed VARCHAR, properties JSON)")
    documents = [json.dumps({"x": text, "list": [text]}, ensure_ascii=data.draw(st.booleans())) for text in held]
    given_people = {"ids": held, "documents": documents}
    connection.execute("INSERT INTO people SELECT unnest($ids), unnest($ids), unnest($documents)", given_people)
    users = audience.users(connection, table="people")
    for text in held:
        for steps in (("typed",), ("x",), ("id",), ("list", 0)):
            query = audience.compile(condition(steps, "equal_to", text), users=users)
            assert selected(connection, query) == [text]
            query = audience.compile(condition(steps, "contains", text), users=users)
            assert selected(connection, query) == sorted(other for other in held if text in other)
        query = audience.compile(condition(("list",), "contains", text), users=users)
        assert selected(connection, query) == [text]
        member = condition((), "is_audience_member", text)
        query = audience.compile(member, users=users, members={text: [text]})
        assert selected(connection, query) == [text]


@examples(80)
@given(names, names, texts, names)
def test_names(connection: duckdb.DuckDBPyConnection, table: str, column: str, key: str, id_column: str) -> None:
    """A table, a column, the id's column and a key of a document may be called anything."""
    folded = {column.casefold(), id_column.casefold(), "properties"}
    assume(len(folded) == 3 and column != "id" and "properties" not in (column, id_column))
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(table)} ({quoted(id_column)} VARCHAR, {quoted(column)} VARCHAR,"
            " properties JSON)"
        )
    except duckdb.Error:
        # DuckDB itself refuses the name: that speaks of this example only, so no other is left out with it.
        reject()
    rows = [("u1", "x", json.dumps({key: "x"})), ("u2", "y", json.dumps({key: "y", "other": "x"})), ("u3", None, "{}")]
    connection.executemany(f"INSERT INTO {quoted(table)} VALUES (?, ?, ?)", rows)
    users = audience.users(connection, table=quoted(table), id=id_column)
    for steps in ((column,), (key,) if key not in ("id", column) else (column,)):
        for operator, expected in (("equal_to", ["u1"]), ("not_equal_to", ["u2", "u3"])):
            query = audience.compile(condition(steps, operator, "x"), users=users)
            assert selected(connection, query) == expected
    result = audience.preview(condition((column,), "equal_to", "x"), users=users, now=0)
    assert (result.matched, result.total, [row["id"] for row in result.sample]) == (1, 3, ["u1"])
    connection.execute(f"DROP TABLE {quoted(table)}")


def test_a_key_of_the_document_named_as_anything(connection: duckdb.DuckDBPyConnection) -> None:
    """All hostile keys in one document, each with a value of its own."""
    keys = sorted({*ATTACKS, *TEXTS} - {"id"})
    document = {key: f"value {at}" for at, key in enumerate(keys)}
    rng = Random(1)
    connection.execute("CREATE OR REPLACE TABLE people (id VARCHAR, properties JSON)")
    connection.execute("INSERT INTO people VALUES ('u1', ?), ('u2', '{}')", [json.dumps(document)])
    users = audience.users(connection, table="people")
    for at, key in enumerate(keys):
        other = rng.choice(keys)
        for operator, text, expected in (("equal_to", f"value {at}", ["u1"]), ("equal_to", f"value {at}x", [])):
            query = audience.compile(condition((key,), operator, text), users=users)
            assert selected(connection, query) == expected, key
        both = audience.parse(audience.format(condition((key,), "equal_to", document[other])))
        assert selected(connection, audience.compile(both, users=users)) == (["u1"] if key == other else [])
