"""Measure two things against each other: interleaved, A B A B, so that a busy machine slows both."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio of the times of two things over all rounds, and the median times in milliseconds."""

    name: str
    median: float
    low: float
    high: float
    ours_ms: float
    theirs_ms: float

    def line(self) -> str:
        """The ratio as a line of a table in a terminal."""
        return (
            f"{self.name:<40} {self.median:6.2f} ×   ({self.low:.2f} to {self.high:.2f})"
            f"   {self.ours_ms:9.2f} ms against {self.theirs_ms:9.2f} ms"
        )

    def to_json(self) -> dict[str, object]:
        """The ratio as plain data, rounded to what the measurement can tell."""
        return {
            "name": self.name,
            "median": round(self.median, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "ours_ms": round(self.ours_ms, 2),
            "theirs_ms": round(self.theirs_ms, 2),
        }


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes; the garbage of the call before it is none of its business."""
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int,
    prepare: Callable[[], object] = lambda: None,
    *,
    warm: bool = False,
) -> Ratio:
    """Time both in turn, after one call of each that warms up unless they are `warm`.

    `prepare` runs before each pair and is not timed.
    """
    if not warm:
        prepare()
        ours(), theirs()
    pairs = []
    for _ in range(rounds):
        prepare()
        pairs.append((seconds(ours), seconds(theirs)))
    found = [mine / other for mine, other in pairs]
    return Ratio(
        name,
        statistics.median(found),
        min(found),
        max(found),
        statistics.median(mine for mine, _ in pairs) * 1_000,
        statistics.median(other for _, other in pairs) * 1_000,
    )


def geometric_mean(ratios: Iterable[Ratio]) -> float:
    """The mean of the medians that treats twice as fast and twice as slow alike."""
    return math.exp(statistics.fmean(math.log(ratio.median) for ratio in ratios))
