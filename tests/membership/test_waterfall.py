"""What a preview says each part did is what the interpreter says of the same people, one by one."""

from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.interpreter import Person, Trace, read_profile, trace
from audience.membership.counts import NodeCounts
from audience.resolution import resolve
from audience.values import read_instant

NOW = "2025-01-01T00:00:00Z"

PLANS = ["pro", "free", "", None]
SEATS = [0, 5, 10, None, "5"]
SEEN = ["2024-12-31", "2025-01-02T10:00:00Z", "yesterday", None]

PROFILES = [{"plan": plan, "seats": seats, "seen": seen} for plan in PLANS for seats in SEATS for seen in SEEN]

EXPRESSIONS = [
    'plan = "pro"',
    'plan = "pro" and seats >= 5 and seen before now',
    'plan = "pro" or seats >= 5 or seen before now',
    '(plan = "pro" or plan is empty) and (seats < 10 or seen is a timestamp) and plan exists',
    'not (plan = "pro" and seats > 3) or seen before 1 day ago and not (seats does not exist or nobody)',
    'plan in ["free", ""] and not (seats = 5 or seen on or after now)',
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE people (id VARCHAR, properties JSON)")
        for at, profile in enumerate(PROFILES):
            opened.execute("INSERT INTO people VALUES ($id, $profile)", {"id": f"{at:03}", "profile": profile})
        opened.execute("INSERT INTO people VALUES (NULL, '{}')")
        yield opened


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_every_node_counts_as_the_interpreter_does(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    users, expression = audience.users(connection, table="people", properties="properties"), audience.parse(text)
    result = audience.preview(expression, users=users, now=NOW)
    assert (result.total, result.null_ids) == (len(PROFILES), 1)
    outline, now = resolve(expression, users.catalog).outline, read_instant(NOW)
    assert now is not None
    people = [Person(f"{at:03}", read_profile(profile)) for at, profile in enumerate(PROFILES)]
    agrees(result.conditions, [trace(outline, person, now, {}) for person in people])


def agrees(node: NodeCounts, traces: list[Trace]) -> None:
    """One node and its parts against the traces of everybody."""
    assert (node.true, node.false) == (sum(one.result for one in traces), sum(not one.result for one in traces))
    if node.kind == "condition":
        subjects = [one.found[0].value for one in traces]
        assert node.absent == subjects.count(None), node.text
        if node.unreadable is not None:
            assert node.unreadable == subjects.count("yesterday"), node.text
    for at, part in enumerate(node.parts):
        before = [[other.result for other in one.parts[:at]] for one in traces]
        here = [one.parts[at].result for one in traces]
        left = sum(all(others) and result for others, result in zip(before, here, strict=True))
        added = sum(not any(others) and result for others, result in zip(before, here, strict=True))
        assert part.remaining == (left if node.kind == "and" else None), part.text
        assert part.gain == (added if node.kind == "or" else None), part.text
        agrees(part, [one.parts[at] for one in traces])
