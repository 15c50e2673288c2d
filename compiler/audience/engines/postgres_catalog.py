"""What PostgreSQL's own catalog says of a table, as a catalog of ours: columns, their kinds, what can be NULL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audience.catalog import Catalog, Kind, Table, describe_relation
from audience.catalog.declare import DOCUMENT, Declared, Roles, declare
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    Collation,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.errors import UsageError

if TYPE_CHECKING:
    from audience.engines.postgres_session import PlainCursor

READS_JSON_TEXT = 160000
"""The release from which a text can be asked whether it is JSON without an error: 16."""

TABLES = """
    SELECT pg_catalog.pg_table_is_visible(c.oid), n.nspname::text, c.relname::text
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND (n.nspname NOT LIKE 'pg\\_%' OR n.oid = pg_catalog.pg_my_temp_schema())
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e'
      )
"""
"""Whether the name alone finds it, its schema and its name; no partitions, and nothing that an extension brought."""

FIND = """
    SELECT
      c.relkind::text,
      c.reltype::pg_catalog.int8,
      pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
      CURRENT_USER::text,
      CASE
        WHEN c.relkind = 'r' THEN NOT c.relhassubclass
        WHEN c.relkind = 'p' THEN NOT EXISTS (
          SELECT FROM pg_catalog.pg_partition_tree(c.oid) t
          JOIN pg_catalog.pg_class part ON part.oid = t.relid WHERE part.relkind = 'f'
        )
        ELSE false
      END,
      d.datlocprovider = 'b' OR d.datlocprovider = 'c' AND d.datcollate IN ('C', 'POSIX')
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
    WHERE c.oid = pg_catalog.to_regclass(%(name)s)
      AND (%(database)s::text IS NULL OR %(database)s::text = pg_catalog.current_database())
"""
"""A relation by its name; whether NOT NULL holds for all of its rows, and whether the database compares bytes.

In a view no column is NOT NULL, in a foreign table nobody enforces it, and children of a table may have dropped it.
"""

TYPES = """
    WITH RECURSIVE reached (oid) AS (
      SELECT %(row_type)s::pg_catalog.int8::pg_catalog.oid
      UNION
      SELECT below.oid
      FROM reached
      JOIN pg_catalog.pg_type t ON t.oid = reached.oid
      CROSS JOIN LATERAL (
        SELECT t.typbasetype WHERE t.typtype = 'd'
        UNION ALL
        SELECT t.typelem WHERE t.typtype <> 'd' AND t.typelem <> 0
        UNION ALL
        SELECT a.atttypid FROM pg_catalog.pg_attribute a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      ) below (oid)
    )
    SELECT
      t.oid::pg_catalog.int8,
      n.nspname = 'pg_catalog',
      t.typname::text,
      CASE
        WHEN EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) THEN 'array'
        ELSE t.typtype::text
      END,
      CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END::pg_catalog.int8,
      t.typtypmod,
      pg_catalog.format_type(t.oid, NULL)
    FROM reached
    JOIN pg_catalog.pg_type t ON t.oid = reached.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
"""
"""Every type that the row of a table is made of, with its shape and the type that it is made of in turn."""

FIELDS = """
    SELECT
      t.oid::pg_catalog.int8,
      a.attname::text,
      a.atttypid::pg_catalog.int8,
      a.atttypmod,
      a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint k
        WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated
      ),
      CASE
        WHEN co.oid IS NULL OR co.collprovider = 'd' THEN 'database'
        WHEN NOT co.collisdeterministic THEN 'folding'
        WHEN co.collprovider = 'b' OR co.collprovider = 'c' AND co.collcollate IN ('C', 'POSIX') THEN 'binary'
        ELSE 'exact'
      END
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
    WHERE t.typtype = 'c' AND t.oid = ANY(%(types)s::pg_catalog.int8[]::pg_catalog.oid[])
    ORDER BY t.oid, a.attnum
"""
"""The columns of tables and the fields of composite types, in order. Since 18 NOT NULL may wait to be validated."""

READABLE = {"r", "p", "v", "m", "f"}
"""Kinds of relations: table, partitioned table, view, materialized view, foreign table."""

UNBOUNDED_NUMERIC = DecimalKind(131072 + 16383, 16383)
"""NUMERIC without numbers holds that many digits, of them so many after the point."""

SCALARS: Mapping[str, Kind] = {
    "bool": BooleanKind(),
    "int2": IntegerKind(-(2**15), 2**15 - 1),
    "int4": IntegerKind(-(2**31), 2**31 - 1),
    "int8": IntegerKind(-(2**63), 2**63 - 1),
    "float4": DoubleKind(),
    "float8": DoubleKind(),
    "date": TimestampKind(TimestampForm.DATE),
    "timestamp": TimestampKind(TimestampForm.NAIVE),
    "timestamptz": TimestampKind(TimestampForm.ZONED),
    "jsonb": JsonKind(),
}
"""Types of pg_catalog by their internal names. Those that depend on more are read below."""

TEXTS = {"text": False, "varchar": False, "bpchar": True, "name": True, "char": True, "uuid": True}
"""Types whose text is the value, and whether they must be cast to text first."""

NO_MODIFIER = -1


@dataclass(frozen=True, slots=True)
class _Type:
    system: bool
    name: str
    shape: str
    part: int
    modifier: int
    written: str


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    type: int
    modifier: int
    not_null: bool
    collation: Collation


def read_catalog(cursor: "PlainCursor", table: Table, roles: Roles, version: int) -> Catalog | None:
    """The catalog of a table; None when there is none of this name.

    UsageError for one that conditions cannot be asked of, and for one that this user may not read.
    """
    written = ".".join(map(_quoted, table.name[-2:]))
    asked = {"name": written, "database": table.name[0] if len(table.name) > 2 else None}
    found = cursor.execute(FIND, asked, prepare=False).fetchone()
    if found is None:
        return None
    relation_kind, row_type, readable, user, holds_not_null, compares_bytes = found
    if relation_kind not in READABLE:
        raise UsageError("A701", f"`{describe_relation(table)}` is no table and no view")
    if not readable:
        help = f"its owner can say: grant select on {written} to {_quoted(user)}"
        raise UsageError("A701", f"user {user} has no right to read `{describe_relation(table)}`", help)
    default = Collation.BINARY if compares_bytes else Collation.EXACT
    types = {oid: _Type(*described) for oid, *described in cursor.execute(TYPES, {"row_type": row_type}, prepare=False)}
    fields: dict[int, list[_Field]] = {oid: [] for oid in types}
    for oid, name, type, modifier, not_null, collation in cursor.execute(FIELDS, {"types": [*types]}, prepare=False):
        collated = default if collation == "database" else Collation(collation)
        fields[oid].append(_Field(name, type, modifier, not_null, collated))
    document = DOCUMENT if roles.properties is None else roles.properties
    columns = []
    for column in fields[row_type]:
        # A document that cannot be read is refused below, and not merely opaque.
        reader = _Reader(types, fields, version >= READS_JSON_TEXT or column.name == document)
        columns.append(Declared(column.name, reader.kind(column), not (column.not_null and holds_not_null)))
    catalog = declare(table, columns, roles)
    if version < READS_JSON_TEXT and catalog.document is not None and catalog.document.kind == JsonKind(text=True):
        raise UsageError(
            "A707",
            f"column `{catalog.document.name}` holds JSON as text, and PostgreSQL before 16 stops at one that is none",
            "cast the column to jsonb in a view and name the view, or use PostgreSQL 16",
        )
    return catalog


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads types as kinds. Text that is JSON is opaque where it cannot be read without an error."""

    types: Mapping[int, _Type]
    fields: Mapping[int, list[_Field]]
    reads_json_text: bool

    def kind(self, field: _Field) -> Kind:
        found = self.types[field.type]
        match found.shape:
            case "d":
                # The modifier of numeric(10,2) stands with the domain that names it, at any depth.
                modifier = found.modifier if field.modifier == NO_MODIFIER else field.modifier
                return self.kind(replace(field, type=found.part, modifier=modifier))
            case "array":
                return ArrayKind(self.kind(replace(field, type=found.part)))
            case "c":
                return self._struct(field.type, found)
            case "e":
                return TextKind(cast=True, collation=field.collation)
            case _:
                return self._scalar(found, field)

    def _struct(self, oid: int, found: _Type) -> Kind:
        fields = [(field.name, self.kind(field)) for field in self.fields[oid]]
        folded = {name.casefold() for name, _ in fields}
        # Elsewhere the case of field names is folded, and a condition means the same on every engine.
        return StructKind(tuple(fields)) if len(folded) == len(fields) else OpaqueKind(found.written)

    def _scalar(self, found: _Type, field: _Field) -> Kind:
        if not found.system:
            cast = found.name == "citext"
            return TextKind(cast=True, collation=field.collation) if cast else OpaqueKind(found.written)
        if found.name in TEXTS:
            return TextKind(cast=TEXTS[found.name], collation=field.collation)
        if found.name == "numeric":
            return _numeric(field.modifier)
        if found.name == "json" and self.reads_json_text:
            return JsonKind(text=True)
        return SCALARS.get(found.name, OpaqueKind(found.written))


def _numeric(modifier: int) -> DecimalKind:
    """Precision and scale as PostgreSQL packs them. Its scale may be negative, or more than the precision."""
    if modifier == NO_MODIFIER:
        return UNBOUNDED_NUMERIC
    packed = modifier - 4
    precision, scale = packed >> 16, ((packed & 0x7FF) ^ 1024) - 1024
    return DecimalKind(max(precision - min(scale, 0), scale), max(scale, 0))


def _quoted(name: str) -> str:
    """A name in quotes, which keeps its case."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
