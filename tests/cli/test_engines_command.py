"""`audience engines`, and `audience compile` for engines other than the one that holds the people."""

import pytest

from audience.lowering import DIALECTS


def test_every_dialect_is_listed(run):
    said, shown = run("engines", "--json"), run("engines")
    assert (said.code, shown.code) == (0, 0)
    assert [engine["name"] for engine in said.json["engines"]] == list(DIALECTS)
    for engine in said.json["engines"]:
        assert f"{engine['name']} " in shown.out
        for limit in engine["limits"]:
            assert limit["what"].split()[0] in shown.out


@pytest.mark.parametrize("columns", [120, 80, 60, 40])
def test_an_engine_has_one_line_of_the_table_however_narrow(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    heading, *lines = run("engines").out.splitlines()
    assert [line.split()[0] for line in lines[: len(DIALECTS)]] == list(DIALECTS)
    assert lines[len(DIALECTS)].strip() == ""
    assert all(word in heading for word in ("dialect", "checked"))
    assert ("pip install" in heading and "versions" in heading) == (columns >= 80)
    assert all(len(line) <= columns for line in lines)


def test_what_an_engine_reads_is_told_where_it_differs(run):
    said = " ".join(run("engines").out.split())
    assert "sqlite tables and views, without JSON" in said
    assert "duckdb tables and views, Parquet, CSV" in said
    assert "trino tables and views" not in said


def test_an_unknown_dialect_is_told_the_known_ones(run, people):
    said = run("compile", "plan exists", "--users", people, "--dialect", "xyzzy")
    assert said.code == 2
    assert all(f"{name}" in said.err for name in DIALECTS)


def test_parameters_are_named_and_told(run, people):
    said = run("compile", 'plan = "pro" and mrr >= 40', "--users", people, "--parameters")
    assert said.code == 0
    assert "pro" not in said.out.replace(str(people), "")
    assert 'v1 = "40.0", v2 = "pro"' in " ".join(said.err.split())
    found = run("compile", 'plan = "pro" and mrr >= 40', "--users", people, "--parameters", "--json")
    assert found.json["parameters"] == {"v1": "40.0", "v2": "pro"}
    assert found.json["sql"].strip() == said.out.strip()


def test_a_table_is_named_for_an_engine_that_has_no_files(run, people):
    said = run("compile", 'plan = "pro"', "--users", people, "--dialect", "postgres")
    assert said.code == 1
    assert "--from-table" in said.err
    named = run(
        "compile", 'plan = "pro"', "--users", people, "--dialect", "postgres", "--from-table", 'crm."odd people"'
    )
    assert named.code == 0
    assert '"crm"."odd people"' in named.out
