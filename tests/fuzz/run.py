"""Batch after batch from one seed: for a time, or for a number of evaluations."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import duckdb

from tests.fuzz.batch import Tally, run_batch
from tests.fuzz.coverage import PATHS, Cell, reachable

DIFFERENCES_MAX = 20
"""A run ends early when it has found so many."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. `evaluations` ends it, too, where it is given."""

    seed: int
    people: int
    conditions: int
    seconds: float
    evaluations: int | None = None


def fuzz(settings: Settings) -> Tally:
    """Run batches until time or evaluations are used up."""
    tally, rng = Tally(), Random(settings.seed)
    cells = rounds(rng)
    deadline = time.monotonic() + settings.seconds
    with duckdb.connect() as connection:
        while time.monotonic() < deadline and len(tally.differences) < DIFFERENCES_MAX:
            run_batch(connection, rng, settings.people, cells, settings.conditions, tally)
            if settings.evaluations is not None and tally.evaluations >= settings.evaluations:
                break
    return tally


def rounds(rng: Random) -> Iterator[Cell]:
    """Every cell in a random order, and again; those without a second property twice, because they are fewer."""
    everything = [cell for cell in reachable() for _ in range(1 if cell[2] in PATHS else 2)]
    while True:
        yield from rng.sample(everything, len(everything))
