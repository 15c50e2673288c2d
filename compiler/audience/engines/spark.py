"""Spark: any SparkSession, classic or Spark Connect, or a server of Spark Connect by its address.

People stand in tables and views, or in Parquet files under the name `parquet."path"`.
"""

import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from audience.catalog import Catalog, Parquet, Relation, Table, describe_relation
from audience.catalog.declare import Roles, declare
from audience.catalog.spark_types import read_spark_schema
from audience.engines.engine import BATCH_ROWS, Progress, Row
from audience.engines.table_names import missing_table, write_table
from audience.errors import EngineError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

GUARDS = {
    "spark.sql.parser.escapedStringLiterals": "false",  # else a backslash in a literal is itself, and ends nothing
}
"""Settings that change what SQL means. A run sets them where they are otherwise, and puts them back."""

PORT = 15002
"""Where a server of Spark Connect listens if its address does not say."""

PATIENCE_SECONDS = 10.0
"""How long a server may take to accept a connection; the client itself would try for minutes."""

INSTALL = "pip install 'audience[spark]'; where PySpark is installed, pip install 'pyspark[connect]'"

NO_TABLE = ("TABLE_OR_VIEW_NOT_FOUND", "REQUIRES_SINGLE_PART_NAMESPACE", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND")
HELP = {
    "PERMISSION": "ask for the right to read it: GRANT SELECT ON TABLE",
    "OutOfMemoryError": "ask about fewer conditions at once, or give the executors more memory",
    "UNRESOLVED_ROUTINE": "Audience writes SQL for Spark 4; `SELECT version()` tells the server's version",
}
"""What to do about failures that people can mend, by what Spark says."""

STACK = ("JVM stacktrace", "SQLSTATE", "== SQL")
"""Where the words for people end in a message of Spark's."""

SAID_MAX = 400


class Spark:
    """An engine over one session."""

    name = "spark"
    dialect = "spark"

    def __init__(self, session: "SparkSession", *, owned: bool = False) -> None:
        self._session, self._owned = session, owned

    @classmethod
    def connect(cls, url: str) -> "Spark":
        """A session of its own on a server of Spark Connect: `sc://host:15002/;token=…`."""
        address = urlsplit(url)
        host = address.hostname or "localhost"
        doing = f"connecting to {host}"
        with _said_by_spark(doing):
            from pyspark.sql import SparkSession

            try:
                socket.create_connection((host, address.port or PORT), PATIENCE_SECONDS).close()
            except OSError as error:
                help = "start the server (sbin/start-connect-server.sh), or correct host and port: sc://host:15002"
                raise EngineError(cls.name, doing, f"nobody answers there: {error}", help) from error
            return cls(SparkSession.builder.remote(url).create(), owned=True)

    def tables(self) -> list[str]:
        """The tables and views of the current database, and the session's views."""
        with _said_by_spark("listing the tables"):
            return sorted(write_table([table.name]) for table in self._session.catalog.listTables())

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
        progress: Progress | None = None,  # noqa: ARG002  # Spark tells it in its own interface
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        with _said_by_spark(doing), self._guarded():
            answer = self._ask(sql, parameters)
            return tuple(answer.columns), [tuple(row) for row in answer.collect()]

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches, one partition after the other."""
        with _said_by_spark(doing), self._guarded():
            found = (tuple(row) for row in self._ask(sql, parameters).toLocalIterator())
            while batch := list(islice(found, rows)):
                yield batch

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:
        """The catalog of a relation; UsageError A701 for a table or a file that does not exist."""
        place = describe_relation(relation)
        try:
            with _said_by_spark(f"reading the columns of {place}"), self._guarded():
                schema: dict[str, Any] = self._session.sql(description).schema.jsonValue()
        except EngineError as failure:
            if isinstance(relation, Table) and any(word in failure.said for word in NO_TABLE):
                raise missing_table(place, self.tables()) from failure
            raise
        columns = read_spark_schema(schema)
        if not columns and isinstance(relation, Table | Parquet):
            # Sail reads a path that leads nowhere as a table without columns.
            raise UsageError("A701", f"there is nothing at {place}", "give the path of a Parquet file or folder")
        return declare(relation, columns, roles)

    def close(self) -> None:
        """End the session if it is our own."""
        if self._owned:
            self._session.stop()

    def _ask(self, sql: str, parameters: Mapping[str, object] | None) -> "DataFrame":
        given = {name: _given(value) for name, value in (parameters or {}).items()}
        return self._session.sql(sql, args=given or None)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Hold the guards for the time of one answer."""
        settings = self._session.conf
        found = {key: settings.get(key, wanted) for key, wanted in GUARDS.items()}
        changed = {key: value for key, value in found.items() if value is not None and value != GUARDS[key]}
        self._set({key: GUARDS[key] for key in changed})
        try:
            yield
        finally:
            self._set(changed)

    def _set(self, settings: Mapping[str, str]) -> None:
        """Without what Spark says about settings that are out of fashion: it was not we who chose them."""
        if settings:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for key, value in settings.items():
                    self._session.conf.set(key, value)


def _given(value: object) -> object:
    """An instant as a text in UTC: a datetime would take part in the session's time zone."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


@contextmanager
def _said_by_spark(doing: str) -> Iterator[None]:
    """Turn the client's errors into EngineError."""
    try:
        from pyspark.errors import PySparkException
    except ImportError as error:
        raise EngineError(Spark.name, doing, "its package is not installed", INSTALL) from error
    try:
        yield
    except PySparkException as error:
        raise _error(doing, error) from error
    except ImportError as error:
        raise EngineError(Spark.name, doing, f"a part of its client is not installed: {error}", INSTALL) from error
    except Exception as error:
        # The layers below PySpark, gRPC and Py4J, are not always there to be named.
        if type(error).__module__.partition(".")[0] in ("grpc", "py4j"):
            raise _error(doing, error) from error
        raise


def _error(doing: str, error: Exception) -> EngineError:
    said = str(error)
    brief = said
    for mark in STACK:
        brief = brief.partition(mark)[0]
    help = next((help for word, help in HELP.items() if word in said), None)
    return EngineError(Spark.name, doing, " ".join(brief.split())[:SAID_MAX] or type(error).__name__, help)
