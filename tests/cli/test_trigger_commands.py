"""`install-triggers` and `remove-triggers`, as a user types them."""

from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.servers import own_database


def test_installed_and_removed(run: Run, postgres_url: str) -> None:
    with own_database(postgres_url) as url, psycopg.connect(url, autocommit=True) as writer:
        writer.execute("CREATE TABLE people (id int PRIMARY KEY, plan text)")
        Path("audience.toml").write_text(f'[home]\ndatabase = "{url}"\n[users]\ntable = "people"\n')
        assert run("init").code == 0
        Path("audiences/paying.audience").write_text('plan = "pro"')
        assert run("refresh").code == 0
        writer.execute("INSERT INTO people VALUES (1, 'pro')")
        installed = run("install-triggers", "--json").json
        assert installed == {
            "tables": ["public.people"],
            "audiences": ["paying"],
            "entered": 1,
            "left": 0,
            "stopped": {},
        }
        writer.execute("INSERT INTO people VALUES (2, 'pro')")
        assert run("refresh", "--full", "--json").json["audiences"] == [
            {"key": "paying", "entered": 0, "left": 0, "full": True}
        ]
        assert "Triggers on public.people keep 1 audience." in run("install-triggers").out
        writer.execute("ALTER TABLE people DROP COLUMN plan")
        stopped = run("install-triggers")
        assert stopped.code == 1
        assert "`paying` stands still" in stopped.err
        assert run("remove-triggers").out == "Removed the triggers on public.people.\n"
        assert run("remove-triggers", "--json").json == {"tables": []}


@pytest.mark.parametrize("json", [False, True])
def test_a_home_without_triggers(run: Run, json: bool) -> None:
    assert run("init").code == 0
    refused = run("install-triggers", *(["--json"] if json else []))
    assert refused.code == 2
    assert "A712" in (refused.out if json else refused.err)
    assert run("remove-triggers").out == "There are no triggers.\n"
