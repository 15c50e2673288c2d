"""How each engine writes its leaves: one file an engine, one line in this table."""

from audience.diagnostics import did_you_mean
from audience.errors import UsageError
from audience.lowering.dialect import Dialect
from audience.lowering.dialects.bigquery import BigQuery
from audience.lowering.dialects.clickhouse import ClickHouse
from audience.lowering.dialects.databricks import Databricks
from audience.lowering.dialects.datafusion import DataFusion
from audience.lowering.dialects.duckdb import DuckDB
from audience.lowering.dialects.postgres import Postgres
from audience.lowering.dialects.redshift import Redshift
from audience.lowering.dialects.snowflake import Snowflake
from audience.lowering.dialects.spark import Spark
from audience.lowering.dialects.sqlite import SQLite
from audience.lowering.dialects.trino import Trino

DIALECTS: dict[str, Dialect] = {
    "duckdb": DuckDB(),
    "postgres": Postgres(),
    "clickhouse": ClickHouse(),
    "spark": Spark(),
    "databricks": Databricks(),
    "bigquery": BigQuery(),
    "sqlite": SQLite(),
    "datafusion": DataFusion(),
    "trino": Trino(),
    "snowflake": Snowflake(),
    "redshift": Redshift(),
}


def find_dialect(name: str) -> Dialect:
    """The dialect of a name; UsageError A707 with the known ones."""
    if name not in DIALECTS:
        known = ", ".join(sorted(DIALECTS))
        raise UsageError("A707", f"there is no dialect `{name}`", did_you_mean(name, DIALECTS) or f"one of: {known}")
    return DIALECTS[name]
