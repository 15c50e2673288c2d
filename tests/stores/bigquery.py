"""BigQuery, as Google's own reference engine for its language understands it: ZetaSQL, compiled to WebAssembly.

The package's wrappers cannot tell an empty list from NULL, so requests are made of the protocol's own messages. The
engine has no storage: a table is a message, too, and is made by asking the engine to cast texts.
"""

import ctypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from random import Random
from typing import Any

import wasmtime
import zetasql.core.wasm_client as client
from google.protobuf.empty_pb2 import Empty
from zetasql.api import CatalogBuilder, TypeFactory
from zetasql.core.exceptions import ServerError
from zetasql.types import LanguageOptions, ProductMode, TypeKind, ZetaSQLBuiltinFunctionOptions
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as messages
from zetasql.wasi._pb2.zetasql.public.simple_table_pb2 import SimpleColumnProto

from audience.catalog import Catalog, Table
from audience.catalog.declare import Declared, Roles, declare
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    Kind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.engines.engine import Row
from audience.interpreter import DocumentValue
from audience.values import Instant
from tests.fuzz.columns import BY_NAME, Given, TypedColumn
from tests.stores.store import Rows, Session

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""What DATE, DATETIME and TIMESTAMP hold, in microseconds."""

KINDS: dict[str, Kind] = {
    "BOOL": BooleanKind(),
    "INT64": IntegerKind(-(2**63), 2**63 - 1),
    "NUMERIC": DecimalKind(10, 2),
    "BIGNUMERIC": DecimalKind(38, 9),
    "FLOAT64": DoubleKind(),
    "STRING": TextKind(),
    "DATE": TimestampKind(TimestampForm.DATE),
    "DATETIME": TimestampKind(TimestampForm.NAIVE),
    "TIMESTAMP": TimestampKind(TimestampForm.ZONED),
    "JSON": JsonKind(),
    "TIME": OpaqueKind("TIME"),
}
FIELDS = {"city": "STRING", "n": "INT64", "at": "DATETIME", "it's": "FLOAT64"}
STRUCT = "STRUCT"


def _in_range(value: DocumentValue) -> bool:
    """Whether every instant inside of a value is one that BigQuery holds."""
    match value:
        case Instant(microseconds):
            return FIRST <= microseconds <= LAST
        case list():
            return all(map(_in_range, value))
        case dict():
            return all(map(_in_range, value.values()))
        case _:
            return True


def _held(draw: Callable[[Random], Given]) -> Callable[[Random], Given]:
    """The same values without those that BigQuery does not hold."""

    def drawn(rng: Random) -> Given:
        while not _in_range((given := draw(rng))[1]):
            pass
        return given

    return drawn


def _uuid(rng: Random) -> Given:
    """A text in the one spelling that it is compared in: there is no type that would spell it so."""
    _, value = BY_NAME["c_uuid"].draw(rng)
    return str(value), value


def _columns() -> Iterator[TypedColumn]:
    same = {
        "c_bool": "BOOL", "c_tiny": "INT64", "c_int": "INT64", "c_big": "INT64", "c_dec": "NUMERIC",
        "c_wide": "BIGNUMERIC", "c_float": "FLOAT64", "c_double": "FLOAT64", "c_text": "STRING", "c_enum": "STRING",
        "c_json": "JSON", "c_time": "TIME", "l_text": "ARRAY<STRING>", "l_bool": "ARRAY<BOOL>",
        "l_big": "ARRAY<INT64>", "l_double": "ARRAY<FLOAT64>", "l_dec": "ARRAY<NUMERIC>",
        "l_wide": "ARRAY<BIGNUMERIC>", "l_json": "ARRAY<JSON>",
    }  # fmt: skip
    narrower = {
        "c_date": "DATE", "c_ts": "DATETIME", "c_tz": "TIMESTAMP", "l_date": "ARRAY<DATE>", "l_ts": "ARRAY<DATETIME>",
        "l_tz": "ARRAY<TIMESTAMP>", "s_one": STRUCT,
    }  # fmt: skip
    for name, type_name in same.items():
        yield TypedColumn(name, type_name, BY_NAME[name].draw)
    for name, type_name in narrower.items():
        yield TypedColumn(name, type_name, _held(BY_NAME[name].draw))
    yield TypedColumn("c_uuid", "STRING", _uuid)
    for name in ("c_epoch_s", "c_epoch_ms"):
        yield TypedColumn(name, "INT64", BY_NAME[name].draw, epoch=BY_NAME[name].epoch)


def open_store() -> "BigQueryStore":
    """An engine of its own."""
    return BigQueryStore(Zetasql())


class Zetasql:
    """The reference engine: it is compiled once a machine, and takes its requests through a wall of bytes."""

    name = "bigquery"
    dialect = "bigquery"

    def __init__(self) -> None:
        client.Config = _cached
        self.wasm = client.WasmClient(str(get_wasm_path()))
        self.wasm.write_bytes = self._write
        self.wasm.read_bytes = self._read
        language = LanguageOptions.maximum_features()
        language.product_mode = ProductMode.PRODUCT_EXTERNAL
        functions = ZetaSQLBuiltinFunctionOptions(language_options=language)
        self.language = language.to_proto()
        self.catalog = CatalogBuilder("people").with_builtin_functions(functions).build().to_proto()
        scalar = TypeFactory.create_simple_type
        self.types = {
            str: scalar(TypeKind.TYPE_STRING),
            bool: scalar(TypeKind.TYPE_BOOL),
            int: scalar(TypeKind.TYPE_INT64),
            float: scalar(TypeKind.TYPE_DOUBLE),
            list: TypeFactory.create_array_type(scalar(TypeKind.TYPE_STRING)),
        }
        self.tables: dict[str, tuple[list[Any], Any]] = {}
        self.number: int | None = None
        self.zone = "UTC"

    # The package copies byte by byte, in Python.

    def _write(self, place: int, data: bytes) -> None:
        ctypes.memmove(self._start() + place, data, len(data))

    def _read(self, place: int, size: int) -> bytes:
        return ctypes.string_at(self._start() + place, size)

    def _start(self) -> int:
        return ctypes.addressof(self.wasm.memory.data_ptr().contents)

    def ask(self, sql: str, parameters: Mapping[str, object]) -> tuple[list[Any], Any]:
        """The columns and the rows of a query, as messages."""
        request = messages.PrepareQueryRequest(sql=sql, registered_catalog_id=self._registered())
        request.options.language_options.CopyFrom(self.language)
        request.options.default_timezone = self.zone
        for parameter, value in parameters.items():
            request.options.query_parameters.add(name=parameter, type=self.types[type(value)].to_proto())
        prepared = self._call("PrepareQuery", request, messages.PrepareQueryResponse).prepared
        try:
            run = messages.EvaluateQueryRequest(prepared_query_id=prepared.prepared_query_id)
            for parameter, value in parameters.items():
                _give(run.params.add(name=parameter).value, value)
            return list(prepared.columns), self._call("EvaluateQuery", run, messages.EvaluateQueryResponse).content
        finally:
            done = messages.UnprepareQueryRequest(prepared_query_id=prepared.prepared_query_id)
            self._call("UnprepareQuery", done, Empty)

    def _registered(self) -> int:
        """The number of a catalog with the functions and the tables there are, made anew when those change."""
        if self.number is None:
            request = messages.RegisterCatalogRequest(simple_catalog=self.catalog)
            for table, (columns, rows) in self.tables.items():
                described = request.simple_catalog.table.add(name=table)
                for column in columns:
                    described.column.add(name=column.name, type=column.type)
                request.table_content[table].CopyFrom(rows)
            self.number = self._call("RegisterCatalog", request, messages.RegisterResponse).registered_id
        return self.number

    def put(self, table: str, held: tuple[list[Any], Any] | None) -> None:
        """Make a table, or drop it."""
        if self.number is not None:
            self._call("UnregisterCatalog", messages.UnregisterRequest(registered_id=self.number), Empty)
            self.number = None
        if held is None:
            del self.tables[table]
        else:
            self.tables[table] = held

    def _call(self, method: str, request: Any, answer: type) -> Any:
        return self.wasm.call_grpc_func(f"ZetaSqlLocalService_{method}", request, answer)

    def statements(self, sql: str) -> int:
        """How many statements the parser reads one after the other."""
        request = messages.ExtractTableNamesFromNextStatementRequest(options=self.language)
        place = request.parse_resume_location
        place.input, found = sql, 0
        while place.byte_position < len(sql.encode()):
            answer = messages.ExtractTableNamesFromNextStatementResponse
            place.byte_position = self._call("ExtractTableNamesFromNextStatement", request, answer).resume_byte_position
            found += 1
        return found

    def run(self, sql: str, parameters: Mapping[str, object] | None = None, **_: object) -> list[Row]:
        """All rows of a query."""
        return self.run_named(sql, parameters)[1]

    def run_named(
        self, sql: str, parameters: Mapping[str, object] | None = None, **_: object
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        columns, content = self.ask(sql, parameters or {})
        names = tuple(column.name for column in columns)
        return names, [tuple(_value(cell) for cell in row.cell) for row in content.table_data.row]

    def stream(self, sql: str, parameters: Mapping[str, object] | None = None, **_: object) -> Iterator[list[Row]]:
        """All rows at once: nothing here is so large."""
        if rows := self.run(sql, parameters):
            yield rows


def _give(cell: Any, value: object) -> None:
    """Put the value of a parameter into a message."""
    match value:
        case bool():
            cell.bool_value = value
        case int():
            cell.int64_value = value
        case float():
            cell.double_value = value
        case str():
            cell.string_value = value
        case list():
            cell.array_value.SetInParent()
            for text in value:
                cell.array_value.element.add(string_value=text)
        case _:
            raise AssertionError(f"no parameter of ours is {value!r}")


def _cached() -> wasmtime.Config:
    """Without its cache, wasmtime compiles the engine anew for each process, which takes ten seconds and more."""
    config = wasmtime.Config()
    config.cache = True
    return config


def _value(cell: Any) -> object:
    """A scalar of an answer; NULL is a message without a value."""
    held = cell.WhichOneof("value")
    match held:
        case None:
            return None
        case "bool_value" | "int64_value" | "double_value" | "string_value" | "json_value":
            return getattr(cell, held)
        case _:
            raise AssertionError(f"no query of ours gives a {held}")


class BigQueryStore:
    """Tables are messages in Python's memory."""

    name = f"bigquery (zetasql {version('zetasql')})"
    dialect = "bigquery"
    failures = (ServerError,)
    columns = tuple(_columns())
    documents = ("JSON", "STRING")
    sessions: tuple[Session, ...] = ({"zone": "UTC"}, {"zone": "America/Los_Angeles"}, {"zone": "Asia/Kolkata"})
    guarded: tuple[Session, ...] = ()
    pace = 0.08
    long_list = 40

    def __init__(self, engine: Zetasql) -> None:
        self.engine = engine

    def enter(self, session: Session) -> None:
        """The zone in which texts without one are read."""
        self.engine.zone = session["zone"]

    def readable(self, document: str) -> bool:
        """All of I-JSON."""
        return True

    def storable(self, document: str, kind: str) -> bool:
        """STRING takes everything, JSON what can be parsed."""
        if kind == "STRING":
            return True
        parsed = "SELECT SAFE.PARSE_JSON(@it, wide_number_mode => 'round') IS NOT NULL"
        [[found]] = self.engine.run(parsed, {"it": document})
        return bool(found)

    def nameable(self, name: str) -> bool:
        """No name is empty; names that begin with a dollar are the engine's own, and no line breaks within one.

        The service is stricter, and says so when a table is made.
        """
        return name != "" and not name.startswith("$") and name.isprintable()

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
        """Texts are cast by the engine, one query a table, and what it answers is the table."""
        types = {id: "STRING", "doc": document or self.documents[0]} | {column.name: column.type for column in columns}
        names = [name for name in types if name in rows]
        texts = {f"c{at}": rows[name] for at, name in enumerate(names)}
        cast = ", ".join(f"{_cast(f'c{at}', types[name])} AS {_quoted(name)}" for at, name in enumerate(names))
        self.engine.put("texts", _texts(texts))
        try:
            made = self.engine.ask(f"SELECT {cast} FROM texts", {})
        finally:
            self.engine.put("texts", None)
        self.engine.put(table, made)
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        roles = Roles(id=id, properties="doc" if "doc" in rows else None, tenant=tenant, epochs=epochs)
        return declare(Table((table,)), [Declared(name, _kind(types[name])) for name in names], roles)

    def drop(self, table: str) -> None:
        """Forget a table."""
        self.engine.put(table, None)

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """There are no guards."""
        return self.engine.run(sql, parameters)

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """There are no guards."""
        return self.engine.run(sql, parameters)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """As the engine's parser divides the text."""
        return self.engine.statements(sql)

    def close(self) -> None:
        """Memory is given back with the object."""


def _texts(columns: Mapping[str, Sequence[str | None]]) -> tuple[list[Any], Any]:
    """A table of texts as messages."""
    text = TypeFactory.create_simple_type(TypeKind.TYPE_STRING).to_proto()
    content = messages.TableContent()
    content.table_data.SetInParent()
    for row in zip(*columns.values(), strict=True):
        cells = content.table_data.row.add().cell
        for value in row:
            cells.add() if value is None else cells.add(string_value=value)
    return [SimpleColumnProto(name=name, type=text) for name in columns], content


def _kind(type_name: str) -> Kind:
    if type_name == STRUCT:
        return StructKind(tuple((key, KINDS[held]) for key, held in FIELDS.items()))
    if type_name.startswith("ARRAY<"):
        return ArrayKind(KINDS[type_name.removeprefix("ARRAY<").removesuffix(">")])
    return KINDS[type_name]


def _cast(given: str, type_name: str) -> str:
    """The text of a value as the value of its column."""
    match type_name:
        case "STRING":
            return given
        case "JSON":
            return f"PARSE_JSON({given}, wide_number_mode => 'round')"
        case "STRUCT":
            parsed = _cast(given, "JSON")
            fields = ", ".join(
                f"{_cast(f'SAFE.STRING(parsed[{_literal(key)}])', held)} AS {_quoted(key)}"
                for key, held in FIELDS.items()
            )
            return f"IF({given} IS NULL, NULL, (SELECT AS STRUCT {fields} FROM (SELECT {parsed} AS parsed)))"
        case _ if type_name.startswith("ARRAY<"):
            item = type_name.removeprefix("ARRAY<").removesuffix(">")
            cast = "NULLIF(TO_JSON_STRING(item), '')" if item == "JSON" else "SAFE.STRING(item)"
            value = "item" if item == "JSON" else _cast(cast, item)
            items = f"UNNEST(JSON_QUERY_ARRAY({_cast(given, 'JSON')})) AS item WITH OFFSET place"
            return f"IF({given} IS NULL, NULL, ARRAY(SELECT {value} FROM {items} ORDER BY place))"
        case _:
            return f"CAST({given} AS {type_name})"


def _quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
