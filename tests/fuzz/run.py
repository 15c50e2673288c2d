"""Batch after batch from one seed: for a time, or for a number of evaluations."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random

from tests.fuzz.batch import Tally, run_batch
from tests.fuzz.columns import TypedColumn
from tests.fuzz.coverage import PATHS, Cell, reachable
from tests.stores import Store, common_columns

DIFFERENCES_MAX = 20
"""A run ends early when it has found so many."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. `evaluations` ends it, too, where it is given: so many by all stores together."""

    seed: int
    people: int
    conditions: int
    seconds: float
    evaluations: int | None = None


def fuzz(settings: Settings, stores: Sequence[Store]) -> Tally:
    """Run batches until time or evaluations are used up."""
    tally, rng = Tally(), Random(settings.seed)
    cells = rounds(rng)
    deadline = time.monotonic() + settings.seconds
    for some, columns in cycle(turns(stores)):
        if time.monotonic() >= deadline or len(tally.differences) >= DIFFERENCES_MAX:
            break
        run_batch(some, rng, settings.people, cells, settings.conditions, tally, columns)
        if settings.evaluations is not None and tally.evaluations.total() >= settings.evaluations:
            break
    return tally


def turns(stores: Sequence[Store]) -> list[tuple[Sequence[Store], Sequence[TypedColumn]]]:
    """Which stores are asked about one crowd, and in which columns it stands.

    All of them about what all can hold, and between that each alone about all that it can hold.
    """
    if len(stores) == 1:
        return [(stores, stores[0].columns)]
    shared = common_columns(stores)
    return [turn for store in stores for turn in ((stores, shared), ([store], store.columns))]


def rounds(rng: Random) -> Iterator[Cell]:
    """Every cell in a random order, and again; those without a second property twice, because they are fewer."""
    everything = [cell for cell in reachable() for _ in range(1 if cell[2] in PATHS else 2)]
    while True:
        yield from rng.sample(everything, len(everything))
