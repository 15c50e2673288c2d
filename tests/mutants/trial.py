"""One trial: pytest on a copy of the tree, in a process that was forked with the expensive imports made."""

import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutants.suite import Suite
from tests.planted.run import ROOT, import_paths

HEAVY = ("hypothesis.strategies", "duckdb", "sqlglot", "psycopg", "lark", "pydantic", "rich.console", "pyarrow")
"""What every trial imports and no mutant changes."""

OPTIONS = (
    *("-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist"),
    "-Wignore:Module already imported:pytest.PytestAssertRewriteWarning",
)
OURS = ("audience", "audience_grammar", "tests", "benchmarks", "docs")


def import_heavy() -> None:
    """Make the imports that are the same for all trials, before the first is forked."""
    for name in HEAVY:
        importlib.import_module(name)


class FirstFailure:
    """A plugin of pytest that remembers which test failed first, and by what."""

    def __init__(self) -> None:
        self.found: tuple[str, str] | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._remember(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._remember(report)

    def _remember(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed and self.found is None:
            crash = getattr(report.longrepr, "reprcrash", None)
            said = crash.message if crash is not None else str(report.longrepr).strip().splitlines()[-1]
            self.found = report.nodeid, said.removeprefix("E").strip()


def run_trial(
    copy: Path, suite: Suite, said: Path, surroundings: dict[str, str], *, changed: bool, options: Sequence[str] = ()
) -> None:
    """In a process of its own, which it never leaves: run the tests, write what they said, and end.

    What is compiled of a tree that is `changed` is not kept: the next change has the same file's name and perhaps its
    size. `said` receives pytest's exit code, the first test that failed, and its message, as JSON.
    """
    try:
        os.setsid()  # so that a trial that never ends is killed with what it has started
        _be_quiet(copy.parent / "output")
        os.chdir(copy)
        os.environ.update(AUDIENCE_TEST_ENGINES=suite.engines, HYPOTHESIS_PROFILE=suite.profile)
        os.environ.update(surroundings)
        os.environ["PYTHONPATH"] = os.pathsep.join(import_paths(copy))
        elsewhere = [entry for entry in sys.path if entry and not _is_ours(entry)]
        sys.path[:] = [str(copy), *import_paths(copy), *elsewhere]
        sys.dont_write_bytecode = changed
        for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
            del sys.modules[name]
        first = FirstFailure()
        code = int(pytest.main([*OPTIONS, *options, f"--rootdir={copy}", *suite.files(copy)], plugins=[first]))
        imported = sys.modules.get("audience")
        if imported is not None and not Path(str(imported.__file__)).is_relative_to(copy):
            code = int(pytest.ExitCode.INTERNAL_ERROR)  # the copy must be what is tested
        said.write_text(json.dumps([code, *(first.found or ("", ""))]))
    finally:
        os._exit(0)


def _is_ours(entry: str) -> bool:
    """Whether an entry of the path is the tree that the copy stands for."""
    path = Path(entry).resolve()
    return path in (ROOT, ROOT / "compiler", ROOT / "grammar")


def _be_quiet(output: Path) -> None:
    """Send what the tests print to a file, and give them nothing to read."""
    with Path(os.devnull).open() as nothing, output.open("w") as file:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
