"""The cases of the corpus once more, with typed columns that hold what the JSON document held.

Each person becomes a table of one row. The type of a column follows from its value, in several forms; what no
column can hold is listed by name. The document is there and empty, so that a property without a column is absent.
"""

import json
from collections.abc import Callable, Iterator

import duckdb
import pytest

import audience
from audience.interpreter import read_document
from audience.interpreter.document import DocumentValue
from audience.language.nodes import Items, Property
from audience.language.walk import conditions
from tests.corpus.cases import CASES, REGRESSIONS, Case

LEFT_OUT = {"path-04": "no column has the empty name"}

BEYOND_BIGINT = 2.0**53


def narrow(value: DocumentValue) -> str:
    """The narrowest type that holds a value; JSON where nothing else does."""
    match value:
        case None | str():
            return "VARCHAR"
        case bool():
            return "BOOLEAN"
        case float():
            return "BIGINT" if value.is_integer() and abs(value) < BEYOND_BIGINT else "DOUBLE"
        case list():
            return _list_type(narrow, value)
        case dict():
            fields = {key: narrow(item) for key, item in value.items()}
            if not fields or len({key.casefold() for key in fields}) < len(fields) or "JSON" in fields.values():
                return "JSON"
            inside = ", ".join(f"{quoted(key)} {kind}" for key, kind in fields.items())
            return f"STRUCT({inside})"
        case _:
            raise AssertionError("a JSON document holds no timestamps")


def wide(value: DocumentValue) -> str:
    """Numbers as DOUBLE, objects as MAP, texts as an ENUM of their own."""
    match value:
        case float() if not isinstance(value, bool):
            return "DOUBLE"
        case str() if value:
            return f"ENUM({literal(value)}, 'something else')"
        case list():
            return _list_type(wide, value)
        case dict() if len({kinds := wide(item) for item in value.values() if item is not None}) == 1 and kinds:
            return "JSON" if kinds == "JSON" or kinds.startswith("ENUM") else f"MAP(VARCHAR, {kinds})"
        case _:
            return narrow(value)


def json_column(value: DocumentValue) -> str:
    """Every value as a JSON column of its own."""
    return "JSON"


def _list_type(of: Callable[[DocumentValue], str], items: list[DocumentValue]) -> str:
    kinds = {of(item) for item in items if item is not None}
    if kinds == {"BIGINT", "DOUBLE"}:
        kinds = {"DOUBLE"}
    if len(kinds) > 1 or "JSON" in kinds:
        # Lists of lists of one type would do; the corpus has none that is not mixed.
        return "JSON"
    return f"{kinds.pop() if kinds else 'VARCHAR'}[]"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


FORMS = {"narrow": narrow, "wide": wide, "json": json_column}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def asked_keys(case: Case) -> list[str]:
    """The first keys of all properties that a condition names."""
    found: list[str] = []
    for condition in conditions(case.expression):
        arguments = condition.argument.items if isinstance(condition.argument, Items) else (condition.argument,)
        named = (one for one in (condition.property, *arguments) if isinstance(one, Property))
        found.extend(one.steps[0] for one in named if one.steps and isinstance(one.steps[0], str))
    return found


def create(connection: duckdb.DuckDBPyConnection, case: Case, type_of: Callable[[DocumentValue], str]) -> None:
    """The table of one case: the keys of the document, and an empty column for a key that only the condition has."""
    document = read_document(case.document)
    taken = {key.casefold() for key in document}
    values: dict[str, DocumentValue] = document | {
        key: None for key in asked_keys(case) if key.casefold() not in taken and key != "id"
    }
    columns = ["$user_id AS id", "CAST('{}' AS JSON) AS properties"]
    parameters: dict[str, object] = {"user_id": case.user_id}
    for at, (key, value) in enumerate(values.items()):
        kind = type_of(value)
        bound = json.dumps(value) if kind == "JSON" and value is not None else value
        parameters[f"v{at}"] = int(value) if kind == "BIGINT" and isinstance(value, float) else bound
        columns.append(f"CAST($v{at} AS {kind}) AS {quoted(key)}")
    connection.execute(f"CREATE OR REPLACE TABLE people AS SELECT {', '.join(columns)}", parameters)


def agrees(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    users = audience.users(connection, table="people")
    result = audience.preview(case.expression, users=users, now=case.now, members=case.members)
    assert (result.matched == 1, result.total, len(result.sample)) == (case.expected, 1, result.matched), case
    query = audience.compile(case.expression, users=users, now=case.now, members=case.members)
    assert len(connection.execute(query.sql, query.parameters).fetchall()) == result.matched, query.sql


@pytest.mark.parametrize("form", FORMS)
def test_typed_columns_answer_as_json_does(connection: duckdb.DuckDBPyConnection, form: str) -> None:
    for case in CASES:
        if case.id not in LEFT_OUT:
            create(connection, case, FORMS[form])
            agrees(connection, case)


def test_what_is_left_out_cannot_be_a_column(connection: duckdb.DuckDBPyConnection) -> None:
    for case in CASES:
        if case.id in LEFT_OUT:
            with pytest.raises(duckdb.Error):
                create(connection, case, narrow)


def test_most_cases_do_not_fall_back_to_json() -> None:
    """Otherwise this module would prove little."""
    kinds = [FORMS["narrow"](value) for case in CASES for value in read_document(case.document).values()]
    assert kinds.count("JSON") < 15, kinds.count("JSON")


@pytest.mark.parametrize("case", [case for case in REGRESSIONS if case.columns], ids=lambda case: case.id)
def test_regressions_with_columns(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    columns = ["$user_id AS id", "CAST($document AS JSON) AS properties"]
    parameters: dict[str, object] = {"user_id": case.user_id, "document": case.document}
    for at, (name, (kind, text)) in enumerate(case.columns.items()):
        parameters[f"v{at}"] = text
        columns.append(_as_column(kind, f"$v{at}", name))
    connection.execute(f"CREATE OR REPLACE TABLE people AS SELECT {', '.join(columns)}", parameters)
    agrees(connection, case)


def _as_column(kind: str, given: str, name: str) -> str:
    """A text as a value of a type, read as JSON first where the type is a container; a collation is kept apart."""
    plain, _, collation = kind.partition(" COLLATE ")
    text = f"CAST({given} AS JSON)" if plain.endswith("]") else given
    collated = f" COLLATE {collation}" if collation else ""
    return f"CAST({text} AS {plain}){collated} AS {quoted(name)}"
