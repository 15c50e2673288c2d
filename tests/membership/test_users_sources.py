"""`users(source)`: every kind of source opens, and every source that cannot be read says why."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import audience
from audience.catalog import Documents, Parquet, Table
from audience.catalog.kinds import JsonKind, TextKind
from audience.errors import EngineError, UsageError
from audience.lowering.dialects.duckdb_relation import relation
from audience.membership.users import Users, users

FIXTURES = Path(__file__).parents[2] / "fixtures"


def everyone(people: Users) -> list[tuple[object, ...]]:
    sql = f"SELECT * FROM {relation(people.catalog.relation).sql('duckdb')} ORDER BY ALL"
    return people.open_engine().run(sql)


def copy(path: Path, select: str, options: str = "") -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' {options}")
    return path


# ── what opens ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["p.parquet", "p[1].parquet", "it's.parquet", "ünï 😀*.parquet"])
def test_a_parquet_file_under_any_name(tmp_path: Path, name: str) -> None:
    copy(tmp_path / "q1.parquet", "SELECT 'other' AS id")
    path = tmp_path / name
    copy(tmp_path / "made", "SELECT 'a' AS id, 1 AS x", "(FORMAT parquet)").rename(path)
    people = users(path)
    assert isinstance(people.catalog.relation, Parquet)
    assert everyone(people) == [("a", 1)]


def test_wildcards(tmp_path: Path) -> None:
    for name in ("a", "b"):
        copy(tmp_path / f"{name}.parquet", f"SELECT '{name}' AS id")
    assert everyone(users(str(tmp_path / "*.parquet"))) == [("a",), ("b",)]


@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.csv.gz"])
def test_csv_ids_are_text_whatever_they_look_like(tmp_path: Path, name: str) -> None:
    options = "(FORMAT csv, HEADER, DELIMITER '\t')" if name == "p.tsv" else "(FORMAT csv, HEADER)"
    path = copy(tmp_path / name, "SELECT i AS id, i * 1.5 AS mrr, 'x' AS plan FROM range(7, 9) t(i)", options)
    people = users(path)
    assert people.catalog.id.kind == TextKind()
    assert everyone(people) == [("7", 10.5, "x"), ("8", 12.0, "x")]


def test_a_csv_file_keeps_leading_zeros_and_a_late_type(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = "".join(f"{number:06},{number}\n" for number in range(50_000))
    path.write_text("id,x\n" + rows + "050000,late\n")
    people = users(path)
    [(first, last)] = people.open_engine().run(
        f"SELECT min(id), max(x) FILTER (WHERE id = '050000') FROM {relation(people.catalog.relation).sql('duckdb')}"
    )
    assert (first, last) == ("000000", "late")


def test_ndjson_lines_keep_their_text_and_spoil_no_other() -> None:
    path = FIXTURES / "people" / "awkward.ndjson"
    people = users(path)
    assert people.catalog.document is not None
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    with duckdb.connect() as connection:
        valid = {line for line in lines if connection.execute("SELECT json_valid(?)", [line]).fetchone() == (True,)}
    read = [document for _, document in everyone(people)]
    assert len(read) == len(lines)
    assert set(filter(None, read)) == valid
    assert read.count(None) == len(lines) - len(valid) == 3


@pytest.mark.parametrize(
    "text", ['[{"id": "a"}, {"id": "b"}]', '{"id": "a"}\n{"id": "b"}\n', '{"id": "a"} {"id":\n"b"}']
)
def test_json_files_of_every_layout(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    assert [id for id, _ in everyone(users(path))] == ["a", "b"]


@pytest.mark.parametrize("key", ["id", "user.id", 'say "hi"', "a\\b", "", "*", "$", "/x", "ï😀", "it's", "a b"])
def test_any_key_can_be_the_id_of_documents(tmp_path: Path, key: str) -> None:
    path = tmp_path / "p.ndjson"
    with duckdb.connect() as connection:
        row = connection.execute("SELECT to_json(MAP {$key: 'u1'})::VARCHAR", {"key": key}).fetchone()
    assert row is not None
    path.write_text(f"{row[0]}\n", encoding="utf-8")
    people = users(path, id=key)
    assert people.catalog.relation == Documents(str(path), key)
    assert [id for id, _ in everyone(people)] == ["u1"]


def test_a_database_file(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 AS id")
    people = users(path)
    assert people.catalog.relation == Table(("people",))
    people.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA crm; CREATE TABLE crm.others AS SELECT 1 AS id, 2 AS x")
    with pytest.raises(UsageError) as caught:
        users(path)
    assert str(caught.value) == (
        f"error[A701]: {path} holds several tables\n  = help: name one as `table` (--table): people, crm.others"
    )
    others = users(path, table="crm.others")
    assert [column.name for column in others.catalog.columns] == ["x"]
    others.close()


def test_a_connection_and_what_only_it_can_see() -> None:
    connection = duckdb.connect()
    connection.execute('CREATE TEMP TABLE "odd name" AS SELECT 1 AS id, \'{"a":1}\' AS props')
    people = users(connection, table='"odd name"', properties="props")
    assert people.catalog.document is not None
    assert people.catalog.document.kind == JsonKind(text=True)
    people.close()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_arrow_table() -> None:
    import pyarrow as pa

    people = users(pa.table({"id": ["a"], "n": [1]}))
    assert everyone(people) == [("a", 1)]


def test_a_catalog_needs_no_engine() -> None:
    people = users(FIXTURES / "catalogs" / "demo.toml")
    assert people.engine is None
    with pytest.raises(UsageError, match="nothing is known of `people` but its columns"):
        people.open_engine()


def test_an_audience_toml_points_at_people(tmp_path: Path) -> None:
    copy(tmp_path / "p.parquet", "SELECT 5 AS uid, 6 AS pln")
    config = tmp_path / "audience.toml"
    config.write_text('[users]\nsource = "p.parquet"\nid = "uid"\nrenames = { pln = "plan" }\n')
    people = users(config)
    assert (people.catalog.id.name, [column.property for column in people.catalog.columns]) == ("uid", ["plan"])


def test_declared_users_need_no_id_column() -> None:
    people = Users(columns={"plan": "VARCHAR"}, properties="props", tenant="org")
    assert people.catalog.names() == ("id", "plan")
    assert people.catalog.document is not None
    assert people.catalog.tenant is not None
    with pytest.raises(UsageError, match="`VARCHR`, the type of column `plan`, is no type"):
        Users(columns={"plan": "VARCHR"})


# ── what does not ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope.parquet", "there is no file {}"),
        ("*.csv", "no file matches {}"),
        ("nope.duckdb", "there is no file {}"),
        ("people.xlsx", "{} is no file that people can be read from"),
        ("folder", "{} is a folder"),
        ("nope", "there is no file {}"),
        ("nope.toml", "there is no file {}"),
    ],
)
def test_a_path_that_leads_to_no_people(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "people.xlsx").write_text("x")
    path = str(tmp_path / name)
    with pytest.raises(UsageError) as caught:
        users(path)
    assert (caught.value.code, caught.value.message) == ("A701", said.format(path))
    assert caught.value.help


def test_a_misspelt_file_is_offered(tmp_path: Path) -> None:
    (tmp_path / "people.parquet").write_text("x")
    with pytest.raises(UsageError) as caught:
        users(tmp_path / "peple.parquet")
    assert caught.value.help == "did you mean `people.parquet`?"


CALLS: list[tuple[Callable[[], object], str]] = [
    (lambda: users(), "no people are given"),
    (lambda: users(5), "people cannot be read from a int"),
    (lambda: users(duckdb.connect()), "the connection holds no table"),
    (lambda: users(duckdb.connect(), table="people"), "there is no table `people`"),
    (lambda: users(FIXTURES / "people" / "demo.parquet", table="x"), "`table` names a table of a database"),
    (lambda: users(FIXTURES / "people" / "demo.parquet", id="uid"), "has no column `uid`"),
    (lambda: users(FIXTURES / "people" / "demo.parquet", properties="prop"), "has no column `prop`"),
    (lambda: users(FIXTURES / "people" / "awkward.ndjson", tenant="org"), "`tenant` names a column"),
]


@pytest.mark.parametrize("position", range(len(CALLS)))
def test_a_call_that_names_no_people(position: int) -> None:
    call, said = CALLS[position]
    with pytest.raises(UsageError) as caught:
        call()
    assert said in caught.value.message
    assert caught.value.help or "no table" in said


@pytest.mark.parametrize("name", ["p.parquet", "p.duckdb", "p.csv.gz", "p.json"])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("[this is no such file " * 100)
    with pytest.raises(EngineError, match="duckdb failed while"):
        everyone(users(path))


@pytest.mark.parametrize("name", ["crm.sqlite", "crm.sqlite3", "crm.db"])
def test_a_database_file_of_sqlite(tmp_path: Path, name: str) -> None:
    """What begins as SQLite's files do is read by SQLite, whatever the suffix says."""
    path = tmp_path / name
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE people (id TEXT PRIMARY KEY, plan TEXT) STRICT")
    connection.executemany("INSERT INTO people VALUES (?, ?)", [("a", "pro"), ("b", None), ("c", "free")])
    connection.commit()
    for source in (path, connection):
        people = audience.users(source)
        found = audience.preview(audience.parse('plan != "pro"'), users=people)
        assert (found.matched, found.total, [row["id"] for row in found.sample]) == (2, 3, ["b", "c"])
        people.close()
    connection.close()
