"""The benchmarks run at a tiny size, and what they compare selects the same people. No time is a matter of a test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import compile_speed, json_forms, predicates, preview, ratios
from benchmarks.people import connect
from benchmarks.queries import checksum, ids_where, read_queries

PEOPLE = 3_000
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people")


def test_there_are_twenty_queries() -> None:
    queries = read_queries()
    assert len(queries) == len({query.name for query in queries}) == 20


def test_compiled_and_hand_written_select_the_same_people(cache: Path) -> None:
    with connect(PEOPLE, cache) as connection:
        for query in read_queries():
            ours = connection.execute(checksum(query.compiled(connection).sql)).fetchone()
            assert ours == connection.execute(checksum(ids_where(query.where))).fetchone(), query.name
            assert ours is not None
            assert 0 < ours[0] < PEOPLE, f"{query.name} tells nobody apart"


def test_preview_counts_what_was_counted_by_hand(cache: Path) -> None:
    pairs = preview.read_conditions()
    with connect(PEOPLE, cache) as connection:
        for number, shape in preview.SHAPES.values():
            texts, wheres = [text for text, _ in pairs[:number]], [where for _, where in pairs[:number]]
            run, resolution = preview.resolved(connection, shape(texts))
            counting = preview.count(run, resolution.outline)
            row = connection.execute(counting.query.sql).fetchone()
            assert row is not None
            counts = dict(zip(counting.names, row, strict=True))
            total, *each, whole = connection.execute(preview.counted_by_hand(wheres, shape(wheres))).fetchone() or ()
            leaves = [counts[f"true_{at}"] for at, node in enumerate(_preorder(resolution.outline)) if not node.parts]
            assert (counts["total"], leaves, counts["true_0"]) == (total, each, whole)


def _preorder(node):
    yield node
    for part in node.parts:
        yield from _preorder(part)


def test_every_question_runs(cache: Path) -> None:
    assert predicates.run(PEOPLE, 1, cache)["people"] == PEOPLE
    assert preview.run(PEOPLE, 1, cache)["counts"]
    assert json_forms.run(PEOPLE, 1, cache)["cases"]


def test_what_is_compiled_has_as_many_conditions_as_it_says() -> None:
    texts = list(compile_speed.conditions_of(1_000))
    assert len(set(texts)) == 1_000


def test_the_command_writes_its_numbers(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    words = [sys.executable, "-m", "benchmarks", "startup", "--rounds", "1", "--json", str(out)]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {"machine", "startup"} == set(found)
    assert not any(str(part) in out.read_text(encoding="utf-8") for part in (ROOT, sys.prefix))


def test_the_geometric_mean_treats_faster_and_slower_alike() -> None:
    halves = [ratios.Ratio("", median, median, median, 1, 1) for median in (0.5, 2.0)]
    assert ratios.geometric_mean(halves) == pytest.approx(1)
