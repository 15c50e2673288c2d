"""The state of every audience: how large it is, how far it is, what moved lately, and what is wrong with it."""

from dataclasses import dataclass

from audience.membership.audiences import Kept
from audience.membership.environment import Environment
from audience.membership.upcoming import next_due
from audience.store.listing import sizes

SINCE = """
    SELECT audience, kind, count(*) FROM audience.transition
    WHERE environment = $environment AND happened_at > $after GROUP BY audience, kind
"""


@dataclass(frozen=True, slots=True)
class Status:
    """One audience. `members` counts pairs.

    `missing` are those of people whom nobody has identified, None for people in a table of the user's. `entered` and
    `left` count transitions after the instant that was asked about. `due` is when time alone can move somebody next,
    in microseconds; None where it never will, or was not asked.
    """

    kept: Kept
    members: int
    missing: int | None
    entered: int
    left: int
    due: int | None = None


def status(environment: Environment, *, since: int = 0, due: bool = True) -> list[Status]:
    """The audiences by key; `since` is an instant in microseconds. Without `due` no person is looked at."""
    with environment.home.reading() as database:
        known = environment.known(database)
        counted = sizes(database, environment.name)
        moved: dict[tuple[str, str], int] = {}
        for key, kind, count in database.rows(SINCE, {"environment": environment.name, "after": since}):
            assert isinstance(count, int)
            moved[str(key), str(kind)] = count
        upcoming = next_due(environment, database, environment.home.clock()) if due else {}
        return [
            Status(
                kept,
                members=counted.get(key, (0, 0))[0],
                missing=counted.get(key, (0, 0))[1] if environment.foreign is None else None,
                entered=moved.get((key, "enter"), 0),
                left=moved.get((key, "exit"), 0),
                due=upcoming.get(key),
            )
            for key, kept in known.kept().items()
        ]
