"""`python -m tests.fuzz`: interpreter against DuckDB in bulk, with a report; exit 1 where the proof has a hole.

It fails on any difference, error or NULL, on a reachable cell that nothing filled, and when fewer than 55 % of the
expressions told people apart.
"""

import argparse
import sys
import time

from tests.fuzz.report import problems, write_report
from tests.fuzz.run import Settings, fuzz


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--people", type=int, default=700, help="people of a batch")
    parser.add_argument("--conditions", type=int, default=480, help="expressions of a batch")
    given = parser.parse_args()
    settings = Settings(given.seed, given.people, given.conditions, seconds=given.minutes * 60)
    started = time.monotonic()
    tally = fuzz(settings)
    print(write_report(settings, tally, time.monotonic() - started))
    return 1 if problems(tally) else 0


if __name__ == "__main__":
    sys.exit(main())
