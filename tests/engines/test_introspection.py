"""A relation's columns become properties by their types; what is named but cannot serve is refused."""

import duckdb
import pytest

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
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
from audience.engines import DuckDB
from audience.errors import UsageError

INT = IntegerKind(-(2**31), 2**31 - 1)
LONG = IntegerKind(-(2**63), 2**63 - 1)

TYPES: dict[str, Kind] = {
    "BOOLEAN": BooleanKind(),
    "TINYINT": IntegerKind(-128, 127),
    "UBIGINT": IntegerKind(0, 2**64 - 1),
    "HUGEINT": IntegerKind(-(2**127), 2**127 - 1),
    "DECIMAL(18,2)": DecimalKind(18, 2),
    "REAL": DoubleKind(),
    "DOUBLE": DoubleKind(),
    "VARCHAR": TextKind(),
    "UUID": TextKind(cast=True),
    "ENUM('a', 'x''y')": TextKind(cast=True),
    "DATE": TimestampKind(TimestampForm.DATE),
    "TIMESTAMP": TimestampKind(TimestampForm.NAIVE),
    "TIMESTAMP_S": TimestampKind(TimestampForm.NAIVE),
    "TIMESTAMP_NS": TimestampKind(TimestampForm.NAIVE_NANOSECONDS),
    "TIMESTAMPTZ": TimestampKind(TimestampForm.ZONED),
    "INTEGER[]": ArrayKind(INT),
    "INTEGER[3]": ArrayKind(INT),
    'STRUCT(city VARCHAR, "zip code" INTEGER)': StructKind((("city", TextKind()), ("zip code", INT))),
    "MAP(VARCHAR, INTEGER)": MapKind(INT),
    "JSON": JsonKind(),
    "INTERVAL": OpaqueKind("INTERVAL"),
    "TIME": OpaqueKind("TIME"),
    "BLOB": OpaqueKind("BLOB"),
}


def introspect(columns: str, **roles: object) -> Catalog:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE people ({columns})")
    return DuckDB(connection).introspect(Table(("people",)), "DESCRIBE SELECT * FROM people", Roles(**roles))  # type: ignore[arg-type]


@pytest.mark.parametrize("type", TYPES)
def test_every_type_has_its_kind(type: str) -> None:
    catalog = introspect(f"id VARCHAR, p {type}")
    assert [(column.property, column.kind) for column in catalog.columns] == [("p", TYPES[type])]


def test_nullable_comes_from_the_table() -> None:
    catalog = introspect("id VARCHAR PRIMARY KEY, a INTEGER NOT NULL, b INTEGER")
    assert not catalog.id.nullable
    assert [column.nullable for column in catalog.columns] == [False, True]


def test_a_json_column_called_properties_is_the_document() -> None:
    assert introspect("id VARCHAR, properties JSON").document is not None
    assert introspect("id VARCHAR, properties VARCHAR").document is None
    assert introspect("id VARCHAR, properties STRUCT(a INTEGER)").document is None


def test_text_can_be_named_as_the_document() -> None:
    document = introspect("id VARCHAR, props VARCHAR", properties="props").document
    assert document is not None
    assert document.kind == JsonKind(text=True)


def test_renames_epochs_and_tenant() -> None:
    catalog = introspect(
        "user_id BIGINT, org UUID, sgn BIGINT, seen BIGINT, id VARCHAR",
        id="user_id",
        tenant="org",
        renames={"sgn": "signed_up_at"},
        epochs={"sgn": "s", "seen": "ms"},
    )
    assert (catalog.id.property, catalog.id.name, catalog.id.kind) == ("id", "user_id", LONG)
    assert catalog.tenant is not None
    assert catalog.tenant.name == "org"
    # A column that is only called `id` could never be asked for: `recipient.id` is the person's id.
    assert [(column.property, column.name, column.kind) for column in catalog.columns] == [
        ("signed_up_at", "sgn", TimestampKind(TimestampForm.EPOCH_SECONDS)),
        ("seen", "seen", TimestampKind(TimestampForm.EPOCH_MILLISECONDS)),
    ]


@pytest.mark.parametrize(
    ("columns", "roles", "text"),
    [
        ("user_id INT, b INT", {"id": "userid"},
         "error[A702]: people has no column `userid`\n  = help: did you mean `user_id`?"),
        ("a INT, b INT", {}, "error[A702]: people has no column `id`\n  = help: the columns are `a`, `b`"),
        ("id INT, props JSON", {"properties": "prop"},
         "error[A702]: people has no column `prop`\n  = help: did you mean `props`?"),
        ("id INT", {"tenant": "org"}, "error[A702]: people has no column `org`\n  = help: the columns are `id`"),
        ("id INT", {"renames": {"x": "y"}}, "error[A702]: people has no column `x`\n  = help: the columns are `id`"),
        ("id INT, p INTEGER", {"properties": "p"},
         ("error[A707]: column `p` holds number, not JSON documents\n"
         "  = help: the properties column is JSON, or text that holds JSON")),
        ("id DOUBLE", {}, ("error[A707]: column `id` holds number, which cannot be an id\n"
         "  = help: an id is text, a whole number or a UUID")),
        ("id INT, p VARCHAR", {"epochs": {"p": "s"}},
         ("error[A707]: column `p` holds text, so it cannot count seconds since 1970\n"
         "  = help: an epoch column is an integer column")),
        ("id INT, p INT", {"epochs": {"p": "us"}},
         'error[A707]: `us` is no unit of an epoch column\n  = help: write "s" or "ms"'),
        ("id INT, a INT, b INT", {"renames": {"a": "b"}},
         "error[A707]: columns `a` and `b` would both be the property `b`"),
        ("id INT", {"renames": {"id": "b"}},
         "error[A707]: column `id` is no property of its own, so it cannot be renamed"),
    ],
)  # fmt: skip
def test_what_cannot_serve_is_refused(columns: str, roles: dict[str, object], text: str) -> None:
    with pytest.raises(UsageError) as caught:
        introspect(columns, **roles)
    assert str(caught.value) == text


def test_a_missing_table_is_named_with_the_ones_that_exist() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE people (id INT)")
    with pytest.raises(UsageError) as caught:
        DuckDB(connection).introspect(Table(("peple",)), "DESCRIBE SELECT * FROM peple", Roles())
    assert str(caught.value) == "error[A701]: there is no table `peple`\n  = help: did you mean `people`?"
