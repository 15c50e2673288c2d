"""The home: the database that holds people, members and transitions, in one or more environments.

An environment is a set of people and members of its own. Who writes to one holds its lock from the first statement to
the commit, so the order of its sequence numbers is the order of its commits.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from audience.diagnostics.suggest import did_you_mean
from audience.engines import Row
from audience.errors import UsageError
from audience.store.database import Database
from audience.store.schema import VERSION, check_version, migrate

PATIENCE_SECONDS = 30.0
"""How long a run waits for another that writes to the same environment: longer than any change of some people takes,
shorter than people wait for a command that says nothing."""

ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")

MEMORY = ":memory:"
SCHEMES = ("postgresql://", "postgres://")

LIST_ENVIRONMENTS = "SELECT name FROM audience.environment ORDER BY position, name"
ADD_ENVIRONMENT = """
    INSERT INTO audience.environment (name, position, now, sequence, change, user_no)
    SELECT $name, coalesce(max(position), -1) + 1, 0, 0, 0, 0 FROM audience.environment
"""
KEEP_COUNTERS = """
    UPDATE audience.environment SET now = $now, sequence = $sequence, change = $change, user_no = $user_no
    WHERE name = $name
"""

Clock = Callable[[], int]
"""The time, in microseconds since 1970 in UTC."""


def system_clock() -> int:
    """The time of this machine."""
    return time.time_ns() // 1000


class Writing:
    """A transaction that holds the lock of an environment, with its clock and its counters.

    `now` never goes back, whatever the machine's clock does. `sequence`, `change` and `user_no` are the last numbers
    that were given out: rows are numbered from the next one, and then taken.
    """

    def __init__(self, database: Database, environment: str, now: int, counters: tuple[int, int, int]) -> None:
        self.database, self.environment, self.now = database, environment, now
        self.sequence, self.change, self.user_no = counters

    def take_sequences(self, count: int = 1) -> int:
        """The first of so many sequence numbers, which follow each other."""
        assert count >= 0
        self.sequence += count
        return self.sequence - count + 1

    def take_changes(self, count: int = 1) -> int:
        """The first of so many numbers of changes."""
        assert count >= 0
        self.change += count
        return self.change - count + 1

    def take_user_nos(self, count: int = 1) -> int:
        """The first of so many numbers for people."""
        assert count >= 0
        self.user_no += count
        return self.user_no - count + 1


class Home:
    """A home that is open: one connection, used by one thread at a time. Close it, or use it with `with`."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.database, self.clock = database, clock

    def environments(self) -> tuple[str, ...]:
        """The names of the environments, in their order."""
        return tuple(str(name) for (name,) in self.database.rows(LIST_ENVIRONMENTS, doing="listing the environments"))

    def add_environment(self, name: str) -> None:
        """Make an environment, the last in order. UsageError A707 for a name that is taken, or cannot be one."""
        if not ENVIRONMENT_NAME.fullmatch(name):
            help = "a letter from a to z, then letters, digits, - and _, at most 64 in all"
            raise UsageError("A707", f"an environment cannot have the name {name!r}", help)
        with self.database.locked(self.environments()[0], PATIENCE_SECONDS):  # nobody else makes one meanwhile
            if name in self.environments():
                raise UsageError("A707", f"there is an environment {name} already")
            self.database.execute(ADD_ENVIRONMENT, {"name": name}, doing="making an environment")

    @contextmanager
    def writing(self, environment: str, *, patience: float = PATIENCE_SECONDS) -> Iterator[Writing]:
        """A transaction that writes to an environment: all of it is kept, or nothing.

        UsageError A707 for an environment that does not exist, A709 where another run writes to it for longer than
        `patience`, in seconds.
        """
        with self.database.locked(environment, patience) as rows:
            if not rows:
                raise self._unknown(environment)
            last, *counters, version = _integers(rows[0])
            check_version(version, VERSION, self.database.place)
            sequence, change, user_no = counters
            now = max(self.clock(), last)  # read under the lock: a later commit has a later now
            writing = Writing(self.database, environment, now, (sequence, change, user_no))
            yield writing
            kept = {"sequence": writing.sequence, "change": writing.change, "user_no": writing.user_no}
            keep = {"name": environment, "now": now, **kept}
            self.database.execute(KEEP_COUNTERS, keep, doing="writing the counters")

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A transaction in which everything is read as it is at one instant."""
        with self.database.transaction(reading=True):
            yield self.database

    def close(self) -> None:
        """Close the connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _unknown(self, environment: str) -> UsageError:
        names = self.environments()
        help = did_you_mean(environment, names) or f"the environments are {', '.join(names)}"
        return UsageError("A707", f"there is no environment {environment}", help)


def open_home(address: str | Path, *, create: bool = False, clock: Clock = system_clock) -> Home:
    """The home in a DuckDB file, in memory (`:memory:`), or in the database of a postgresql:// URL.

    One of an older version is migrated. With `create` a home is made where there is none. UsageError A708 for what
    cannot be a home, A709 for a file that another process has open.
    """
    database = _open(address, create=create)
    try:
        migrate(database, create=create or address == MEMORY)
        return Home(database, clock)
    except BaseException:
        database.close()
        raise


def _open(address: str | Path, *, create: bool) -> Database:
    if isinstance(address, str) and address.startswith(SCHEMES):
        from audience.store.postgres import PostgresDatabase

        return PostgresDatabase.connect(address)

    from audience.store.duckdb import DuckDBDatabase

    if address == MEMORY:
        return DuckDBDatabase.memory()
    path = Path(address)
    if not create and not path.exists():
        raise UsageError("A708", f"there is no file {path}", "make a home with `audience init`")
    return DuckDBDatabase.open(path)


def _integers(row: Row) -> list[int]:
    assert all(isinstance(value, int) for value in row), "counters are never NULL"
    return [value for value in row if isinstance(value, int)]
