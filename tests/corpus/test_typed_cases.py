"""The cases of the corpus once more, with typed columns that hold what the JSON document held.

Each person becomes a table of one row. On every store the type of a column follows from its value, and what no type of
the store holds stays in the document. On DuckDB it follows in several forms more, with structs, maps and enums made for
the value, where the document is there and empty; what no column can hold is listed by name.
"""

import json
from collections.abc import Callable, Iterator

import duckdb
import pytest

import audience
from audience.catalog import Catalog
from audience.errors import DefinitionError
from audience.interpreter import read_document
from audience.interpreter.document import DocumentValue
from audience.language.nodes import Items, Property
from audience.language.walk import conditions
from tests.corpus.cases import CASES, REGRESSIONS, Case
from tests.fuzz.columns import BY_NAME, COLUMNS, TypedColumn
from tests.stores import Store, column_like, holds, limited_cases, users_of

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


# ── every store ───────────────────────────────────────────────────────────────────────────────────

HELD_MIN = 1 / 3
"""The cases that a store without documents must be able to hold, as a share."""


def like(store: Store, value: DocumentValue) -> str | None:
    """The name of a store's column whose type holds a value; None where no type of its does."""
    known = {column.name for column in store.columns}
    match value:
        case None | str():
            wanted = ["c_text"]
        case bool():
            wanted = ["c_bool", "c_json"]
        case float():
            wanted = [*(["c_big"] if is_whole(value) else []), "c_double"]
        case list():
            wanted = [*_like_list([item for item in value if item is not None]), "c_json"]
        case _:
            wanted = ["c_json"]
    return next((name for name in wanted if name in known), None)


def _like_list(items: list[DocumentValue]) -> list[str]:
    if all(isinstance(item, str) for item in items):
        return ["l_text"]
    if all(isinstance(item, bool) for item in items):
        return ["l_bool"]
    if all(isinstance(item, float) for item in items):
        return ["l_big"] if all(map(is_whole, items)) else ["l_double"]
    return []


def is_whole(value: DocumentValue) -> bool:
    return isinstance(value, float) and value.is_integer() and abs(value) < BEYOND_BIGINT


def text_of(value: DocumentValue, name: str) -> str | None:
    """How a value is given to the store's column that is like a name."""
    match value:
        case None:
            return None
        case _ if name == "c_json":
            return json.dumps(value)
        case list():
            return json.dumps([text_of(item, "") for item in value])
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if is_whole(value) else repr(value)
        case _:
            return str(value)


def load(store: Store, case: Case) -> Catalog | None:
    """The person of a case; None where neither columns nor a document hold all of it."""
    document = read_document(case.document)
    values = document | {key: None for key in asked_keys(case) if key not in document}
    rows: dict[str, list[str | None]] = {"id": [case.user_id]}
    columns, rest, taken = [], dict[str, DocumentValue](), {"id", "doc"}
    for key, value in values.items():
        name = like(store, value)
        if name is None or not store.nameable(key) or key.casefold() in taken:
            rest[key] = value
            continue
        taken.add(key.casefold())
        columns.append(column_like(store, name, key))
        rows[key] = [text_of(value, name)]
    if store.documents:
        rows["doc"] = [json.dumps(rest)]
    elif rest:
        return None
    return store.load(rows, columns)


def test_columns_of_every_store(store: Store) -> None:
    cases = [case for case in CASES if case.id not in limited_cases(store)][:: round(1 / store.pace)]
    held = 0
    for case in cases:
        catalog = load(store, case)
        if catalog is None:
            continue
        users = users_of(store, catalog)
        try:
            query = audience.compile(
                case.expression, users=users, dialect=store.dialect, now=case.now, members=case.members
            )
        except DefinitionError:
            assert not store.documents, "only a closed relation refuses a path below a text"
            continue
        held += 1
        found = [str(row[0]) for row in store.run(query.sql, query.parameters)]
        assert found == ([case.user_id] if case.expected else []), case
    assert held == len(cases) if store.documents else held >= HELD_MIN * len(cases)


LIKE_TYPES = {column.type: column.name for column in COLUMNS} | {"VARCHAR COLLATE NOACCENT": "c_nocase"}
"""The column of every store that is like a type of the regressions, which are DuckDB's."""


DUCKDB_ALONE = {"reg-date-01", "reg-date-02"}
"""No other engine has days that are so far away."""

ELSEWHERE = [case for case in REGRESSIONS if case.columns and case.id not in DUCKDB_ALONE]


@pytest.mark.parametrize("case", ELSEWHERE, ids=lambda case: case.id)
def test_regressions_on_every_store(store: Store, case: Case) -> None:
    """Where the store has such columns and they hold what DuckDB's do; enums are texts here."""
    asked: list[TypedColumn] = []
    for name, (kind, _) in case.columns.items():
        known = LIKE_TYPES.get(kind, "c_text")
        if not holds(store, [BY_NAME[known]]):
            return
        asked.append(column_like(store, known, name))
    rows: dict[str, list[str | None]] = {"id": [case.user_id]} | {
        name: [text] for name, (_, text) in case.columns.items()
    }
    if store.documents:
        rows["doc"] = [case.document]
    elif case.document != "{}":
        return
    users = users_of(store, store.load(rows, asked))
    result = audience.preview(case.expression, users=users, now=case.now, members=case.members)
    assert (result.matched == 1, result.total) == (case.expected, 1)


# ── DuckDB, with types made for the values ────────────────────────────────────────────────────────


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
