"""Declare a catalog: columns with their kinds, and which of them is the id, the document, the tenant.

The one place where names of columns become names of properties; introspection, catalog.toml and
`Users(columns=...)` all end here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import errors, exp

from audience.catalog.catalog import ID, Catalog, Column, Relation, Table, describe_relation
from audience.catalog.kinds import (
    DecimalKind,
    IntegerKind,
    JsonKind,
    Kind,
    OpaqueKind,
    TextKind,
    TimestampForm,
    TimestampKind,
    describe,
)
from audience.catalog.types import ALIASES, read_kind
from audience.diagnostics import did_you_mean
from audience.errors import UsageError

EPOCH_UNITS = {"s": TimestampForm.EPOCH_SECONDS, "ms": TimestampForm.EPOCH_MILLISECONDS}
"""How a configuration says that an integer column counts seconds or milliseconds since 1970."""

DOCUMENT = "properties"
"""A JSON column of this name is the document when none is named."""


TYPE_NAMES = (
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "REAL", "DOUBLE", "DECIMAL(18,3)"),
    *("VARCHAR", "TEXT", "UUID", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "JSON", "VARCHAR[]", *ALIASES),
)
"""Types offered in a did-you-mean; every type of DuckDB is taken."""


ELSEWHERE = {
    **dict.fromkeys(("jsonb", "variant", "super"), "JSON"),
    **dict.fromkeys(("timestamp_tz", "timestamp_ltz"), "TIMESTAMPTZ"),
    "timestamp_ntz": "TIMESTAMP",
    "float64": "DOUBLE",
}
"""Names that other engines have for types, where no type of DuckDB that means something else has the name."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A column as the engine or a configuration states it."""

    name: str
    kind: Kind
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column is what. Column names on the left of `renames` and `epochs`, property names and units on the right.

    `properties` None means: a JSON column called `properties` if there is one, else no document.
    """

    id: str = ID
    properties: str | None = None
    tenant: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    epochs: Mapping[str, str] = field(default_factory=dict)


def declare(relation: Relation, columns: Sequence[Declared], roles: Roles) -> Catalog:
    """The catalog of a relation; UsageError A702 for a column that is not there, A707 for one that cannot serve."""
    known = {column.name: column for column in columns}
    named = [roles.id, roles.properties, roles.tenant, *roles.renames, *roles.epochs]
    for name in named:
        if name is not None and name not in known:
            raise missing_column(name, known, describe_relation(relation))
    document = _document(known, roles)
    special = {roles.id, roles.tenant, document.name if document else None}
    if taken := next((name for name in roles.renames if name in special), None):
        raise UsageError("A707", f"column `{taken}` is no property of its own, so it cannot be renamed")
    return Catalog(
        relation=relation,
        id=_name_column(known[roles.id], ID, "an id"),
        columns=_properties([column for column in columns if column.name not in special], roles),
        document=document,
        tenant=None if roles.tenant is None else _name_column(known[roles.tenant], roles.tenant, "a tenant"),
    )


def declare_types(table: str, types: Mapping[str, str], roles: Roles) -> Catalog:
    """A catalog from the names of types.

    Where nothing else is said, the id and the tenant are text and the document is JSON.
    """
    implied = {roles.id: "VARCHAR"}
    if roles.tenant is not None:
        implied[roles.tenant] = "VARCHAR"
    if roles.properties is not None:
        implied[roles.properties] = "JSON"
    declared = []
    for name, written in {**implied, **types}.items():
        type_name = ELSEWHERE.get(written.strip().lower(), written)
        if not is_type(type_name):
            known = did_you_mean(written, TYPE_NAMES) or "write a type of DuckDB: VARCHAR, DOUBLE, TIMESTAMP, JSON"
            raise UsageError("A707", f"`{written}`, the type of column `{name}`, is no type", known)
        declared.append(Declared(name, read_kind(type_name), nullable=name != roles.id))
    return declare(Table(split_table(table)), declared, roles)


def is_type(type_name: str) -> bool:
    """Whether DuckDB knows a type of this name; conditions may still be unable to look into it."""
    try:
        built = exp.DataType.build(ALIASES.get(type_name.strip().lower(), type_name), dialect="duckdb")
    except (errors.SqlglotError, ValueError):
        return False
    return all(part.this != exp.DType.USERDEFINED for part in built.find_all(exp.DataType))


def split_table(table: str) -> tuple[str, ...]:
    """The parts of a table's name: `crm.people`, `"my schema".people`; inside of quotes `""` is a quote."""
    parts, quoted, current, before = [], False, "", ""
    for character in table:
        reopened, before = not quoted and before == character == '"', character
        if character == '"':
            current += '"' if reopened else ""
            quoted = not quoted
        elif character == "." and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    if quoted or len(parts) > 3 or not all(parts):
        raise UsageError("A707", f"`{table}` is no table name", 'write `table`, `schema.table` or `"odd name".table`')
    return tuple(parts)


def missing_column(name: str, known: Mapping[str, object], where: str) -> UsageError:
    """The error for a column that a relation does not have, with the names it does have."""
    shown = ", ".join(f"`{column}`" for column in list(known)[:20]) + (", …" if len(known) > 20 else "")
    near = did_you_mean(name, known) or f"the columns are {shown}"
    return UsageError("A702", f"{where} has no column `{name}`", near)


def _document(known: Mapping[str, Declared], roles: Roles) -> Column | None:
    if roles.properties is None:
        found = known.get(DOCUMENT)
        if found is None or not isinstance(found.kind, JsonKind):
            return None
        return Column(DOCUMENT, DOCUMENT, found.kind, found.nullable)
    column = known[roles.properties]
    match column.kind:
        case JsonKind():
            kind = column.kind
        case TextKind(cast=False):
            kind = JsonKind(text=True)
        case OpaqueKind(type):
            raise UsageError(
                "A707",
                f"column `{column.name}` is of type {type}, which cannot be looked into on this engine",
                "`audience engines` lists what each engine cannot do",
            )
        case other:
            raise UsageError(
                "A707",
                f"column `{column.name}` holds {describe(other)}, not JSON documents",
                "the properties column is JSON, or text that holds JSON",
            )
    return Column(column.name, column.name, kind, column.nullable)


def _name_column(column: Declared, property: str, role: str) -> Column:
    """The id or the tenant: something that has exactly one text."""
    match column.kind:
        case TextKind() | IntegerKind() | DecimalKind(scale=0):
            return Column(property, column.name, column.kind, column.nullable)
        case other:
            raise UsageError(
                "A707",
                f"column `{column.name}` holds {describe(other)}, which cannot be {role}",
                f"{role} is text, a whole number or a UUID",
            )


def _properties(columns: Sequence[Declared], roles: Roles) -> tuple[Column, ...]:
    properties: dict[str, Column] = {}
    for column in columns:
        called = roles.renames.get(column.name, column.name)
        kind = _epoch(column, roles.epochs[column.name]) if column.name in roles.epochs else column.kind
        if called == ID:
            # `recipient.id` is always the person's id, so a column that is only called so can never be asked for.
            continue
        if called in properties:
            other = properties[called].name
            raise UsageError("A707", f"columns `{other}` and `{column.name}` would both be the property `{called}`")
        properties[called] = Column(called, column.name, kind, column.nullable)
    return tuple(properties.values())


def _epoch(column: Declared, unit: str) -> Kind:
    if unit not in EPOCH_UNITS:
        raise UsageError("A707", f"`{unit}` is no unit of an epoch column", 'write "s" or "ms"')
    if not isinstance(column.kind, IntegerKind):
        raise UsageError(
            "A707",
            f"column `{column.name}` holds {describe(column.kind)}, so it cannot count {_unit_word(unit)} since 1970",
            "an epoch column is an integer column",
        )
    return TimestampKind(EPOCH_UNITS[unit])


def _unit_word(unit: str) -> str:
    return {"s": "seconds", "ms": "milliseconds"}[unit]
