"""`audience advise`: a table for people, SQL to be run, JSON for programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Run

CONDITION = 'plan = "plan 7"'


@pytest.fixture(scope="module")
def connection(schema_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(schema_url, autocommit=True) as opened:
        opened.execute("""
            CREATE TABLE people AS
            SELECT 'u' || i AS id, 'plan ' || i % 1000 AS plan, i AS seats, jsonb_build_object('a', i) AS properties
            FROM generate_series(1, 20000) i
        """)
        opened.execute("ALTER TABLE people ADD PRIMARY KEY (id)")
        opened.execute("ANALYZE people")
        yield opened


@pytest.fixture
def url(connection: psycopg.Connection[Any], schema_url: str) -> str:
    return schema_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    held = tmp_path / "audiences"
    held.mkdir()
    (held / "few.audience").write_text("seats < 10\n")
    (held / "some.audience").write_text(f'{CONDITION} or seats = 3 or member of "few"\n')
    (held / "never.audience").write_text('name "Never"\nnobody\n')
    (held / "part.audience").write_text('plan contains "7"\n')
    return held


def test_all_audiences_of_the_folder(run: Run, url: str, folder: Path) -> None:
    answer = run("advise", "--users", url, "--table", "people", "--audiences", folder)
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert said.count("CREATE INDEX CONCURRENTLY") == 2
    assert "not checked" in said
    assert 'part: plan contains "7": part of a text is looked for, and every text must be read for that' in said
    assert said.endswith("nobody, whatever the data: never")
    assert 'run `ANALYZE "people"`' in answer.err
    assert "--create-in-transaction" in answer.err
    assert "a preview counts each condition" in answer.err


def test_a_statement_is_one_line_and_a_reason_is_told_once(run: Run, url: str) -> None:
    answer = run("advise", "seats < 10", 'plan contains "7"', "--users", url, "--table", "people")
    statement, served, checked, blank, *_ = answer.out.splitlines()
    assert statement.startswith("CREATE INDEX CONCURRENTLY ")
    assert statement.endswith(";")
    assert (served, checked, blank) == ("  for seats < 10", "  not checked", "")
    assert answer.out.count('plan contains "7"') == 1


def test_keys_conditions_and_files_may_be_mixed(run: Run, url: str, folder: Path) -> None:
    answer = run(
        *("advise", "few", CONDITION, folder / "part.audience", 'id = "u7"'),
        *("--users", url, "--table", "people", "--audiences", folder, "--create-in-transaction", "--json"),
    )
    assert answer.code == 0
    found = answer.json
    assert {tuple(index["used_by"]): (index["check"], index["there"]) for index in found["indexes"]} == {
        ("few",): ("created", None),
        (CONDITION,): ("created", None),
        ('id = "u7"',): ("existing", "people_pkey"),
    }
    assert [*found["unserved"]] == ["part"]
    assert len(found["statements"]) == 3
    assert found["warnings"] == []


def test_the_sql_runs(run: Run, url: str, connection: psycopg.Connection[Any]) -> None:
    """Whatever stands in a condition, its name is a comment of one line."""
    condition = 'plan = "plan 7"\n  and\r\n# ; DROP TABLE people\n seats > 1'
    answer = run("advise", condition, "--users", url, "--table", "people", "--create-in-transaction", "--sql")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert [line[:2] for line in lines] == ["--", "CR", "AN"]
    assert "used, says EXPLAIN with the index created" in lines[0]
    for line in lines:
        connection.execute(line.encode())
    there = " ".join(run("advise", CONDITION, "--users", url, "--table", "people").out.split())
    assert " and used" in there
    assert "not checked" not in there
    again = run("advise", CONDITION, "--users", url, "--table", "people", "--sql")
    assert again.out == ""
    assert "no index is advised" in again.err
    connection.execute("DROP INDEX " + lines[1].split('"')[1])  # type: ignore[arg-type]


def test_what_is_wrong_is_said(run: Run, url: str, folder: Path, tmp_path: Path) -> None:
    nothing = run("advise", "--users", url, "--table", "people")
    assert nothing.code == 2
    assert "give a folder with some as --audiences" in nothing.err
    wrong = run("advise", "plam = 3 and", "--users", url, "--table", "people")
    assert wrong.code == 1
    (tmp_path / "people.csv").write_text("id,plan\nu1,pro\n")
    other = run("advise", 'plan = "pro"', "--users", tmp_path / "people.csv", "--json")
    assert other.code == 2
    assert other.errors[0]["message"] == "no index is advised for DuckDB"
    declared = tmp_path / "catalog.toml"
    declared.write_text('table = "people"\n[columns]\nplan = "text"\n')
    assert run("advise", 'plan = "pro"', "--users", declared).code == 2


def test_problems_are_tied_to_their_file(run: Run, url: str, folder: Path) -> None:
    (folder / "bad.audience").write_text("seats < 10 or plan = 5 or seats <\n")
    answer = run("advise", "bad", "--users", url, "--table", "people", "--audiences", folder)
    assert answer.code == 1
    assert "bad.audience" in answer.err
