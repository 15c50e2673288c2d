"""The batch fuzzer as CI runs it: one seed, five million evaluations, and the same demands as on the long run."""

from random import Random

import duckdb
import pytest

from audience.ir import Exists, Predicate
from audience.lowering import Run
from audience.lowering.lowered import ALWAYS
from tests.fuzz.batch import Tally, run_batch
from tests.fuzz.report import DISCRIMINATING_MIN, empty_cells, problems, share, write_report
from tests.fuzz.run import Settings, fuzz, rounds

EVALUATIONS = 5_000_000
# The seconds only end a run that hangs: a slow machine must not make it fail.
SETTINGS = Settings(seed=1, people=700, conditions=480, seconds=1_800, evaluations=EVALUATIONS)


def test_five_million_evaluations() -> None:
    tally = fuzz(SETTINGS)
    assert not tally.differences, "\n".join(tally.differences)
    assert tally.nulls == 0
    assert share(tally) >= DISCRIMINATING_MIN
    assert not empty_cells(tally)
    assert tally.evaluations >= EVALUATIONS
    assert not problems(tally)
    assert "passed" in write_report(SETTINGS, tally, 1.0)


def test_a_seed_is_a_run() -> None:
    """The same seed asks the same questions."""
    tallies = []
    for _ in range(2):
        tally, rng = Tally(), Random(7)
        with duckdb.connect() as connection:
            run_batch(connection, rng, 20, rounds(rng), 40, tally)
        tallies.append(tally)
    assert tallies[0] == tallies[1]


def test_a_wrong_answer_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that takes `exists` for everybody is found, and the report shows one person and one condition."""
    real = Run.lowering

    def broken(self: Run, scope):
        lowering = real(self, scope)
        absent = type(lowering).leaf

        def leaf(this, found: Predicate):
            return ALWAYS if isinstance(found, Exists) else absent(this, found)

        subclass = type("Broken", (type(lowering),), {"leaf": leaf, "__slots__": ()})
        return subclass(lowering.scope, lowering.now, lowering.members)

    monkeypatch.setattr(Run, "lowering", broken)
    tally, rng = Tally(), Random(3)
    with duckdb.connect() as connection:
        run_batch(connection, rng, 30, rounds(rng), 120, tally)
    assert tally.differences
    assert any('"expression": "' in line and " exist" in line and len(line) < 400 for line in tally.differences)
    assert problems(tally)
