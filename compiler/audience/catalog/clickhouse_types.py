"""Read ClickHouse's type names as kinds.

A column is never NULL unless its type says so, and a list or a map cannot be: what would have to be absent inside of
another container is therefore out of reach of conditions.
"""

from typing import NamedTuple

from sqlglot import errors, exp

from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    Collation,
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

DType = exp.DType

TEXT = TextKind(collation=Collation.BINARY)
OTHER_TEXT = TextKind(cast=True, collation=Collation.BINARY)


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
    DType.INT256: _signed(256),
    DType.UTINYINT: _unsigned(8),
    DType.USMALLINT: _unsigned(16),
    DType.UINT: _unsigned(32),
    DType.UBIGINT: _unsigned(64),
    DType.UINT128: _unsigned(128),
    DType.UINT256: _unsigned(256),
    DType.FLOAT: DoubleKind(),
    DType.DOUBLE: DoubleKind(),
    DType.TEXT: TEXT,
    DType.FIXEDSTRING: OTHER_TEXT,
    DType.UUID: OTHER_TEXT,
    DType.ENUM8: OTHER_TEXT,
    DType.ENUM16: OTHER_TEXT,
    DType.DATE: TimestampKind(TimestampForm.DATE),
    DType.DATE32: TimestampKind(TimestampForm.DATE),
    DType.DATETIME: TimestampKind(TimestampForm.ZONED),
}

MICROSECOND_DIGITS = 6
"""A DateTime64 of more digits is finer than a microsecond."""

DATETIME64_DIGITS = 3
"""What DateTime64 means without a number."""


class ColumnType(NamedTuple):
    """The kind of a column, and whether it can be NULL."""

    kind: Kind
    nullable: bool


def read_clickhouse_type(type_name: str) -> ColumnType:
    """The kind of a type as DESCRIBE writes it. A type nobody knows is opaque, never an error."""
    try:
        data_type = exp.DataType.build(type_name, dialect="clickhouse")
    except (errors.SqlglotError, ValueError):
        return ColumnType(OpaqueKind(type_name), type_name.startswith("Nullable("))
    return _read(data_type, type_name, inner=False)


def _read(data_type: object, written: str, *, inner: bool) -> ColumnType:
    """`inner` where the value can be missing: an item, an entry, a field of something that is not there."""
    if not isinstance(data_type, exp.DataType):
        return ColumnType(OpaqueKind(written), nullable=False)
    nullable, parts = bool(data_type.args.get("nullable")), data_type.expressions
    match data_type.this:
        case DType.LOWCARDINALITY:
            return _read(parts[0], written, inner=inner)
        case DType.SIMPLEAGGREGATEFUNCTION:
            return _read(parts[-1], written, inner=inner)
        case DType.DATETIME64:
            digits = int(parts[0].name) if parts else DATETIME64_DIGITS
            form = TimestampForm.NAIVE_NANOSECONDS if digits > MICROSECOND_DIGITS else TimestampForm.ZONED
            return ColumnType(TimestampKind(form), nullable)
        case DType.DECIMAL:
            precision, scale = (int(part.name) for part in parts)
            return ColumnType(DecimalKind(precision, scale), nullable)
        case DType.ARRAY if not inner:
            return ColumnType(_opaque_or(ArrayKind(_inner(parts[0])), written), nullable=False)
        case DType.MAP if not inner and _read(parts[0], "", inner=True).kind == TEXT:
            return ColumnType(_opaque_or(MapKind(_inner(parts[1])), written), nullable=False)
        case DType.STRUCT if all(isinstance(part, exp.ColumnDef) for part in parts):
            return ColumnType(_struct(parts, written, inner=inner or nullable), nullable)
        case scalar:
            return ColumnType(SCALARS.get(scalar, OpaqueKind(written)), nullable)


def _inner(part: exp.Expr) -> Kind:
    return _read(part, part.sql("clickhouse"), inner=True).kind


def _opaque_or(kind: ArrayKind | MapKind, written: str) -> Kind:
    """The kind, unless the values in it cannot be looked into and are containers themselves."""
    below = kind.item if isinstance(kind, ArrayKind) else kind.value
    hides_container = isinstance(below, OpaqueKind) and below.type.startswith(("Array(", "Map(", "Tuple(", "Nested("))
    return OpaqueKind(written) if hides_container else kind


def _struct(parts: list[exp.Expr], written: str, *, inner: bool) -> Kind:
    """Fields that would have to be absent and cannot are no fields."""
    fields = []
    for part in parts:
        kind = part.args.get("kind")
        read = _read(kind, written if kind is None else kind.sql("clickhouse"), inner=inner).kind
        if inner and isinstance(read, OpaqueKind):
            continue
        fields.append((part.name, read))
    folded = {name.casefold() for name, _ in fields}
    return StructKind(tuple(fields)) if fields and len(folded) == len(fields) else OpaqueKind(written)
