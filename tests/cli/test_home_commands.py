"""`init`, `refresh`, `status` and `archive`: a home from nothing, on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg
import pytest

from audience.cli import home as cli_home
from audience.cli.home import opened
from audience.membership.static import add_members
from audience.store import open_home
from tests.cli.conftest import Run
from tests.cli.homes import MINUTE, Hands, impatient, moves, put, write  # noqa: F401  # impatient: a fixture
from tests.homes import address  # noqa: F401  # a fixture


def test_from_nothing_to_transitions(
    run: Run,
    address: str,  # noqa: F811
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AUDIENCE_HOME", address)
    assert run("init").code == 0
    write("pro", 'plan = "pro"')
    write("active", 'last_seen >= 1 hour ago and member of "pro"')
    Path("audiences", "vip.json").write_text('{"type": "static", "name": "VIP"}')
    put("u1", plan="pro", last_seen="2025-12-31T23:30:00Z")
    put("u2", plan="free")

    done = run("refresh", "--json").json
    assert done["now"] == "2026-01-01T00:00:00Z"
    assert done["audiences"] == [
        {"key": "active", "entered": 1, "left": 0, "full": True},
        {"key": "pro", "entered": 1, "left": 0, "full": True},
    ]
    put("u2", plan="pro")
    hands.now += 45 * MINUTE
    assert run("tick", "--json").json["audiences"][0] == {"key": "active", "entered": 0, "left": 1, "full": False}
    with opened(os.environ.get("AUDIENCE_HOME"), None, None) as environment:
        add_members(environment, "vip", ["u1", ("stranger", "acme")])

    told = run("transitions", "--json")
    assert moves(told) == [
        ("enter", "active", "u1", "activation", False),
        ("enter", "pro", "u1", "activation", False),
        ("enter", "pro", "u2", "person", True),
        ("exit", "active", "u1", "time", True),
        ("enter", "vip", "stranger", "static", False),
        ("enter", "vip", "u1", "static", True),
    ]
    exit = told.json["transitions"][3]
    assert (exit["flipped_at"], exit["happened_at"]) == ("2026-01-01T00:30:00.000001Z", "2026-01-01T00:45:00Z")
    assert (told.json["cursor"], told.json["more"]) == (6, False)
    status = {row["key"]: row for row in run("status", "--json").json["audiences"]}
    assert {key: (row["type"], row["members"], row["missing"]) for key, row in status.items()} == {
        "active": ("dynamic", 0, 0),
        "pro": ("dynamic", 2, 0),
        "vip": ("static", 2, 1),
    }
    assert (status["active"]["entered_24h"], status["active"]["left_24h"]) == (1, 1)
    assert status["active"]["refreshed_at"] == "2026-01-01T00:45:00Z"
    assert run("archive", "active", "--json").json == {"key": "active", "left": 0, "file": "audiences/active.audience"}
    drawn = run("status").out.splitlines()
    assert [line.split()[:3] for line in drawn[1:]] == [["pro", "dynamic", "2"], ["vip", "static", "2"]]
    hands.now += 25 * 60 * MINUTE
    assert run("status", "--quick", "--json").json["audiences"][0]["entered_24h"] == 0


@pytest.mark.parametrize("mode", ["--full", "--incremental", None])
def test_people_in_a_table_of_the_users_own(run: Run, address: str, hands: Hands, mode: str | None) -> None:  # noqa: F811
    def sql(*statements: str) -> None:
        if address.startswith("postgresql://"):
            with psycopg.connect(address) as connection:
                for statement in statements:
                    connection.execute(statement)
        else:
            with duckdb.connect(address) as connection:
                for statement in statements:
                    connection.execute(statement)

    sql(
        "CREATE SCHEMA crm",
        "CREATE TABLE crm.people (user_id INTEGER, plan TEXT, touched TIMESTAMP)",
        "INSERT INTO crm.people VALUES (1, 'pro', '2025-12-31'), (2, 'free', '2025-12-31')",
    )
    config = f'[home]\ndatabase = "{address}"\n[users]\ntable = "crm.people"\nid = "user_id"\nchanged_at = "touched"\n'
    Path("audience.toml").write_text(config)
    assert run("init", "--json").json["people"] == "crm.people"
    assert Path("audience.toml").read_text() == config
    write("pro", 'plan = "pro"')
    assert run("refresh", "--emit-initial").code == 0
    sql("UPDATE crm.people SET plan = 'pro', touched = '2026-01-01' WHERE user_id = 2")
    assert run("refresh", *([] if mode is None else [mode])).code == 0
    assert moves(run("transitions", "--json")) == [
        ("enter", "pro", "1", "activation", True),
        ("enter", "pro", "2", "person", True),
    ]
    Path("audiences", "vip.json").write_text('{"type": "static", "name": "VIP"}')
    assert run("refresh").code == 0
    with opened(None, None, None) as environment:
        add_members(environment, "vip", ["9"])
    status = run("status", "--json").json["audiences"]
    assert [(row["key"], row["members"], row["missing"]) for row in status] == [("pro", 2, None), ("vip", 1, None)]
    assert "missing" not in run("status").out


# ── init ──────────────────────────────────────────────────────────────────────────────────────────


def test_init_makes_what_is_missing_and_nothing_twice(run: Run, tmp_path: Path) -> None:
    assert run("init", "--json").json["made"] == ["home.duckdb", "audience.toml", "audiences/"]
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.suffix == ".toml"}
    assert run("init", "--json").json["made"] == []
    assert run("init", "--environment", "staging", "--json").json["made"] == ["the environment staging"]
    assert {path: path.read_bytes() for path in before} == before
    said = run("init")
    assert "Everything is there" in said.out
    assert "audience refresh" in said.out


def test_init_adds_to_a_file_that_is_there(run: Run) -> None:
    Path("audience.toml").write_text("# ours\n[users]")
    assert run("init", "--home", "data.duckdb", "--environment", "staging").code == 0
    text = '# ours\n[users]\n\n[home]\ndatabase = "data.duckdb"\nenvironment = "staging"\n'
    assert Path("audience.toml").read_text() == text
    assert run("status", "--json").json["environment"] == "staging"


def test_a_password_is_not_written_down(run: Run, postgres_url: str) -> None:
    from tests.servers import own_database

    with own_database(postgres_url) as url:
        assert "password" in url
        said = run("init", "--home", url)
        assert said.code == 0
        assert "AUDIENCE_HOME" in said.err
        assert "password=" not in Path("audience.toml").read_text()
        assert run("init", "--home", url).code == 0
        missing = run("init")
        assert (missing.code, "[home] names no database" in missing.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[users]\nsource = "people.parquet"', "`users.source` is another database than the home"),
        ('[users]\nid = "user_id"', "[users] names no table"),
        ("[home]", "[home] names no database"),
        ("[home]\npath = 1", "unknown key `home.path`"),
    ],
)
def test_init_refuses_before_it_makes_anything(run: Run, tmp_path: Path, text: str, said: str) -> None:
    Path("audience.toml").write_text(text)
    answer = run("init", "--json")
    assert answer.code == 2
    assert answer.errors[0]["code"] == "A706"
    assert said in answer.errors[0]["message"]
    assert answer.errors[0]["help"]
    assert [path.name for path in tmp_path.iterdir()] == ["audience.toml"]
    assert Path("audience.toml").read_text() == text


# ── the home that is meant ────────────────────────────────────────────────────────────────────────

COMMANDS = (["refresh"], ["status"], ["transitions"], ["tick"], ["archive", "vip"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], "A708", "no home is named"),
        (["--home", "nope.duckdb"], "A708", "there is no file nope.duckdb"),
        (["--home", "audience.duckdb"], "A708", "audience.duckdb"),
        (["--home", ":memory:"], "A708", "in memory"),
        (["--home", "mysql://db/x"], "A708", "mysql:// address"),
        (["--home", "made.duckdb", "--environment", "x"], "A707", "there is no environment x"),
        (["--config", "nope.toml"], "A706", "nope.toml cannot be read"),
    ],
)
def test_a_home_that_cannot_be_used(run: Run, command: list[str], options: list[str], code: str, said: str) -> None:
    open_home("made.duckdb", create=True).close()
    answer = run(*command, *options, "--json")
    assert (answer.code, answer.errors[0]["code"]) == (2, code)
    assert said in answer.errors[0]["message"]
    assert answer.errors[0].get("help") or code == "A706"
    assert not Path("nope.duckdb").exists()


def test_the_variable_names_a_home(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    open_home("made.duckdb", create=True).close()
    monkeypatch.setenv("AUDIENCE_HOME", "made.duckdb")
    assert run("status", "--json").json == {"home": "made.duckdb", "environment": "development", "audiences": []}
    assert run("status", "--home", "nope.duckdb").code == 2


def test_a_file_that_another_process_has_open_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    program = "import duckdb, sys; held = duckdb.connect('home.duckdb'); print(flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        answer = run("refresh", "--json")
        assert (answer.code, answer.errors[0]["code"]) == (2, "A709")
        holder.communicate()
    assert run("refresh", "--json").code == 0


def test_a_file_that_is_free_in_a_moment_is_waited_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init").code == 0
    monkeypatch.setattr(cli_home, "PATIENCE_SECONDS", 30)
    program = "import duckdb, time; held = duckdb.connect('home.duckdb'); print(flush=True); time.sleep(0.5)"
    with subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert run("refresh", "--json").code == 0


# ── refresh ───────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_file_stops_what_relies_on_it_and_no_more(begun: Run) -> None:
    write("pro", "plan = pro")
    put("u2", plan="pro", seats=10)
    answer = begun("refresh", "--json")
    assert answer.code == 1
    assert [audience["key"] for audience in answer.json["audiences"]] == ["seated"]
    assert [stopped["key"] for stopped in answer.json["stopped"]] == ["large", "pro"]
    assert "A105" in answer.json["stopped"][1]["error"]
    assert "audiences/pro.audience:1:8" in answer.json["stopped"][1]["error"]
    spoken = begun("refresh")
    assert spoken.code == 1
    assert spoken.err.count("stands still") == 3  # each of the two, and why the second does
    told = begun("status", "--json").json["audiences"]
    assert [row["key"] for row in told if row["error"]] == ["large", "pro"]
    assert "`pro` stands still\nerror[A105]" in begun("status").err
    write("pro", 'plan = "pro"')
    assert begun("refresh", "--json").json["stopped"] == []
    assert not any(row["error"] for row in begun("status", "--json").json["audiences"])


def test_a_file_that_is_gone_ends_nothing(begun: Run) -> None:
    Path("audiences/seated.audience").unlink()
    put("u2", seats=1)
    answer = begun("refresh", "--json")
    assert (answer.code, answer.json["without_file"]) == (0, ["seated"])
    assert "`audience archive seated` ends it" in begun("refresh").err
    assert [row["members"] for row in begun("status", "--json").json["audiences"]] == [1, 1, 2]


def test_some_audiences_only(begun: Run) -> None:
    write("new", "seats >= 1")
    assert [found["key"] for found in begun("refresh", "pro", "--json").json["audiences"]] == ["pro"]
    assert [found["key"] for found in begun("refresh", "new", "pro", "--json").json["audiences"]] == ["new", "pro"]
    assert len(begun("refresh", "--all", "--json").json["audiences"]) == 4


def test_definitions_from_another_folder(begun: Run) -> None:
    Path("other").mkdir()
    Path("other/extra.audience").write_text("plan exists")
    answer = begun("refresh", "--audiences", "other", "--json").json
    assert answer["without_file"] == ["large", "pro", "seated"]
    assert answer["audiences"][0] == {"key": "extra", "entered": 1, "left": 0, "full": True}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["refresh", "nope"], "A401", "no audience has the key `nope`"),
        (["refresh", "pro", "--all"], "A707", "contradict each other"),
        (["refresh", "--full", "--due"], "A707", "contradict each other"),
        (["refresh", "--audiences", "nope"], "A707", "nope is no folder"),
        (["transitions", "--after", "-1"], "A707", "count transitions"),
        (["transitions", "--limit", "0"], "A707", "count transitions"),
        (["tick", "--every", "0s"], "A707", "is no time"),
        (["tick", "--every", "soon"], "A707", "is no time"),
        (["archive", "nope"], "A401", "no audience has the key `nope`"),
        (["archive", "pro"], "A710", "`pro` is referred to by `large`"),
    ],
)
def test_bad_input_is_one_clear_error_and_changes_nothing(
    begun: Run, arguments: list[str], code: str, said: str
) -> None:
    before = begun("status", "--json").out
    answer = begun(*arguments, "--json")
    assert (answer.code, len(answer.errors), answer.errors[0]["code"]) == (2, 1, code)
    assert said in answer.errors[0]["message"]
    assert answer.errors[0]["help"]
    assert begun("status", "--json").out == before


def test_an_archived_audience_begins_anew_while_its_file_is_there(begun: Run) -> None:
    said = begun("archive", "seated")
    assert said.out == "Archived seated: 1 left.\n"
    assert "audiences/seated.audience is still there" in said.err
    assert moves(begun("transitions", "--json"))[-1] == ("exit", "seated", "u1", "archive", False)
    begun("refresh")
    assert moves(begun("transitions", "--json"))[-1] == ("enter", "seated", "u1", "activation", False)
