"""`python -m tests.fuzz`: the interpreter against engines in bulk, with a report; exit 1 where the proof has a hole.

    python -m tests.fuzz --engines duckdb,postgres,spark --minutes 10

It fails on any difference, error or NULL, on a reachable cell that nothing filled, and when fewer than 55 % of the
expressions told people apart.
"""

import argparse
import sys
import time
from contextlib import ExitStack

from tests.fuzz.report import problems, write_report
from tests.fuzz.run import Settings, fuzz
from tests.stores import LIGHT, STORES, open_store


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--people", type=int, default=700, help="people of a batch")
    parser.add_argument("--conditions", type=int, default=480, help="expressions of a batch")
    parser.add_argument("--engines", type=_names, default=LIGHT, help=f"of {', '.join(STORES)}")
    given = parser.parse_args()
    settings = Settings(given.seed, given.people, given.conditions, seconds=given.minutes * 60)
    with ExitStack() as opened:
        stores = [open_store(name) for name in given.engines]
        for store in stores:
            opened.callback(store.close)
        started = time.monotonic()
        tally = fuzz(settings, stores)
        print(write_report(settings, tally, stores, time.monotonic() - started))
    return 1 if problems(tally, settings, stores) else 0


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(STORES):
        raise argparse.ArgumentTypeError(f"there is no engine {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
