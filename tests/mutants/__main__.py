"""`python -m tests.mutants`: draw mutants, try them, and report how many the tests noticed.

Exit codes: 0 the score is reached, 1 it is not, 2 the tests are red without any change.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.mutants.mutant import SOURCES, Mutant
from tests.mutants.noise import Noise
from tests.mutants.operators import mutants_of
from tests.mutants.report import score_table, written
from tests.mutants.run import Crew, Outcome, Verdict
from tests.mutants.sample import draw, files
from tests.planted.run import snapshot

SCORE_MIN = 0.9
REPORT = "build/mutants.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Change the compiler; see who notices."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants, lines or files instead of a sample")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which sample")
    parser.add_argument("--mutants", type=int, default=500, metavar="N", help="how many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at a time")
    parser.add_argument("--head", action="store_true", help="change the last commit and not the files as they are now")
    parser.add_argument(
        "--trust", action="store_true", help="do not test the unchanged tree; what is red already kills"
    )
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="go on after so many of the sample")
    parser.add_argument(
        "--without", action="append", default=[], metavar="TEST", help="a test that is red for another reason"
    )
    parser.add_argument("--profile", metavar="NAME", help="of Hypothesis: `ci` for as many examples as `make test`")
    parser.add_argument("--list", action="store_true", help="name the mutants, and try none")
    parser.add_argument("--report", type=Path, default=Path(REPORT), metavar="FILE", help="where the report is written")
    options = parser.parse_args(arguments)
    with snapshot(head=options.head) as tree:
        candidates, noise = _candidates(tree)
        chosen = [mutant for mutant in candidates if any(map(mutant.is_called, options.names))]
        if not options.names:
            chosen = draw(candidates, options.mutants, options.seed)[options.skip :]
        if not chosen:
            parser.error("no mutant is called so")
        if options.list:
            print(*(mutant.name for mutant in chosen), sep="\n")
            return 0
        with Crew(tree, options.jobs, options.without, options.profile) as crew:
            red = crew.prepare(trust=options.trust)
            if red is not None:
                print(f"Without a change the tests are red: {red.why}")
                return 2
            outcomes = _try_all(crew, chosen)
    title = "Mutants by name" if options.names else f"Mutants: seed {options.seed}, {options.mutants} drawn"
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(written(outcomes, noise.most_common(), title), encoding="utf-8")
    print(*score_table(outcomes), f"Report: {options.report}", sep="\n")
    if not outcomes:
        return 1
    survived = sum(outcome.verdict is Verdict.SURVIVED for outcome in outcomes)
    return int(1 - survived / len(outcomes) < SCORE_MIN)


def _candidates(tree: Path) -> tuple[list[Mutant], Counter[str]]:
    """Every mutant that says something, and how many were left out for which reason."""
    found, left_out = list[Mutant](), Counter[str]()
    for path in files(tree):
        source = (tree / SOURCES / path).read_text(encoding="utf-8")
        noise = Noise(source)
        for mutant in mutants_of(path, source):
            if why := noise.why(mutant):
                left_out[why] += 1
            else:
                found.append(mutant)
    return found, left_out


def _try_all(crew: Crew, mutants: list[Mutant]) -> list[Outcome]:
    """Try every mutant and print a line as soon as it is known."""
    outcomes, began = list[Outcome](), time.monotonic()
    for outcome in _until_interrupted(crew.try_all(mutants)):
        outcomes.append(outcome)
        print(f"{len(outcomes):>4} {outcome.verdict:<9}{outcome.seconds:>4.0f} s  {outcome.mutant.name}", end="  ")
        print(outcome.why.splitlines()[0][:120], flush=True)
        if outcome.verdict is Verdict.SURVIVED:
            print(*(f"               {line}" for line in outcome.diff), sep="\n", flush=True)
    print(f"{len(outcomes)} of {len(mutants)} mutants in {(time.monotonic() - began) / 60:.0f} minutes.")
    return outcomes


def _until_interrupted(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """What is known when somebody presses Ctrl-C is reported as well."""
    with suppress(KeyboardInterrupt):
        yield from outcomes


if __name__ == "__main__":
    sys.exit(main())
