"""When time moves somebody next: the first instant after now at which an answer to a condition about now changes."""

from random import Random

from audience.analysis import time_leaves
from audience.interpreter import Person, evaluate, read_document
from audience.language import parse_definition
from audience.membership.define import define
from audience.membership.environment import Environment
from audience.membership.people import put_people
from audience.membership.refresh import refresh
from audience.membership.status import status
from audience.membership.upcoming import next_due
from audience.store import Home
from audience.values import write_instant
from tests.homes import SetClock

HOUR = 3_600_000_000
NOW = 1_800_000_000_000_000
CONDITIONS = {
    "recent": "seen >= 2 hours ago",
    "after": "seen > 2 hours ago",
    "gone": "seen < 3 hours ago and plan exists",
    "soon": "trial_ends <= 1 hour from now",
    "either": "seen < 1 hour ago or trial_ends on or after now",
    "timeless": 'plan = "pro"',
}


def test_nobody_moves_before(home: Home, clock: SetClock) -> None:
    """A scan with the interpreter over every flip of everybody finds no earlier change, and one at the instant."""
    rng, environment = Random(3), Environment(home)
    clock.time = NOW
    define(environment, {key: parse_definition(text) for key, text in CONDITIONS.items()})
    refresh(environment)
    for turn in range(12):
        instants = [NOW + rng.randint(-5, 5) * HOUR + rng.randint(-1, 1) for _ in range(6)]
        people = [
            {"id": f"p{at}", "plan": rng.choice(["pro", None]), rng.choice(["seen", "trial_ends"]): write_instant(when)}
            for at, when in enumerate(instants)
        ]
        put_people(environment, people)
        known, now = environment.known(home.database), clock.time + turn * HOUR // 2
        found = next_due(environment, home.database, now)
        held = [Person(str(person["id"]), read_document_of(environment, str(person["id"]))) for person in people]
        for key, audience in known.dynamic.items():
            leaves = time_leaves(audience.predicate)
            asked = sorted(
                moment
                for offset in range(-12 * HOUR, 12 * HOUR, HOUR // 2)
                for moment in (NOW + offset - 1, NOW + offset, NOW + offset + 1, NOW + offset + 2)
                if moment > now
            )
            changes = [
                at
                for at in asked
                if any(
                    evaluate(leaf, person, at, {}) is not evaluate(leaf, person, at - 1, {})
                    for leaf in leaves
                    for person in held
                )
            ]
            assert found.get(key) == (changes[0] if changes else None), key


def read_document_of(environment: Environment, id: str) -> dict:
    [[text]] = environment.home.database.rows(
        "SELECT CAST(properties AS TEXT) FROM audience.users WHERE id = $id", {"id": id}
    )
    return read_document(str(text))


def test_status_says_it(home: Home, clock: SetClock) -> None:
    clock.time = NOW
    environment = Environment(home)
    define(environment, {key: parse_definition(CONDITIONS[key]) for key in ("recent", "timeless")})
    refresh(environment)
    put_people(environment, [{"id": "a", "seen": write_instant(NOW - HOUR)}])
    due = {found.kept.key: found.due for found in status(environment)}
    assert due == {"recent": NOW + HOUR + 1, "timeless": None}
    assert {found.due for found in status(environment, due=False)} == {None}
    clock.time = NOW + HOUR + 1
    assert refresh(environment).moved["recent"].left == 1
