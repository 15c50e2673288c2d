"""Read a Spark schema, in the JSON that Spark itself writes for it, as columns with kinds."""

from collections.abc import Mapping, Sequence
from typing import Any

from audience.catalog.declare import Declared
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    Collation,
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

TEXT = TextKind(collation=Collation.BINARY)
OTHER_TEXT = TextKind(cast=True, collation=Collation.BINARY)
"""A cast to STRING takes away a collation, and from CHAR the rule that blanks at the end do not count."""


def _signed(bits: int) -> IntegerKind:
    return IntegerKind(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


SCALARS: dict[str, Kind] = {
    "boolean": BooleanKind(),
    "byte": _signed(8),
    "short": _signed(16),
    "integer": _signed(32),
    "long": _signed(64),
    "float": DoubleKind(),
    "double": DoubleKind(),
    "string": TEXT,
    "date": TimestampKind(TimestampForm.DATE),
    "timestamp": TimestampKind(TimestampForm.ZONED),
    "timestamp_ntz": TimestampKind(TimestampForm.NAIVE),
}

VARIANT = "variant"

COLLATIONS = "__COLLATIONS"
"""Under this key a field's metadata have the collation of each text in it, by the way to that text."""

CHAR_OR_VARCHAR = "__CHAR_VARCHAR_TYPE_STRING"
"""Under this key a field's metadata have the type of a text of limited length."""


def read_spark_schema(schema: Mapping[str, Any]) -> list[Declared]:
    """The columns of a schema; a type nobody knows is opaque, never an error."""
    columns = []
    for field in schema["fields"]:
        type, name = field["type"], field["name"]
        kind = JsonKind() if type == VARIANT else _field(field)
        columns.append(Declared(name, kind, bool(field.get("nullable", True))))
    return columns


def _field(field: Mapping[str, Any]) -> Kind:
    metadata = field.get("metadata") or {}
    if str(metadata.get(CHAR_OR_VARCHAR, "")).startswith("char"):
        return OTHER_TEXT
    collated = set(metadata.get(COLLATIONS) or {})
    return _kind(field["type"], field["name"], collated)


def _kind(type: object, way: str, collated: set[str]) -> Kind:
    match type:
        case {"type": "array", "elementType": item}:
            return ArrayKind(_kind(item, f"{way}.element", collated))
        case {"type": "map", "keyType": "string", "valueType": value} if f"{way}.key" not in collated:
            return MapKind(_kind(value, f"{way}.value", collated))
        case {"type": "struct", "fields": fields}:
            return _struct(fields)
        case {"type": "udt", "sqlType": held}:
            return _kind(held, way, collated)
        case "string" if way in collated:
            return OTHER_TEXT
        case str() if type.startswith("decimal("):
            precision, scale = type.removeprefix("decimal(").removesuffix(")").split(",")
            return DecimalKind(int(precision), int(scale))
        case str() if type.startswith(("string collate", "char(")):
            return OTHER_TEXT
        case str() if type.startswith("varchar("):
            return TEXT
        case str():
            return SCALARS.get(type, OpaqueKind(type))
        case _:
            return OpaqueKind(_named(type))


def _struct(fields: Sequence[Mapping[str, Any]]) -> Kind:
    """Two keys that differ only by case cannot be told apart."""
    folded = {field["name"].casefold() for field in fields}
    if not fields or len(folded) < len(fields):
        return OpaqueKind("struct")
    return StructKind(tuple((field["name"], _field(field)) for field in fields))


def _named(type: object) -> str:
    return str(type["type"]) if isinstance(type, Mapping) and "type" in type else str(type)
