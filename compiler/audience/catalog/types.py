"""Read an engine's type names as kinds: `STRUCT(city VARCHAR)` becomes an object with a text in it."""

from sqlglot import errors, exp

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

DType = exp.DType


def _signed(bits: int) -> IntegerKind:
    return IntegerKind(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _unsigned(bits: int) -> IntegerKind:
    return IntegerKind(0, 2**bits - 1)


SCALARS: dict[exp.DType, Kind] = {
    DType.BOOLEAN: BooleanKind(),
    DType.TINYINT: _signed(8),
    DType.SMALLINT: _signed(16),
    DType.INT: _signed(32),
    DType.BIGINT: _signed(64),
    DType.INT128: _signed(128),
    DType.UTINYINT: _unsigned(8),
    DType.USMALLINT: _unsigned(16),
    DType.UINT: _unsigned(32),
    DType.UBIGINT: _unsigned(64),
    DType.UINT128: _unsigned(128),
    DType.FLOAT: DoubleKind(),
    DType.DOUBLE: DoubleKind(),
    DType.VARCHAR: TextKind(),
    DType.CHAR: TextKind(),
    DType.NCHAR: TextKind(),
    DType.NVARCHAR: TextKind(),
    DType.TEXT: TextKind(),
    DType.UUID: TextKind(cast=True),
    DType.ENUM: TextKind(cast=True),
    DType.DATE: TimestampKind(TimestampForm.DATE),
    DType.TIMESTAMP: TimestampKind(TimestampForm.NAIVE),
    DType.TIMESTAMPNTZ: TimestampKind(TimestampForm.NAIVE),
    DType.DATETIME: TimestampKind(TimestampForm.NAIVE),
    DType.TIMESTAMP_S: TimestampKind(TimestampForm.NAIVE),
    DType.TIMESTAMP_MS: TimestampKind(TimestampForm.NAIVE),
    DType.TIMESTAMP_NS: TimestampKind(TimestampForm.NAIVE_NANOSECONDS),
    DType.TIMESTAMPTZ: TimestampKind(TimestampForm.ZONED),
    DType.JSON: JsonKind(),
}

DECIMAL_DEFAULT = (18, 3)
"""What DuckDB means by DECIMAL without numbers."""

ALIASES = {"string": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "list": "JSON", "object": "JSON"}
"""Words a person may write in a catalog instead of an engine's type."""


def read_kind(type_name: str, dialect: str = "duckdb") -> Kind:
    """The kind of a column type, written in a dialect. A type nobody knows is opaque, never an error."""
    name = ALIASES.get(type_name.strip().lower(), type_name)
    try:
        data_type = exp.DataType.build(name, dialect=dialect)
    except (errors.SqlglotError, ValueError):
        return OpaqueKind(type_name)
    return _kind(data_type, type_name)


def _kind(data_type: exp.Expr, written: str) -> Kind:
    if not isinstance(data_type, exp.DataType):
        return OpaqueKind(written)
    dtype, parts = data_type.this, data_type.expressions
    if dtype in SCALARS:
        return SCALARS[dtype]
    if dtype == DType.DECIMAL:
        numbers = [int(part.name) for part in parts if part.name.isdigit()]
        precision, scale = [*numbers, 0][:2] if numbers else DECIMAL_DEFAULT
        return DecimalKind(precision, scale)
    if dtype in (DType.LIST, DType.ARRAY) and parts:
        return ArrayKind(_kind(parts[0], parts[0].sql("duckdb")))
    if dtype == DType.STRUCT and parts and all(isinstance(part, exp.ColumnDef) for part in parts):
        return _struct(parts, written)
    if dtype == DType.MAP and len(parts) == 2:
        key = _kind(parts[0], "")
        return MapKind(_kind(parts[1], parts[1].sql("duckdb"))) if key == TextKind() else OpaqueKind(written)
    return OpaqueKind(written)


def _struct(parts: list[exp.Expr], written: str) -> Kind:
    fields = []
    for part in parts:
        kind = part.args.get("kind")
        fields.append((part.this.name, _kind(kind, kind.sql("duckdb")) if kind is not None else OpaqueKind(written)))
    folded = {name.casefold() for name, _ in fields}
    # Engines fold the case of field names, so two keys that differ only by case cannot be told apart.
    return StructKind(tuple(fields)) if len(folded) == len(fields) else OpaqueKind(written)
