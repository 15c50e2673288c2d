"""PostgreSQL: a schema of its own on the server of the tests."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import psycopg
from psycopg import pq, sql

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
from audience.engines import Postgres
from audience.engines.engine import Row
from audience.limits import LIST_ITEMS_MAX
from tests.fuzz.columns import ENUM as ENUM_LABELS
from tests.fuzz.columns import TypedColumn
from tests.servers import ELSEWHERE, own_database, own_schema, running_server
from tests.stores.postgres_columns import (
    COMPOSITE,
    DOMAIN,
    ENUM,
    FOLDING,
    IGNORING_CASE,
    JSON_AS_TEXT,
    OWN,
    SHARED,
)
from tests.stores.store import Rows, Session

TEXT = "text"
MANY_STATEMENTS = "cannot insert multiple commands into a prepared statement"

SYSTEM_COLUMNS = {"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"}
NAME_BYTES_MAX = 63

MAKE_TYPES = (
    f"CREATE TYPE {ENUM} AS ENUM ({', '.join(sql.Literal(label).as_string(None) for label in ENUM_LABELS)})",
    f"""CREATE TYPE {COMPOSITE} AS (city text, n bigint, at timestamp, "it's" double precision)""",
    f"CREATE DOMAIN {DOMAIN} AS integer",
)
MAKE_COLLATION = f"""
    CREATE COLLATION {FOLDING} (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
"""

PEACEFUL: Session = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "enable_seqscan": "on",
    "enable_hashjoin": "on",
    "enable_hashagg": "on",
    "enable_sort": "on",
    "jit": "off",
    "jit_above_cost": "100000",
    "parallel_setup_cost": "1000",
    "parallel_tuple_cost": "0.1",
    "min_parallel_table_scan_size": "8MB",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "backslash_quote": "safe_encoding",
}
PARALLEL = {"parallel_setup_cost": "0", "parallel_tuple_cost": "0", "min_parallel_table_scan_size": "0"}
HOSTILE: tuple[Session, ...] = (
    {"TimeZone": "America/New_York", "DateStyle": "SQL, DMY", "IntervalStyle": "iso_8601", "extra_float_digits": "0"},
    {"TimeZone": "Asia/Kolkata", "DateStyle": "German", "IntervalStyle": "sql_standard", "extra_float_digits": "-15"},
    {"TimeZone": "America/New_York", "DateStyle": "Postgres, DMY", "enable_seqscan": "off", "enable_hashjoin": "off"},
    {"enable_hashagg": "off", "enable_sort": "off", "jit": "on", "jit_above_cost": "0", **PARALLEL},
)
GUARDED: tuple[Session, ...] = (
    {"transform_null_equals": "on", "array_nulls": "off", "TimeZone": "Asia/Kolkata"},
    {"standard_conforming_strings": "off", "backslash_quote": "on", "DateStyle": "German"},
)
"""What a user who pastes the text must not have set: it changes what a literal says, or what `= NULL` means."""


def open_store(url: str | None = None) -> "PostgresStore":
    """A schema on the server of a URL, else on a server that is started for it."""
    with ExitStack() as opened:
        if url is None:
            url = opened.enter_context(running_server("main") if ELSEWHERE is None else own_database(ELSEWHERE))
        return PostgresStore(opened.enter_context(own_schema(url)), opened.pop_all())


def open_debian(url: str | None = None) -> "PostgresStore":
    """The same on Debian's PostgreSQL 15, whose database sorts as a person would."""
    with ExitStack() as opened:
        url = opened.enter_context(running_server("debian15")) if url is None else url
        return PostgresStore(opened.enter_context(own_schema(url)), opened.pop_all())


class PostgresStore:
    """The store of a schema; `closing` gives back what it stands on."""

    dialect = "postgres"
    failures = (psycopg.Error,)
    sessions: tuple[Session, ...] = (PEACEFUL, *({**PEACEFUL, **changed} for changed in HOSTILE))
    guarded: tuple[Session, ...] = tuple({**PEACEFUL, **changed} for changed in GUARDED)
    pace = 1.0
    long_list = LIST_ITEMS_MAX

    def __init__(self, url: str, closing: ExitStack) -> None:
        self._closing = closing
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        closing.callback(self.connection.close)
        self.engine = Postgres(self.connection)
        version = self.connection.info.server_version
        self.name = f"postgres {version // 10_000}.{version % 10_000}"
        for statement in MAKE_TYPES:
            self.connection.execute(statement)
        columns = [*SHARED, *OWN]
        try:
            self.connection.execute(MAKE_COLLATION)
            columns.append(IGNORING_CASE)
        except psycopg.errors.FeatureNotSupported:
            pass  # this server was built without ICU
        self.documents = ("jsonb",)
        if version >= 160_000:
            columns.append(JSON_AS_TEXT)
            self.documents = ("jsonb", "json", TEXT)
        self.columns = tuple(columns)
        self.enter(self.sessions[0])

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""
        for setting, value in session.items():
            self.connection.execute("SELECT set_config(%s, %s, false)", [setting, value])

    def readable(self, document: str) -> bool:
        """All of I-JSON is read."""
        return True

    def storable(self, document: str, kind: str) -> bool:
        """What a column of a type takes is what can be cast to it."""
        try:
            self.connection.execute(f"SELECT CAST(%s::text AS {kind})", [document])
        except psycopg.Error:
            return False
        return True

    def nameable(self, name: str) -> bool:
        """Longer names are cut, and those of the columns that every table has are taken."""
        return 0 < len(name.encode()) <= NAME_BYTES_MAX and name not in SYSTEM_COLUMNS

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
        types = {id: TEXT, "doc": document or self.documents[0]} | {column.name: column.type for column in columns}
        via = {column.name: column.via for column in columns}
        names = [name for name in types if name in rows]
        definitions = ", ".join(f"{_quoted(name)} {types[name]}" for name in names)
        values = ", ".join(_value(f"c{at}", types[name], via.get(name, TEXT)) for at, name in enumerate(names))
        given = ", ".join(f"${at}::text[]" for at in range(1, len(names) + 1))
        labels = ", ".join(f"c{at}" for at in range(len(names)))
        texts = [_texts(rows[name], via.get(name, TEXT)) for name in names]
        with self.connection.transaction(), psycopg.RawCursor(self.connection) as cursor:
            # `array_nulls` and the like must not change what is loaded; every text says its zone.
            for setting, value in PEACEFUL.items():
                cursor.execute("SELECT set_config($1, $2, true)", [setting, value])
            cursor.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")
            cursor.execute(f"CREATE TABLE {_quoted(table)} ({definitions})")
            cursor.execute(
                f"INSERT INTO {_quoted(table)} SELECT {values} FROM unnest({given}) AS given ({labels})", texts
            )
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        roles = Roles(id=id, properties="doc" if "doc" in rows else None, tenant=tenant, epochs=epochs)
        return self.engine.introspect(Table((table,)), "", roles)

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.connection.execute(f"DROP TABLE {_quoted(table)}")

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the driver alone."""
        return self.connection.execute(sql.encode(), dict(parameters) or None).fetchall()

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine with its guards."""
        return self.engine.run(sql, parameters)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """One, or more than one: what the server can prepare, with the values written into the text."""
        text = sql.encode()
        if parameters:
            with psycopg.ClientCursor(self.connection) as cursor:
                text = cursor.mogrify(text, dict(parameters)).encode()
        prepared = self.connection.pgconn.prepare(b"", text)
        if prepared.status == pq.ExecStatus.COMMAND_OK:
            return 1
        said = prepared.error_message.decode()
        assert MANY_STATEMENTS in said, said
        return 2

    def close(self) -> None:
        """Drop the schema, and stop the server if it was started for this store."""
        self._closing.close()


def _texts(texts: Sequence[str | None], via: str) -> list[str | None]:
    """What is sent of the texts of a column."""
    return [_array(text, at) if text and via == "ARRAY" else text for at, text in enumerate(texts)]


LOWER_BOUNDS = (None, 1, 0, -3, 7)
"""Where the items of an array begin; people take turns. Without a word it is 1."""


def _array(text: str, at: int) -> str:
    """A JSON list of texts as an array literal."""
    items = json.loads(text)
    written = ",".join("NULL" if item is None else _array_item(item) for item in items)
    first = LOWER_BOUNDS[at % len(LOWER_BOUNDS)]
    bounds = "" if first is None or not items else f"[{first}:{first + len(items) - 1}]="
    return f"{bounds}{{{written}}}"


def _array_item(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(given: str, type_name: str, via: str) -> str:
    """The text of a value as the value of its column."""
    plain = type_name.partition(" COLLATE ")[0]
    match via:
        case "JSON_ARRAY":
            # A null item is a JSON null or a NULL, and both are null.
            items = (
                f"SELECT CASE WHEN at % 2 = 0 THEN item ELSE NULLIF(item, 'null') END"
                f" FROM jsonb_array_elements({given}::jsonb) WITH ORDINALITY AS items (item, at) ORDER BY at"
            )
            return f"CASE WHEN {given} IS NOT NULL THEN ARRAY({items}) END"
        case "ROW":
            fields = (("city", "text"), ("n", "bigint"), ("at", "timestamp"), ("it''s", "double precision"))
            values = ", ".join(f"({given}::json ->> '{name}')::{field}" for name, field in fields)
            return f"CASE WHEN {given} IS NOT NULL THEN ROW({values})::{plain} END"
        case _:
            return f"{given}::{plain}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
