"""Spark SQL, on Sail in this process and, where there is a JDK, on Spark itself in a process of its own.

Both are servers of Spark Connect, reached by the same client. People are tables of Arrow, for Spark in
files of Parquet, and a temporary view gives the columns their names, which may be any.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
from audience.engines import Spark
from audience.engines.engine import Row
from audience.limits import LIST_ITEMS_MAX
from audience.lowering import describe_columns, find_dialect
from tests.fuzz.columns import (
    BY_NAME,
    FIELDS,
    Given,
    TypedColumn,
    _list,
    _map,
    _moment,
    _nested_list,
    _text,
)
from tests.stores.store import Rows, Session

TEXT, VARIANT = "STRING", "VARIANT"

SAIL_KNOWS = "4.2.0"
"""Sail looks at the version of the client package in its own process, and refuses those that it does not know."""

LOADED = "audience_loaded"
"""The view of what was loaded last, where that is in memory."""

SAIL_LEVELS, SPARK_LEVELS = 120, 900
"""How deeply documents may be nested; see the limits of the dialect."""

DAY = 86_400 * 1_000_000_000
CALENDAR = {"low": -62_135_596_800 * 10**9, "high": 253_402_300_800 * 10**9 - 1_000}

_moment_us = _moment(1_000, infinite=False, **CALENDAR)
_date_moment = _moment(DAY, infinite=False, **CALENDAR)


def _date(rng: Random) -> Given:
    text, value = _date_moment(rng)
    return str(text)[:10], value


def _struct(rng: Random) -> Given:
    draws = {key: draw for key, (_, draw) in FIELDS.items()} | {"at": _moment_us}
    drawn = {key: (None, None) if rng.random() < 0.1 else draw(rng) for key, draw in draws.items()}
    texts, values = ({key: one[at] for key, one in drawn.items()} for at in (0, 1))
    return json.dumps(texts), values


STRUCT = pa.struct([("city", pa.string()), ("n", pa.int64()), ("at", pa.timestamp("us")), ("it's", pa.float64())])
ARROW: dict[str, pa.DataType] = {
    TEXT: pa.string(),
    VARIANT: pa.string(),
    "STRING COLLATE UTF8_LCASE": pa.string(),
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "DECIMAL(10,2)": pa.decimal128(10, 2),
    "DECIMAL(30,5)": pa.decimal128(30, 5),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP_NTZ": pa.timestamp("us"),
    "TIMESTAMP": pa.timestamp("us", "UTC"),
    "BINARY": pa.binary(),
    "STRUCT": STRUCT,
}
"""The types of Spark by the Arrow type that is written for them."""


def _arrow(type_name: str) -> pa.DataType:
    outer, _, inner = type_name.partition("<")
    match outer:
        case "ARRAY":
            return pa.list_(_arrow(inner.removesuffix(">")))
        case "MAP":
            return pa.map_(pa.string(), _arrow(inner.removeprefix("STRING, ").removesuffix(">")))
        case _:
            return ARROW[type_name]


def _same(name: str, type_name: str) -> TypedColumn:
    drawn = BY_NAME[name]
    return TypedColumn(name, type_name, drawn.draw, epoch=drawn.epoch)


def _items(name: str, item: str, draw: Callable[[Random], Given]) -> TypedColumn:
    return TypedColumn(name, f"ARRAY<{item}>", _list(draw))


def _entries(name: str, item: str, draw: Callable[[Random], Given]) -> TypedColumn:
    return TypedColumn(name, f"MAP<STRING, {item}>", _map(draw))


def _draw(name: str) -> Callable[[Random], Given]:
    """How an item of DuckDB's column of scalars is drawn."""
    return BY_NAME[name].draw


COLUMNS: tuple[TypedColumn, ...] = (
    _same("c_bool", "BOOLEAN"),
    _same("c_tiny", "TINYINT"),
    _same("c_int", "INT"),
    _same("c_big", "BIGINT"),
    _same("c_dec", "DECIMAL(10,2)"),
    _same("c_wide", "DECIMAL(30,5)"),
    _same("c_float", "FLOAT"),
    _same("c_double", "DOUBLE"),
    _same("c_text", TEXT),
    TypedColumn("c_date", "DATE", _date),
    TypedColumn("c_ts", "TIMESTAMP_NTZ", _moment_us),
    TypedColumn("c_tz", "TIMESTAMP", _moment_us),
    _same("c_epoch_s", "BIGINT"),
    _same("c_epoch_ms", "BIGINT"),
    _same("c_time", "BINARY"),
    _items("l_text", TEXT, _text),
    _items("l_bool", "BOOLEAN", _draw("c_bool")),
    _items("l_big", "BIGINT", _draw("c_big")),
    _items("l_double", "DOUBLE", _draw("c_double")),
    _items("l_float", "FLOAT", _draw("c_float")),
    _items("l_dec", "DECIMAL(10,2)", _draw("c_dec")),
    _items("l_wide", "DECIMAL(30,5)", _draw("c_wide")),
    _items("l_date", "DATE", _date),
    _items("l_ts", "TIMESTAMP_NTZ", _moment_us),
    _items("l_tz", "TIMESTAMP", _moment_us),
    TypedColumn("l_list", "ARRAY<ARRAY<STRING>>", _nested_list),
    TypedColumn("s_one", "STRUCT", _struct),
    _entries("m_text", TEXT, _text),
    _entries("m_double", "DOUBLE", _draw("c_double")),
    _entries("m_tz", "TIMESTAMP", _moment_us),
)
COLLATED = _same("c_nocase", "STRING COLLATE UTF8_LCASE")
"""Sail knows no collations."""

IN_THE_VIEW = {VARIANT: "try_parse_json({})", COLLATED.type: "collate({}, 'UTF8_LCASE')"}
"""What Parquet does not hold is made by the view."""

PEACEFUL: Session = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
}
HOSTILE: tuple[Session, ...] = (
    {
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.caseSensitive": "true",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
    },
    {**PEACEFUL, "spark.sql.session.timeZone": "Asia/Kolkata", "spark.sql.timestampType": "TIMESTAMP_NTZ"},
)
SPARK_PEACEFUL: Session = {
    **PEACEFUL,
    "spark.sql.variable.substitute": "true",
    "spark.sql.legacy.exponentLiteralAsDecimal.enabled": "false",
    "spark.sql.legacy.followThreeValuedLogicInArrayExists": "true",
    "spark.sql.legacy.sizeOfNull": "true",
    "spark.sql.json.enablePartialResults": "true",
    "spark.sql.json.enableExactStringParsing": "true",
    "spark.sql.jsonGenerator.ignoreNullFields": "true",
    "spark.sql.optimizer.inSetConversionThreshold": "10",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.codegen.wholeStage": "true",
}
LEGACY: Session = {
    **SPARK_PEACEFUL,
    **HOSTILE[0],
    "spark.sql.legacy.exponentLiteralAsDecimal.enabled": "true",
    "spark.sql.legacy.followThreeValuedLogicInArrayExists": "false",
    "spark.sql.json.enablePartialResults": "false",
    "spark.sql.json.enableExactStringParsing": "false",
    "spark.sql.jsonGenerator.ignoreNullFields": "false",
    "spark.sql.optimizer.inSetConversionThreshold": "0",
}
STRICT: Session = {
    **SPARK_PEACEFUL,
    **HOSTILE[1],
    "spark.sql.variable.substitute": "false",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.codegen.wholeStage": "false",
}
ESCAPED = {"spark.sql.parser.escapedStringLiterals": "true"}


def open_store() -> "SparkStore":
    """A server of Sail in this process."""
    os.environ.setdefault("RUST_LOG", "warn")
    from pysail.spark import SparkConnectServer

    with ExitStack() as opened:
        opened.enter_context(mock.patch.object(pyspark, "__version__", SAIL_KNOWS))
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        opened.callback(server.stop)
        host, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://{host}:{port}").create()
        return SparkStore("sail", (host, port), session, closing=opened.pop_all().close)


def open_pyspark() -> "SparkStore":
    """Spark on a JVM of its own, which ends when its standard input does."""
    with ExitStack() as opened:
        process = opened.enter_context(
            subprocess.Popen(  # this interpreter, a module of ours
                [sys.executable, "-m", "tests.stores.spark_server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
        )
        assert process.stdin is not None
        opened.callback(process.stdin.close)
        assert process.stdout is not None
        port = int(process.stdout.readline())
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
        return SparkStore("spark", ("127.0.0.1", port), session, closing=opened.pop_all().close)


class SparkStore:
    """The store over one session."""

    dialect = "spark"
    failures = (PySparkException,)

    def __init__(
        self, server: str, address: tuple[str, int], session: SparkSession, *, closing: Callable[[], object]
    ) -> None:
        self.session, self.address, self._closing = session, address, closing
        self.engine = Spark(session)
        [[version]] = session.sql("SELECT version()").collect()
        self.name = f"{server} {version.split()[0]}"
        is_sail = server == "sail"
        self.columns = COLUMNS if is_sail else (*COLUMNS, COLLATED)
        self.documents = (TEXT,) if is_sail else (TEXT, VARIANT)
        self.sessions = (PEACEFUL, *HOSTILE) if is_sail else (SPARK_PEACEFUL, LEGACY, STRICT)
        self.guarded = () if is_sail else ({**LEGACY, **ESCAPED},)
        self.pace = 0.1 if is_sail else 0.04
        self.long_list = LIST_ITEMS_MAX
        self._levels, self._is_sail = (SAIL_LEVELS if is_sail else SPARK_LEVELS), is_sail
        self._folder, self._files, self._entered = tempfile.TemporaryDirectory(), count(), set[str]()

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""
        for setting in self._entered - set(session):
            self.session.conf.unset(setting)
        self._entered = set(session)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some settings are out of fashion
            for setting, value in session.items():
                self.session.conf.set(setting, value)

    def readable(self, document: str) -> bool:
        """Not what is nested too deeply."""
        depth = deepest = 0
        for sign in document:
            depth += (sign in "[{") - (sign in "]}")
            deepest = max(deepest, depth)
        return deepest < self._levels

    def storable(self, document: str, kind: str) -> bool:
        """A STRING takes every text that UTF-8 can write; what is no JSON is no VARIANT."""
        if kind == TEXT:
            return True
        [[stored]] = self.session.sql("SELECT try_parse_json(:text) IS NOT NULL", args={"text": document}).collect()
        return bool(stored)

    def nameable(self, name: str) -> bool:
        """Names are any but the empty one and those that Spark would replace."""
        return name != "" and "\0" not in name and "${" not in name

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
        names = [name for name in types if name in rows]
        arrays = []
        for name in names:
            arrow = _arrow(types[name])
            arrays.append(pa.array([_value(text, arrow) for text in rows[name]], arrow))
        written = self._write(pa.Table.from_arrays(arrays, [f"c{at}" for at in range(len(names))]))
        given = ", ".join(
            f"{IN_THE_VIEW.get(types[name], '{}').format(f'c{at}')} AS {_quoted(name)}" for at, name in enumerate(names)
        )
        self.session.sql(f"CREATE OR REPLACE TEMP VIEW {_quoted(table)} AS SELECT {given} FROM {written}")
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        roles = Roles(id=id, properties="doc" if "doc" in rows else None, tenant=tenant, epochs=epochs)
        relation = Table((table,))
        return self.engine.introspect(relation, describe_columns(find_dialect(self.dialect), relation), roles)

    def _write(self, people: pa.Table) -> str:
        """What stands after FROM for these people. Sail cannot filter a file by a lambda, so it has them in memory."""
        path = Path(self._folder.name, f"{next(self._files)}.parquet")
        pq.write_table(people, path)
        if not self._is_sail:
            return f"parquet.`{path}`"
        # What was read from a file has NULL below a NULL struct, as Sail expects it; what was made of rows has not.
        held = pq.read_table(path)
        path.unlink()
        if not held.num_rows:
            # The client makes no frame without rows.
            nobody = pa.Table.from_arrays([pa.nulls(1, field.type) for field in held.schema], schema=held.schema)
            self.session.createDataFrame(nobody).createOrReplaceTempView(LOADED)
            return f"{LOADED} WHERE FALSE"
        self.session.createDataFrame(held).createOrReplaceTempView(LOADED)
        return LOADED

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.session.sql(f"DROP VIEW {_quoted(table)}")

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the client alone."""
        return list(map(tuple, self.session.sql(sql, args=dict(parameters) or None).collect()))

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine with its guards."""
        return self.engine.run(sql, parameters)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """Spark's parser takes one statement and refuses two."""
        assert self.session.sql(sql, args=dict(parameters) or None).columns
        return 1

    def close(self) -> None:
        """End the session and its server."""
        self.session.stop()
        self._closing()
        self._folder.cleanup()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _value(text: str | None, type: pa.DataType) -> Any:
    """The value that a text stands for, as Arrow takes it."""
    if text is None:
        return None
    if pa.types.is_nested(type):
        return _nested(json.loads(text), type)
    readers: list[tuple[Callable[[pa.DataType], bool], Callable[[str], Any]]] = [
        (pa.types.is_boolean, "true".__eq__),
        (pa.types.is_integer, int),
        (pa.types.is_decimal, Decimal),
        (pa.types.is_floating, float),
        (pa.types.is_date, date.fromisoformat),
        (pa.types.is_timestamp, partial(_moment_value, zoned=type == ARROW["TIMESTAMP"])),
        (pa.types.is_binary, str.encode),
    ]
    return next((read(text) for fits, read in readers if fits(type)), text)


def _moment_value(text: str, *, zoned: bool) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00" if zoned else text)


def _nested(held: Any, type: pa.DataType) -> Any:
    def inner(value: Any, type: pa.DataType) -> Any:
        return _nested(value, type) if value is not None and pa.types.is_nested(type) else _value(value, type)

    if pa.types.is_list(type):
        return [inner(item, type.value_type) for item in held]
    if pa.types.is_map(type):
        return [(key, inner(value, type.item_type)) for key, value in held.items()]
    return {field.name: inner(held[field.name], field.type) for field in type}
