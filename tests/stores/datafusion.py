"""DataFusion in memory, for typed columns only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.metadata import version
from random import Random

import datafusion
import pyarrow as pa

from audience.catalog import Catalog, Table
from audience.catalog.declare import Declared, Roles, declare
from audience.catalog.kinds import (
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    Kind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.engines.engine import Row
from audience.interpreter import DocumentValue
from audience.limits import LIST_ITEMS_MAX
from audience.values import Instant
from tests.fuzz.columns import BY_NAME, Given, TypedColumn
from tests.stores.store import Rows, Session

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999

TYPES: dict[str, tuple[pa.DataType, Kind]] = {
    "Boolean": (pa.bool_(), BooleanKind()),
    "Int8": (pa.int8(), IntegerKind(-(2**7), 2**7 - 1)),
    "Int32": (pa.int32(), IntegerKind(-(2**31), 2**31 - 1)),
    "Int64": (pa.int64(), IntegerKind(-(2**63), 2**63 - 1)),
    "UInt64": (pa.uint64(), IntegerKind(0, 2**64 - 1)),
    "Decimal128(10, 2)": (pa.decimal128(10, 2), DecimalKind(10, 2)),
    "Decimal128(30, 5)": (pa.decimal128(30, 5), DecimalKind(30, 5)),
    "Float32": (pa.float32(), DoubleKind()),
    "Float64": (pa.float64(), DoubleKind()),
    "Utf8": (pa.string(), TextKind()),
    "Date32": (pa.date32(), TimestampKind(TimestampForm.DATE)),
    "Timestamp(Microsecond)": (pa.timestamp("us"), TimestampKind(TimestampForm.NAIVE)),
    "Timestamp(Microsecond, UTC)": (pa.timestamp("us", "UTC"), TimestampKind(TimestampForm.ZONED)),
}


def _in_range(value: DocumentValue) -> bool:
    return not isinstance(value, Instant) or FIRST <= value.microseconds <= LAST


def _held(draw: Callable[[Random], Given]) -> Callable[[Random], Given]:
    """The same values without the infinities and the years that DataFusion does not hold."""

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
        "c_bool": "Boolean", "c_tiny": "Int8", "c_int": "Int32", "c_big": "Int64", "c_ubig": "UInt64",
        "c_dec": "Decimal128(10, 2)", "c_wide": "Decimal128(30, 5)", "c_float": "Float32", "c_double": "Float64",
        "c_text": "Utf8", "c_enum": "Utf8",
    }  # fmt: skip
    narrower = {"c_date": "Date32", "c_ts": "Timestamp(Microsecond)", "c_tz": "Timestamp(Microsecond, UTC)"}
    for name, type_name in same.items():
        yield TypedColumn(name, type_name, BY_NAME[name].draw)
    for name, type_name in narrower.items():
        yield TypedColumn(name, type_name, _held(BY_NAME[name].draw))
    yield TypedColumn("c_uuid", "Utf8", _uuid)
    for name in ("c_epoch_s", "c_epoch_ms"):
        yield TypedColumn(name, "Int64", BY_NAME[name].draw, epoch=BY_NAME[name].epoch)


def open_store() -> "DataFusionStore":
    """A context of its own."""
    return DataFusionStore(Context())


class Context:
    """DataFusion behind the two calls that laws make of an engine."""

    name = "datafusion"
    dialect = "datafusion"

    def __init__(self) -> None:
        self.enter("UTC")

    def enter(self, zone: str) -> None:
        """Settings are those of a context, and its tables go with it."""
        self.zone = zone
        self.context = datafusion.SessionContext(datafusion.SessionConfig().set("datafusion.execution.time_zone", zone))

    def run(self, sql: str, parameters: Mapping[str, object] | None = None, **_: object) -> list[Row]:
        """All rows of a query."""
        return self.run_named(sql, parameters)[1]

    def run_named(
        self, sql: str, parameters: Mapping[str, object] | None = None, **_: object
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        given = {name: _given(value) for name, value in (parameters or {}).items()}
        found = self.context.sql(sql, param_values=given)
        rows = [
            row for batch in found.collect() for row in zip(*(held.to_pylist() for held in batch.columns), strict=True)
        ]
        return tuple(found.schema().names), rows

    def stream(self, sql: str, parameters: Mapping[str, object] | None = None, **_: object) -> Iterator[list[Row]]:
        """All rows at once: nothing here is so large."""
        if rows := self.run(sql, parameters):
            yield rows


class DataFusionStore:
    """The store of a context."""

    name = f"datafusion {version('datafusion')}"
    dialect = "datafusion"
    failures = (Exception,)
    columns = tuple(_columns())
    documents: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ({"zone": "+00:00"}, {"zone": "America/New_York"}, {"zone": "Asia/Kolkata"})
    guarded: tuple[Session, ...] = ()
    pace = 0.5
    long_list = LIST_ITEMS_MAX

    def __init__(self, engine: Context) -> None:
        self.engine = engine

    def enter(self, session: Session) -> None:
        """A context in another zone."""
        self.engine.enter(session["zone"])

    def readable(self, document: str) -> bool:
        """Never asked, where there are no documents."""
        raise AssertionError(document)

    def storable(self, document: str, kind: str) -> bool:
        """Never asked, where there are no documents."""
        raise AssertionError(document, kind)

    def nameable(self, name: str) -> bool:
        """No name is empty."""
        return name != ""

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
        """Arrow casts the texts."""
        assert document is None, "there are no documents"
        types = {id: "Utf8"} | {column.name: column.type for column in columns}
        names = [name for name in types if name in rows]
        arrays = [pa.array([_value(text, types[name]) for text in rows[name]], TYPES[types[name]][0]) for name in names]
        if self.engine.context.table_exist(table):
            self.drop(table)
        batch = pa.RecordBatch.from_arrays(arrays, names=names)
        self.engine.context.register_record_batches(table, [[batch]])
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        declared = [Declared(name, TYPES[types[name]][1]) for name in names]
        return declare(Table((table,)), declared, Roles(id=id, tenant=tenant, epochs=epochs))

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.engine.context.deregister_table(table)

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """There are no guards."""
        return self.engine.run(sql, parameters)

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """There are no guards."""
        return self.engine.run(sql, parameters)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """A context plans one statement, and refuses more."""
        self.engine.context.sql(sql, param_values={name: _given(value) for name, value in parameters.items()})
        return 1

    def close(self) -> None:
        """Memory is given back with the object."""


def _given(value: object) -> object:
    """The value of a parameter; integers that only an unsigned type holds say so."""
    return pa.scalar(value, pa.uint64()) if isinstance(value, int) and value >= 2**63 else value


def _value(text: str | None, type_name: str) -> object:
    """The text of a value as Arrow takes it from Python."""
    match type_name:
        case _ if text is None:
            return None
        case "Boolean":
            return text == "true"
        case "Int8" | "Int32" | "Int64" | "UInt64":
            return int(text)
        case "Float32" | "Float64":
            return float(text)
        case "Decimal128(10, 2)" | "Decimal128(30, 5)":
            return Decimal(text)
        case "Date32":
            return _microseconds(f"{text} 00:00:00") // 86_400_000_000
        case "Timestamp(Microsecond)" | "Timestamp(Microsecond, UTC)":
            return _microseconds(text.removesuffix("+00"))
        case _:
            return text


def _microseconds(text: str) -> int:
    """A text in the one spelling of fuzz/columns, by Python's own calendar."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
