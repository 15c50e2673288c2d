"""docs/membership.md names every key, cause and field, and its walkthrough runs from line to line."""

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from audience.membership.refresh import Mode
from audience.project import read_project
from audience.project.config import HOME_KEYS
from audience.store.ledger import Cause, Transition
from tests.house.test_docs import ENVIRONMENT, blocks, matches, steps

PAGE = Path(__file__).parents[2] / "docs" / "membership.md"
FIELDS = [field.name for field in dataclasses.fields(Transition)]


@pytest.mark.parametrize("name", sorted({*HOME_KEYS, *Cause, *FIELDS, *(f"--{mode}" for mode in Mode)}))
def test_everything_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


def test_the_configuration_is_read(tmp_path: Path) -> None:
    [config] = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "audience.toml").write_text(config)
    found = read_project(tmp_path / "audience.toml")
    assert found.home is not None
    assert found.home.database == tmp_path / "home.duckdb"
    assert found.users is not None
    assert (found.users.table, found.users.changed_at) == ("crm.people", "updated_at")


def test_the_walkthrough_runs(tmp_path: Path) -> None:
    [block] = blocks(PAGE, "sh-session")
    for command, expected in steps(block):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        assert matches(expected, done.stdout + done.stderr), f"$ {command}\n{done.stdout}{done.stderr}"
