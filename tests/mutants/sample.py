"""Which mutants are tried: a sample by seed, spread evenly over the rooms, at most one at a place."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from tests.mutants.mutant import SOURCES, Mutant

ROOMS = ("language", "resolution", "interpreter", "lowering")
"""The rooms that decide who is a member."""

DIALECTS_TRIED = re.compile(r"lowering/dialects/(?:shared_leaves|duckdb|postgres|nearest_double)\w*\.py")
"""The dialects whose engines run wherever the tests run, and what these two share."""


def files(tree: Path) -> Iterator[str]:
    """The files that are mutated, relative to the package."""
    for room in ROOMS:
        for path in sorted((tree / SOURCES / room).rglob("*.py")):
            name = path.relative_to(tree / SOURCES).as_posix()
            if "dialects" not in path.parts or DIALECTS_TRIED.fullmatch(name):
                yield name


def draw(candidates: Iterable[Mutant], wanted: int, seed: int) -> list[Mutant]:
    """So many mutants, as evenly from the rooms as the rooms have places; the same for the same seed and source.

    A comparison can be changed in seven ways and a condition in one. To let comparisons not crowd out the rest,
    places are drawn, and then a mutant of each.
    """
    places: defaultdict[str, dict[object, list[Mutant]]] = defaultdict(dict)
    for mutant in sorted(
        candidates, key=lambda each: (each.path, each.start, each.end, each.operator, each.occurrence)
    ):
        places[mutant.room].setdefault((mutant.path, mutant.start, mutant.end), []).append(mutant)
    shares = _shares({room: len(there) for room, there in places.items()}, wanted)
    drawn = []
    for room in sorted(places):
        rng = Random(f"{seed} {room}")
        drawn += [rng.choice(mutants) for mutants in rng.sample(list(places[room].values()), shares[room])]
    # In no order, so that the beginning of a long run is a sample, too.
    Random(seed).shuffle(drawn)
    return drawn


def _shares(available: dict[str, int], wanted: int) -> dict[str, int]:
    """How many from each room: the same number, and what a small room lacks from the larger ones."""
    shares, left = {}, min(wanted, sum(available.values()))
    for rooms_left, room in zip(
        range(len(available), 0, -1), sorted(available, key=available.__getitem__), strict=True
    ):
        shares[room] = min(available[room], left // rooms_left)
        left -= shares[room]
    return shares
