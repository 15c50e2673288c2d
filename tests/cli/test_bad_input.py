"""What is wrong is said once and clearly, with the right exit code, and never as a traceback."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from audience.cli.main import app

BIG = 'plan = "pro" or ' * 700_000 + "plan exists"

LOOKALIKES = [
    "{",
    "[",
    "{}",
    "[[]]",
    "nobody",
    "\ufeffplan exists",
    "plan\rexists",
    "\x1b[2J",
    '"',
    "#",
    "not",
    "-",
    "--",
]

DEFINITIONS = {
    "unknown property": ('plna = "pro"', ["A201"]),
    "unknown operator": ('plan like "pro"', ["A202"]),
    "unknown audience": ('member of "vpi"', ["A401"]),
    "wrong argument type": ("last_seen before true", ["A303"]),
    "text that is no time": ('last_seen before "yesterday"', ["A304"]),
    "unterminated string": ('plan = "pro', ["A102"]),
    "bare word": ("plan = pro", ["A105"]),
    "parentheses": ("(" * 100_000 + "plan exists" + ")" * 100_000, ["A902"]),
    "nots": ("not " * 50_000 + "plan exists", ["A902"]),
    "10 MB of text": (BIG, ["A901"]),
    "100,000 items": (f"plan in [{', '.join(map(str, range(100_000)))}]", ["A904"]),
    "NUL": ('plan = "a\0b"', ["A106"]),
    "escaped NUL": ('plan = "a\\u0000b"', ["A309"]),
    "nothing": ("", ["A107"]),
    "several at once": ("plna exists and mrr between 3 and nme = 1", None),
    "JSON depth bomb": ("[" * 100_000, None),
    "JSON that ends": ('{"segments": [', ["A108"]),
    "JSON of another shape": ('{"rules": []}', ["A109"]),
    "JSON operator": ('[{"conditions": [{"property": "recipient.plan", "operator": "like"}]}]', ["A202"]),
    "static": ('{"type": "static", "name": "S"}', ["A109"]),
}


@pytest.mark.parametrize("what", DEFINITIONS)
@pytest.mark.parametrize("command", ["preview", "compile"])
def test_a_definition_with_problems_exits_1(run, people, command, what):
    text, codes = DEFINITIONS[what]
    said = run(command, "-", "--users", people, stdin=text)
    assert said.code == 1, said
    assert said.out == ""
    assert said.err.startswith("error[A")
    assert "Traceback" not in said.err
    assert len(said.err) < 20_000, "an error is for reading"
    as_json = run(command, "-", "--users", people, "--json", stdin=text)
    assert (as_json.code, as_json.err) == (1, "")
    found = [error["code"] for error in as_json.errors]
    assert found == codes if codes is not None else found
    assert all(f"error[{code}]" in said.err for code in found)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_argument_is_a_definition_without_condition(run, people, text):
    said = run("preview", text, "--users", people, "--json")
    assert (said.code, [error["code"] for error in said.errors]) == (1, ["A107"])


def test_all_problems_come_in_one_go(run, people):
    said = run("preview", "plna exists and mrr like 3 and plan = pro", "--users", people, "--json")
    assert {error["code"] for error in said.errors} >= {"A202", "A105"}


def test_an_unknown_property_of_a_closed_relation_names_the_one_that_is_meant(run, people):
    said = run("preview", 'plna = "pro"', "--users", people)
    assert (said.code, "did you mean `recipient.plan`?" in said.err) == (1, True)


def test_an_unknown_audience_names_the_option_that_is_missing(run, people, tmp_path):
    assert "--audiences" in run("preview", 'member of "vip"', "--users", people).err
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "vip.audience").write_text("plan exists")
    said = run("preview", 'member of "vpi"', "--users", people, "--audiences", "folder")
    assert (said.code, "did you mean `vip`?" in said.err) == (1, True)


def test_a_broken_file_of_the_folder_is_named(run, people, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "vip.audience").write_text("plan exists and")
    said = run("preview", 'member of "vip"', "--users", people, "--audiences", "folder")
    assert (said.code, "folder/vip.audience:1" in said.err) == (1, True)


@pytest.mark.parametrize("broken", [b"plan exists and", b'plan = "\xe9"'])
def test_a_broken_file_that_nothing_refers_to_is_only_warned_of(run, people, tmp_path, broken):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "bad.audience").write_bytes(broken)
    (tmp_path / "folder" / "vip.audience").write_text("plan exists")
    said = run("preview", 'member of "vip"', "--users", people, "--audiences", "folder")
    assert (said.code, said.err.count("warning[A707]: folder/bad.audience has problems")) == (0, 1)
    assert "audience check folder" in said.err
    assert run("preview", 'member of "bad"', "--users", people, "--audiences", "folder").code == 1


USAGE = {
    "no people": ["plan exists"],
    "no such people": ["plan exists", "--users", "nope.parquet"],
    "people of no known kind": ["plan exists", "--users", "people.txt"],
    "a catalog has no people": ["plan exists", "--users", "catalog.toml"],
    "a missing id column": ["plan exists", "--users", "people.parquet", "--id", "uid"],
    "a missing properties column": ["plan exists", "--users", "people.parquet", "--properties", "doc"],
    "no such file": ["nope.audience", "--users", "people.parquet"],
    "no such JSON file": ["folder/nope.json", "--users", "people.parquet"],
    "a folder": ["folder", "--users", "people.parquet"],
    "no UTF-8": ["latin.audience", "--users", "people.parquet"],
    "no such folder of audiences": ["plan exists", "--users", "people.parquet", "--audiences", "nope"],
    "no such members": ["plan exists", "--users", "people.parquet", "--members", "nope.json"],
    "members that are none": ["plan exists", "--users", "people.parquet", "--members", "people.txt"],
    "no instant": ["plan exists", "--users", "people.parquet", "--now", "yesterday"],
    "no such config": ["plan exists", "--config", "nope.toml"],
    "a config that is none": ["plan exists", "--config", "people.txt"],
    "a limit below nothing": ["plan exists", "--users", "people.parquet", "--limit", "-1"],
}


@pytest.mark.parametrize("what", USAGE)
def test_wrong_usage_exits_2(run, people, tmp_path, what):
    (tmp_path / "folder").mkdir()
    (tmp_path / "people.txt").write_text("hello = ")
    (tmp_path / "latin.audience").write_bytes('plan = "é"'.encode("latin-1"))
    (tmp_path / "catalog.toml").write_text('[columns]\nplan = "VARCHAR"\n')
    said = run("preview", *USAGE[what])
    assert (said.code, said.out) == (2, ""), said
    assert said.err.startswith("error[A7")
    as_json = run("preview", *USAGE[what], "--json")
    assert (as_json.code, as_json.err) == (2, "")
    [error] = as_json.errors
    assert f"error[{error['code']}]: {error['message']}" in said.err


def test_an_unknown_dialect_exits_2(run, people):
    assert run("compile", "plan exists", "--users", people, "--dialect", "dbase").code == 2


def test_a_file_that_is_no_parquet_exits_3(run, tmp_path):
    (tmp_path / "p.parquet").write_text("hello, I am no Parquet file at all")
    said = run("preview", "plan exists", "--users", "p.parquet")
    assert said.code == 3
    assert "p.parquet" in said.err
    [error] = run("preview", "plan exists", "--users", "p.parquet", "--json").errors
    assert error["engine"] == "duckdb"


def test_a_condition_that_looks_like_a_file_can_be_written(run, people):
    assert run("preview", "(plan = recipient.json)", "--users", people).code == 1
    assert run("preview", "plan = recipient.json", "--users", people).code == 1, "it has a sign that files have not"


def test_a_bug_asks_for_a_report(run, people, monkeypatch):
    monkeypatch.setattr("audience.membership.preview", lambda *_, **__: 1 // 0)
    said = run("preview", "plan exists", "--users", people)
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith("bug: ZeroDivisionError")
    assert "report" in said.err
    as_json = run("preview", "plan exists", "--users", people, "--json")
    assert as_json.code == 4
    assert json.loads(as_json.out)["errors"][0]["message"].startswith("bug: ")


def test_an_interrupted_scan_is_no_bug(run, people, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("audience.membership.preview", interrupt)
    said = run("preview", "plan exists", "--users", people)
    assert (said.code, said.out, "bug" in said.err) == (130, "", False)


def test_a_broken_invariant_asks_for_a_report(run, people, monkeypatch):
    from audience.errors import CompilerBug

    def fail(*_: object, **__: object) -> None:
        raise CompilerBug("a leaf has no place")

    monkeypatch.setattr("audience.membership.preview", fail)
    said = run("preview", "plan exists", "--users", people)
    assert (said.code, "please report it" in said.err) == (4, True)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.sampled_from(LOOKALIKES).map(str.encode))
def test_whatever_comes_in_is_answered(data):
    done = CliRunner().invoke(app, ["check", "-", "--json"], input=data)
    assert done.exit_code in (0, 1, 2)
    found = json.loads(done.stdout)
    assert bool(found["errors"]) is bool(done.exit_code)
