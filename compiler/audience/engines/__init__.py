"""Where queries run: connect, say what is there, run SQL and hand back rows.

`engine` what every engine can do · `duckdb` files, DuckDB databases and connections · `postgres` PostgreSQL servers
(`postgres_session` transactions and guards, `postgres_catalog` columns and types, `postgres_plans`, `postgres_errors`,
`postgres_url`) · `clickhouse` servers of ClickHouse, and ClickHouse in this process · `spark` sessions of Spark and
servers of Spark Connect · `sqlite` database files · `plans` what a planner says of indexes · `table_names` names of
tables as people write them.
An engine takes finished SQL and its parameters; it never sees a condition.
"""

from audience.engines.clickhouse import ClickHouse
from audience.engines.duckdb import DuckDB
from audience.engines.engine import Engine, Progress, Row
from audience.engines.postgres import Postgres
from audience.engines.spark import Spark
from audience.engines.sqlite import SQLite

__all__ = ["ClickHouse", "DuckDB", "Engine", "Postgres", "Progress", "Row", "SQLite", "Spark"]
