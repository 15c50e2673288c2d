"""People on a server, from the command line: previewed like any others, and no password in any message."""

from pathlib import Path

import psycopg

from tests.cli.conftest import Run
from tests.servers import changed_url


def test_people_on_a_server_are_previewed(run: Run, schema_url: str, tmp_path: Path) -> None:
    with psycopg.connect(schema_url) as connection:
        connection.execute("CREATE TABLE people (id int PRIMARY KEY, plan text, properties jsonb)")
        connection.execute("INSERT INTO people VALUES (1, 'pro', '{\"mrr\": 5}'), (2, NULL, '{}'), (3, 'free', NULL)")
    (tmp_path / "audience.toml").write_text(f'[users]\nsource = "{schema_url}"\n')
    for source in (["--users", schema_url, "--table", "people"], []):
        said = run("preview", 'plan = "pro" and mrr > 3', *source, "--json")
        assert (said.code, said.json["matched"], said.json["total"]) == (0, 1, 3), said.err


def test_a_failure_says_what_to_do(run: Run, schema_url: str, tmp_path: Path) -> None:
    address = changed_url(schema_url, password="hunter2")
    (tmp_path / "audience.toml").write_text(f'[users]\nsource = "{address}"\ntable = "people"\n')
    for source in (["--users", address, "--table", "people"], []):
        said = run("preview", "id exists", *source, "--json")
        [error] = said.errors
        assert (said.code, error["engine"], "help" in error["message"]) == (3, "postgres", False)
        assert "pg_hba.conf" in error["help"]
        assert "hunter2" not in said.out + said.err
        said = run("preview", "id exists", *source)
        assert "\n  = help: the server is there and refuses" in said.err
        assert "hunter2" not in said.out + said.err


def test_an_address_that_lacks_a_slash_is_not_repeated(run: Run) -> None:
    for address in ("postgresql:/ada:hunter2@host/db", "clickhouse:ada:hunter2@host/db"):
        said = run("preview", "id exists", "--users", address)
        assert said.code == 2
        assert f"begins with {address.partition(':')[0]}://" in said.err
        assert "hunter2" not in said.out + said.err
