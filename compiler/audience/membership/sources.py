"""Find out what a source of people is: which relation, on which engine."""

import glob
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from audience.catalog import Csv, Documents, Parquet, Relation, Table
from audience.catalog.declare import split_table
from audience.diagnostics import did_you_mean
from audience.engines import ClickHouse, DuckDB, Engine, Postgres, Spark, SQLite
from audience.errors import UsageError
from audience.project import is_address

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv")
DOCUMENTS = (".ndjson", ".jsonl", ".json")
SQLITE = (".sqlite", ".sqlite3")
DATABASES = (".duckdb", ".ddb", ".db", *SQLITE)
COMPRESSED = (".gz", ".zst")

ACCEPTED = (
    "people come from .parquet, .csv, .tsv, .ndjson, .jsonl or .json files (wildcards allowed), "
    "from a DuckDB or SQLite database (.duckdb, .ddb, .sqlite, .sqlite3, .db), from a server (postgresql://…, "
    "clickhouse://…, sc://… of Spark Connect), or from a catalog.toml"
)

SERVERS: Mapping[str, Callable[[str], Engine]] = {
    "postgresql": Postgres.connect,
    "postgres": Postgres.connect,
    "clickhouse": ClickHouse.connect,
    "clickhouses": ClickHouse.connect,
    "sc": Spark.connect,
}
"""What opens an address, by its scheme."""

CONNECTIONS: Mapping[tuple[str, str], Callable[..., Engine]] = {
    ("duckdb", "DuckDBPyConnection"): DuckDB,
    ("sqlite3", "Connection"): SQLite,
    ("psycopg", "Connection"): Postgres,
    ("clickhouse_connect.driver.client", "Client"): ClickHouse,
    ("pyspark.sql", "SparkSession"): Spark,
    ("pyspark.sql.connect.session", "SparkSession"): Spark,
}
"""What reads over a connection of the caller's, by the module and the name of its class."""

FRAME = "users"
"""The name a data frame gets."""

SQLITE_HEAD = b"SQLite format 3\0"
"""How a database file of SQLite begins; `.db` is what both call theirs."""

WILDCARD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Opened:
    """A relation, and the engine that can read it. The id of documents is still to be named."""

    relation: Relation
    engine: Engine


def open_path(source: str, table: str | None) -> Opened:
    """Open a file, files, a database or a server; UsageError A701 when there is nothing that can be read."""
    if is_address(source):
        return _open_server(source, table)
    suffix = _suffix(source)
    if suffix not in (*PARQUET, *CSV, *DOCUMENTS, *DATABASES):
        raise _unknown(source)
    if suffix in DATABASES:
        if not Path(source).is_file():
            raise _missing(source)
        return _open_database(Path(source), table)
    if table is not None:
        raise UsageError("A707", f"`table` names a table of a database, and {source} is none", "leave `table` out")
    if Path(source).is_file():
        # The engine reads wildcards in every path, and this name may hold some of their signs.
        pattern = glob.escape(source)
    elif WILDCARD.search(source) and glob.glob(source, recursive=True):  # noqa: PTH207  # Path.glob takes no absolute pattern
        pattern = source
    else:
        raise _missing(source)
    return Opened(_relation(pattern, suffix), DuckDB.memory())


def open_object(source: object, table: str | None) -> Opened:
    """Take a connection, which stays the caller's, or a data frame."""
    for (module, name), engine_over in CONNECTIONS.items():
        # Whoever hands over an object of a library has loaded the library.
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(source, getattr(loaded, name)):
            return _open_table(engine_over(source), table, "the connection")
    if hasattr(source, "__arrow_c_stream__"):
        memory = DuckDB.memory()
        memory.register(FRAME, source)
        return Opened(Table((FRAME,)), memory)
    raise UsageError(
        "A701",
        f"people cannot be read from a {type(source).__name__}",
        "give a path, an address, a connection of DuckDB, sqlite3, psycopg or ClickHouse, a Spark session, or a data "
        "frame of pandas, Polars or Arrow",
    )


def _relation(pattern: str, suffix: str) -> Relation:
    if suffix in PARQUET:
        return Parquet(pattern)
    return Csv(pattern, "", ()) if suffix in CSV else Documents(pattern, "id")


def _open_database(path: Path, table: str | None) -> Opened:
    with path.open("rb") as file:
        # An empty file is a database of SQLite that holds no table yet.
        is_sqlite = file.read(len(SQLITE_HEAD)) == SQLITE_HEAD or path.suffix.lower() in SQLITE
    return _open_table(SQLite.open(path) if is_sqlite else DuckDB.open(path), table, str(path))


def _open_server(address: str, table: str | None) -> Opened:
    scheme, _, rest = address.partition("://")
    if scheme not in SERVERS:
        known = ", ".join(f"{known}://" for known in SERVERS)
        help = f"servers are {known}; download anything else into a file or a DuckDB database, and name that"
        raise UsageError("A701", f"people cannot be read from {scheme}:// addresses", help)
    # What stands before the host and after the place may be secret.
    place = rest.rpartition("@")[2].partition("?")[0]
    return _open_table(SERVERS[scheme](address), table, f"{scheme}://{place}")


def _open_table(engine: Engine, table: str | None, place: str) -> Opened:
    try:
        return Opened(Table(split_table(table) if table is not None else _only_table(engine, place)), engine)
    except BaseException:
        engine.close()
        raise


def _only_table(engine: Engine, place: str) -> tuple[str, ...]:
    tables = engine.tables()
    if not tables:
        raise UsageError("A701", f"{place} holds no table")
    if len(tables) > 1:
        raise UsageError("A701", f"{place} holds several tables", f"name one as `table` (--table): {', '.join(tables)}")
    return split_table(tables[0])


def _suffix(source: str) -> str:
    path = Path(source)
    return (Path(path.stem).suffix if path.suffix.lower() in COMPRESSED else path.suffix).lower()


def _missing(source: str) -> UsageError:
    folder = Path(source).parent
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    near = did_you_mean(Path(source).name, names)
    what = "no file matches" if WILDCARD.search(source) else "there is no file"
    return UsageError("A701", f"{what} {source}", near or ACCEPTED)


def _unknown(source: str) -> UsageError:
    scheme = source.partition(":")[0]
    if scheme in SERVERS and scheme != source:
        # What follows may hold a password.
        return UsageError("A701", f"the address of a server begins with {scheme}://", f"write {scheme}://user@host/…")
    path = Path(source)
    if path.is_dir():
        return UsageError("A701", f"{source} is a folder", f"name the files in it: {path / '*.parquet'}")
    if path.suffix == ".toml":
        return UsageError("A701", f"there is no file {source}", ACCEPTED)
    if not path.exists() and not WILDCARD.search(source):
        return UsageError("A701", f"there is no file {source}", ACCEPTED)
    return UsageError("A701", f"{source} is no file that people can be read from", ACCEPTED)
