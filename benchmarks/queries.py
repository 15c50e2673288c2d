"""The conditions of queries.toml, with the SQL that was written for each by hand."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import duckdb

import audience
from audience.lowering import Query
from benchmarks.people import INSTANT, TABLE

QUERIES = Path(__file__).with_name("queries.toml")


@dataclass(frozen=True, slots=True)
class HandWritten:
    """A condition, and the WHERE clause that a careful analyst writes for it."""

    name: str
    condition: str
    where: str

    def compiled(self, connection: duckdb.DuckDBPyConnection) -> Query:
        """The same condition from the compiler, over the typed columns."""
        users = audience.users(connection, table=TABLE)
        return audience.compile(audience.parse(self.condition), users=users, now=INSTANT)


def read_queries() -> list[HandWritten]:
    """All queries, in the order of the file."""
    return [HandWritten(**entry) for entry in tomllib.loads(QUERIES.read_text(encoding="utf-8"))["query"]]


def count_where(where: str) -> str:
    """The query that counts by a WHERE clause."""
    return f"SELECT count(*) FROM {TABLE} WHERE {where}"


def ids_where(where: str) -> str:
    """The query that selects ids by a WHERE clause."""
    return f"SELECT id FROM {TABLE} WHERE {where}"


def consumed(ids: str) -> str:
    """A query of ids, so wrapped that the engine must read every id and Python need not."""
    return f"SELECT max(strlen(id)) FROM ({ids})"


def checksum(ids: str) -> str:
    """How many rows a query of ids has, and a number that any other set of ids would change."""
    return f"SELECT count(*), bit_xor(hash(id)) FROM ({ids})"
