"""PostgreSQL 15 to 18: a server by its URL, or a connection of the caller's."""

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from audience.catalog import Catalog, Relation, Table, describe_relation
from audience.catalog.declare import Roles
from audience.engines.engine import BATCH_ROWS, Progress, Row
from audience.engines.plans import Asked, Proposed, Trial
from audience.engines.table_names import missing_table, write_table
from audience.errors import EngineError, UsageError

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10
"""How long a server may take to answer, where neither the URL nor PGCONNECT_TIMEOUT says it."""


class Postgres:
    """An engine over one PostgreSQL connection. It reads tables only, and writes nothing but what `copy_rows` is given.

    In SQL with parameters a percent sign is doubled, as the driver wants it; without parameters SQL goes as it is.
    JSON is handed over as its text.
    """

    name = "postgres"
    dialect = "postgres"

    def __init__(self, connection: "psycopg.Connection[Any]", *, owned: bool = False) -> None:
        """UsageError A701 for a server before PostgreSQL 15, or a database whose encoding is not UTF8."""
        from audience.engines.postgres_session import Session

        self._session = Session(connection, owned=owned)
        # An engine of ours that nobody closes gives its connection back when nobody holds it any more.
        self._close = weakref.finalize(self, connection.close) if owned else None

    @classmethod
    def connect(cls, url: str) -> "Postgres":
        """Connect to the server of a URL, which the driver reads; what it leaves out is taken from PG… variables."""
        connection = open_connection(url)
        try:
            return cls(connection, owned=True)
        except BaseException:
            connection.close()
            raise

    def tables(self) -> list[str]:
        """The tables and views that can be read, with a schema where the search path does not find them."""
        from audience.engines.postgres_catalog import TABLES

        found = self.run(TABLES, doing="listing the tables")
        parts = [(str(table),) if visible else (str(schema), str(table)) for visible, schema, table in found]
        return [write_table(names) for names in sorted(parts, key=lambda names: (len(names), names))]

    def run(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,
    ) -> list[Row]:
        """All rows of a query."""
        return self.run_named(sql, parameters, doing=doing, progress=progress)[1]

    def run_named(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,  # noqa: ARG002  # PostgreSQL does not say how far a query is
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        with self._session.reading(doing) as cursor:
            cursor.execute(encode_query(sql, doing), parameters or None, prepare=False)
            rows = cursor.fetchall()
            return tuple(column.name for column in cursor.description or ()), rows

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches, from a cursor on the server; its transaction ends with the stream."""
        with self._session.streaming(doing) as cursor:
            cursor.execute(encode_query(sql, doing), parameters or None)
            while batch := cursor.fetchmany(rows):
                yield batch

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:  # noqa: ARG002  # the system catalog says more than a description
        """The catalog of a table; UsageError A701 for one that does not exist, with the ones that do."""
        from audience.engines.postgres_catalog import read_catalog

        if not isinstance(relation, Table):
            place = describe_relation(relation)
            raise UsageError("A701", f"PostgreSQL cannot read {place}", "it reads tables and views; load it into one")
        place = describe_relation(relation)
        with self._session.reading(f"reading the columns of {place}") as cursor:
            catalog = read_catalog(cursor, relation, roles, self._session.version)
        if catalog is None:
            raise missing_table(place, self.tables())
        return catalog

    def copy_rows(
        self,
        table: Sequence[str],
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        doing: str = "writing rows",
    ) -> int:
        """Append rows to a table with COPY, all or none; how many they were."""
        from psycopg.sql import SQL, Identifier

        named = SQL(", ").join(map(Identifier, columns))
        statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(*table), named)
        with self._session.writing(doing) as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def try_indexes(
        self, table: Table, proposed: Sequence[Proposed], asked: Sequence[Asked], analysis: str, *, create: bool
    ) -> Trial:
        """See `plans.PlansIndexes`. UsageError A701 for what can have no index: a view, a foreign table."""
        from audience.engines.postgres_plans import PostgresPlans

        return PostgresPlans(self._session).try_indexes(table, proposed, asked, analysis, create=create)

    def close(self) -> None:
        """Close the connection if it is our own."""
        if self._close is not None:
            self._close()


def open_connection(url: str) -> "psycopg.Connection[Any]":
    """A connection to the server of a URL on which each statement stands for itself, and nothing is prepared."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as missing:
        help = "pip install 'audience[postgres]'"
        raise UsageError("A701", "PostgreSQL is read with psycopg 3, which is not installed", help) from missing

    from audience.engines.postgres_errors import NAME, explain_refusal, in_brief
    from audience.engines.postgres_url import check_url

    check_url(url)
    try:
        timed = "connect_timeout" in conninfo_to_dict(url) or "PGCONNECT_TIMEOUT" in os.environ
        patience: dict[str, Any] = {} if timed else {"connect_timeout": CONNECT_SECONDS}
        connection = psycopg.connect(
            url,
            autocommit=True,
            prepare_threshold=None,  # behind a pooler, two runs may meet two servers
            client_encoding="utf8",
            fallback_application_name="audience",
            **patience,
        )
    except psycopg.Error as error:
        raise EngineError(NAME, "connecting", in_brief(error), explain_refusal(error)) from error
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED  # a standby knows no higher one
    return connection


def encode_query(sql: str, doing: str) -> bytes:
    """The bytes of a query. The driver would cut it at U+0000 and run what stands before."""
    if "\0" in sql:
        raise EngineError(Postgres.name, doing, "U+0000 is in the query, and PostgreSQL has no such character")
    return sql.encode()
