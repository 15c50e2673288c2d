"""How tests of the command line run it: in this process, or as a user's shell would."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from audience.cli.main import app
from tests.cli.homes import begun, hands  # noqa: F401  # fixtures

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.json["errors"]  # type: ignore[no-any-return]


Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process, in an empty folder, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("AUDIENCE_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, stdin: str | bytes | None = None) -> Answer:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        return Answer(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def shell(tmp_path: Path) -> Run:
    """Run `python -m audience` as a process of its own, in an empty folder."""

    def call(
        *arguments: object, stdin: bytes = b"", env: Mapping[str, str] | None = None, cwd: Path = tmp_path
    ) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "audience", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**os.environ, "COLUMNS": "80", **(env or {})},
        )
        return Answer(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return call


PEOPLE = """
    SELECT * FROM (VALUES
        ('u1', 'pro',  120.0, ['vip'],        TIMESTAMP '2026-01-10 00:00:00'),
        ('u2', 'pro',   20.0, [],             TIMESTAMP '2025-06-01 00:00:00'),
        ('u3', 'free',   0.0, ['vip', 'new'], NULL),
        ('u4', NULL,    NULL, NULL,           TIMESTAMP '2026-01-14 00:00:00')
    ) AS people(id, plan, mrr, tags, last_seen)
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Four people with typed columns."""
    return write(tmp_path / "people.parquet", PEOPLE)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The same ones as JSON, and one row that is no JSON object."""
    return write(
        tmp_path / "documents.parquet",
        f"SELECT id, to_json(t)::VARCHAR AS properties FROM ({PEOPLE}) AS t UNION ALL VALUES ('u5', '{{\"plan\": ')",
    )


def write(path: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path
