"""ClickHouse: in this process (chdb), for files and databases on disk, or a server by its address.

Both are clients of clickhouse-connect, take the same settings and parameters, and hand over the same lines of JSON.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from audience.catalog import Catalog, Relation, Table, describe_relation
from audience.catalog.clickhouse_types import read_clickhouse_type
from audience.catalog.declare import Declared, Roles, declare
from audience.engines.engine import BATCH_ROWS, Progress, Row
from audience.engines.table_names import missing_table, write_table
from audience.errors import EngineError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

GUARDS: dict[str, int | str] = {
    "aggregate_functions_null_for_empty": 0,  # else a count of nobody is NULL
    "allow_simdjson": 1,  # the other reader of JSON rounds numbers
    "precise_float_parsing": 1,
    "prefer_column_name_to_alias": 1,  # else an alias of ours hides a column of that name
    "transform_null_in": 0,
    "use_variant_as_common_type": 1,
    "enable_analyzer": 1,
    "limit": 0,  # a limit of the session would cut every answer
    "offset": 0,
    "read_overflow_mode": "throw",  # beyond a quota, part of an answer is worse than none
    "result_overflow_mode": "throw",
    "timeout_overflow_mode": "throw",
}
"""Settings that change what SQL means. They are sent with each query, and the session is not touched.

The time zone is not among them: compiled SQL does not depend on it.
"""

LARGE_SQL = 100_000
SIZES: dict[str, int | str] = {
    "max_query_size": 1_000_000_000,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
}
"""Sent with texts of at least LARGE_SQL characters: long lists go beyond 256 KiB and 50,000 elements."""

READS_FILES = "file("
FILES: dict[str, int | str] = {"optimize_functions_to_subcolumns": 0}
"""Sent with texts that read files: a field of a Tuple beside the whole Tuple is not found there otherwise."""

WRITTEN: dict[str, int | str] = {
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_64bit_floats": 0,
    "output_format_json_quote_decimals": 1,
    "output_format_json_quote_denormals": 1,
    "output_format_json_array_of_rows": 0,
    "output_format_json_escape_forward_slashes": 0,
}
FORMAT = "JSONCompactEachRowWithNamesAndTypes"
"""A line of names, a line of types, then a line for each row; exact, and read with nothing but `json`."""

TABLES = """
    SELECT if(database = currentDatabase(), '', database), name FROM system.tables
    WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')
    ORDER BY 1, 2
"""

UNKNOWN_TABLE = "Code: 60."
READONLY = "readonly"
AUTHENTICATION = "Code: 516."
DENIED = "Code: 497."
TOO_SLOW = "Code: 159."
HELP = {
    READONLY: "give the user `readonly = 2`, which lets a query carry its settings and still writes nothing",
    AUTHENTICATION: "write the user and the password into the address: clickhouse://user:password@host:8123/database",
    DENIED: "let the user read the table: GRANT SELECT ON table TO user",
    TOO_SLOW: "raise max_execution_time for the user, or ask about fewer conditions at once",
}
"""What to do about failures that people can mend, by what ClickHouse and its client say of them."""

INSTALL = "pip install 'audience[clickhouse]'"

SCHEMES = {"clickhouse": "http", "clickhouses": "https"}
"""Schemes of addresses and the interface that they mean; `?secure=true` means https as well."""


class ClickHouse:
    """An engine over one client of clickhouse-connect."""

    name = "clickhouse"
    dialect = "clickhouse"

    def __init__(self, client: "Client", *, owned: bool = False) -> None:
        self._client, self._owned = client, owned

    @classmethod
    def memory(cls) -> "ClickHouse":
        """The tables in the memory of this process. A process has one such place: every session of chdb shares it."""
        return cls._connect({"interface": "chdb"}, "opening a database in memory")

    @classmethod
    def open(cls, path: Path) -> "ClickHouse":
        """A folder of tables on disk. A process opens one such folder at a time."""
        return cls._connect({"interface": "chdb", "path": str(path)}, f"opening {path}")

    @classmethod
    def connect(cls, url: str) -> "ClickHouse":
        """A server: `clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS."""
        address = urlsplit(url)
        dsn = urlunsplit(address._replace(scheme=SCHEMES.get(address.scheme, address.scheme)))
        options: dict[str, Any] = {"dsn": dsn, "interface": SCHEMES.get(address.scheme, "http")}
        # A session of the server would run one query at a time. Parameters go into the body: an address is short.
        options |= {"autogenerate_session_id": False, "form_encode_query_params": True}
        return cls._connect(options, f"connecting to {address.hostname or 'localhost'}")

    @classmethod
    def _connect(cls, options: dict[str, Any], doing: str) -> "ClickHouse":
        with _said_by_clickhouse(doing):
            from clickhouse_connect import get_client

            return cls(get_client(**options), owned=True)

    def tables(self) -> list[str]:
        """The tables and views, those of the current database without its name."""
        found = self.run(TABLES, doing="listing the tables")
        return [write_table(filter(None, map(str, parts))) for parts in found]

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
        progress: Progress | None = None,  # noqa: ARG002  # ClickHouse tells it only along with the answer
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""
        with _said_by_clickhouse(doing):
            answer = self._client.raw_query(sql, parameters=_given(parameters), settings=_settings(sql), fmt=FORMAT)
            return _read(iter(answer.split(b"\n")))

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches."""
        with _said_by_clickhouse(doing):
            answer = self._client.raw_stream(sql, parameters=_given(parameters), settings=_settings(sql), fmt=FORMAT)
            with answer as lines:
                _, found = _rows(iter(lines))
                batch: list[Row] = []
                for row in found:
                    batch.append(row)
                    if len(batch) == rows:
                        yield batch
                        batch = []
                if batch:
                    yield batch

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:
        """The catalog of a relation; UsageError A701 for a table that does not exist, with the ones that do."""
        place = describe_relation(relation)
        try:
            described = self.run(description, doing=f"reading the columns of {place}")
        except EngineError as failure:
            if isinstance(relation, Table) and failure.said.startswith(UNKNOWN_TABLE):
                raise missing_table(place, self.tables()) from failure
            raise
        # An EPHEMERAL column takes part in inserts only.
        found = [(str(name), read_clickhouse_type(str(type))) for name, type, default, *_ in described
                 if default != "EPHEMERAL"]  # fmt: skip
        return declare(relation, [Declared(name, read.kind, read.nullable) for name, read in found], roles)

    def close(self) -> None:
        """Close the client if it is our own."""
        if self._owned:
            self._client.close()


def _settings(sql: str) -> dict[str, int | str]:
    sizes, files = SIZES if len(sql) >= LARGE_SQL else {}, FILES if READS_FILES in sql else {}
    return GUARDS | WRITTEN | sizes | files


def _given(parameters: Mapping[str, object] | None) -> dict[str, object]:
    """Parameters as the client takes them: an instant as a text in UTC, of which the client would cut the fraction."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in (parameters or {}).items()
    }


def _read(lines: Iterator[bytes]) -> tuple[tuple[str, ...], list[Row]]:
    names, rows = _rows(lines)
    return names, list(rows)


def _rows(lines: Iterator[bytes]) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The names, and the rows one by one. A failure after the first rows stands where a row would."""
    names, types = _line(next(lines, b"")), _line(next(lines, b""))
    floats = [at for at, type_name in enumerate(types) if "Float" in str(type_name).partition("(")[0]
              or str(type_name).startswith("Nullable(Float")]  # fmt: skip

    def rows() -> Iterator[Row]:
        for line in lines:
            if line:
                row = _line(line)
                for at in floats:
                    row[at] = None if row[at] is None else float(str(row[at]))
                yield tuple(row)

    return tuple(map(str, names)), rows()


def _line(line: bytes) -> list[object]:
    try:
        row = json.loads(line.decode("utf-8", "replace"))
    except ValueError as error:
        raise BrokenOffError(line.decode("utf-8", "replace").strip()) from error
    return list(row)


class BrokenOffError(Exception):
    """An answer ended in the middle, with the server's reason where the next row should be."""


@contextmanager
def _said_by_clickhouse(doing: str) -> Iterator[None]:
    """Turn the errors of the driver, and of the HTTP below it, into EngineError."""
    try:
        from clickhouse_connect.driver.exceptions import ClickHouseError
        from urllib3.exceptions import HTTPError
    except ImportError as error:
        raise EngineError("clickhouse", doing, "its package is not installed", INSTALL) from error
    try:
        yield
    except (ClickHouseError, HTTPError, BrokenOffError) as error:
        said = _in_brief(str(error))
        raise EngineError("clickhouse", doing, said, _help(said)) from error


def _help(said: str) -> str | None:
    return next((help for code, help in HELP.items() if code in said), None)


def _in_brief(said: str) -> str:
    """What ClickHouse said, on one line, without the stack and without the whole query."""
    brief = " ".join(said.split("Stack trace")[0].split(": In scope ")[0].split(": while executing ")[0].split())
    return brief[:400]
