"""Where an audience lives: a DuckDB file or a PostgreSQL database with the tables of ours, and transactions on it.

`home` opens one, and gives out the lock, the clock and the counters of an environment · `schema` the tables, and
migrations · `database` what a database can do for a home, `duckdb` and `postgres` the two that can · `members` who is
a dynamic member, and what moves, `static_members` who was put into an audience,
`listing` both as lists · `ledger` every enter and exit.
A room above writes its SQL as constants, once for both; conditions arrive as compiled statements.
"""

from audience.store.database import Database
from audience.store.home import Clock, Home, Writing, open_home, system_clock

__all__ = ["Clock", "Database", "Home", "Writing", "open_home", "system_clock"]
