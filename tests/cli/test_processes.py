"""What only a process of its own shows: exit codes, encodings, broken pipes, start-up."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import audience

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEMO = FIXTURES / "people" / "demo.parquet"
COMMANDS = (
    *("demo", "preview", "compile", "advise", "check", "fmt", "convert", "properties", "operators", "engines"),
    *("init", "refresh", "status", "transitions", "tick", "archive", "install-triggers", "remove-triggers"),
    "explain-code",
)
IN_GROUPS = (
    *("users put", "users get", "users list", "users delete", "users merge", "users import", "users export"),
    *("members add", "members remove", "members list", "members import"),
)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["preview", "plan exists", "--users", DEMO], 0),
        (["preview", "plan = pro", "--users", DEMO], 1),
        (["preview", "plan exists", "--users", "nope.csv"], 2),
        (["preview"], 2),
        (["preview", "plan exists", "--nope"], 2),
        (["previw"], 2),
        (["--version"], 0),
    ],
)
def test_exit_codes(shell, arguments, code):
    said = shell(*arguments)
    assert said.code == code, said
    assert "Traceback" not in said.err


def test_no_people_at_all_exit_3(shell, tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"PAR1 is not enough")
    assert shell("preview", "plan exists", "--users", "p.parquet").code == 3


def test_a_command_line_that_cannot_be_read_is_json_as_well(shell):
    said = shell("preview", "plan exists", "--nope", "--json")
    assert (said.code, said.err) == (2, "")
    assert "--nope" in said.errors[0]["message"]


def test_json_is_the_only_thing_on_standard_output(shell):
    said = shell("preview", 'mrr = "1"', "--users", DEMO, "--json")
    assert (said.code, said.err, said.json["total"]) == (0, "", 3000)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_every_terminal_can_be_written_to(shell, encoding, tmp_path):
    (tmp_path / "p.ndjson").write_text('{"id": "é", "name": "😀 Zoë"}\n', encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    assert shell("preview", 'name contains "😀"', "--users", "p.ndjson", env=env).code == 0
    found = shell("preview", 'name contains "😀"', "--users", "p.ndjson", "--json", env=env)
    assert json.loads(found.out)["sample"][0]["id"] == "é"
    assert shell("demo", env=env).code == 0


def test_standard_input_is_utf_8_whatever_the_locale(shell):
    env = {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
    found = shell("convert", "-", stdin='name contains "é"'.encode(), env=env)
    assert found.json["segments"][0]["conditions"][0]["argument"] == "é"


def test_standard_input_that_is_no_text(shell):
    said = shell("check", "-", stdin=b"\xff\xfe\x00")
    assert (said.code, "no UTF-8" in said.err) == (2, True)


@pytest.mark.parametrize("arguments", [["operators", "--json"], ["explain-code", "A201"], ["--version"]])
def test_a_reader_that_goes_away_is_no_bug(arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "audience", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments", [["operators"], ["operators", "--json"], ["--help"], ["preview", "plan exists", "--users", DEMO]]
)
def test_an_output_that_is_full_is_said_and_no_bug(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "audience", *arguments], stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.decode()) == (
        3,
        "error: the output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize("command", ["preview", "convert"])
def test_a_condition_that_lost_its_quotes_is_recognised(shell, command, as_json):
    said = shell(command, "plan", "=", "pro", *as_json)
    assert (said.code, "put the whole condition in single quotes" in said.out + said.err) == (2, True)
    assert "single quotes" not in shell("operators", "plan").err


def test_a_limit_is_a_whole_number(shell):
    said = shell("preview", "plan exists", "--limit", "abc")
    assert (said.code, said.err.splitlines()[-1]) == (2, "Error: Invalid value for '--limit': give a whole number")


def test_an_interrupt_while_modules_are_imported_is_quiet(tmp_path):
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text("raise KeyboardInterrupt")
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        [sys.executable, "-m", "audience", "operators"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_debug_shows_where_it_happened(shell):
    said = shell("--debug", "preview", "plan = pro", "--users", DEMO)
    assert "Traceback" in said.err
    assert "DefinitionError" in said.err


def test_version(shell):
    assert shell("--version").out == f"audience {audience.__version__}\n"


def test_help_names_every_command_and_starts_fast(shell):
    times = []
    for _ in range(3):
        began = time.perf_counter()
        said = shell("--help")
        times.append(time.perf_counter() - began)
    assert all(f"  {command} " in said.out for command in COMMANDS)
    assert "..." not in said.out.split("Commands:")[1], "a first sentence fits beside its command"
    # The bound is 300 ms on a quiet machine; what is imported for it is tested exactly below.
    assert min(times) < 1.0


@pytest.mark.parametrize("command", [*COMMANDS, *IN_GROUPS])
def test_help_of_a_command_fits_and_imports_no_room(command, tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "audience", *command.split(), "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert done.returncode == 0
    assert "--json" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    rooms = {name.split(".")[1] for name in imported if name.startswith("audience.")} - {"cli", "__main__"}
    assert rooms == set()
    assert not imported & {"duckdb", "sqlglot", "lark", "rich.console"}


def test_progress_shows_on_a_terminal_and_nowhere_else(capsys, monkeypatch):
    from audience.cli import progress

    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    with progress.ScanProgress("counting") as quiet:
        quiet(0.5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.ScanProgress("counting") as shown:
        shown(0.5)
        assert shown._bar is not None
        assert shown._bar.tasks[0].percentage == 50
    assert shown._bar.finished is False
