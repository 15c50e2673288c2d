"""The same population on PostgreSQL: typed columns in `people`, one jsonb column in `documents`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.people import connect
from tests.servers import running_server

COLUMNS = """
    id text NOT NULL, name text, email text, plan text, mrr double precision, seats integer, country text,
    address address, tags text[], email_verified boolean, signed_up_at timestamp, last_seen timestamp,
    trial_ends_at date, logins_30d integer
"""

EXPORT = r"""
    COPY (
      SELECT id, name, email, plan, mrr, seats, country,
        CASE WHEN address IS NOT NULL THEN '(' || concat_ws(',', '"' || address.city || '"', '"' || address.zip || '"',
          '"' || address.country || '"') || ')' END,
        CASE WHEN tags IS NOT NULL THEN
          '{{' || array_to_string(list_transform(tags, lambda tag: '"' || tag || '"'), ',') || '}}' END,
        email_verified, signed_up_at, last_seen, trial_ends_at, logins_30d
      FROM people
    ) TO '{file}' (FORMAT csv, HEADER false, NULLSTR '\N')
"""
EXPORT_DOCUMENTS = r"COPY (SELECT id, properties FROM people) TO '{file}' (FORMAT csv, HEADER false, NULLSTR '\N')"

SESSION = ("SET max_parallel_workers_per_gather = 0", "SET jit = off", "SET max_parallel_maintenance_workers = 0")
"""One process reads for both queries of a pair: how many are free is not what is measured."""


@contextmanager
def population(people: int, cache: Path) -> Iterator[psycopg.Connection[Any]]:
    """A server of our own with the two tables, filled and analyzed."""
    with running_server("main") as url, psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("CREATE TYPE address AS (city text, zip text, country text)")
        connection.execute(f"CREATE TABLE people ({COLUMNS})".encode())
        connection.execute("CREATE TABLE documents (id text NOT NULL, properties jsonb)")
        for table, export in (("people", EXPORT), ("documents", EXPORT_DOCUMENTS)):
            _copy(connection, table, export, people, cache)
            connection.execute(f"VACUUM (ANALYZE, FREEZE) {table}".encode())
        for setting in SESSION:
            connection.execute(setting.encode())
        yield connection


def documents_into(connection: psycopg.Connection[Any], table: str, people: int, cache: Path) -> None:
    """Fill a table with ids and documents."""
    _copy(connection, table, EXPORT_DOCUMENTS, people, cache)


def _copy(connection: psycopg.Connection[Any], table: str, export: str, people: int, cache: Path) -> None:
    file = cache / f"unfinished-{table}-{people}.csv"
    try:
        with connect(people, cache) as source:
            source.execute(export.format(file=file))
        take = f"COPY {table} FROM STDIN (FORMAT csv, NULL '\\N')".encode()
        with file.open("rb") as lines, connection.cursor() as cursor, cursor.copy(take) as copy:
            while block := lines.read(1 << 20):
                copy.write(block)
    finally:
        file.unlink(missing_ok=True)
