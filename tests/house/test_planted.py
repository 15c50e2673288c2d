"""The planted bugs fit the tree that they are to break, and say what they are."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.planted.patch import PATCHES, read_patch
from tests.planted.run import Verdict, read_verdict

ROOT = Path(__file__).parents[2]
FILES = sorted(PATCHES.glob("*.patch"))

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_there_are_planted_bugs_in_every_room_that_answers() -> None:
    rooms = [Path(file).parts[2] for path in FILES for file in read_patch(path).files if file.startswith("compiler/")]
    assert len(FILES) >= 20
    assert rooms.count("lowering") >= 12
    for room in ("resolution", "interpreter", "wire", "language", "membership"):
        assert room in rooms


@each
def test_a_planted_bug_applies(path: Path) -> None:
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    done = subprocess.run(
        ["git", "apply", "--check", str(path)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"plant it again, see tests/planted/__init__.py:\n{done.stderr}"


@each
def test_a_planted_bug_says_what_it_is(path: Path) -> None:
    patch = read_patch(path)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", patch.name)
    assert patch.bug.endswith(".")
    assert patch.counts.endswith(".")


@each
def test_a_planted_bug_breaks_what_is_shipped_and_nothing_else(path: Path) -> None:
    files = read_patch(path).files
    assert files
    assert all(file.startswith(("compiler/", "grammar/")) for file in files), files


def test_a_patch_without_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.patch"
    path.write_text("Bug: it has no second line.\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n")
    with pytest.raises(ValueError, match=r"bare\.patch does not open"):
        read_patch(path)


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [
        ('<failure message="AssertionError: assert [True] == [False]"/>', Verdict.KILLED),
        ('<failure message="audience.errors.EngineError: duckdb failed"/>', Verdict.KILLED),
        ('<failure message="NameError: name &apos;nul&apos; is not defined"/>', Verdict.BROKEN),
        ('<error message="collection failure"/>', Verdict.BROKEN),
        ("", Verdict.BROKEN),
    ],
)
def test_only_a_wrong_answer_kills(tmp_path: Path, inside: str, verdict: Verdict) -> None:
    report = tmp_path / "report.xml"
    test = f'<testcase classname="tests.b.c" name="test_d">{inside}</testcase>'
    report.write_text(
        f'<testsuites><testsuite><testcase classname="tests.a" name="fine"/>{test}</testsuite></testsuites>'
    )
    found, why = read_verdict(report)
    assert found is verdict
    assert not inside or why.startswith("tests/b/c.py::test_d")
