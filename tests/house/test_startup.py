"""Starting costs what is used: the heavy libraries are imported by the call that needs them."""

import subprocess
import sys

import pytest

HEAVY = {"duckdb", "psycopg", "sqlglot", "lark", "pydantic", "typer", "rich"}


def imported_by(program: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after a program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.split())


def test_importing_audience_imports_nothing_heavy() -> None:
    assert imported_by("import audience") == set()


HELP = """
import sys
from audience.cli.main import main
sys.argv = ["audience", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code
"""


def test_help_imports_what_reads_commands_and_nothing_else_heavy() -> None:
    assert imported_by(HELP) == {"typer"}


@pytest.mark.parametrize("library", ["lark", "sqlglot"])
def test_the_measure_sees_what_is_imported(library: str) -> None:
    assert library in imported_by(f"import {library}")
