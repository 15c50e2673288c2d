"""A process that dies between two statements, by a real SIGKILL or because the disk is full, leaves all or nothing.

What is compared is every table: as it was before, or as it is after the same was done without a death.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings

from audience.membership.environment import Environment
from audience.membership.refresh import Mode, refresh
from audience.store import open_home
from tests.homes import SetClock
from tests.membership.dying import LATER, OPERATIONS, START, begin
from tests.membership.ledgers import dump, fold, held, ledger_of
from tests.properties.law import CI_EXAMPLES

DEATHS = 3
"""How many statements of each operation are tried; `make deep` tries all."""

Dying = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def dying() -> Iterator[Dying]:
    """Does an operation in another process; see `tests.membership.dying`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.membership.dying"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(*arguments: object) -> list[Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps(arguments), file=process.stdin, flush=True)
        answer: list[Any] = json.loads(process.stdout.readline())
        return answer

    yield ask
    process.stdin.close()
    assert process.wait() == 0
    process.stdout.close()


def deaths(count: int) -> list[int]:
    """Before which statements to die: the first, the last, after all of them, and some between."""
    if settings.default is not None and settings.default.max_examples > CI_EXAMPLES:
        return list(range(count + 1))
    between = {round(count * part / DEATHS) for part in range(1, DEATHS)}
    return sorted({0, count - 1, count} | between)


def state(address: str, name: str) -> dict[str, Any]:
    """All tables, as somebody sees them who opens the home; the ledger folds to the members."""
    with open_home(address) as home:
        assert fold(ledger_of(home.database, name)) == held(home.database, name)
        return dump(home.database, name)


def prepared(address: str, clock: SetClock, *names: str) -> None:
    """Environments that hold the same."""
    clock.time = START
    with open_home(address, create=True, clock=clock) as home:
        for name in names:
            home.add_environment(name)
            begin(Environment(home, name))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_process_that_is_killed_leaves_all_or_nothing(
    address: str, clock: SetClock, dying: Dying, operation: str
) -> None:
    prepared(address, clock, "done", "killed")
    before = state(address, "killed")
    ended, count, said = dying(address, "done", operation, None, "kill")
    assert (ended, said) == (0, "")
    after = state(address, "done")
    assert after != before
    found = before
    for last in deaths(count):
        if found == after:
            break  # it is done, and once more would be another change
        ended, *_ = dying(address, "killed", operation, last, "kill")
        assert ended == -signal.SIGKILL
        found = state(address, "killed")
        assert found == after or (found == before and last < count)
    assert found == after
    converges(address, clock, "killed")


def converges(address: str, clock: SetClock, name: str) -> None:
    """Refreshed in full, it holds what it would have held without a death; and once more changes nothing."""
    clock.time = LATER + 1
    with open_home(address, clock=clock) as home:
        for environment in (Environment(home, "done"), Environment(home, name)):
            refresh(environment, mode=Mode.FULL)
        assert dump(home.database, name) == dump(home.database, "done")
        count = len(ledger_of(home.database, name))
        refresh(Environment(home, name), mode=Mode.INCREMENTAL)
        assert len(ledger_of(home.database, name)) == count


@pytest.mark.parametrize("operation", ["put_many", "refresh"])
def test_a_disk_that_is_full_keeps_nothing_and_is_told(
    tmp_path: Any, clock: SetClock, dying: Dying, operation: str
) -> None:
    """No file may grow from some statement on: DuckDB writes at the commit, so all fail there."""
    address = str(tmp_path / "home.duckdb")
    prepared(address, clock, "full")
    before = state(address, "full")
    ended, _, said = dying(address, "full", operation, 3, "full")
    assert ended == 0
    assert "duckdb" in said
    assert "bug" not in said
    assert state(address, "full") == before
