"""The servers that the engine of PostgreSQL is tried on."""

from collections.abc import Iterator

import psycopg
import pytest

from audience.engines import Postgres
from tests.servers import POSTGRES_SERVERS, own_schema
from tests.stores import chosen

collect_ignore = [] if "clickhouse" in chosen() else ["clickhouse_server.py", "test_clickhouse_engine.py"]
collect_ignore += [] if {"spark", "pyspark"} & set(chosen()) else ["test_spark.py"]
collect_ignore += [] if "bigquery" in chosen() else ["test_parsed_texts.py"]
"""Tests of engines whose packages only the environment of `make test-engines` has."""

if "duckdb" not in chosen():
    collect_ignore += ["test_duckdb_engine.py", "test_introspection.py"]
if "postgres" not in chosen():
    collect_ignore_glob = ["test_postgres_*.py"]


@pytest.fixture(scope="module", params=POSTGRES_SERVERS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A schema of the module's own, on every server there is; its user may do anything."""
    server = request.getfixturevalue("postgres_url" if request.param == "main" else f"{request.param}_url")
    with own_schema(server) as schema:
        yield schema


@pytest.fixture
def engine(url: str) -> Iterator[Postgres]:
    opened = Postgres.connect(url)
    yield opened
    opened.close()


@pytest.fixture
def admin(url: str) -> Iterator[psycopg.Connection]:
    """Another connection of the same user, on which each statement stands for itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
