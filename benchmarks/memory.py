"""How much memory a process needs that refreshes everybody, or writes many people: the peak of a child for each job.

python -m benchmarks.memory ADDRESS JOB PEOPLE is such a child. With a home in a DuckDB file the database is inside it
and takes what it may; with one in PostgreSQL the child has nothing but what passes through.
"""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from audience.membership.environment import Environment
from audience.membership.people import put_people
from audience.membership.refresh import Mode, refresh
from audience.store import open_home
from benchmarks.membership_homes import HOMES, IMPORTS, read_audiences

FEWER = 10
"""Each job is done a second time with one in so many people: what is streamed needs the same."""


PROCESS = Path("/proc/self/status")


def nothing(_address: str, _people: int) -> None:
    """Import what the others import."""


def refresh_everybody(address: str, _people: int) -> None:
    """The first refresh, in which everybody who matches enters and has a transition, and a full one after it."""
    with open_home(address) as home:
        refresh(Environment(home), mode=Mode.FULL)
        refresh(Environment(home), mode=Mode.FULL)


def put_many(address: str, people: int) -> None:
    """People who come one after the other, in one transaction."""
    with open_home(address) as home:
        put_people(Environment(home, IMPORTS), generated(people))


def generated(people: int) -> Iterator[dict[str, object]]:
    """People of some size."""
    for number in range(people):
        plan, tags = ("free", "pro", "team")[number % 3], ["vip", "beta"][: number % 3]
        yield {"id": f"p{number}", "name": f"Person {number}", "plan": plan, "mrr": number % 1_000, "tags": tags}


JOBS: dict[str, Callable[[str, int], None]] = {
    "nothing": nothing,
    "two full refreshes": refresh_everybody,
    "put_people": put_many,
}


def run(engine: str) -> Callable[[int, int, Path], dict[str, object]]:
    """The question for one database."""

    def ask(people: int, _rounds: int, cache: Path) -> dict[str, object]:
        found = []
        for number in (people // FEWER, people):
            for job in JOBS:
                with HOMES[engine](number if job == "two full refreshes" else 1_000, cache) as both:
                    both.define(read_audiences(engine))
                    both.close()
                    words = [sys.executable, "-m", "benchmarks.memory", both.address, job, str(number)]
                    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
                print(f"{job:<20} {number:>10,} people   {int(told):>6,} MiB", flush=True)
                found.append({"name": job, "people": number, "peak_mib": int(told)})
        return {"memory": found}

    return ask


def main() -> None:
    """Do a job, and tell the peak of this process in MiB."""
    address, job, people = sys.argv[1:]
    JOBS[job](address, int(people))
    print(peak_mib())


def peak_mib() -> int:
    """The most memory that this process has had, in MiB; where Linux tells it, without what its parent had."""
    if PROCESS.exists():
        for line in PROCESS.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
