"""`python -m tests.planted`: plant each bug, and fail unless the tests notice every one.

Bugs of the heavy engines are planted with `--heavy`, in the environment that has their packages, or by name.

Exit codes: 0 all were killed, 1 one survived or is broken, 2 the tests are red without any.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.planted.patch import Patch, read_patches
from tests.planted.run import Outcome, Verdict, snapshot, try_patch

COLUMNS = "{:<36}{:<10}{:>5}  {}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description="Plant bugs and see who notices.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which bugs; else all of the light engines")
    parser.add_argument("--heavy", action="store_true", help="all of the engines that `make test` leaves out")
    parser.add_argument("--list", action="store_true", help="say what each bug is, and plant none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at a time")
    parser.add_argument("--head", action="store_true", help="break the last commit and not the files as they are now")
    parser.add_argument(
        "--trust", action="store_true", help="do not test the tree without a bug first; what is red already then kills"
    )
    options = parser.parse_args(arguments)
    patches = {patch.name: patch for patch in read_patches()}
    unknown = [name for name in options.names if name not in patches]
    if unknown:
        parser.error(f"no planted bug is called {', '.join(unknown)}; --list names them")
    chosen = [patches[name] for name in options.names] or [
        patch for patch in patches.values() if options.list or options.heavy == (patch.engine is not None)
    ]
    if options.list:
        for patch in chosen:
            print(f"{patch.name}\n    {patch.bug}\n    {patch.counts}")
        return 0
    with snapshot(head=options.head) as tree:
        engines = dict.fromkeys(patch.engine for patch in chosen)
        if not options.trust and not all(_is_green(tree, engine) for engine in engines):
            return 2
        return _try_all(chosen, tree, jobs=options.jobs)


def _is_green(tree: Path, engine: str | None) -> bool:
    baseline = try_patch(None, tree, engine)
    green = baseline.verdict is Verdict.SURVIVED
    said = f"every test passes ({baseline.seconds:.0f} s)" if green else f"the tests are red: {baseline.why}"
    print(f"Without a bug{f', on {engine},' if engine else ''} {said}", flush=True)
    return green


def _try_all(patches: list[Patch], tree: Path, *, jobs: int) -> int:
    """Try every patch and print a line as soon as it is known; the exit code."""
    print(COLUMNS.format("planted bug", "verdict", "s", "by"), flush=True)
    counts = dict.fromkeys(Verdict, 0)
    for patch, outcome in _outcomes(patches, tree, jobs=jobs):
        counts[outcome.verdict] += 1
        print(COLUMNS.format(patch.name, outcome.verdict, f"{outcome.seconds:.0f}", outcome.why), flush=True)
    told = ", ".join(f"{count} {verdict.lower()}" for verdict, count in counts.items())
    print(f"{len(patches)} planted: {told}.")
    return 0 if counts[Verdict.KILLED] == len(patches) else 1


def _outcomes(patches: list[Patch], tree: Path, *, jobs: int) -> Iterator[tuple[Patch, Outcome]]:
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        yield from zip(patches, pool.map(partial(try_patch, tree=tree), patches), strict=True)


if __name__ == "__main__":
    sys.exit(main())
