"""ClickHouse in this process: one place in memory for the whole suite."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
from audience.engines import ClickHouse
from audience.engines.engine import Row
from audience.limits import LIST_ITEMS_MAX
from audience.lowering import describe_columns, find_dialect
from tests.fuzz.columns import BY_NAME, FIELDS, NS, Given, TypedColumn, _list, _map, _moment, _text
from tests.stores.store import Rows, Session

TEXT = "Nullable(String)"
STAGED = "audience_staged"
"""A table of texts, from which the values of a column are cast."""

SECOND, MILLISECOND, MICROSECOND, DAY = 1_000_000_000, 1_000_000, 1_000, 86_400 * 1_000_000_000
CALENDAR = {"low": -62_135_596_800 * SECOND, "high": 253_402_300_800 * SECOND - MICROSECOND}
"""What Date32 and DateTime64 hold, in nanoseconds: the years 1 to 9999. There is no infinity."""


def _same(name: str, type_name: str, via: str | None = None) -> TypedColumn:
    """A column that holds what DuckDB's of the same name holds."""
    item = f"Nullable({type_name})"
    drawn = BY_NAME[name]
    return TypedColumn(name, item, drawn.draw, via or f"CAST({{}} AS {item})", drawn.epoch)


def _items(name: str, type_name: str, draw: Callable[[Random], Given], via: str | None = None) -> TypedColumn:
    item = f"Nullable({type_name})"
    each = (via or "CAST({} AS ITEM)").replace("ITEM", item).format("item")
    texts = "JSONExtract(assumeNotNull({}), 'Array(Nullable(String))')"
    return TypedColumn(name, f"Array({item})", _list(draw), f"arrayMap(item -> {each}, {texts})", nullable=False)


def _entries(name: str, type_name: str, draw: Callable[[Random], Given], via: str) -> TypedColumn:
    item = f"Nullable({type_name})"
    texts = "JSONExtract(assumeNotNull({}), 'Map(String, Nullable(String))')"
    cast = f"CAST(mapApply((key, item) -> (key, {via.format('item')}), {texts}) AS Map(String, {item}))"
    return TypedColumn(name, f"Map(String, {item})", _map(draw), cast, nullable=False)


def _draw(name: str) -> Callable[[Random], Given]:
    """How an item of DuckDB's column of scalars is drawn."""
    return BY_NAME[name].draw


_date_moment = _moment(DAY, infinite=False, **CALENDAR)
_moment_us = _moment(MICROSECOND, infinite=False, **CALENDAR)
_moment_ms = _moment(MILLISECOND, infinite=False, **CALENDAR)
_moment_s = _moment(SECOND, infinite=False, low=0, high=(2**32 - 1) * SECOND)
_moment_ns = _moment(1, infinite=False, **NS)


def _date(rng: Random) -> Given:
    text, value = _date_moment(rng)
    return str(text)[:10], value


def _struct(rng: Random) -> Given:
    draws = {key: draw for key, (_, draw) in FIELDS.items()} | {"at": _moment_us}
    drawn = {key: (None, None) if rng.random() < 0.1 else draw(rng) for key, draw in draws.items()}
    texts, values = ({key: one[at] for key, one in drawn.items()} for at in (0, 1))
    return json.dumps(texts), values


ENUM = "Enum8('' = 0, 'pro' = 1, 'Pro' = 2, 'free' = -3, '2024-12-31' = 4, '2025-01-01T00:00:00Z' = 5, 'it\\'s' = 6)"
STRUCT = (
    "Tuple(city Nullable(String), n Nullable(Int64), at Nullable(DateTime64(6, 'UTC')), `it\\'s` Nullable(Float64))"
)
STRUCT_OF_TEXTS = "Tuple(city Nullable(String), n Nullable(String), at Nullable(String), `it\\'s` Nullable(String))"
LOADING = {"session_timezone": "", "date_time_input_format": "basic", "precise_float_parsing": 1, "limit": 0}
"""What makes values of texts exact, whatever the session says."""

AT = "toDateTime64OrNull({}, 6, 'UTC')"
NANOSECONDS = "toDateTime64OrNull({}, 9, 'UTC')"

ANSWER = "answer_"
"""How the name of a column of answers begins."""

COLUMNS: tuple[TypedColumn, ...] = (
    _same("c_bool", "Bool"),
    _same("c_tiny", "Int8"),
    _same("c_int", "Int32"),
    _same("c_big", "Int64"),
    _same("c_huge", "Int128"),
    _same("c_ubig", "UInt64"),
    _same("c_dec", "Decimal(10, 2)"),
    _same("c_wide", "Decimal(30, 5)"),
    _same("c_float", "Float32"),
    _same("c_double", "Float64"),
    _same("c_text", "String"),
    TypedColumn("c_nocase", "LowCardinality(Nullable(String))", _text, "{}"),
    _same("c_uuid", "UUID"),
    _same("c_enum", ENUM),
    TypedColumn("c_date", "Nullable(Date32)", _date, "toDate32OrNull({})"),
    TypedColumn("c_ts", "Nullable(DateTime64(6, 'UTC'))", _moment_us, AT),
    TypedColumn("c_tz", "Nullable(DateTime64(6, 'America/New_York'))", _moment_us, AT),
    TypedColumn("c_ns", "Nullable(DateTime64(9, 'UTC'))", _moment_ns, NANOSECONDS),
    TypedColumn("c_s", "Nullable(DateTime('Asia/Kolkata'))", _moment_s, AT),
    TypedColumn("c_ms", "Nullable(DateTime64(3, 'UTC'))", _moment_ms, AT),
    _same("c_epoch_s", "Int64"),
    _same("c_epoch_ms", "Int64"),
    _same("c_time", "Time"),
    _items("l_text", "String", _text),
    _items("l_bool", "Bool", _draw("c_bool")),
    _items("l_big", "Int64", _draw("c_big")),
    _items("l_double", "Float64", _draw("c_double")),
    _items("l_float", "Float32", _draw("c_float")),
    _items("l_dec", "Decimal(10, 2)", _draw("c_dec")),
    _items("l_wide", "Decimal(30, 5)", _draw("c_wide")),
    _items("l_uuid", "UUID", _draw("c_uuid")),
    _items("l_enum", ENUM, _draw("c_enum")),
    _items("l_date", "Date32", _date, "toDate32OrNull({})"),
    _items("l_ts", "DateTime64(6, 'UTC')", _moment_us, AT),
    _items("l_tz", "DateTime('America/New_York')", _moment_s, AT),
    _items("l_ns", "DateTime64(9, 'UTC')", _moment_ns, NANOSECONDS),
    TypedColumn(
        "s_one", f"Nullable({STRUCT})", _struct,
        "if(isNull({0}), NULL, tuple("
        f"JSONExtract(assumeNotNull({{0}}), '{STRUCT_OF_TEXTS}').1, "
        f"CAST(JSONExtract(assumeNotNull({{0}}), '{STRUCT_OF_TEXTS}').2 AS Nullable(Int64)), "
        f"toDateTime64OrNull(JSONExtract(assumeNotNull({{0}}), '{STRUCT_OF_TEXTS}').3, 6, 'UTC'), "
        f"CAST(JSONExtract(assumeNotNull({{0}}), '{STRUCT_OF_TEXTS}').4 AS Nullable(Float64))))",
    ),
    _entries("m_text", "String", _text, "{}"),
    _entries("m_double", "Float64", _draw("c_double"), "CAST({} AS Nullable(Float64))"),
    _entries("m_tz", "DateTime64(6, 'Asia/Kolkata')", _moment_us, AT),
)  # fmt: skip


@cache
def _client() -> "clickhouse_connect.driver.client.Client":
    """The one client of this process: opened once, because a process has one place in memory."""
    return clickhouse_connect.get_client(interface="chdb")


def open_store() -> "ClickHouseStore":
    """The store of the process."""
    return ClickHouseStore()


class ClickHouseStore:
    """The store over the one client."""

    dialect = "clickhouse"
    failures = (ClickHouseError,)
    columns = COLUMNS
    documents = (TEXT,)
    sessions: tuple[Session, ...] = (
        {
            "session_timezone": "",
            "cast_keep_nullable": "0",
            "transform_null_in": "0",
            "date_time_input_format": "basic",
        },
        {
            "session_timezone": "America/New_York",
            "cast_keep_nullable": "1",
            "transform_null_in": "1",
            "date_time_input_format": "best_effort_us",
        },
        {
            "session_timezone": "Asia/Kolkata",
            "cast_keep_nullable": "1",
            "transform_null_in": "0",
            "date_time_input_format": "best_effort",
        },
    )
    guarded: tuple[Session, ...] = (
        {
            "session_timezone": "America/New_York",
            "cast_keep_nullable": "1",
            "transform_null_in": "1",
            "date_time_input_format": "best_effort_us",
            "aggregate_functions_null_for_empty": "1",
            "allow_simdjson": "0",
            "precise_float_parsing": "0",
            "limit": "1",
        },
    )
    pace = 0.25
    long_list = LIST_ITEMS_MAX

    def __init__(self) -> None:
        self.client = _client()
        self.engine = ClickHouse(self.client)
        self.name = f"clickhouse {self.client.server_version}"
        self._entered: list[str] = []

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""
        for setting in self._entered:
            self.client.command(f"SET {setting} = DEFAULT")
        self._entered = list(session)
        for setting, value in session.items():
            self.client.command(f"SET {setting} = '{value}'")

    def readable(self, document: str) -> bool:
        """All of I-JSON is read."""
        return True

    def storable(self, document: str, kind: str) -> bool:
        """A String takes every text."""
        return True

    def nameable(self, name: str) -> bool:
        """No name is empty or has a zero byte."""
        return name != "" and "\0" not in name

    def load(
        self,
        rows: Rows,
        columns: Sequence[TypedColumn],
        *,
        document: str | None = None,
        table: str = "people",
        id: str = "id",
        tenant: str | None = None,
    ) -> Catalog:
        """Make the table anew and say what Audience finds in it."""
        types = {id: TEXT, "doc": document or TEXT} | {column.name: column.type for column in columns}
        casts = {column.name: column.via for column in columns}
        names = [name for name in types if name in rows]
        staged = ", ".join(f"c{at} {TEXT}" for at in range(len(names)))
        self.client.command(f"CREATE OR REPLACE TABLE {STAGED} ({staged}) ENGINE = Memory")
        given = list(zip(*(rows[name] for name in names), strict=True))
        if given:
            self.client.insert(STAGED, given)
        defined = ", ".join(f"{_quoted(name)} {types[name]}" for name in names)
        self.client.command(f"DROP TABLE IF EXISTS {_quoted(table)}")
        self.client.command(f"CREATE TABLE {_quoted(table)} ({defined}) ENGINE = Memory")
        values = ", ".join(casts.get(name, "{}").format(f"c{at}") for at, name in enumerate(names))
        self.client.command(
            f"INSERT INTO {_quoted(table)} SELECT {values} FROM {STAGED}",
            settings={
                "session_timezone": "",
                "date_time_input_format": "basic",
                "precise_float_parsing": 1,
                "limit": 0,
            },
        )
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        roles = Roles(id=id, properties="doc" if "doc" in rows else None, tenant=tenant, epochs=epochs)
        relation = Table((table,))
        return self.engine.introspect(relation, describe_columns(find_dialect(self.dialect), relation), roles)

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.client.command(f"DROP TABLE {_quoted(table)}")

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the driver alone."""
        answer = self.client.query(sql, parameters=dict(parameters))
        return _with_booleans(answer.column_names, answer.result_rows)

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine with its guards."""
        return _with_booleans(*self.engine.run_named(sql, parameters))

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """As ClickHouse's parser divides the text: it formats one statement, and refuses two."""
        try:
            self.client.query("SELECT formatQuery({sql: String})", parameters={"sql": sql})
        except ClickHouseError as error:
            if "Multi-statements" in str(error):
                return 2
            raise
        return 1

    def close(self) -> None:
        """The client is the process' own; its settings go back to what they were."""
        self.enter({})


def _with_booleans(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Row]:
    """A condition is a UInt8 here, which is told from a number by the name that the laws give to their answers."""
    answers = [name.startswith(ANSWER) for name in names]
    return [
        tuple(bool(value) if told and value is not None else value for told, value in zip(answers, row, strict=True))
        for row in rows
    ]


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
