"""A database whose connection fails before a call: an exception in the middle of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from audience.engines import Row
from audience.store import Database

COUNTED = ("execute", "rows", "run", "load", "stream", "analyze", "engine")


class Crash(Exception):
    """Raised instead of a call."""


class CrashingDatabase:
    """Passes everything on to a database. With `left` it crashes instead of that call, counted from 0."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.left: int | None = None

    def __getattr__(self, name: str) -> Any:
        if name in COUNTED:
            self._count()
        return getattr(self._database, name)

    @contextmanager
    def locked(self, environment: str, patience: float) -> Iterator[list[Row]]:
        with self._database.locked(environment, patience) as rows:
            yield rows
            self._count()

    def _count(self) -> None:
        if self.left == 0:
            raise Crash
        if self.left is not None:
            self.left -= 1
