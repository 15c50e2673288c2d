"""The batch fuzzer as CI runs it: one seed, five million evaluations, and the same demands as on the long run."""

from collections.abc import Iterator
from random import Random

import pytest

from audience.ir import Exists, Predicate
from audience.lowering import Run
from audience.lowering.lowered import ALWAYS
from tests.fuzz.batch import Tally, run_batch
from tests.fuzz.report import problems, write_report
from tests.fuzz.run import Settings, fuzz, rounds
from tests.stores import LIGHT, Store, chosen

IS_LIGHT = set(chosen()) <= set(LIGHT)
EVALUATIONS = 5_000_000 if IS_LIGHT else 150_000
"""The heavy engines take a hundred times as long for one."""
CONDITIONS = 960 if IS_LIGHT else 240
"""Of a batch to each store; more stores get smaller batches, so that the turn comes to all of them."""
# The seconds only end a run that hangs: a slow machine must not make it fail.
SETTINGS = Settings(
    seed=1,
    people=600 if IS_LIGHT else 100,
    conditions=CONDITIONS // len(chosen()),
    seconds=1_800,
    evaluations=EVALUATIONS,
)


def test_batches(stores: list[Store]) -> None:
    """Over all stores together, about one and the same crowds as far as all can hold them.

    Every cell of the matrix is filled on the light engines; the others have not the types for all of them.
    """
    tally = fuzz(SETTINGS, stores)
    report = write_report(SETTINGS, tally, stores, 1.0)
    assert not tally.differences, report
    assert not tally.nulls, report
    assert not (IS_LIGHT and problems(tally, SETTINGS, stores)), report
    assert tally.evaluations.total() >= EVALUATIONS
    assert min(tally.evaluations[store.name] for store in stores) >= EVALUATIONS // (8 * len(stores)), report


@pytest.fixture
def peaceful(store: Store) -> Iterator[Store]:
    """A store that is left in peace again: batches choose sessions."""
    yield store
    store.enter(store.sessions[0])


def test_a_seed_is_a_run(peaceful: Store) -> None:
    """The same seed asks the same questions."""
    tallies = []
    for _ in range(2):
        tally, rng = Tally(), Random(7)
        run_batch([peaceful], rng, 20, rounds(rng), 40, tally)
        tallies.append(tally)
    assert tallies[0] == tallies[1]


def test_a_wrong_answer_is_found_and_made_small(peaceful: Store, monkeypatch: pytest.MonkeyPatch) -> None:
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
    run_batch([peaceful], rng, 30, rounds(rng), 120, tally)
    assert tally.differences
    assert any('"expression": "' in line and " exist" in line and len(line) < 400 for line in tally.differences)
    assert problems(tally, SETTINGS, [peaceful])
