"""What the documents show runs, and where they point to exists."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "grammar/**/*.md", "fixtures/**/*.md", "benchmarks/**/*.md")
    for path in ROOT.glob(pattern)
)
RUNNABLE = [path for path in PAGES if path.parts[-2] != "audience_grammar"]
FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?\)")
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "COLUMNS": "120",
    "NO_COLOR": "1",
    "TERM": "dumb",
}
NOT_RUN_HERE = ("make", "git", "pip", "python3", "cd")
"""Commands that prepare a checkout. Of `make` it is checked that the target exists; running it would run this test."""


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[str]:
    return [body for info, body in FENCE.findall(path.read_text(encoding="utf-8")) if info == language]


def steps(block: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that stand below it."""
    command: str | None = None
    said: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, said
            command, said = line[2:], []
        elif command is not None and command.endswith("\\"):
            command = command[:-1] + line.strip()
        else:
            said.append(line)
    if command is not None:
        yield command, said


def matches(expected: list[str], actual: str) -> bool:
    """Whether the lines appear in the output in this order; `…` stands for whatever is between or beside."""
    position = 0
    for line in expected:
        for part in filter(None, map(str.strip, line.split("…"))):
            position = actual.find(part, position)
            if position < 0:
                return False
            position += len(part)
    return True


@pytest.mark.parametrize("path", RUNNABLE, ids=shown)
def test_python_blocks_run(path: Path) -> None:
    """The blocks of a page are one program, as a reader would type them one after the other."""
    program = "\n".join(blocks(path, "python"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", RUNNABLE, ids=shown)
def test_console_blocks_run(path: Path) -> None:
    for block in blocks(path, "console"):
        for command, expected in steps(block):
            words = shlex.split(command)
            if words[0] == "make":
                subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, check=True, capture_output=True)
            if words[0] in NOT_RUN_HERE:
                continue
            done = subprocess.run(
                command, shell=True, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            # A page may show an error on purpose; a command that should work says nothing of `error[`.
            shows_error = any("error[" in line for line in expected)
            assert (done.returncode != 0) is shows_error, f"$ {command}\n{done.stdout}{done.stderr}"
            assert matches(expected, done.stdout + done.stderr), f"$ {command}\n{done.stdout}{done.stderr}"


def slugs(path: Path) -> set[str]:
    """The anchors of a page's headings, as Git hosts make them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_relative_links_resolve(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        assert place.exists(), f"{shown(path)} points to {target}, which does not exist"
        assert place.is_relative_to(ROOT), f"{shown(path)} points out of the repository: {target}"
        if anchor and place.suffix == ".md":
            assert anchor in slugs(place), f"{shown(path)} points to {target}, and there is no such heading"


def test_the_steps_of_a_block_are_read() -> None:
    block = "$ audience fmt \\\n    a.audience\nplan exists\n$ true\n"
    assert list(steps(block)) == [("audience fmt a.audience", ["plan exists"]), ("true", [])]


@pytest.mark.parametrize(
    ("expected", "agree"),
    [(["a", "…", "c"], True), (["a … c"], True), (["c", "a"], False), (["d"], False), ([], True)],
)
def test_shown_output_is_compared(expected: list[str], agree: bool) -> None:
    assert matches(expected, "a\nb b\nc\n") is agree
