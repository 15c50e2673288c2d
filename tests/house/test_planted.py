"""The planted bugs fit the tree that they are to break, and say what they are."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.planted.patch import PATCHES, read_patch
from tests.planted.run import Verdict, read_verdict
from tests.stores import LIGHT, STORES

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
def test_a_planted_bug_names_an_engine_that_is_not_tried_anyway(path: Path) -> None:
    engine = read_patch(path).engine
    assert engine is None or (engine in STORES and engine not in LIGHT)


@pytest.mark.parametrize("engine", ["postgres", "duckdb"])
def test_bugs_of_an_engine_are_planted_in_its_leaves(engine: str) -> None:
    assert sum(any(f"/{engine}" in file for file in read_patch(path).files) for path in FILES) >= 2


@pytest.mark.parametrize("engine", ["clickhouse", "spark", "sqlite", "bigquery"])
def test_bugs_are_planted_for_heavy_engines(engine: str) -> None:
    assert engine in {read_patch(path).engine for path in FILES}


def test_the_engine_of_a_patch_is_read(tmp_path: Path) -> None:
    path = tmp_path / "one-engine.patch"
    diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n"
    path.write_text(f"Bug: wrong.\nCounts: more.\nEngine: spark\n\n{diff}")
    assert read_patch(path).engine == "spark"
    assert read_patch(path).counts == "more."
    path.write_text(f"Bug: wrong.\nCounts: more.\nEngines: spark\n\n{diff}")
    assert read_patch(path).engine is None


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
