"""DuckDB in memory."""

from collections.abc import Mapping, Sequence

import duckdb

from audience.catalog import Catalog, Table
from audience.catalog.declare import Roles
from audience.engines import DuckDB
from audience.engines.engine import Row
from audience.limits import LIST_ITEMS_MAX
from audience.lowering import describe_columns, find_dialect
from tests.fuzz.columns import COLUMNS, TypedColumn
from tests.stores.store import Rows, Session

TEXT = "VARCHAR"

PEACEFUL = {
    "TimeZone": "UTC",
    "default_collation": "",
    "integer_division": "false",
    "default_order": "ASC",
    "default_null_order": "NULLS_LAST",
}


def open_store() -> "DuckDBStore":
    """A database of its own."""
    return DuckDBStore(duckdb.connect())


class DuckDBStore:
    """The store of a connection, which is closed with it."""

    name = f"duckdb {duckdb.__version__}"
    dialect = "duckdb"
    failures = (duckdb.Error,)
    columns = COLUMNS
    documents = ("JSON", TEXT)
    sessions: tuple[Session, ...] = (
        PEACEFUL,
        PEACEFUL | {"TimeZone": "America/New_York", "default_collation": "nocase"},
        PEACEFUL | {"TimeZone": "Asia/Kolkata", "default_collation": "nocase.noaccent"},
    )
    guarded: tuple[Session, ...] = (
        PEACEFUL | {"TimeZone": "America/New_York", "integer_division": "true"},
        PEACEFUL | {"default_null_order": "NULLS_FIRST", "default_order": "DESC"},
    )
    pace = 1.0
    long_list = LIST_ITEMS_MAX

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.engine = DuckDB(connection)

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""
        for setting, value in session.items():
            self.connection.execute(f"SET {setting} = $value", {"value": value})

    def readable(self, document: str) -> bool:
        """All of I-JSON is read."""
        return True

    def storable(self, document: str, kind: str) -> bool:
        """What a column of JSON takes is what can be cast to it."""
        try:
            self.connection.execute(f"SELECT CAST($document AS {kind})", {"document": document})
        except duckdb.Error:
            return False
        return True

    def nameable(self, name: str) -> bool:
        """No name is empty. DuckDB refuses few others, and says so when the table is made."""
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
        """Make the table anew and say what Audience finds in it."""
        types = {id: TEXT, "doc": document or self.documents[0]} | {column.name: column.type for column in columns}
        via = {column.name: column.via for column in columns}
        names = [name for name in types if name in rows]
        definitions = ", ".join(f"{_quoted(name)} {types[name]}" for name in names)
        values = ", ".join(_cast(f"c{at}", types[name], via.get(name, TEXT)) for at, name in enumerate(names))
        given = ", ".join(f"unnest($c{at}) AS c{at}" for at in range(len(names)))
        self.connection.execute(f"CREATE OR REPLACE TABLE {_quoted(table)} ({definitions})")
        # The session's zone must not matter: every zoned text names its offset.
        self.connection.execute(
            f"INSERT INTO {_quoted(table)} SELECT {values} FROM (SELECT {given})",
            {f"c{at}": list(rows[name]) for at, name in enumerate(names)},
        )
        epochs = {column.name: column.epoch for column in columns if column.epoch}
        roles = Roles(id=id, properties="doc" if "doc" in rows else None, tenant=tenant, epochs=epochs)
        relation = Table((table,))
        return self.engine.introspect(relation, describe_columns(find_dialect(self.dialect), relation), roles)

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""
        self.connection.execute(f"DROP TABLE {_quoted(table)}")

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the driver alone."""
        return self.connection.execute(sql, dict(parameters)).fetchall()

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine with its guards."""
        return self.engine.run(sql, parameters)

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """As DuckDB's parser divides the text."""
        return len(self.connection.extract_statements(sql))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _cast(given: str, type_name: str, via: str) -> str:
    """The text of a value as the value of its column."""
    plain = type_name.partition(" COLLATE ")[0]
    match via:
        case "VARCHAR":
            inner = given
        case "JSON":
            inner = f"CAST({given} AS JSON)"
        case _:
            inner = f"CAST(CAST({given} AS JSON) AS {via})"
    return f"CAST({inner} AS {plain})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
