"""Compiled queries on PostgreSQL against the same SQL written by hand: reading everybody, and by indexes.

The indexes are those that `audience advise` prints for the conditions; both queries find the same ones.
"""

import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

import audience
from audience.membership import advise
from benchmarks.people import INSTANT
from benchmarks.postgres import population
from benchmarks.ratios import Ratio, compare, geometric_mean

QUERIES = Path(__file__).with_name("postgres_queries.toml")

LONG_ENOUGH = 0.02
"""Seconds. A query that takes less is run several times for one measurement."""

TARGETS = {"without": 1.1, "with": 1.2}


@dataclass(frozen=True, slots=True)
class OnPostgres:
    """A condition, the WHERE clause that is written for it by hand, and whether an index serves both."""

    name: str
    condition: str
    where: str
    table: str = "people"
    indexed: bool = False

    @property
    def by_hand(self) -> str:
        """The hand-written query."""
        return f"SELECT id FROM {self.table} WHERE {self.where}"


def read_queries() -> list[OnPostgres]:
    """All queries, in the order of the file."""
    return [OnPostgres(**entry) for entry in tomllib.loads(QUERIES.read_text(encoding="utf-8"))["query"]]


def run(people: int, rounds: int, cache: Path) -> dict[str, object]:
    """Every query without an index, then those that an index serves; refuses to compare different people."""
    queries = read_queries()
    with population(people, cache) as connection:
        users = {table: audience.users(connection, table=table) for table in ("people", "documents")}
        found = {"without": [_compare(connection, users, query, rounds) for query in queries]}
        for table, opened in users.items():
            asked = {one.name: audience.parse(one.condition) for one in queries if one.indexed and one.table == table}
            for statement in advise(asked, users=opened, now=INSTANT).statements:
                connection.execute(statement.encode())
        print("with indexes")
        found["with"] = [_compare(connection, users, query, rounds, indexed=True) for query in queries if query.indexed]
    means = {state: round(geometric_mean(ratios), 3) for state, ratios in found.items()}
    for state, mean in means.items():
        print(f"geometric mean over {people:,} people, {state} indexes: {mean} × (target {TARGETS[state]})")
    return {
        "people": people,
        "rounds": rounds,
        "targets": TARGETS,
        "geometric_means": means,
        **{state: [ratio.to_json() for ratio in ratios] for state, ratios in found.items()},
    }


def _compare(
    connection: psycopg.Connection[Any],
    users: dict[str, audience.Users],
    query: OnPostgres,
    rounds: int,
    *,
    indexed: bool = False,
) -> Ratio:
    ours = audience.compile(
        audience.parse(query.condition), users=users[query.table], dialect="postgres", now=INSTANT
    ).sql
    pair = ours, query.by_hand
    if len({connection.execute(checksum(sql)).fetchone() for sql in pair}) != 1:
        sys.exit(f"`{query.name}`: the compiled and the hand-written query select different people")
    for sql in pair:
        if uses_index(connection, sql) is not indexed:
            sys.exit(f"`{query.name}`: the plan uses {'no' if indexed else 'an'} index\n{sql}")
    started = time.perf_counter()
    repeated(connection, ours, 1)()
    times = 1 + int(LONG_ENOUGH / (time.perf_counter() - started))
    mine, theirs = (repeated(connection, sql, times) for sql in pair)
    ratio = compare(query.name, mine, theirs, rounds)
    print(ratio.line(), flush=True)
    return ratio


def repeated(connection: psycopg.Connection[Any], sql: str, times: int) -> Callable[[], None]:
    """Run a query of ids so often, wrapped so that the server reads every id and hands over one number."""
    wrapped = f"SELECT max(length(id)) FROM ({sql}) AS found".encode()

    def work() -> None:
        for _ in range(times):
            connection.execute(wrapped)

    return work


def checksum(sql: str) -> bytes:
    """How many rows a query of ids has, and a number that any other set of ids would change."""
    return f"SELECT count(*), bit_xor(hashtextextended(id, 0)) FROM ({sql}) AS found".encode()


def uses_index(connection: psycopg.Connection[Any], sql: str) -> bool:
    """Whether a plan reads an index."""
    return any("Index" in line for (line,) in connection.execute(b"EXPLAIN " + sql.encode()))
