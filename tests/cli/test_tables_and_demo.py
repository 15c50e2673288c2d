"""`operators`, `properties`, `explain-code`, `compile` and `demo`."""

import json
from pathlib import Path

import duckdb
import pytest

import audience
from audience.cli import demo
from audience.diagnostics import CODES
from audience.operators import OPERATORS

FIXTURES = Path(__file__).parents[2] / "fixtures"
CATALOG = FIXTURES / "catalogs" / "demo.toml"


def test_every_operator_is_listed(run):
    said = run("operators")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert all(operator.name in said.out and operator.words in said.out for operator in OPERATORS)
    listed = run("operators", "--json").json["operators"]
    assert [row["name"] for row in listed] == [operator.name for operator in OPERATORS]
    assert all(audience.parse(row["example"]) for row in listed)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(run, code):
    said = run("explain-code", code.lower())
    assert said.code == 0
    assert said.out.startswith(f"{code}: {CODES[code].title}")
    assert run("explain-code", code, "--json").json["code"] == code


def test_codes_are_listed_and_an_unknown_one_is_wrong_usage(run):
    assert len(run("explain-code").out.splitlines()) == len(CODES)
    assert len(run("explain-code", "--json").json["codes"]) == len(CODES)
    assert run("explain-code", "A000").code == 2


def test_properties_are_listed(run, people):
    said = run("properties", "--users", people)
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert '"pro", "free"' in said.out
    listed = run("properties", "--users", people, "--json").json
    assert listed["rows"] == 4
    assert [item["property"] for item in listed["properties"]] == ["plan", "mrr", "tags", "last_seen"]
    assert listed["properties"][0]["absent"] == 0.25


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_path_is_never_broken(run, tmp_path, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    (tmp_path / "p.ndjson").write_text(
        '{"id": "a", "utm.source / a key of a length that nobody expects": {"b c": 1}}\n'
    )
    said = run("properties", "--users", "p.ndjson").out
    path = 'recipient["utm.source / a key of a length that nobody expects"]'
    assert sorted(line.split("  ")[0] for line in said.splitlines()[1:3]) == [path, f'{path}["b c"]']


def test_types_fold_before_values_give_way(run):
    said = run("properties", "--users", FIXTURES / "people" / "demo.parquet")
    assert "most frequent" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_property_of_many_types_stays_on_its_line(run, tmp_path):
    values = ('"a"', "1", "true", "[1]", '{"b": 1}')
    (tmp_path / "p.ndjson").write_text("".join(f'{{"id": "{n}", "x": {value}}}\n' for n, value in enumerate(values)))
    said = run("properties", "--users", "p.ndjson")
    assert " or 3 more " in said.out
    assert len(run("properties", "--users", "p.ndjson", "--json").json["properties"][0]["kinds"]) == 5


def test_a_catalog_knows_names_and_types(run):
    assert "logins_30d" in run("properties", "--users", CATALOG).out
    listed = run("properties", "--users", CATALOG, "--json").json["properties"]
    assert {"property": "mrr", "kinds": ["number"]} in listed


def test_compiled_sql_runs(run, people):
    said = run("compile", 'plan = "pro"', "--users", people)
    assert (said.code, said.err) == (0, "")
    with duckdb.connect() as connection:
        assert sorted(connection.execute(said.out).fetchall()) == [("u1",), ("u2",)]


def test_a_catalog_is_enough_to_compile_and_now_stays_open(run):
    said = run("compile", "last_seen before 30 days ago", "--users", CATALOG)
    assert (said.code, "$now" in said.out, "`now`" in said.err) == (0, True, True)
    assert run("compile", "last_seen before 30 days ago", "--users", CATALOG, "--json").json["unbound"] == ["now"]
    bound = run("compile", "last_seen before 30 days ago", "--users", CATALOG, "--now", "2026-01-15", "--json").json
    assert (bound["unbound"], bound["parameters"], bound["dialect"]) == ([], {}, "duckdb")
    assert bound["predicate"] in bound["sql"]


def test_warnings_of_compile_leave_the_sql_alone(run):
    said = run("compile", 'mrr = "100"', "--users", CATALOG)
    assert (said.code, "warning[A314]" in said.err, said.out.startswith("SELECT")) == (0, True, True)


# ── demo ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_demo_tells_its_story(run):
    said = run("demo")
    assert (said.code, said.err) == (0, ""), said
    for part in (
        "3,000",
        "plan in [",
        "# nobody without a plan",
        "of 3,000 people match",
        "member of",
        "SELECT",
        "--save",
    ):
        assert part in said.out
    assert said.out == run("demo").out, "it says the same every time"


def test_the_numbers_of_the_demo_are_those_of_its_people(run):
    told = run("demo", "--json").json
    audiences = {key: audience.parse(text) for key, text in told["definitions"].items()}
    for key, shown in told["previews"].items():
        again = audience.preview(audiences[key], users=audience.users(demo.PEOPLE), now=demo.NOW, audiences=audiences)
        assert (shown["matched"], shown["total"]) == (again.matched, again.total)
        assert 0 < again.matched < again.total
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE people AS FROM read_parquet($1)", [str(demo.PEOPLE)])
        assert len(connection.execute(told["sql"]).fetchall()) == told["previews"][demo.SECOND]["matched"]


def test_the_people_of_the_demo_are_the_fixture():
    assert demo.PEOPLE.read_bytes() == (FIXTURES / "people" / "demo.parquet").read_bytes()


def test_the_definitions_of_the_demo_are_tidy(run):
    assert run("fmt", "--check", demo.AUDIENCES).code == 0


def test_the_demo_can_be_saved_and_played_with(run, tmp_path, monkeypatch):
    said = run("demo", "--save", "d")
    assert said.code == 0
    assert json.loads(run("demo", "--save", "d", "--json").out)["written"] == [
        "d/people.parquet", "d/audience.toml", "d/audiences/regulars.audience", "d/audiences/win-back.audience"
    ]  # fmt: skip
    monkeypatch.chdir(tmp_path / "d")
    found = run("preview", "audiences/win-back.audience", "--audiences", "audiences", "--now", demo.NOW, "--json")
    assert (found.code, found.json["total"]) == (0, 3000)


def test_saving_the_demo_overwrites_nothing(run, tmp_path):
    (tmp_path / "audience.toml").write_text("mine")
    said = run("demo", "--save", tmp_path)
    assert (said.code, "exists" in said.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["audience.toml"]
