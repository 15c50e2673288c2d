"""Members that the benchmark keeps by hand are those that Audience keeps, at a tiny size."""

from pathlib import Path

import pytest

from benchmarks import membership

PEOPLE = 3_000


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_both_sides_end_with_the_same_members_events_and_people(engine: str, tmp_path: Path) -> None:
    found = membership.run(engine)(PEOPLE, 1, tmp_path)
    assert len(found["membership"]) == 12
    assert found["events"] > found["members"] > PEOPLE
