"""Where queries run: connect, say what is there, run SQL and hand back rows.

`engine` what every engine can do · `duckdb` files, DuckDB databases and connections.
An engine takes finished SQL and its parameters; it never sees a condition.
"""

from audience.engines.duckdb import DuckDB
from audience.engines.engine import Engine, Progress, Row

__all__ = ["DuckDB", "Engine", "Progress", "Row"]
