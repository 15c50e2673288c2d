"""`transitions` and `tick`: reading on behind a cursor, and what goes on until it is stopped."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audience.cli import home as cli_home
from audience.cli import tick
from audience.cli.going_on import Stop
from audience.cli.home import Place
from audience.errors import UsageError
from audience.membership.refresh import Refreshed
from tests.cli.conftest import Run
from tests.cli.homes import MINUTE, Hands, impatient, moves, put, write  # noqa: F401  # impatient: a fixture


def test_pages_of_transitions_are_all_of_them(begun: Run) -> None:
    for number in range(5):
        put(f"v{number}", plan="pro", seats=number)
    whole = begun("transitions", "--json").json["transitions"]
    assert [moved["sequence"] for moved in whole] == list(range(1, 3 + 5 + 5 + 1))
    cursor, paged, more = 0, [], True
    while more:
        page = begun("transitions", "--after", cursor, "--limit", 4, "--json").json
        cursor, more, paged = page["cursor"], page["more"], paged + page["transitions"]
    assert paged == whole
    for options in (["--audience", "pro"], ["--user", "v3"], ["--user", "v3", "--audience", "pro"]):
        wanted = dict(zip(options[::2], options[1::2], strict=True))
        expected = [
            moved
            for moved in whole
            if wanted.get("--audience", moved["audience"]) == moved["audience"]
            and wanted.get("--user", moved["user_id"]) == moved["user_id"]
        ]
        assert begun("transitions", *options, "--json").json["transitions"] == expected
    drawn = begun("transitions", "--user", "v3")
    assert len(drawn.out.splitlines()) == 1 + 2
    assert "that is all" in drawn.err


@pytest.fixture
def going_on(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`transitions --follow` over a home with one person, as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "audience", "transitions", "--follow", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def test_follow_tells_what_is_committed_meanwhile_and_ends_at_ctrl_c(
    begun: Run, going_on: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_home, "PATIENCE_SECONDS", 20)
    assert going_on.stdout is not None
    first = [going_on.stdout.readline() for _ in range(3)]
    put("u2", plan="pro")
    fourth = going_on.stdout.readline()
    going_on.send_signal(signal.SIGINT)
    rest, said = going_on.communicate(timeout=20)
    assert (going_on.returncode, rest, said) == (0, "", "note: go on with `--after 4`\n")
    whole = begun("transitions", "--json").json["transitions"]
    assert [json.loads(line) for line in (*first, fourth)] == whole


def test_follow_ends_at_its_limit(begun: Run) -> None:
    said = begun("transitions", "--follow", "--limit", 2)
    assert (said.code, len(said.out.splitlines())) == (0, 2)
    assert "`--after 2`" in said.err


def test_ticks_go_on_until_they_are_stopped(begun: Run, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    write("active", "last_seen >= 1 hour ago")
    put("u1", last_seen="2025-12-31T23:30:00Z")
    begun("refresh")
    waited = []

    def wait(_stop: Stop, seconds: float) -> bool:
        waited.append(seconds)
        hands.now += 31 * MINUTE
        return len(waited) == 3

    monkeypatch.setattr(Stop, "wait", wait)
    said = begun("tick", "--every", "5m")
    assert (said.code, waited) == (0, [300, 300, 300])
    assert said.out == (
        "2026-01-01T00:00:00Z  nobody moved\n2026-01-01T00:31:00Z  active +0 −1\n2026-01-01T01:02:00Z  nobody moved\n"
    )


def test_a_tick_that_meets_a_home_in_use_is_told_and_the_next_one_is_tried(
    begun: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    real = tick._run

    def run(place: Place) -> Refreshed:
        places.append(place)
        if len(places) == 2:
            raise UsageError("A709", "somebody has it")
        return real(place)

    monkeypatch.setattr(tick, "_run", run)
    monkeypatch.setattr(Stop, "wait", lambda _stop, _seconds: len(places) == 3)
    said = begun("tick", "--every", "60s", "--json")
    assert (said.code, [json.loads(line)["stopped"] for line in said.out.splitlines()]) == (0, [[], []])
    assert said.err == "error[A709]: somebody has it\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_wish_and_the_second_one_is_none(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Stop() as stop:
        assert not stop.wait(0)
        signal.raise_signal(number)
        assert stop.wait(60)
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before
