"""Homes for tests of commands: the clock that they read, and one with three audiences."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from audience.cli import home as cli_home
from audience.cli.home import opened
from audience.membership.people import put_person

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Run

START = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z."""
MINUTE = 60 * 1_000_000


class Hands:
    """The time of the machine, as homes read it."""

    def __init__(self) -> None:
        self.now = START

    def time_ns(self) -> int:
        return self.now * 1_000


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    monkeypatch.setattr("audience.store.home.time", SimpleNamespace(time_ns=found.time_ns))
    return found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_home, "PATIENCE_SECONDS", 0.1)


def write(key: str, text: str) -> None:
    Path("audiences", f"{key}.audience").write_text(text, encoding="utf-8")


def put(id: str, **properties: object) -> None:
    with opened(os.environ.get("AUDIENCE_HOME"), None, None) as environment:
        put_person(environment, id, properties)


def moves(said: "Answer") -> list[tuple[str, str, str, str, bool]]:
    return [
        (moved["kind"], moved["audience"], moved["user_id"], moved["cause"], moved["notify"])
        for moved in said.json["transitions"]
    ]


@pytest.fixture
def begun(run: "Run", hands: Hands) -> "Run":
    """A home with three audiences and a person who is in all of them."""
    run("init")
    write("pro", 'plan = "pro"')
    write("large", 'seats >= 5 and member of "pro"')
    write("seated", "seats exists")
    put("u1", plan="pro", seats=10)
    assert run("refresh").code == 0
    return run
