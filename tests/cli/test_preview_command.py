"""`audience preview`: what people read and what programs read are the same numbers."""

from pathlib import Path

import duckdb
import pytest

NOW = "2026-01-15T00:00:00Z"
ASKED = '(plan = "pro" or tags contains "new") and last_seen on or after 30 days ago'


def test_people_read_a_headline_the_conditions_and_a_sample(run, people):
    said = run("preview", ASKED, "--users", people, "--now", NOW)
    assert said.code == 0, said
    headline, _, heading, top, *_ = said.out.splitlines()
    assert headline.startswith("1 of 4 people matches (25.0 %)")
    assert heading.split() == ["condition", "true", "absent", "then", "share"]
    assert top.split()[:3] == ["all", "of", "1"]
    rows = {line.strip("├─└│ ").split("  ")[0]: line.split() for line in said.out.splitlines()}
    assert rows['plan = "pro"'][-4:] == ["2", "1", "+2", "██████"]
    assert rows['tags contains "new"'][-4:] == ["1", "1", "+1", "███"]
    assert "1 left" in said.out
    assert "Sample: everybody who matches" in said.out
    assert "u1" in said.out
    assert said.err == ""
    assert max(map(len, said.out.splitlines())) <= 80


def test_programs_read_all_of_it(run, people):
    found = run("preview", ASKED, "--users", people, "--now", NOW, "--json").json
    assert (found["matched"], found["total"], found["malformed"]) == (1, 4, 0)
    assert [person["id"] for person in found["sample"]] == ["u1"]
    either, seen = found["conditions"]["parts"]
    assert [part["gain"] for part in either["parts"]] == [2, 1]
    assert (seen["true"], seen["false"], seen["absent"], seen["remaining"]) == (2, 2, 1, 1)
    with duckdb.connect() as connection:
        assert connection.execute(found["sql"]).fetchall() == [("u1",)]


@pytest.mark.parametrize("way", ["argument", "json argument", "file", "stdin", "json file", "json stdin", "folder"])
def test_a_condition_comes_in_every_way(run, people, tmp_path, way):
    text, stdin = 'plan = "pro"', None
    segments = (
        '{"segments": [{"conditions": [{"property": "recipient.plan", "operator": "equal_to", "argument": "pro"}]}]}'
    )
    knock = '{"$schema": "x", "type": "dynamic", "name": "Pro", "__readonly": {"key": "pro"}, ' + segments[1:]
    (tmp_path / "pro").mkdir()
    (tmp_path / "pro.audience").write_text(text)
    (tmp_path / "pro.json").write_text(knock)
    (tmp_path / "pro" / "audience.json").write_text(knock)
    given = {
        "argument": text,
        "json argument": segments,
        "file": "pro.audience",
        "json file": "pro.json",
        "folder": "pro",
    }.get(way, "-")
    if given == "-":
        stdin = segments if way == "json stdin" else text
    found = run("preview", given, "--users", people, "--json", stdin=stdin)
    assert found.code == 0, found
    assert found.json["matched"] == 2


def test_references_are_supplied(run, people, tmp_path):
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "pros.audience").write_text('plan = "pro"')
    (tmp_path / "members.json").write_text('{"friends": ["u1", "u4", ["u2", "acme"]]}')
    given = ("--users", people, "--audiences", "audiences", "--members", "members.json", "--json")
    found = run("preview", 'member of "pros" and member of "friends"', *given)
    assert [person["id"] for person in found.json["sample"]] == ["u1"]
    found = run("preview", 'member of "friends"', *given, "--tenant", "acme")
    assert [person["id"] for person in found.json["sample"]] == ["u2"]


def test_not_knowing_members_is_not_having_none(run, people, tmp_path):
    (tmp_path / "audiences" / "friends").mkdir(parents=True)
    (tmp_path / "audiences" / "friends" / "audience.json").write_text('{"type": "static", "name": "Friends"}')
    (tmp_path / "audiences" / "near.audience").write_text('member of "friends"')
    said = run("preview", 'not member of "near"', "--users", people, "--audiences", "audiences")
    assert said.code == 2
    assert "the members of the static audience `friends` are not given" in said.err
    (tmp_path / "members.csv").write_text("audience,user_id\nfriends,u1\n")
    found = run(
        "preview",
        'not member of "near"',
        "--users",
        people,
        "--audiences",
        "audiences",
        "--members",
        "members.csv",
        "--json",
    )
    assert found.json["matched"] == 3


def test_audience_toml_is_found_and_options_win(run, people, tmp_path):
    (tmp_path / "audience.toml").write_text('[users]\nsource = "people.parquet"\n')
    assert run("preview", "plan exists", "--json").json["matched"] == 3
    other = tmp_path / "other.csv"
    other.write_text("key,plan\n1,pro\n")
    (tmp_path / "far.toml").write_text('[users]\nsource = "other.csv"\nid = "id"\n')
    assert run("preview", "plan exists", "--config", "far.toml").code == 2
    assert run("preview", "plan exists", "--config", "far.toml", "--id", "key", "--json").json["matched"] == 1


def test_a_table_of_a_database(run, tmp_path):
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute("CREATE TABLE a AS SELECT 1 AS uid, '{\"x\": 1}'::JSON AS doc, 'acme' AS org")
        connection.execute("CREATE TABLE b AS SELECT 1 AS uid")
    said = run("preview", "x = 1", "--users", "crm.duckdb")
    assert (said.code, "several tables" in said.err) == (2, True)
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute('CREATE SCHEMA far; CREATE TABLE far."odd name" AS SELECT 1 AS id')
    said = run("preview", "id = 1", "--users", "crm.duckdb")
    assert 'name one as `table` (--table): a, b, far."odd name"' in said.err
    assert run("preview", "id exists", "--users", "crm.duckdb", "--table", 'far."odd name"').code == 0
    found = run(
        "preview", "x = 1", "--users", "crm.duckdb", "--table", "a", "--id", "uid", "--properties", "doc",
        "--tenant-column", "org", "--json",
    )  # fmt: skip
    assert found.json["sample"][0] | {"x": 1} == found.json["sample"][0]
    assert found.json["sample"][0]["tenant"] == "acme"


def test_limit_and_no_sample(run, people):
    assert len(run("preview", "id exists", "--users", people, "--limit", 2, "--json").json["sample"]) == 2
    said = run("preview", "id exists", "--users", people, "--limit", 0)
    assert (said.code, "Sample" in said.out) == (0, False)


def test_malformed_documents_are_reported_and_spoil_nobody(run, documents):
    said = run("preview", 'plan = "pro"', "--users", documents, "--properties", "properties")
    assert said.code == 0
    assert said.out.startswith("2 of 5 people match")
    assert "1 row has a document that is no JSON object" in said.out
    found = run("preview", 'plan = "pro"', "--users", documents, "--properties", "properties", "--json").json
    assert (found["matched"], found["malformed"]) == (2, 1)


def test_lines_that_cannot_be_read_are_nobody(run, tmp_path):
    (tmp_path / "p.ndjson").write_text('{"id": "a", "plan": "pro"}\nnope\n[1]\n{"plan": "pro"}\n')
    said = run("preview", 'plan = "pro"', "--users", "p.ndjson", "--check-ids")
    assert said.out.startswith("1 of 1 people matches")
    assert "2 lines are no JSON object and are in no number above (A705)" in said.out
    assert "count as people" not in said.out
    assert "error[A704]: 1 row has no id" in said.err
    found = run("preview", 'plan = "pro"', "--users", "p.ndjson", "--json").json
    assert (found["malformed"], found["unread_lines"], found["null_ids"]) == (2, 2, 1)


def test_unreadable_timestamps_have_a_column_only_when_there_are_some(run, tmp_path):
    (tmp_path / "p.ndjson").write_text('{"id": "a", "seen": "soon"}\n{"id": "b", "seen": "2025-01-01"}\n')
    said = run("preview", "seen before now", "--users", "p.ndjson")
    assert "unreadable" in said.out
    assert run("preview", "seen before now", "--users", "p.ndjson", "--json").json["conditions"]["unreadable"] == 1
    assert "unreadable" not in run("preview", "seen exists", "--users", "p.ndjson").out


def test_duplicate_and_missing_ids_are_the_peoples_problem(run, tmp_path):
    (tmp_path / "p.csv").write_text("id,plan\na,pro\na,free\nb,pro\n,pro\n")
    said = run("preview", 'plan = "pro"', "--users", "p.csv", "--check-ids")
    assert said.code == 1
    assert said.out.startswith("2 of 3 people match"), "the preview is not lost"
    assert "error[A703]: 1 id stands in more than one row: `a` (2 times)" in said.err
    assert "error[A704]: 1 row has no id" in said.err
    found = run("preview", 'plan = "pro"', "--users", "p.csv", "--check-ids", "--json")
    assert found.code == 1
    assert found.json["ids"]["examples"] == [{"id": "a", "times": 2}]
    assert [error["code"] for error in found.errors] == ["A703", "A704"]
    assert found.json["matched"] == 2
    assert "A704" not in said.out, "it is said once"
    without = run("preview", 'plan = "pro"', "--users", "p.csv")
    assert (without.code, "1 row has no id" in without.out) == (0, True)


def test_an_id_of_another_name_is_asked_for(run, tmp_path):
    (tmp_path / "p.csv").write_text("uid,plan\n1,pro\n")
    (tmp_path / "p.ndjson").write_text('{"uid": "a"}\n')
    said = run("preview", "plan exists", "--users", "p.csv")
    assert (said.code, "--id; did you mean `uid`?" in said.err) == (2, True)
    assert "--id" not in run("preview", "plan exists", "--users", "p.csv", "--id", "id").err
    assert "give it as --id" in run("preview", "plan exists", "--users", "p.ndjson").out
    assert "--id" not in run("preview", "plan exists", "--users", "p.ndjson", "--id", "uid").out


def test_fine_ids_are_said_to_be_fine(run, people):
    said = run("preview", "plan exists", "--users", people, "--check-ids")
    assert (said.code, "The ids are fine" in said.out) == (0, True)


def test_warnings_go_to_standard_error_and_into_the_json(run, people):
    said = run("preview", 'mrr = "100"', "--users", people)
    assert (said.code, "warning[A314]" in said.err, "warning" in said.out) == (0, True, False)
    [warning] = run("preview", 'mrr = "100"', "--users", people, "--json").json["warnings"]
    assert (warning["code"], warning["line"], warning["source"]) == ("A314", 1, "<expression>")


def test_a_property_that_nobody_has_is_pointed_out(run):
    with duckdb.connect() as connection:
        connection.execute("COPY (SELECT 1 AS id, 'pro' AS plan, '{}'::JSON AS properties) TO 'p.parquet'")
    said = run("preview", 'plna = "pro"', "--users", "p.parquet")
    assert said.code == 0
    assert "nobody has `recipient.plna`" in said.err
    assert "did you mean `plan`?" in said.err


def test_what_people_are_called_cannot_steer_the_terminal(run, tmp_path):
    (tmp_path / "p.ndjson").write_text('{"id": "a", "name": "\\u001b[2Jx [bold]y[/bold] \\u0085"}\n')
    said = run("preview", "name exists", "--users", "p.ndjson")
    assert "\x1b" not in said.out
    assert "\x85" not in said.out
    assert "␛[2Jx [bold]y[/bold]" in said.out


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_on_a_narrow_terminal_the_numbers_give_way_and_not_the_text(run, people, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    said = run("preview", ASKED, "--users", people, "--now", NOW, "--limit", 0)
    table = said.out.splitlines()[2:]
    assert max(map(len, table)) <= columns
    drawn = " ".join("\n".join(table).replace("│", "").split())
    assert set(ASKED.replace("(", "").replace(")", "").split()) - {"and", "or"} <= set(drawn.split())
    assert ("share" in drawn, "absent" in drawn, "true" in drawn) == (columns == 80, columns >= 60, True)


def test_a_single_condition_has_nothing_to_go_down(run, people):
    assert " then " not in run("preview", 'plan = "pro"', "--users", people).out


def test_no_people_of_a_tenant_are_said_to_be_none(run, tmp_path):
    (tmp_path / "p.csv").write_text("id,org\na,x\n")
    given = ("preview", "id exists", "--users", "p.csv", "--tenant-column", "org")
    assert "There are no people of the tenant `zzz`." in run(*given, "--tenant", "zzz").out
    assert "no people" not in run(*given, "--tenant", "x").out


def test_long_conditions_stay_within_the_terminal(run, people):
    listed = ", ".join(f'"plan number {number}"' for number in range(40))
    said = run("preview", f"plan in [{listed}] or plan exists", "--users", people)
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert "plan number 39" in " ".join(said.out.replace("│", "").split()), "nothing of the condition is cut off"


@pytest.mark.parametrize(
    ("matched", "total", "shown"),
    [(0, 10, "0.0 %"), (10, 10, "100.0 %"), (1, 100_000, "< 0.1 %"), (99_999, 100_000, "> 99.9 %"), (1, 8, "12.5 %")],
)
def test_not_quite_nobody_does_not_look_like_nobody(matched, total, shown):
    from audience.cli.preview_tables import bar, percent
    from audience.membership import NodeCounts, Preview

    node = NodeCounts("condition", "x exists", None, matched, total - matched)
    assert percent(Preview(matched, total, (), node, 0, 0, NOW, "")) == shown
    for ascii_only in (False, True):
        assert bool(bar(matched, total, ascii_only)) is bool(matched)


def test_the_file_is_named_where_it_is_wrong(run, people, tmp_path: Path):
    (tmp_path / "a.audience").write_text('name "A"\n\nplan = "pro"\nand mrr = true and plan < 3 days ago\n')
    said = run("preview", "a.audience", "--users", people)
    assert " --> a.audience:4:" in said.err


@pytest.mark.parametrize("source", ["https://x.example/p.parquet", "s3://x/*.parquet", "mysql://x/y"])
def test_addresses_are_not_read(run, source):
    said = run("preview", "plan exists", "--users", source)
    assert (said.code, "people cannot be read from" in said.err, "postgresql://" in said.err) == (2, True, True)


def test_the_only_table_may_be_in_another_schema(run, tmp_path):
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute("CREATE SCHEMA far; CREATE TABLE far.people AS SELECT 1 AS id")
    assert run("preview", "id exists", "--users", "crm.duckdb", "--json").json["total"] == 1
