"""How long the command line takes to answer, next to an interpreter that does nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.ratios import compare

COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "audience --help": (["--help"], 300.0),
    "audience --version": (["--version"], 300.0),
    "audience operators": (["operators"], None),
    "audience compile": (["compile", 'plan = "pro"', "--users", "fixtures/catalogs/demo.toml"], None),
    "audience preview": (["preview", 'plan = "pro"', "--users", "fixtures/people/demo.parquet"], None),
}
"""The arguments of each command, and in how many milliseconds it must have answered."""

CONSOLE_SCRIPT = "from audience.cli.main import main; main()"
"""What the installed command runs."""


def command(arguments: list[str]) -> Callable[[], object]:
    """A fresh interpreter that runs the command line with these arguments."""
    return _process([sys.executable, "-c", CONSOLE_SCRIPT, *arguments])


def idle() -> Callable[[], object]:
    """A fresh interpreter that does nothing."""
    return _process([sys.executable, "-c", "pass"])


def _process(words: list[str]) -> Callable[[], object]:
    root = Path(__file__).parents[1]
    return lambda: subprocess.run(words, check=True, capture_output=True, cwd=root)


def run(_people: int, rounds: int, _cache: Path) -> dict[str, object]:
    """Every command against the idle interpreter."""
    found = []
    for name, (arguments, target) in COMMANDS.items():
        ratio = compare(name, command(arguments), idle(), rounds)
        print(ratio.line() + ("" if target is None else f"   target {target:g} ms"), flush=True)
        found.append(ratio.to_json() | ({} if target is None else {"target_ms": target}))
    return {"rounds": rounds, "against": "python -c pass", "startup": found}
