"""The ClickHouse engine: in process and over HTTP, types, files, guards, long texts, failures."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import clickhouse_connect
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clickhouse_connect.driver.exceptions import ClickHouseError
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience import parse
from audience.catalog import Parquet
from audience.catalog.clickhouse_types import read_clickhouse_type
from audience.catalog.declare import Roles
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    Kind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.engines import ClickHouse
from audience.engines.clickhouse import LARGE_SQL
from audience.errors import EngineError, UsageError
from audience.lowering import describe_columns, find_dialect
from audience.lowering.build import string
from audience.membership.users import Users
from tests.engines.clickhouse_server import PASSWORD, USER, Server, running
from tests.stores.clickhouse import open_store

ZONED = TimestampKind(TimestampForm.ZONED)


@pytest.fixture(scope="module")
def engine() -> ClickHouse:
    return open_store().engine


@pytest.fixture(scope="module")
def people(engine: ClickHouse) -> str:
    client = open_store().client
    client.command("CREATE OR REPLACE TABLE crm (id String, plan Nullable(String), seats UInt16) ENGINE = Memory")
    client.insert("crm", [("u1", "pro", 3), ("u2", None, 30), ("u3", "free", 7)])
    return "crm"


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def address(server: Server, user: str = USER, password: str = PASSWORD) -> str:
    return f"clickhouse://{user}:{quote(password)}@127.0.0.1:{server.server_port}/default"


# ── types ─────────────────────────────────────────────────────────────────────────────────────────

KINDS: dict[str, tuple[Kind, bool]] = {
    "Bool": (BooleanKind(), False),
    "Nullable(Int8)": (IntegerKind(-128, 127), True),
    "UInt256": (IntegerKind(0, 2**256 - 1), False),
    "Nullable(Decimal(30, 5))": (DecimalKind(30, 5), True),
    "Float32": (DoubleKind(), False),
    "String": (TextKind(), False),
    "LowCardinality(String)": (TextKind(), False),
    "LowCardinality(Nullable(String))": (TextKind(), True),
    "FixedString(2)": (TextKind(cast=True), False),
    "Enum8('a' = 1, 'it\\'s' = 2)": (TextKind(cast=True), False),
    "UUID": (TextKind(cast=True), False),
    "Date": (TimestampKind(TimestampForm.DATE), False),
    "Nullable(Date32)": (TimestampKind(TimestampForm.DATE), True),
    "DateTime": (ZONED, False),
    "DateTime('Asia/Kolkata')": (ZONED, False),
    "DateTime64(3)": (ZONED, False),
    "Nullable(DateTime64(6, 'UTC'))": (ZONED, True),
    "DateTime64(9, 'UTC')": (TimestampKind(TimestampForm.NAIVE_NANOSECONDS), False),
    "Array(Nullable(Int8))": (ArrayKind(IntegerKind(-128, 127)), False),
    "Map(LowCardinality(String), Float64)": (MapKind(DoubleKind()), False),
    "Tuple(city String, `a.b` Nullable(Bool))": (StructKind((("city", TextKind()), ("a.b", BooleanKind()))), False),
    "Tuple(tags Array(String))": (StructKind((("tags", ArrayKind(TextKind())),)), False),
    "Array(Tuple(city String, tags Array(String)))": (ArrayKind(StructKind((("city", TextKind()),))), False),
    "Array(Array(String))": (OpaqueKind("Array(Array(String))"), False),
    "Map(String, Array(String))": (OpaqueKind("Map(String, Array(String))"), False),
    "Map(UInt8, String)": (OpaqueKind("Map(UInt8, String)"), False),
    "Tuple(String, UInt8)": (OpaqueKind("Tuple(String, UInt8)"), False),
    "SimpleAggregateFunction(max, DateTime)": (ZONED, False),
    "Nullable(IPv4)": (OpaqueKind("Nullable(IPv4)"), True),
    "Time64(3)": (OpaqueKind("Time64(3)"), False),
    "JSON": (OpaqueKind("JSON"), False),
}


@pytest.mark.parametrize("name", KINDS)
def test_types(engine: ClickHouse, name: str) -> None:
    """As the engine itself writes them, which is not always as they were given."""
    client = open_store().client
    client.command(f"CREATE OR REPLACE TABLE typed (id String, c {name}) ENGINE = Memory")
    [(_, _, *_), (_, written, *_)] = engine.run("DESCRIBE TABLE typed")
    found = read_clickhouse_type(str(written))
    kind, nullable = KINDS[name]
    assert (found.kind, found.nullable) == (kind, nullable)


def test_columns_of_all_sorts(engine: ClickHouse) -> None:
    """What a table computes can be asked for; what only takes part in inserts cannot."""
    client = open_store().client
    client.command(
        "CREATE OR REPLACE TABLE computed "
        "(id String, raw String EPHEMERAL, twice UInt8 ALIAS 2, kept UInt8 MATERIALIZED 3) ENGINE = Memory"
    )
    client.command("INSERT INTO computed (id) VALUES ('u1')")
    users = audience.users(client, table="computed")
    assert users.catalog.names() == ("id", "twice", "kept")
    assert audience.preview(parse("twice = 2 and kept = 3"), users=users).matched == 1


# ── sources ───────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_table(engine: ClickHouse, people: str) -> None:
    with pytest.raises(UsageError, match=r"there is no table `crn`\n.*crm"):
        audience.users(open_store().client, table="crn")
    assert people in engine.tables()


def test_over_http(server: Server, people: str) -> None:
    """The public way: an address and a table; then parameters, a list too long for the text, a stream."""
    users = audience.users(address(server), table=people)
    result = audience.preview(parse('plan = "pro" or seats > 20'), users=users)
    assert (result.matched, result.total) == (2, 3)
    members = [f"m{at}" for at in range(12_000)] + ["u3"]
    assert audience.preview(parse('member of "vip"'), users=users, members={"vip": members}).matched == 1
    engine = ClickHouse.connect(address(server))
    batches = list(engine.stream("SELECT number FROM numbers(25)", rows=10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    engine.close()
    asked = [settings for sql, settings in server.seen if "numbers(25)" in sql]
    assert asked[0]["prefer_column_name_to_alias"] == "1"


@pytest.fixture(scope="module")
def connected() -> Iterator[ClickHouse]:
    """A server that answers the whole module."""
    with running() as started:
        opened = ClickHouse.connect(address(started))
        yield opened
        opened.close()


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_texts_over_http(connected: ClickHouse, text: str) -> None:
    """Values come back as they went, as a parameter, in a list and as a literal."""
    literal = string(text).sql(find_dialect("clickhouse").printer)
    sql = f"SELECT {{one: String}}, {{many: Array(String)}}, {literal}"
    assert connected.run(sql, {"one": text, "many": [text, "x"]}) == [(text, [text, "x"], text)]


def test_parquet(engine: ClickHouse, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    columns = {
        "id": ["a", "b", None],
        "n": [1, None, 3],
        "tags": [["x"], [], ["y"]],
        "home": [{"city": "Rom"}, None, None],
        "doc": ['{"plan": "pro"}', "{}", None],
    }
    table = pa.table(columns)
    pq.write_table(table, path)
    relation = Parquet(str(path))
    catalog = engine.introspect(
        relation, describe_columns(find_dialect("clickhouse"), relation), Roles(properties="doc")
    )
    users = Users.of(catalog, engine)
    assert audience.preview(parse('n = 1 and tags contains "x" and plan = "pro"'), users=users).matched == 1
    assert audience.preview(parse("n is empty"), users=users).matched == 1
    assert audience.preview(parse("home exists and home.city is empty"), users=users).matched == 1


# ── answers ───────────────────────────────────────────────────────────────────────────────────────


def test_values_are_handed_over_exactly(engine: ClickHouse) -> None:
    [row] = engine.run(
        "SELECT toFloat64('inf'), toFloat32('nan'), 1e22, 5e0, toInt256('-9999999999999999999999'), "
        "18446744073709551615, NULL, true, 'a/b', [1, NULL], toNullable(toFloat64('-inf'))"
    )
    assert str(row[1]) == "nan"
    assert row[:1] + row[2:] == (
        float("inf"), 1e22, 5.0, -9999999999999999999999, 18446744073709551615, None, True, "a/b", [1, None],
        float("-inf"),
    )  # fmt: skip
    assert isinstance(row[3], float)


def test_now_as_a_datetime(engine: ClickHouse) -> None:
    """With its microseconds and its zone."""
    sql = "SELECT toUnixTimestamp64Micro(parseDateTime64BestEffort({now: String}, 6, 'UTC'))"
    moment = datetime(2025, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert engine.run(sql, {"now": moment}) == [(1_735_689_600_000_001,)]
    assert engine.run(sql, {"now": "2025-01-01T05:30:00.000001+05:30"}) == [(1_735_689_600_000_001,)]


def test_a_column_keeps_its_name(engine: ClickHouse) -> None:
    """An alias of a sample never stands for a column of that name."""
    client = open_store().client
    client.command(
        "CREATE OR REPLACE TABLE named (id String, person_id UInt8, p0 UInt8, answer_0 UInt8) ENGINE = Memory"
    )
    client.insert("named", [("u1", 1, 2, 3), ("u2", 4, 5, 6)])
    users = audience.users(client, table="named")
    result = audience.preview(parse("person_id = 4 and p0 = 5 and answer_0 = 6"), users=users)
    assert result.matched == 1
    assert [row["id"] for row in result.sample] == ["u2"]


def test_long_texts(engine: ClickHouse, people: str) -> None:
    """Far beyond what ClickHouse reads of a query by itself."""
    wanted = json.dumps([f"a-plan-of-a-long-name-{at}" for at in range(9_990)] + ["pro"])
    users = audience.users(open_store().client, table=people)
    assert len(audience.compile(parse(f"plan in {wanted}"), users=users).sql) > LARGE_SQL
    assert audience.preview(parse(f"plan in {wanted}"), users=users).matched == 1


def test_an_index_serves_literals(engine: ClickHouse) -> None:
    """Of whole numbers, texts, days and instants: the literal has moved to the column."""
    client = open_store().client
    for column, type_name, value, condition in (
        ("n", "Int64", "number", "n < 10"),
        ("s", "LowCardinality(String)", "leftPad(toString(number), 6, '0')", 's = "000007"'),
        ("d", "Date", "toDate(number)", 'd before "1970-01-11"'),
        ("at", "DateTime64(3, 'UTC')", "toDateTime64(number, 3, 'UTC')", 'at before "1970-01-01T00:00:10Z"'),
    ):
        client.command(
            f"CREATE OR REPLACE TABLE ordered (id String, {column} {type_name}) ENGINE = MergeTree ORDER BY {column}"
        )
        client.command(f"INSERT INTO ordered SELECT toString(number), {value} FROM numbers(60000)")
        users = audience.users(client, table="ordered")
        query = audience.compile(parse(condition), users=users)
        plan = " ".join(str(line) for [line] in engine.run(f"EXPLAIN indexes = 1 {query.sql}"))
        assert re.search(r"Granules: 1/[2-9]", plan), condition


# ── failures ──────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_password(server: Server) -> None:
    with pytest.raises(EngineError) as raised:
        ClickHouse.connect(address(server, password="secret-guess"))
    assert "Authentication failed" in raised.value.said
    assert raised.value.help is not None
    assert "clickhouse://user:password@" in raised.value.help
    assert "secret-guess" not in str(raised.value)


def test_nobody_answers(server: Server) -> None:
    port = server.server_port
    server.server_close()
    with pytest.raises(EngineError, match=r"failed while connecting to 127\.0\.0\.1"):
        ClickHouse.connect(f"clickhouse://127.0.0.1:{port}/default?connect_timeout=2&query_retries=0")


def test_an_answer_that_breaks_off(server: Server) -> None:
    """Part of an answer is no answer, in one piece and in a stream."""
    engine = ClickHouse.connect(address(server))
    server.cut = 60
    for ask in (engine.run, lambda sql: list(engine.stream(sql, rows=1))):
        with pytest.raises(EngineError, match="Memory limit exceeded"):
            ask("SELECT number FROM numbers(1000)")
    server.cut = None
    assert engine.run("SELECT 1") == [(1,)]
    engine.close()


def test_a_statement_that_fails(engine: ClickHouse) -> None:
    with pytest.raises(EngineError) as raised:
        engine.run("SELECT nobody_knows_this", doing="asking")
    assert raised.value.message.startswith("clickhouse failed while asking: ")
    assert "\n" not in raised.value.said


@pytest.mark.parametrize("level", [1, 2])
def test_a_user_who_only_reads(people: str, level: int) -> None:
    """`readonly = 2` is enough for a preview; what `readonly = 1` forbids is said."""
    client = clickhouse_connect.get_client(interface="chdb")
    client.command(f"SET readonly = {level}")
    with pytest.raises(ClickHouseError, match="readonly"):
        client.command(f"DROP TABLE {people}")
    if level == 2:
        assert audience.preview(parse("seats > 20"), users=audience.users(client, table=people)).matched == 1
    else:
        with pytest.raises(EngineError) as raised:
            audience.users(client, table=people)
        assert "readonly = 2" in str(raised.value.help)
    client.close()


def test_a_column_of_json(engine: ClickHouse) -> None:
    """Documents stand in a String column; the message says what else the column is."""
    client = open_store().client
    client.command("CREATE OR REPLACE TABLE documents (id String, doc JSON) ENGINE = Memory")
    with pytest.raises(UsageError, match="column `doc` is of type JSON, which cannot be looked into"):
        audience.users(client, table="documents", properties="doc")


def test_items_beyond_the_end_of_a_list(engine: ClickHouse) -> None:
    """A list whose items cannot be NULL has a default behind its end, which is nobody's value."""
    client = open_store().client
    client.command("CREATE OR REPLACE TABLE scored (id String, scores Array(Int64)) ENGINE = Memory")
    client.command("INSERT INTO scored VALUES ('one', [0]), ('none', [])")
    people = audience.users(client, table="scored")
    assert audience.preview(parse("scores[0] = 0"), users=people).matched == 1
    assert audience.preview(parse("scores[1] = 0"), users=people).matched == 0


# ── limits ────────────────────────────────────────────────────────────────────────────────────────


def test_documents_that_cannot_be_read(engine: ClickHouse) -> None:
    """Each counts as malformed, and spoils nobody else; JSON that is merely unusual is read."""
    unreadable = ['{"n": 1e400}', '{"n": "\\ud800"}', "[" * 1_100 + "]" * 1_100, '\ufeff{"n": 1}', '{"n": NaN}', "[1]"]
    readable = ['{"n": 12345678901234567890123}', '{"n": -9223372036854775809}', '{"n": 18446744073709551616.0}',
                '{"n": {"m": [18446744073709551616, 1e20]}}']  # fmt: skip
    client = open_store().client
    client.command("CREATE OR REPLACE TABLE documents (id String, doc String) ENGINE = Memory")
    client.insert("documents", [(f"u{at}", text) for at, text in enumerate([*unreadable, *readable])])
    users = audience.users(client, table="documents", properties="doc")
    result = audience.preview(parse("n = 12345678901234567890123.0 or n = -9223372036854775809.0"), users=users)
    assert (result.matched, result.malformed) == (2, len(unreadable))
    assert audience.preview(parse("n.m[0] = 18446744073709551616.0 and n.m contains 1e20"), users=users).matched == 1
