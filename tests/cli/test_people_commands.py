"""`audience users` and `audience members`: people and members, one by one and from files."""

import json
from pathlib import Path

import pytest

from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.membership.define import define
from audience.membership.environment import Environment
from audience.membership.refresh import refresh
from audience.store import open_home
from tests.cli.conftest import Answer, Run

HOME = "home.duckdb"


@pytest.fixture
def home(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a static and a dynamic audience, which the commands of `run` find."""
    path = tmp_path / HOME
    with open_home(path, create=True) as opened:
        environment = Environment(opened)
        define(environment, {"vip": Definition(None, None, None), "pro": parse_definition('plan = "pro"')})
        refresh(environment)
    monkeypatch.setenv("AUDIENCE_HOME", str(path))
    return path


def fine(answer: Answer) -> Answer:
    assert (answer.code, answer.err) == (0, ""), answer
    return answer


def error(answer: Answer, code: str) -> str:
    assert answer.code == 2, answer
    [found] = answer.errors
    assert found["code"] == code
    return str(found["message"])


def ids(answer: Answer) -> list[str]:
    return [one["id"] for one in fine(answer).json["members"]]


# ── users ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_put_got_merged_and_deleted(run: Run, home: Path) -> None:
    put = fine(run("users", "put", "ada", "plan=pro", "seats:=5", 'address:={"city": "Rome"}', "note=a=b:=c", "--json"))
    assert put.json["properties"] == {"plan": "pro", "seats": 5, "address": {"city": "Rome"}, "note": "a=b:=c"}
    more = run("users", "put", "ada", "-", "--json", stdin='{"address": {"zip": 1}, "seats": null, "id": "ada"}')
    assert fine(more).json["properties"]["address"] == {"city": "Rome", "zip": 1}
    assert fine(run("users", "put", "bob")).out == "bob has 0 properties.\n"
    assert fine(run("users", "get", "ada")).json == more.json
    assert ids(run("members", "list", "pro", "--json")) == ["ada"]
    fine(run("members", "add", "vip", "bob"))
    assert fine(run("users", "merge", "ada", "bob")).out == "bob is part of ada.\n"
    assert ids(run("members", "list", "vip", "--json")) == ["ada"]
    assert fine(run("users", "delete", "ada", "nobody", "--json")).json == {"deleted": 1, "unknown": 1}
    assert "nobody has the id `ada`" in error(run("users", "get", "ada", "--json"), "A720")
    assert ids(run("members", "list", "pro", "--json")) == []
    [missing] = fine(run("members", "list", "vip", "--json")).json["members"]
    assert missing["missing"] is True


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["plan"], "A707"),
        (["=pro"], "A707"),
        (["plan=pro", "plan:=1"], "A707"),
        (["seats:=five"], "A108"),
        (["seats:=NaN"], "A108"),
        (["id=bob"], "A721"),
        ([f"note={'x' * 256_000}"], "A907"),
    ],
)
def test_properties_that_say_nothing_are_refused(run: Run, home: Path, given: list[str], code: str) -> None:
    error(run("users", "put", "ada", *given, "--json"), code)
    assert fine(run("users", "list", "--json")).json == {"people": [], "next": None}


@pytest.mark.parametrize("id", ["x" * 257, "a/b", "a#b", ""])
def test_ids_that_cannot_be_used_are_refused(run: Run, home: Path, id: str) -> None:
    error(run("users", "put", id, "--json"), "A720")
    error(run("members", "add", "vip", "ada", id, "--json"), "A720")
    assert ids(run("members", "list", "vip", "--json")) == []


def test_people_are_listed_page_by_page(run: Run, home: Path) -> None:
    for id in ("a", "b", "c"):
        fine(run("users", "put", id, f"name={id}\x1b[31m" + "x" * 200))
    page = fine(run("users", "list", "--limit", 2, "--json")).json
    assert ([one["id"] for one in page["people"]], page["next"]) == (["a", "b"], "b")
    page = fine(run("users", "list", "--limit", 2, "--after", page["next"], "--json")).json
    assert ([one["id"] for one in page["people"]], page["next"]) == (["c"], None)
    shown = run("users", "list", "--limit", 2)
    assert "note: there may be more: --after b\n" in shown.err
    assert "\x1b" not in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_what_is_exported_can_be_imported(run: Run, home: Path, tmp_path: Path) -> None:
    fine(run("users", "put", "é", "name=Zoë 😀", "seats:=12345678901234567890", "tags:=[1.0, null]", 'a:={"id": 1}'))
    fine(run("users", "put", "bob"))
    text = fine(run("users", "export")).out
    assert [json.loads(line) for line in text.splitlines()] == [
        {"id": "bob"},
        {"id": "é", "name": "Zoë 😀", "seats": 12345678901234567890, "tags": [1.0, None], "a": {"id": 1}},
    ]
    assert fine(run("users", "export", "--out", "all.ndjson", "--json")).json == {"people": 2, "file": "all.ndjson"}
    assert (tmp_path / "all.ndjson").read_text("utf-8") == text
    with open_home(tmp_path / "other.duckdb", create=True):
        pass
    other = ("--home", "other.duckdb")
    assert fine(run("users", "import", "all.ndjson", *other, "--json")).json["imported"] == 2
    assert fine(run("users", "export", *other)).out == text
    assert fine(run("users", "import", "-", "--format", "ndjson", *other, "--json", stdin=text)).json["changed"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.ndjson", HOME, "other.duckdb"]
    assert "cannot be written" in error(run("users", "export", "--out", "no/such.ndjson", "--json"), "A707")


# ── members ───────────────────────────────────────────────────────────────────────────────────────


def test_members_are_added_and_removed_by_tenant(run: Run, home: Path) -> None:
    assert fine(run("members", "add", "vip", "ada", "bob", "ada")).out == "2 of 3 entered vip.\n"
    added = fine(run("members", "add", "vip", "-", "--tenant", "acme", "--json", stdin="ada\n\n cy \n"))
    assert added.json == {"audience": "vip", "given": 2, "entered": 2}
    assert fine(run("members", "remove", "vip", "ada", "cy", "--json")).json["left"] == 1
    page = fine(run("members", "list", "vip", "--json", "--limit", 1)).json
    assert [(one["id"], one["tenant"]) for one in page["members"]] == [("ada", "acme")]
    assert page["next"] == {"after": "ada", "after_tenant": "acme"}
    rest = run("members", "list", "vip", "--json", "--after", "ada", "--after-tenant", "acme")
    assert [(one["id"], one["tenant"]) for one in rest.json["members"]] == [("bob", None), ("cy", "acme")]
    assert fine(run("members", "add", "vip", "ada", "--tenant", "")).out == "1 of 1 entered vip.\n"
    table = run("members", "list", "vip", "--limit", 2)
    assert "missing" in table.out
    assert "--after ada --after-tenant acme" in table.err


def test_members_of_a_dynamic_audience_follow_from_the_people(run: Run, home: Path) -> None:
    for command in ("add", "remove"):
        assert "dynamic" in error(run("members", command, "pro", "ada", "--json"), "A710")
    for command in ("add", "list"):
        assert "vipp" in error(
            run("members", command, "vipp", *(["ada"] if command == "add" else []), "--json"), "A401"
        )


def test_who_was_a_member(run: Run, home: Path) -> None:
    fine(run("users", "put", "ada", "plan=pro"))
    fine(run("members", "add", "vip", "ada"))
    [entered] = fine(run("members", "list", "pro", "--json")).json["members"]
    fine(run("users", "delete", "ada"))
    assert ids(run("members", "list", "pro", "--json")) == []
    then = fine(run("members", "list", "pro", "--as-of", entered["since"], "--json")).json
    assert then["as_of"] == entered["since"]
    [member] = then["members"]
    assert (member["id"], member["since"]) == ("ada", entered["since"])
    assert len(member["meaning"]) > 12
    assert member["meaning"][:12] in fine(run("members", "list", "pro", "--as-of", entered["since"])).out
    assert ids(run("members", "list", "pro", "--as-of", "2020-01-01", "--json")) == []
    assert ids(run("members", "list", "pro", "--as-of", entered["since"], "--after", "ada", "--json")) == []
    error(run("members", "list", "nope", "--as-of", "2020-01-01", "--json"), "A401")
    error(run("members", "list", "pro", "--as-of", "yesterday", "--json"), "A707")
    assert "--as-of TIME" in run("members", "--help").out


# ── imports ───────────────────────────────────────────────────────────────────────────────────────

TEXT = "User ID;Company;plan;Mail\nada;acme;pro;a@x\nbob;;;\na/b;acme;pro;b@x\n"
MAP = ("--map", "User ID=id", "--map", "Company=tenant_id")


def test_members_are_imported_with_their_rejects(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "vip.csv").write_text(TEXT)
    refused = run("members", "import", "vip", "vip.csv", *MAP)
    assert refused.code == 2
    assert refused.err.splitlines()[:2] == [
        "error[A726]: vip.csv: 1 row of 3 cannot be imported, so none is",
        "  line 4: `a/b` is no id of a person: it holds `/` (A720)",
    ]
    assert "--partial" in refused.err
    assert ids(run("members", "list", "vip", "--json")) == []
    done = run("members", "import", "vip", "vip.csv", *MAP, "--partial", "--rejects", "rejects.csv")
    assert done.code == 0
    assert done.out == "Imported 2 of 3 rows: 2 entered vip, 1 person is new or changed.\n"
    assert "warning[A720]: line 4 is left out" in done.err
    assert 'note: the column `Mail` became a property; --map "Mail=email" makes it `email`' in done.err
    assert "a/b;acme;pro;b@x" in (tmp_path / "rejects.csv").read_text("utf-8-sig")
    assert ids(run("members", "list", "vip", "--json")) == ["ada", "bob"]
    assert ids(run("members", "list", "pro", "--json")) == ["ada"]


def test_people_are_imported_from_standard_input(run: Run, home: Path) -> None:
    done = run("users", "import", "-", *MAP, "--map", "Mail=", "--partial", "--json", stdin=TEXT)
    assert fine(done).json == {
        "rows": 3,
        "imported": 2,
        "rejected": 1,
        "changed": 2,
        "rejects": [{"line": 4, "code": "A720", "message": "`a/b` is no id of a person: it holds `/`"}],
    }
    assert run("users", "get", "ada").json["properties"] == {"plan": "pro", "tenant_id": "acme"}
    assert "standard input" in error(run("users", "import", "-", "--json", stdin="id,id\n"), "A723")


def test_many_rejects_are_not_all_shown(run: Run, home: Path) -> None:
    done = run("users", "import", "-", "--partial", stdin="id,plan\n" + ",pro\n" * 25)
    assert (done.code, done.err.count("warning[A720]")) == (0, 10)
    assert "note: 25 rows are left out; --rejects FILE writes them all to a file" in done.err


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"id,plan\nada\n", "A726"),
        (b"id,id\nada,x\n", "A723"),
        (b"id\0\n", "A722"),
        (b'id,plan\nada,"pro\n', "A722"),
        (b"", "A722"),
        (b"PK\x03\x04", "A722"),
        (b"\xef\xbb\xbfid,plan\n" + b"x" * 257 + b",pro\n", "A726"),
    ],
)
def test_files_that_are_wrong_are_one_error(run: Run, home: Path, tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "people.csv").write_bytes(data)
    for command in (["users", "import"], ["members", "import", "vip"]):
        assert "people.csv" in error(run(*command, "people.csv", "--json"), code)
    assert fine(run("users", "list", "--json")).json["people"] == []
    assert ids(run("members", "list", "vip", "--json")) == []


def test_what_is_asked_wrongly_is_refused(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id\nada\n")
    for wrong in (["--map", "x"], ["--map", "nope=id"]):
        error(run("users", "import", "people.csv", *wrong, "--json"), "A723")
    for wrong in (["--encoding", "nope"], ["--delimiter", "ab"], ["--format", "xml"], ["--rejects", str(tmp_path)]):
        error(run("users", "import", "people.csv", *wrong, "--json"), "A707")
    error(run("users", "import", "people.csv", "--rejects", "people.csv", "--json"), "A707")
    error(run("users", "import", "nope.csv", "--json"), "A722")
    assert (tmp_path / "people.csv").read_text() == "id\nada\n"


def test_people_of_the_users_own_are_read_only(run: Run, home: Path, tmp_path: Path) -> None:
    with open_home(home) as opened:
        opened.database.execute("CREATE TABLE customers (id INTEGER, plan VARCHAR)")
        opened.database.execute("INSERT INTO customers VALUES (1, 'pro'), (2, 'free')")
    (tmp_path / "audience.toml").write_text('[users]\ntable = "customers"\n')
    for command in (["put", "3"], ["get", "1"], ["list"], ["delete", "1"], ["merge", "1", "2"], ["export"]):
        assert "customers" in error(run("users", *command, "--json"), "A711")
    assert fine(run("members", "add", "vip", "1", "a/b")).out == "2 of 2 entered vip.\n"
    done = run("members", "import", "vip", "-", "--json", stdin="id,plan\n2,pro\n")
    assert (done.json["entered"], done.json["changed"]) == (1, 0)
    assert done.json["notes"] == ["of people of yours only ids are read; left out: plan"]
    found = fine(run("members", "list", "vip", "--json")).json["members"]
    assert [one["id"] for one in found] == ["1", "2", "a/b"]
    assert all("missing" not in one for one in found)
