"""What every run is given: an expression, the people, an instant, and the audiences that it may refer to."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audience.catalog import Catalog
from audience.errors import UsageError
from audience.interpreter import Members, read_members
from audience.language import Expression, expect_expression
from audience.resolution import Resolution, resolve
from audience.values import read_instant

Now = datetime | date | str | int
"""An instant: a datetime (naive is UTC), a date (its midnight), an ISO 8601 text, or microseconds since the epoch."""

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
    for given, what in ((audiences, "audiences"), (members, "members")):
        if given is not None and not isinstance(given, Mapping):
            raise UsageError("A707", f"`{what}` is a {type(given).__name__}", 'give a mapping from keys, {"vip": …}')
    expect_expression(expression)
    for referred in (audiences or {}).values():
        expect_expression(referred)
    read = read_members(members or {})
    return Resolved(resolve(expression, catalog, audiences=audiences or {}, static=read.keys()), read)


def read_now(now: Now) -> int:
    """An instant in microseconds since the epoch; UsageError A707 for what is none."""
    match now:
        case bool():
            pass
        case int():
            return now
        case date() if not isinstance(now, datetime):
            return read_now(datetime(now.year, now.month, now.day, tzinfo=UTC))
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
        "A707",
        f"{str(now)!r} is no instant",
        "write it like 2025-01-31T12:00:00Z" + ("" if isinstance(now, str) else ", or give a datetime or microseconds"),
    )


def clock() -> int:
    """The instant of this call; the only place that reads a clock, and no generated SQL does."""
    return time.time_ns() // 1_000


def expect_users(users: object) -> None:
    """Refuse what is no Users with a UsageError that says how to get one."""
    from audience.membership.users import Users

    if not isinstance(users, Users):
        raise UsageError("A707", f"`users` is a {type(users).__name__}", "open people with `audience.users(…)`")
