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

    Each alone about all that it can hold, and between that all of them about what all can hold; those that cannot
    look into JSON, where nobody has a document then, are asked with the others once.
    """
    documented = [store for store in stores if store.documents]
    some = documented if len(documented) > 1 else stores
    asked: list[tuple[Sequence[Store], Sequence[TypedColumn]]] = []
    for store in stores:
        group = stores if store is stores[-1] else some
        asked += [(group, common_columns(group))] * (len(stores) > 1) + [([store], store.columns)]
    return asked


def rounds(rng: Random) -> Iterator[Cell]:
    """Every cell in a random order, and again; those without a second property twice, because they are fewer."""
    everything = [cell for cell in reachable() for _ in range(1 if cell[2] in PATHS else 2)]
    while True:
        yield from rng.sample(everything, len(everything))
