"""The generator makes the same people from the same seed, in every format, and they look like people."""

import runpy
from pathlib import Path
from typing import Any

import duckdb
import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEMO = FIXTURES / "people" / "demo.parquet"

generator: dict[str, Any] = runpy.run_path(str(FIXTURES / "generate.py"))


def rows(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def test_the_committed_people_are_those_of_the_generator(tmp_path: Path) -> None:
    again = tmp_path / "again.parquet"
    generator["write_people"](again, 3_000, 1)
    assert rows(f"FROM '{again}' EXCEPT ALL FROM '{DEMO}'") == []
    assert rows(f"SELECT count(*) FROM '{DEMO}'") == [(3_000,)]
    assert DEMO.stat().st_size <= 300_000


def test_another_seed_makes_other_people(tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    generator["write_people"](other, 3_000, 2)
    [(same,)] = rows(f"SELECT count(*) FROM (FROM '{other}' INTERSECT FROM '{DEMO}')")
    assert same == 0


@pytest.mark.parametrize("suffix", [".csv", ".ndjson", ".duckdb"])
def test_every_format_holds_the_same_people(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"people{suffix}"
    generator["write_people"](out, 200, 7)
    parquet = tmp_path / "people.parquet"
    generator["write_people"](parquet, 200, 7)
    if suffix == ".duckdb":
        with duckdb.connect(str(out), read_only=True) as connection:
            found = connection.execute("SELECT id, plan, mrr FROM people ORDER BY id").fetchall()
    elif suffix == ".csv":
        found = rows(f"SELECT id, plan, mrr FROM '{out}' ORDER BY id")
    else:
        found = rows(
            "SELECT json->>'$.id', json->>'$.plan', (json->>'$.mrr')::DOUBLE "
            f"FROM read_ndjson_objects('{out}') ORDER BY 1"
        )
    assert found == rows(f"SELECT id, plan, mrr FROM '{parquet}' ORDER BY id")


def test_plan_and_revenue_go_together_and_countries_are_unequal() -> None:
    revenue = dict(rows(f"SELECT plan, avg(mrr) FROM '{DEMO}' WHERE plan IS NOT NULL GROUP BY plan"))  # type: ignore[arg-type]
    assert revenue["free"] == 0 < revenue["pro"] < revenue["team"] < revenue["enterprise"]
    counts = [count for (count,) in rows(f"SELECT count(*) AS n FROM '{DEMO}' GROUP BY country ORDER BY n DESC")]
    assert counts[0] > 5 * counts[-1]  # type: ignore[operator]


def test_nobody_was_seen_before_signing_up_or_after_now() -> None:
    now = generator["NOW"]
    assert rows(f"SELECT id FROM '{DEMO}' WHERE last_seen < signed_up_at OR last_seen > TIMESTAMP '{now}'") == []


def test_each_awkward_person_is_there_once() -> None:
    connection = duckdb.connect()
    generator["awkward"](connection)
    ids = connection.execute("SELECT id, count(*) FROM people GROUP BY id HAVING count(*) > 1").fetchall()
    assert ids == [("twice", 2)]
