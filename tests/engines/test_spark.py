"""The Spark engine: types, files, sessions, guards, streams, failures; on Sail, and on Spark where it is."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException

import audience
from audience.catalog import Parquet, Table
from audience.catalog.declare import Roles
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    Kind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.catalog.spark_types import read_spark_schema
from audience.engines import Spark
from audience.errors import EngineError, UnsupportedByDialect, UsageError
from audience.lowering import describe_columns, find_dialect
from audience.lowering.build import column, select, string
from audience.lowering.dialects.spark_printer import PRINTER
from audience.lowering.query import render
from tests.stores import STORES, chosen
from tests.stores.fixtures import Opened
from tests.stores.spark import SparkStore

ESCAPED = "spark.sql.parser.escapedStringLiterals"


@pytest.fixture(scope="module", params=[name for name in ("spark", "pyspark") if name in STORES and name in chosen()])
def spark(request: pytest.FixtureRequest, opened_stores: Opened) -> Iterator[SparkStore]:
    held = opened_stores[request.param]
    assert isinstance(held, SparkStore)
    held.enter(held.sessions[0])
    held.session.sql(
        "CREATE OR REPLACE TEMP VIEW crm AS SELECT * FROM VALUES "
        "('u1', 'pro', 3), ('u2', NULL, 30), ('u3', 'free', 7) AS people(id, plan, seats)"
    )
    yield held
    held.session.sql("DROP VIEW crm")


# ── types ─────────────────────────────────────────────────────────────────────────────────────────

KINDS: dict[str, Kind] = {
    "boolean": BooleanKind(),
    "tinyint": IntegerKind(-128, 127),
    "smallint": IntegerKind(-(2**15), 2**15 - 1),
    "int": IntegerKind(-(2**31), 2**31 - 1),
    "bigint": IntegerKind(-(2**63), 2**63 - 1),
    "float": DoubleKind(),
    "double": DoubleKind(),
    "decimal(30,5)": DecimalKind(30, 5),
    "string": TextKind(),
    "binary": OpaqueKind("binary"),
    "date": TimestampKind(TimestampForm.DATE),
    "timestamp": TimestampKind(TimestampForm.ZONED),
    "timestamp_ntz": TimestampKind(TimestampForm.NAIVE),
    "array<array<string>>": ArrayKind(ArrayKind(TextKind())),
    "map<string,double>": MapKind(DoubleKind()),
    "map<int,string>": OpaqueKind("map"),
    "struct<city:string,`a.b`:boolean>": StructKind((("city", TextKind()), ("a.b", BooleanKind()))),
    "struct<city:string,City:string>": OpaqueKind("struct"),
    "array<struct<`it's`:date>>": ArrayKind(StructKind((("it's", TimestampKind(TimestampForm.DATE)),))),
}


@pytest.mark.parametrize("name", KINDS)
def test_types(spark: SparkStore, name: str) -> None:
    spark.session.sql(f"CREATE OR REPLACE TEMP VIEW typed AS SELECT 'a' AS id, CAST(NULL AS {name}) AS c")
    [_, found] = read_spark_schema(spark.session.table("typed").schema.jsonValue())
    assert found.kind == KINDS[name]
    assert found.nullable


def test_types_that_only_the_metadata_tell() -> None:
    collated = {"__COLLATIONS": {"c": "spark.UTF8_LCASE"}}
    inside = {"__COLLATIONS": {"c.element": "spark.UTF8_LCASE"}}
    texts = {"type": "array", "elementType": "string"}
    cases = [
        ("string", collated, TextKind(cast=True)),
        (texts, inside, ArrayKind(TextKind(cast=True))),
        (texts, {}, ArrayKind(TextKind())),
        ("string", {"__CHAR_VARCHAR_TYPE_STRING": "char(5)"}, TextKind(cast=True)),
        ("string", {"__CHAR_VARCHAR_TYPE_STRING": "varchar(5)"}, TextKind()),
        ("char(5)", {}, TextKind(cast=True)),
        ("varchar(5)", {}, TextKind()),
        ("variant", {}, JsonKind()),
        ("interval day", {}, OpaqueKind("interval day")),
        ({"type": "udt", "sqlType": "integer"}, {}, IntegerKind(-(2**31), 2**31 - 1)),
    ]
    for type, metadata, kind in cases:
        field = {"name": "c", "type": type, "nullable": False, "metadata": metadata}
        [found] = read_spark_schema({"type": "struct", "fields": [field]})
        assert (found.kind, found.nullable) == (kind, False)


# ── people ────────────────────────────────────────────────────────────────────────────────────────


def test_people_of_a_session(spark: SparkStore) -> None:
    users = audience.users(spark.session, table="crm")
    result = audience.preview(audience.parse('plan = "pro" or seats > 10'), users=users, now=0)
    assert (result.matched, result.total) == (2, 3)
    assert [person["id"] for person in result.sample] == ["u1", "u2"]


def test_parquet_files(spark: SparkStore, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "seats": [3, 30]}), path)
    users = audience.users(spark.session, table=f'parquet."{path}"')
    assert audience.preview(audience.parse("seats > 10"), users=users, now=0).matched == 1
    relation = Parquet(str(path))
    description = describe_columns(find_dialect("spark"), relation)
    catalog = spark.engine.introspect(relation, description, Roles(id="id"))
    assert [column.name for column in catalog.columns] == ["seats"]


def test_streams_come_in_batches(spark: SparkStore) -> None:
    batches = list(spark.engine.stream("SELECT id FROM crm ORDER BY id", rows=2))
    assert batches == [[("u1",), ("u2",)], [("u3",)]]


def test_an_instant_as_a_parameter(spark: SparkStore) -> None:
    now = datetime(2024, 3, 10, 2, 30, 0, 123456, tzinfo=UTC)
    asked = "SELECT unix_micros(CAST(:now AS TIMESTAMP_LTZ)), :text, :number"
    for session in spark.sessions:
        spark.enter(session)
        [row] = spark.engine.run(asked, {"now": now, "text": "it's \\ ${x}", "number": 1.5})
        assert row == (1_710_037_800_123_456, "it's \\ ${x}", 1.5)
    spark.enter(spark.sessions[0])


# ── guards ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore:.*raw string literals")  # advice against this setting
def test_a_run_leaves_the_session_as_it_was(spark: SparkStore) -> None:
    literal = string("\\' OR 1=1 --").sql(PRINTER)
    spark.session.conf.set(ESCAPED, "true")
    try:
        assert spark.engine.run(f"SELECT {literal}") == [("\\' OR 1=1 --",)]
        with pytest.raises(EngineError):
            spark.engine.run("SELECT nonsense FROM nowhere")
        assert spark.session.conf.get(ESCAPED) == "true"
    finally:
        spark.session.conf.unset(ESCAPED)


def test_nothing_is_put_into_literals(spark: SparkStore) -> None:
    for text in ("${env:HOME}", "${spark.app.name}", "$${a}", "\\${a}", "${", "a\nb", "\x00", "\x1a0"):
        assert spark.run_bare(f"SELECT {string(text).sql(PRINTER)}", {}) == [(text,)]


def test_names_that_spark_would_replace_are_refused() -> None:
    users = audience.Users(columns={"${env:HOME}": "VARCHAR"})
    with pytest.raises(UnsupportedByDialect, match="rename it"):
        audience.compile(audience.parse('recipient["${env:HOME}"] = "x"'), users=users, dialect="spark")


# ── failures ──────────────────────────────────────────────────────────────────────────────────────


def test_a_table_that_is_not_there(spark: SparkStore) -> None:
    with pytest.raises(UsageError) as refused:
        audience.users(spark.session, table="crmm")
    assert refused.value.help is not None
    assert "crm" in refused.value.help


def test_a_file_that_is_not_there(spark: SparkStore, tmp_path: Path) -> None:
    with pytest.raises((UsageError, EngineError)) as refused:
        audience.users(spark.session, table=f'parquet."{tmp_path / "nothing.parquet"}"')
    assert "nothing.parquet" in str(refused.value)


def test_what_spark_says_is_brief(spark: SparkStore) -> None:
    with pytest.raises(EngineError) as failed:
        spark.engine.run("SELECT no_such_function(1)", doing="trying")
    assert failed.value.message.startswith("spark failed while trying: ")
    assert "\n" not in failed.value.said
    assert "stacktrace" not in failed.value.said
    assert isinstance(failed.value.__cause__, PySparkException)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EngineError) as failed:
        Spark.connect(f"sc://127.0.0.1:{port}")
    assert "nobody answers" in failed.value.said
    assert failed.value.help is not None


def test_a_server_by_its_address(spark: SparkStore) -> None:
    host, port = spark.address
    engine = Spark.connect(f"sc://{host}:{port}")
    assert engine.run("SELECT 1") == [(1,)]
    # A session of its own sees nothing of another one.
    assert engine.tables() == []
    engine.close()
    assert "crm" in spark.engine.tables()


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def test_nodes_come_out_as_the_json_they_were(spark: SparkStore) -> None:
    dialect = find_dialect("spark")
    held = {"a": ["x", 5, -1.5e300, None, True, {"k:": "5:", "": []}], "b": "it's \\ \" : 5:", "c": 7, "d": False}
    for kind in spark.documents:
        spark.load({"id": ["one"], "doc": [json.dumps(held)]}, [], document=kind)
        for key, value in held.items():
            node = dialect.node(dialect.document(column("doc"), kind == "STRING"), (key,))
            query = select([dialect.node_output(node)], dialect.relation(Table(("people",))))
            [(text,)] = spark.engine.run(render(query, dialect))
            assert json.loads(str(text)) == value
