"""What every run is given: an expression, the people, an instant, and the audiences that it may refer to."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from audience.catalog import Catalog
from audience.errors import UsageError
from audience.interpreter import Members, read_members
from audience.language import Expression
from audience.resolution import Resolution, resolve
from audience.values import read_instant

Now = datetime | str | int
"""An instant: a datetime (naive is UTC), an ISO 8601 text, or microseconds since the epoch."""

GivenMembers = Mapping[str, Iterable[Any]]
"""The members of static audiences: ids, or (id, tenant) pairs."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resolved expression together with the members that it may refer to."""

    resolution: Resolution
    members: Members


def resolve_run(
    expression: Expression,
    catalog: Catalog,
    audiences: Mapping[str, Expression] | None,
    members: GivenMembers | None,
) -> Resolved:
    """Resolve an expression against the audiences and members of a run."""
    read = read_members(members or {})
    return Resolved(resolve(expression, catalog, audiences=audiences or {}, static=read.keys()), read)


def read_now(now: Now) -> int:
    """An instant in microseconds since the epoch; UsageError A707 for what is none."""
    match now:
        case bool():
            pass
        case int():
            return now
        case datetime():
            aware = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
            return (aware - EPOCH) // timedelta(microseconds=1)
        case str():
            microseconds = read_instant(now)
            if microseconds is not None:
                return microseconds
        case _:
            pass
    raise UsageError(
        "A707", f"{now!r} is no instant", "give a datetime, a text like `2025-01-31T12:00:00Z`, or microseconds"
    )


def clock() -> int:
    """The instant of this call; the only place that reads a clock, and no generated SQL does."""
    return time.time_ns() // 1_000
