"""`init`, `refresh`, `status`, `transitions`, `tick`, `archive`: a home from nothing, on both databases."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import psycopg
import pytest

from audience.cli import home as cli_home
from audience.cli import tick
from audience.cli.going_on import Stop
from audience.cli.home import Place, opened
from audience.errors import UsageError
from audience.membership.people import put_person
from audience.membership.refresh import Refreshed
from audience.membership.static import add_members
from audience.store import open_home
from tests.cli.conftest import Answer, Run
from tests.homes import address  # noqa: F401  # a fixture

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
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_home, "PATIENCE_SECONDS", 0.1)


def write(key: str, text: str) -> None:
    Path("audiences", f"{key}.audience").write_text(text, encoding="utf-8")


def put(id: str, **properties: object) -> None:
    with opened(os.environ.get("AUDIENCE_HOME"), None, None) as environment:
        put_person(environment, id, properties)


def moves(said: Answer) -> list[tuple[str, str, str, str, bool]]:
    return [
        (moved["kind"], moved["audience"], moved["user_id"], moved["cause"], moved["notify"])
        for moved in said.json["transitions"]
    ]


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


@pytest.fixture
def begun(run: Run, hands: Hands) -> Run:
    """A home with three audiences and a person who is in all of them."""
    run("init")
    write("pro", 'plan = "pro"')
    write("large", 'seats >= 5 and member of "pro"')
    write("seated", "seats exists")
    put("u1", plan="pro", seats=10)
    assert run("refresh").code == 0
    return run


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


# ── transitions, and what goes on ─────────────────────────────────────────────────────────────────


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
