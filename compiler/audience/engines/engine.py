"""What every engine can do; one file beside this one for each engine."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from audience.catalog import Catalog, Relation
from audience.catalog.declare import Roles

Row = tuple[object, ...]

Progress = Callable[[float], None]
"""Told now and then how far a query is, from 0 to 1; called from a thread of the engine's own."""

BATCH_ROWS = 10_000
"""Rows that a stream hands over at once: enough to make the call cheap, little enough for any memory."""


class Engine(Protocol):
    """A place where people are stored and queries run.

    Every failure of the driver is an `EngineError` that says what was being `doing`. A run leaves the session as it
    found it, and its answer depends on no setting of the session.
    """

    @property
    def name(self) -> str:
        """The engine's name in messages."""

    @property
    def dialect(self) -> str:
        """The dialect of the SQL it takes."""

    def tables(self) -> list[str]:
        """The tables and views with people to be read, as `table` takes their names; nothing of the system's own."""

    def run(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,
    ) -> list[Row]:
        """All rows of a query. `parameters` are exactly the named ones that the query has."""

    def run_named(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        doing: str = "running a query",
        progress: Progress | None = None,
    ) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the columns, and all rows."""

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        rows: int = BATCH_ROWS,
        doing: str = "running a query",
    ) -> Iterator[list[Row]]:
        """The rows in batches, none of them empty; the engine runs nothing else until the stream ends or is closed."""

    def introspect(self, relation: Relation, description: str, roles: Roles) -> Catalog:
        """The catalog of a relation; `description` is the statement that describes all its columns."""

    def close(self) -> None:
        """Give back what the engine opened itself; a connection that was handed in stays open."""
