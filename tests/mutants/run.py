"""Try mutants: so many at a time, each in a fork of this process and on one of a few copies of the tree."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.mutants.mutant import Mutant, changed_lines
from tests.mutants.operators import mutate
from tests.mutants.suite import Suite, suite_of, whole
from tests.mutants.trial import import_heavy, run_trial
from tests.planted.run import CRASHES
from tests.servers import running_server

SECONDS_MAX = 400
"""A mutant that has no answer by then has a loop without an end; what passes takes a fraction of it."""

BASELINE_SECONDS_MAX = 2400
LOOK_SECONDS = 0.02


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    CRASHED = "crashed"
    ENDLESS = "endless"
    SURVIVED = "SURVIVED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant, the lines that it changes, its verdict, the test or the problem that it rests on, and the seconds."""

    mutant: Mutant
    diff: list[str]
    verdict: Verdict
    why: str
    seconds: float


@dataclass(slots=True)
class _Slot:
    """A copy of the tree, and the mutant that is tried on it."""

    copy: Path
    mutant: Mutant | None = None
    pid: int = 0
    began: float = 0.0

    @property
    def said(self) -> Path:
        return self.copy.parent / "said.json"


class Crew:
    """Copies of a tree and a server, for trials; a context."""

    def __init__(self, tree: Path, jobs: int, without: Sequence[str] = (), profile: str | None = None) -> None:
        self._tree, self._jobs, self._closing = tree, jobs, ExitStack()
        self._profile = {} if profile is None else {"HYPOTHESIS_PROFILE": profile}
        self._options = [f"--deselect={test}" for test in without]

    def __enter__(self) -> Self:
        import_heavy()
        scratch = Path(self._closing.enter_context(TemporaryDirectory(prefix="mutants-"))).resolve()
        self._slots = [_Slot(scratch / str(number) / "tree") for number in range(self._jobs)]
        temporary = scratch / "temporary"
        temporary.mkdir()
        url = self._closing.enter_context(running_server("main"))
        self._surroundings = {"AUDIENCE_TEST_POSTGRES_URL": url, "TMPDIR": str(temporary), **self._profile}
        return self

    def __exit__(self, *_: object) -> None:
        for slot in self._slots:
            if slot.pid:
                os.killpg(slot.pid, signal.SIGKILL)
                os.waitpid(slot.pid, 0)
        self._closing.close()

    def prepare(self, *, trust: bool) -> Outcome | None:
        """Make the copies, with their tests compiled, and see that the tests pass; what is red, or None.

        With `trust` the tests are only collected.
        """
        first, *others = self._slots
        shutil.copytree(self._tree, first.copy)
        red = None
        for suite in whole():
            self._start(first, suite, changed=False, options=["--collect-only"] if trust else [])
            while not self._is_over(first, BASELINE_SECONDS_MAX):
                time.sleep(LOOK_SECONDS)
            outcome = _read(first, Mutant("", "", 0, (0, 0), (0, 0)), [])
            red = outcome if red is None and outcome.verdict is not Verdict.SURVIVED else red
        for slot in others:
            shutil.copytree(first.copy, slot.copy)
        return red

    def try_all(self, mutants: Sequence[Mutant]) -> Iterator[Outcome]:
        """Try mutants, as many at a time as there are copies; each outcome as soon as it is known."""
        left = list(reversed(mutants))
        diffs: dict[Mutant, list[str]] = {}
        while left or any(slot.mutant for slot in self._slots):
            for slot in self._slots:
                if slot.mutant is not None and self._is_over(slot, SECONDS_MAX):
                    mutant, slot.mutant = slot.mutant, None
                    shutil.copy2(self._tree / mutant.file, slot.copy / mutant.file)
                    yield _read(slot, mutant, diffs.pop(mutant))
                if slot.mutant is None and left:
                    slot.mutant = left.pop()
                    source = (self._tree / slot.mutant.file).read_text(encoding="utf-8")
                    changed = mutate(slot.mutant, source)
                    diffs[slot.mutant] = changed_lines(source, changed)
                    (slot.copy / slot.mutant.file).write_text(changed, encoding="utf-8")
                    self._start(slot, suite_of(slot.mutant), changed=True)
            time.sleep(LOOK_SECONDS)

    def _start(self, slot: _Slot, suite: Suite, *, changed: bool, options: Sequence[str] = ()) -> None:
        slot.said.unlink(missing_ok=True)
        slot.began, slot.pid = time.monotonic(), os.fork()
        if slot.pid == 0:
            run_trial(
                slot.copy, suite, slot.said, self._surroundings, changed=changed, options=[*self._options, *options]
            )

    def _is_over(self, slot: _Slot, seconds_max: float) -> bool:
        """Whether the trial in a slot has ended; one that takes too long is ended."""
        ended, _ = os.waitpid(slot.pid, os.WNOHANG)
        if not ended and time.monotonic() - slot.began > seconds_max:
            os.killpg(slot.pid, signal.SIGKILL)
            ended, _ = os.waitpid(slot.pid, 0)
        if ended:
            slot.pid = 0
        return bool(ended)


def _read(slot: _Slot, mutant: Mutant, diff: list[str]) -> Outcome:
    """What a trial that has ended says of its mutant."""
    seconds = time.monotonic() - slot.began
    if not slot.said.exists():
        endless = seconds > SECONDS_MAX
        verdict, why = (Verdict.ENDLESS, "no end") if endless else (Verdict.CRASHED, "the process ended")
        return Outcome(mutant, diff, verdict, why, seconds)
    code, test, message = json.loads(slot.said.read_text())
    if code and not test:
        message = f"pytest ends with {code}: {(slot.copy.parent / 'output').read_text()[-500:]}"
    if code == 0:
        return Outcome(mutant, diff, Verdict.SURVIVED, "every test passes", seconds)
    crashed = not test or message.startswith((*CRASHES, "TypeError"))
    return Outcome(mutant, diff, Verdict.CRASHED if crashed else Verdict.KILLED, f"{test}: {message[:160]}", seconds)
