"""What the PostgreSQL engine finds in a table: kinds of every type, what can be NULL, how text is compared."""

from collections.abc import Iterator

import psycopg
import pytest

from audience.catalog import Catalog, Kind, Table
from audience.catalog.declare import Roles
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
from audience.engines import Postgres
from audience.engines.postgres_catalog import UNBOUNDED_NUMERIC
from audience.errors import UsageError
from tests.servers import changed_url, own_database

TEXT, CAST = TextKind(), TextKind(cast=True)
INT4 = IntegerKind(-(2**31), 2**31 - 1)
ADDRESS = StructKind((("city", TEXT), ("Zip", CAST), ("n", DecimalKind(6, 2)), ("flags", ArrayKind(BooleanKind()))))
HOUSE = StructKind((("at", ADDRESS), ("before", ArrayKind(ADDRESS)), ("built", TimestampKind(TimestampForm.DATE))))

KINDS: dict[str, Kind] = {
    "boolean": BooleanKind(),
    "smallint": IntegerKind(-(2**15), 2**15 - 1),
    "int": INT4,
    "bigint": IntegerKind(-(2**63), 2**63 - 1),
    "serial": INT4,
    "real": DoubleKind(),
    "double precision": DoubleKind(),
    "float(3)": DoubleKind(),
    "numeric": UNBOUNDED_NUMERIC,
    "numeric(10)": DecimalKind(10, 0),
    "numeric(18, 3)": DecimalKind(18, 3),
    "numeric(1000, 1000)": DecimalKind(1000, 1000),
    "numeric(3, -2)": DecimalKind(5, 0),
    "numeric(2, 4)": DecimalKind(4, 4),
    "numeric(2, -1000)": DecimalKind(1002, 0),
    "text": TEXT,
    "varchar": TEXT,
    "varchar(10)": TEXT,
    "char(3)": CAST,
    '"char"': CAST,
    "bpchar": CAST,
    "name": CAST,
    "uuid": CAST,
    "mood": CAST,
    "date": TimestampKind(TimestampForm.DATE),
    "timestamp": TimestampKind(TimestampForm.NAIVE),
    "timestamp(0)": TimestampKind(TimestampForm.NAIVE),
    "timestamptz": TimestampKind(TimestampForm.ZONED),
    "timestamptz(3)": TimestampKind(TimestampForm.ZONED),
    "jsonb": JsonKind(),
    "text[]": ArrayKind(TEXT),
    "text[][]": ArrayKind(TEXT),
    "int[3]": ArrayKind(INT4),
    "numeric(4, 1)[]": ArrayKind(DecimalKind(4, 1)),
    "jsonb[]": ArrayKind(JsonKind()),
    "mood[]": ArrayKind(CAST),
    "interval[]": ArrayKind(OpaqueKind("interval")),
    "address": ADDRESS,
    "address[]": ArrayKind(ADDRESS),
    "house": StructKind(
        (("at", ADDRESS), ("before", ArrayKind(ADDRESS)), ("built", TimestampKind(TimestampForm.DATE)))
    ),
    "a_table": StructKind((("id", INT4), ("mood", CAST))),
    "clash": OpaqueKind("clash"),
    "price": DecimalKind(6, 2),
    "positive_price": DecimalKind(6, 2),
    "prices": ArrayKind(DecimalKind(6, 2)),
    "positive_price[]": ArrayKind(DecimalKind(6, 2)),
    "house_of_ours": HOUSE,
    "short": TEXT,
    "bytea": OpaqueKind("bytea"),
    "interval": OpaqueKind("interval"),
    "time": OpaqueKind("time without time zone"),
    "timetz": OpaqueKind("time with time zone"),
    "money": OpaqueKind("money"),
    "bit(3)": OpaqueKind("bit"),
    "varbit": OpaqueKind("bit varying"),
    "point": OpaqueKind("point"),
    "polygon": OpaqueKind("polygon"),
    "inet": OpaqueKind("inet"),
    "macaddr": OpaqueKind("macaddr"),
    "xml": OpaqueKind("xml"),
    "tsvector": OpaqueKind("tsvector"),
    "int4range": OpaqueKind("int4range"),
    "int4multirange": OpaqueKind("int4multirange"),
    "oid": OpaqueKind("oid"),
    "regclass": OpaqueKind("regclass"),
    "int2vector": OpaqueKind("int2vector"),
    "oidvector": OpaqueKind("oidvector"),
    "jsonpath": OpaqueKind("jsonpath"),
    "pg_lsn": OpaqueKind("pg_lsn"),
    "moods": OpaqueKind("moods"),
    '"Odd.type %s"': OpaqueKind('"Odd.type %s"'),
}

MAKE_TYPES = """
    CREATE TYPE mood AS ENUM ('sad', 'it''s "fine"');
    CREATE DOMAIN price AS numeric(6, 2);
    CREATE DOMAIN positive_price AS price NOT NULL CHECK (VALUE > 0);
    CREATE DOMAIN prices AS positive_price[];
    CREATE DOMAIN short AS varchar(5) COLLATE "C";
    CREATE TYPE address AS (city text, "Zip" char(5), n positive_price, flags boolean[]);
    CREATE TYPE house AS (at address, before address[], built date);
    CREATE DOMAIN house_of_ours AS house;
    CREATE TYPE clash AS (a int, "A" int);
    CREATE TYPE moods AS RANGE (subtype = mood);
    CREATE TYPE "Odd.type %s" AS RANGE (subtype = text);
    CREATE TABLE a_table (id int, mood mood);
"""


@pytest.fixture(scope="module")
def typed(url: str) -> Iterator[str]:
    with psycopg.connect(url) as connection:
        connection.execute(MAKE_TYPES)
    yield url
    with psycopg.connect(url) as connection:
        connection.execute("DROP TYPE house CASCADE")


def catalog_of(url: str, statements: str, table: str = "people", roles: Roles | None = None) -> Catalog:
    """What is found after some statements, which are undone."""
    with psycopg.connect(url) as connection:
        connection.execute(statements)
        try:
            return Postgres(connection).introspect(Table(tuple(table.split("."))), "", roles or Roles())
        finally:
            connection.rollback()


def column_kinds(catalog: Catalog) -> dict[str, Kind]:
    return {column.name: column.kind for column in catalog.columns}


def collation(kind: Kind) -> Collation:
    assert isinstance(kind, TextKind)
    return kind.collation


def test_every_type_has_its_kind(typed: str) -> None:
    columns = ", ".join(f"c{number} {type_name}" for number, type_name in enumerate(KINDS))
    found = column_kinds(catalog_of(typed, f"CREATE TABLE people (id int, {columns})"))
    assert dict(zip(KINDS, found.values(), strict=True)) == KINDS


def test_types_are_found_wherever_they_are(typed: str) -> None:
    """Another schema's type that is called as one of the system's is not taken for it."""
    found = column_kinds(
        catalog_of(
            typed,
            """CREATE SCHEMA elsewhere; CREATE TYPE elsewhere.text AS RANGE (subtype = int);
               CREATE TYPE elsewhere.jsonb AS (a int); CREATE DOMAIN elsewhere.int8 AS pg_catalog.text;
               CREATE TABLE people (id int, a elsewhere.text, b elsewhere.jsonb, c elsewhere.int8)""",
        )
    )
    assert found == {"a": OpaqueKind("elsewhere.text"), "b": StructKind((("a", INT4),)), "c": TEXT}


def test_citext_is_text_that_must_be_cast(url: str) -> None:
    make = "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext;"
    found = column_kinds(catalog_of(url, make + "CREATE TABLE people (id int, email ext.citext, h ext.hstore)"))
    assert found == {"email": CAST, "h": OpaqueKind("ext.hstore")}


def test_the_document_is_found_and_json_is_text_that_is_json(url: str, engine: Postgres) -> None:
    [(version,)] = engine.run("SELECT current_setting('server_version_num')::int")
    found = catalog_of(url, "CREATE TABLE people (id int, properties jsonb, j json, js json[])")
    assert found.document is not None
    assert found.document.kind == JsonKind()
    text: Kind = JsonKind(text=True) if int(str(version)) >= 160000 else OpaqueKind("json")
    assert column_kinds(found) == {"j": text, "js": ArrayKind(text)}


@pytest.mark.parametrize("kind", ["json", "text", "varchar(100)"])
def test_a_document_that_is_text_needs_16(url: str, engine: Postgres, kind: str) -> None:
    [(version,)] = engine.run("SELECT current_setting('server_version_num')::int")
    make = f"CREATE TABLE people (id int, properties {kind})"
    asked = [Roles(properties="properties"), *([Roles()] if kind == "json" else [])]
    for roles in asked:
        if int(str(version)) >= 160000:
            found = catalog_of(url, make, roles=roles)
            assert found.document is not None
            assert found.document.kind == JsonKind(text=True)
        else:
            with pytest.raises(UsageError) as caught:
                catalog_of(url, make, roles=roles)
            assert caught.value.code == "A707"
            assert "cast the column to jsonb in a view" in str(caught.value.help)
    if kind != "json":
        assert catalog_of(url, make).document is None


@pytest.mark.parametrize("kind", ["uuid", "int", "text", "bigint", "numeric(5)", "mood", "positive_price", "interval"])
def test_what_can_be_an_id(typed: str, kind: str) -> None:
    make = f"CREATE TABLE people (id {kind})"
    if kind in ("positive_price", "interval"):
        with pytest.raises(UsageError, match="cannot be an id"):
            catalog_of(typed, make)
    else:
        assert catalog_of(typed, make).names() == ("id",)


def not_null(catalog: Catalog) -> list[str]:
    return [column.name for column in (catalog.id, *catalog.columns) if not column.nullable]


MAKE_PEOPLE = "CREATE TABLE people (id int PRIMARY KEY, a text NOT NULL, b text);"


PARTITIONED = "CREATE TABLE people (id int NOT NULL, a text NOT NULL, b text) PARTITION BY LIST (b);"
PARTED_AGAIN = "CREATE TABLE p1 PARTITION OF people FOR VALUES IN ('x') PARTITION BY LIST (b);"
FAR = "CREATE FOREIGN DATA WRAPPER f; CREATE SERVER far FOREIGN DATA WRAPPER f;"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (MAKE_PEOPLE, ["id", "a"]),
        (PARTITIONED, ["id", "a"]),
        (PARTITIONED + PARTED_AGAIN + "CREATE TABLE p2 PARTITION OF p1 DEFAULT", ["id", "a"]),
        (FAR + PARTITIONED + PARTED_AGAIN + "CREATE FOREIGN TABLE p2 PARTITION OF p1 DEFAULT SERVER far", []),
        (FAR + "CREATE FOREIGN TABLE people (id int NOT NULL) SERVER far", []),
        ("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL); CREATE VIEW people AS SELECT * FROM t", []),
        ("CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW people AS SELECT * FROM t", []),
        (MAKE_PEOPLE + "CREATE TABLE child () INHERITS (people)", []),
        ("CREATE TABLE parent (id int NOT NULL); CREATE TABLE people (a int NOT NULL) INHERITS (parent)", ["id", "a"]),
        ("CREATE TABLE people (x int, id int NOT NULL, y int NOT NULL); ALTER TABLE people DROP x", ["id", "y"]),
    ],
)
def test_not_null_holds_for_every_row(url: str, statements: str, expected: list[str]) -> None:
    assert not_null(catalog_of(url, statements)) == expected


def test_not_null_that_is_not_validated_does_not_hold(postgres_url: str) -> None:
    """A table may have got its NOT NULL before its rows were looked at (since PostgreSQL 18)."""
    make = "CREATE TABLE people (id int PRIMARY KEY, a text, b text); INSERT INTO people VALUES (1);"
    with psycopg.connect(postgres_url) as connection:
        if connection.info.server_version >= 180000:
            make += "ALTER TABLE people ADD CONSTRAINT c NOT NULL a NOT VALID;"
    assert not_null(catalog_of(postgres_url, make)) == ["id"]
    make += "UPDATE people SET a = ''; ALTER TABLE people ALTER a SET NOT NULL"
    assert not_null(catalog_of(postgres_url, make)) == ["id", "a"]


def test_a_domain_that_is_not_null_does_not_make_a_column_so(typed: str) -> None:
    assert not_null(catalog_of(typed, "CREATE TABLE people (id int, p positive_price)")) == []


def test_generated_columns_and_quoted_names(url: str) -> None:
    generated = 'plan text GENERATED ALWAYS AS (lower("Plan")) STORED'
    found = catalog_of(url, f'CREATE TABLE people (id int, "Plan" text, {generated}, "a.b ""c" int)')
    assert found.names() == ("id", "Plan", "plan", 'a.b "c')


def test_the_search_path_decides_and_a_schema_overrules(url: str) -> None:
    statements = "CREATE SCHEMA other; CREATE TABLE other.people (id int, theirs int);"
    statements += "CREATE TABLE people (id int, ours int);"
    assert catalog_of(url, statements).names() == ("id", "ours")
    assert catalog_of(url, statements, "other.people").names() == ("id", "theirs")
    assert catalog_of(url, statements + "SET LOCAL search_path = other").names() == ("id", "theirs")
    temporary = statements + "CREATE TEMPORARY TABLE people (id int, mine int)"
    assert catalog_of(url, temporary).names() == ("id", "mine")
    assert catalog_of(url, temporary, "pg_temp.people").names() == ("id", "mine")
    with psycopg.connect(url) as connection:
        database = connection.info.dbname
    assert catalog_of(url, statements, f"{database}.other.people").names() == ("id", "theirs")


def test_the_tables_that_are_offered(url: str, engine: Postgres) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            """CREATE TABLE plain (id int); CREATE VIEW "A view" AS SELECT 1 AS id; CREATE SEQUENCE s;
            CREATE INDEX i ON plain (id);
            CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parted DEFAULT;
            CREATE MATERIALIZED VIEW mat AS SELECT 1 AS id; CREATE TEMPORARY TABLE temp (id int);
            CREATE SCHEMA other_of_test; CREATE TABLE other_of_test."x.y" (id int); CREATE TYPE comp AS (a int);
            CREATE EXTENSION pg_stat_statements; CREATE SCHEMA pgs_of_test; CREATE TABLE pgs_of_test.t (id int)"""
        )
        tables = Postgres(connection).tables()
        connection.rollback()
    # Other tests have schemas of their own on this server at the same time.
    mine = [name for name in tables if not name.startswith(("a_table", "audience_test_"))]
    assert mine == ['"A view"', "mat", "parted", "plain", "temp", 'other_of_test."x.y"', "pgs_of_test.t"]
    assert "temp" not in engine.tables()


TEXTS = """CREATE TABLE people (
    id int, plain text, c varchar(9) COLLATE "C", posix text COLLATE "POSIX", ucs text COLLATE ucs_basic,
    named text COLLATE "C.utf8", items text[] COLLATE "C", n name, u uuid, ch char(3) COLLATE "C")"""


@pytest.mark.parametrize(
    ("options", "default"),
    [
        ("LOCALE_PROVIDER libc LOCALE 'C.UTF-8'", Collation.EXACT),
        ("LOCALE_PROVIDER libc LOCALE 'C'", Collation.BINARY),
        ("LOCALE_PROVIDER libc LOCALE 'POSIX'", Collation.BINARY),
        ("LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'", Collation.BINARY),
        ("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'", Collation.BINARY),
    ],
)
def test_how_far_a_comparison_agrees_with_code_points(postgres_url: str, options: str, default: Collation) -> None:
    with psycopg.connect(postgres_url) as connection:
        version = connection.info.server_version
    if "builtin" in options and version < 170000:
        options, default = "LOCALE_PROVIDER libc LOCALE 'C'", Collation.BINARY
    with own_database(postgres_url, f"TEMPLATE template0 ENCODING 'UTF8' {options}") as database:
        found = column_kinds(catalog_of(database, TEXTS))
    items = found.pop("items")
    assert isinstance(items, ArrayKind)
    assert collation(items.item) == Collation.BINARY
    assert {name: collation(kind) for name, kind in found.items()} == {
        "plain": default,
        "c": Collation.BINARY,
        "posix": Collation.BINARY,
        "ucs": Collation.BINARY,
        "named": Collation.EXACT,
        "n": Collation.BINARY,
        "u": default,
        "ch": Collation.BINARY,
    }


def test_collations_of_icu(url: str) -> None:
    """A collation that folds is one of ICU, which not every server has."""
    folds = "CREATE COLLATION folds (provider = icu, locale = 'und-u-ks-level1', deterministic = false);"
    with psycopg.connect(url) as connection:
        has_icu = connection.execute("SELECT FROM pg_collation WHERE collname = 'en-x-icu'").fetchone() is not None
    if not has_icu:
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            catalog_of(url, folds)
        return
    found = column_kinds(
        catalog_of(
            url,
            folds
            + """
               CREATE COLLATION sorts (provider = icu, locale = 'sv');
               CREATE DOMAIN folded AS text COLLATE folds;
               CREATE TYPE pair AS (a text COLLATE folds, b text COLLATE "C");
               CREATE TABLE people (id int, a text COLLATE folds, b text COLLATE sorts, c folded, d folded COLLATE "C",
                 e text COLLATE "en-x-icu", f text[] COLLATE folds, g pair, h text)""",
        )
    )
    listed, pair = found.pop("f"), found.pop("g")
    assert isinstance(listed, ArrayKind)
    assert isinstance(pair, StructKind)
    assert collation(listed.item) == Collation.FOLDING
    assert [collation(kind) for _, kind in pair.fields] == [Collation.FOLDING, Collation.BINARY]
    folding, exact, binary = Collation.FOLDING, Collation.EXACT, Collation.BINARY
    assert [collation(kind) for kind in found.values()] == [folding, exact, folding, binary, exact, exact]


def test_one_database_has_no_other(url: str) -> None:
    with own_database(changed_url(url, options="")) as database, pytest.raises(UsageError, match="there is no table"):
        Postgres.connect(database).introspect(Table(("postgres", "public", "people")), "", Roles())
