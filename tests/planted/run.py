"""Try one planted bug: copy the tree, apply the patch to the copy, and see whether a test of the copy fails."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.planted.patch import Patch
from tests.stores import CHOICE

ROOT = Path(__file__).parents[2]

PROVING = (
    "tests/corpus",
    "tests/lowering",
    "tests/interpreter",
    "tests/resolution",
    "tests/wire",
    "tests/language",
    "tests/values",
    "tests/ir",
    "tests/membership",
    "tests/properties",
)
"""The folders that prove meaning, the likeliest killers first. Style, documents and the command line are left out:
that a page or a message changed is no proof that somebody's count did."""

ASKING = ("tests/corpus", "tests/engines", "tests/properties", "tests/fuzz")
"""What asks whichever engine is named: all that a bug of a heavy one can fail."""

SECONDS_MAX = 900

CRASHES = ("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "SyntaxError", "UnboundLocalError")
"""What a test fails by when the patch is broken; a planted bug gives an answer, and it is the wrong one."""

IMPORTED_FROM = """
import pathlib, sys, audience, audience_grammar
print(all(pathlib.Path(found.__file__).is_relative_to(sys.argv[1]) for found in (audience, audience_grammar)))
"""


class Verdict(StrEnum):
    """What the tests said of a tree."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, the test or the problem that it rests on, and how long it took."""

    verdict: Verdict
    why: str
    seconds: float


@contextmanager
def snapshot(*, head: bool) -> Iterator[Path]:
    """A copy of the files that git knows or would add; with `head`, of the last commit.

    Taken once, so that every patch breaks the tree that was green, whatever is written meanwhile.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as scratch:
        copy = Path(scratch).resolve()
        if head:
            archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
            with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
                opened.extractall(copy, filter="data")
        else:
            listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
            for name in filter(None, names.split("\0")):
                if (ROOT / name).is_file():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / name, copy / name)
        yield copy


def try_patch(patch: Patch | None, tree: Path, engine: str | None = None) -> Outcome:
    """Test a copy of the tree with the patch applied, or, without one, as it is on an engine."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="planted-") as scratch:
        copy = Path(scratch).resolve() / "tree"
        shutil.copytree(tree, copy)
        problem = _apply(patch, copy) if patch else None
        verdict, why = (Verdict.BROKEN, problem) if problem else _test(copy, patch, patch.engine if patch else engine)
    return Outcome(verdict, why, time.monotonic() - began)


def _apply(patch: Patch, copy: Path) -> str | None:
    """Apply a patch; what is wrong with it, or None."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)}
    command = ["git", "apply", str(patch.path)]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    return f"does not apply: {done.stderr.strip().splitlines()[0]}" if done.returncode else None


def _test(copy: Path, patch: Patch | None, engine: str | None) -> tuple[Verdict, str]:
    """Run the proving folders on a copy; only a failing test kills."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(import_paths(copy)), "HYPOTHESIS_PROFILE": "ci"}
    if engine:
        environment[CHOICE] = engine
    said = subprocess.run(
        [sys.executable, "-c", IMPORTED_FROM, str(copy)], cwd=copy, env=environment, capture_output=True, text=True
    )
    if said.returncode:
        return Verdict.BROKEN, f"cannot be imported: {said.stderr.strip().splitlines()[-1]}"
    assert said.stdout.strip() == "True", "the copy must be what is imported, not the installed package"
    report = copy / "report.xml"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", f"--junitxml={report}"]
    try:
        done = subprocess.run(
            [*command, *proving_folders(copy, patch.files if patch else (), ASKING if engine else PROVING)],
            cwd=copy,
            env=environment,
            capture_output=True,
            timeout=SECONDS_MAX,
        )
    except subprocess.TimeoutExpired:
        return Verdict.BROKEN, f"no answer within {SECONDS_MAX} seconds"
    if done.returncode == 0:
        return Verdict.SURVIVED, "every test passes"
    return read_verdict(report) if done.returncode == 1 else (Verdict.BROKEN, f"pytest ends with {done.returncode}")


def import_paths(copy: Path) -> list[str]:
    """Where the packages of a copy are, for PYTHONPATH."""
    return [str(copy / part) for part in ("compiler", "grammar")]


def proving_folders(copy: Path, changed: Iterable[str], proving: Sequence[str] = PROVING) -> list[str]:
    """The proving folders of this tree, those that mirror the rooms of the changed files first."""
    wanted = dict.fromkeys([*(folder for folder in map(_mirror, changed) if folder in proving), *proving])
    return [folder for folder in wanted if any((copy / folder).glob("test_*.py"))]


def _mirror(file: str) -> str:
    """`compiler/audience/wire/decode.py` is tested in `tests/wire`, the grammar in `tests/language`."""
    parts = Path(file).parts
    return "tests/language" if parts[0] == "grammar" else f"tests/{Path(parts[2]).stem}"


def read_verdict(report: Path) -> tuple[Verdict, str]:
    """What the first test that failed says, from pytest's report."""
    for case in ET.parse(report).iter("testcase"):
        test = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        failure, error = case.find("failure"), case.find("error")
        if error is not None:
            return Verdict.BROKEN, f"{test} cannot be run: {error.get('message')}"
        if failure is not None:
            message = failure.get("message", "")
            crashed = message.startswith(CRASHES)
            return (Verdict.BROKEN, f"{test}: {message}") if crashed else (Verdict.KILLED, test)
    return Verdict.BROKEN, "pytest failed and names no test"
