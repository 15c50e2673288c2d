"""docs/users.md names every key, every suffix and every guard that the code knows, and its examples are read."""

import re
from pathlib import Path

import pytest

from audience.engines import duckdb, postgres_session
from audience.membership import sources
from audience.project import read_catalog, read_config, read_members
from audience.project.config import CATALOG_KEYS, USERS_KEYS

TEXT = (Path(__file__).parents[2] / "docs" / "users.md").read_text(encoding="utf-8")
SUFFIXES = (*sources.PARQUET, *sources.CSV, *sources.DOCUMENTS, *sources.DATABASES)
GUARDS = (*duckdb.GUARDS, *postgres_session.GUARDS)
SERVERS = [f"{scheme}://" for scheme in sources.SERVERS]


@pytest.mark.parametrize("name", sorted({*USERS_KEYS, *CATALOG_KEYS, *SUFFIXES, *SERVERS, *GUARDS}))
def test_everything_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_toml_examples_are_read(tmp_path: Path) -> None:
    config, catalog = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "x.toml"
    path.write_text(config)
    assert read_config(path).id == "user_id"
    path.write_text(catalog)
    assert read_catalog(path).id.name == "user_key"


def test_the_examples_of_members_are_read(tmp_path: Path) -> None:
    for suffix in ("csv", "json"):
        [example] = re.findall(rf"```{suffix}\n(.*?)```", TEXT, re.DOTALL)
        path = tmp_path / f"members.{suffix}"
        path.write_text(example)
        assert read_members(path) == {"vip": {("u1", None), ("u2", "acme")}}
