"""What a database can do that is the home of an audience; `duckdb` and `postgres` beside this file are the two.

SQL constants are written once for both, with parameters as `$name`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Protocol

from audience.engines import Engine, Row
from audience.engines.engine import BATCH_ROWS
from audience.errors import CompilerBug, EngineError, UsageError
from audience.lowering import Query

PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
"""A parameter in a constant; it must not look like one inside a text of the constant either."""


class Database(Protocol):
    """One connection to the home, which is our own, and used by one thread at a time.

    Outside a transaction each call is a transaction of its own. Failures of the driver are `EngineError`; after one
    a transaction can only be rolled back, and one that is ended all the same fails and keeps nothing.
    """

    @property
    def name(self) -> str:
        """The engine's name in messages: duckdb or postgres."""

    @property
    def dialect(self) -> str:
        """The dialect of the SQL it takes."""

    @property
    def place(self) -> str:
        """Where it is, as messages say it: no password, nothing secret."""

    @property
    def engine(self) -> Engine:
        """An engine over the same connection: it sees what a transaction has written, and temporary tables."""

    def transaction(self, *, reading: bool = False) -> AbstractContextManager[None]:
        """Everything in the block, or nothing of it. There are none inside others.

        With `reading` it writes nothing, and all its statements see the database as it was at one instant.
        """

    def locked(self, environment: str, patience: float) -> AbstractContextManager[list[Row]]:
        """A transaction that holds the lock of an environment; what LOCKED of `schema` says of it, or no row.

        UsageError A709 where another transaction holds the lock for longer than `patience`, in seconds.
        """

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "writing") -> int:
        """Run a constant; how many rows it wrote."""

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None, *, doing: str = "reading") -> list[Row]:
        """All rows of a constant, also of one that writes and returns."""

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "reading",
    ) -> Iterator[list[Row]]:
        """The rows in batches. Nothing else runs on the database until the stream ends or is closed."""

    def load(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, doing: str = "writing rows"
    ) -> int:
        """Append rows in bulk; how many. `table` is a name of ours: `audience.users`, or a temporary table."""

    def run(self, query: Query, *, doing: str = "writing") -> int:
        """Run a compiled statement with its parameters; how many rows it wrote."""

    def analyze(self, table: str) -> None:
        """Tell the planner what stands in a temporary table that was just filled, where it would guess otherwise."""

    def close(self) -> None:
        """Close the connection. A transaction that is open is rolled back."""


@lru_cache(maxsize=1_000)
def parameters_of(sql: str) -> frozenset[str]:
    """The names of the parameters of a constant."""
    return frozenset(PARAMETER.findall(sql))


def check_parameters(sql: str, parameters: Mapping[str, object] | None) -> dict[str, object]:
    """The parameters of a constant; CompilerBug unless they are exactly those that it names."""
    given = dict(parameters or {})
    if given.keys() != parameters_of(sql):
        raise CompilerBug(f"a statement has the parameters {sorted(parameters_of(sql))} and is given {sorted(given)}")
    return given


def check_query(query: Query) -> dict[str, object] | None:
    """The parameters of a compiled statement; CompilerBug for one that still lacks some."""
    if query.unbound:
        raise CompilerBug(f"a statement is run without its parameters {sorted(query.unbound)}")
    return query.parameters or None


def refuse_zero(name: str, doing: str) -> EngineError:
    """What is raised for a text with U+0000: PostgreSQL has no such character, so no home keeps it."""
    return EngineError(name, doing, "U+0000 is in a text, and no home can keep that character")


def busy(environment: str) -> UsageError:
    """What is raised where another run holds the lock of an environment for too long."""
    return UsageError(
        "A709", f"another run is writing to the environment {environment}", "wait until it is done, and run this again"
    )


def split_name(table: str) -> tuple[str, ...]:
    """The parts of a table's name of ours, of which none has a dot."""
    return tuple(table.split("."))
