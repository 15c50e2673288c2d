"""audience.toml and catalog.toml: every key is read, and every mistake is named with its file."""

from pathlib import Path

import pytest

from audience.catalog import Column, Table
from audience.catalog.kinds import JsonKind, TextKind, TimestampForm, TimestampKind
from audience.errors import UsageError
from audience.project import (
    HomeConfig,
    Project,
    UsersConfig,
    find_config,
    is_config,
    read_catalog,
    read_config,
    read_project,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"


def write(folder: Path, text: str, name: str = "audience.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [users]
        source = "people/*.parquet"
        table = "crm.people"
        id = "user_id"
        properties = "props"
        tenant = "org"
        renames = { sgn = "signed_up_at" }
        epoch = { sgn = "s", seen = "ms" }
        """,
    )
    assert read_config(path) == UsersConfig(
        source=tmp_path / "people/*.parquet",
        table="crm.people",
        id="user_id",
        properties="props",
        tenant="org",
        renames={"sgn": "signed_up_at"},
        epochs={"sgn": "s", "seen": "ms"},
    )


def test_a_file_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    assert read_config(write(tmp_path, "")) == UsersConfig()


def test_the_home_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, '[home]\ndatabase = "home.duckdb"\nenvironment = "staging"\naudiences = "defs"')
    assert read_project(path) == Project(home=HomeConfig(tmp_path / "home.duckdb", "staging", tmp_path / "defs"))
    assert read_project(write(tmp_path, "")) == Project()


def test_a_table_without_a_source_is_beside_the_home(tmp_path: Path) -> None:
    home = '[home]\ndatabase = "postgresql://db.example/crm"\n'
    path = write(tmp_path, f'{home}[users]\ntable = "people"\nchanged_at = "updated_at"')
    assert read_config(path).source == "postgresql://db.example/crm"
    assert read_project(path).users == UsersConfig(table="people", changed_at="updated_at")
    assert read_config(write(tmp_path, home)).source is None
    assert read_config(write(tmp_path, f'{home}[users]\nsource = "a.parquet"')).source == tmp_path / "a.parquet"


def test_the_nearest_file_above_counts(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    path = write(tmp_path, "")
    assert find_config(below) == path.resolve()
    nearer = write(tmp_path / "a", "")
    assert find_config(below) == nearer.resolve()


def test_the_two_kinds_of_file_are_told_apart(tmp_path: Path) -> None:
    assert is_config(write(tmp_path, "[users]"))
    assert is_config(write(tmp_path, "[home]"))
    assert not is_config(FIXTURES / "catalogs" / "demo.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[user]", "unknown key `user`\n  = help: did you mean `users`?"),
        ("users = 1", "`users` is no table\n  = help: write `[users]`"),
        ('[users]\ntabel = "x"', "unknown key `users.tabel`\n  = help: did you mean `table`?"),
        (
            "[users]\nqqq = 1",
            (
                "unknown key `users.qqq`\n  = help: the keys are `source`, `table`, `id`, `properties`, `tenant`, "
                "`renames`, `epoch`, `changed_at`"
            ),
        ),
        ("[users]\nid = 1", '`users.id` is no text\n  = help: write `id = "…"`'),
        ('[users]\nid = ""', '`users.id` is empty\n  = help: write `id = "…"`'),
        (
            "[users]\nrenames = 1",
            '`users.renames` is no table of texts\n  = help: write `renames = { column = "…" }`',
        ),
        ("[users.renames]\na = 1", '`users.renames.a` is no text\n  = help: write `a = "…"`'),
        (
            '[users.epoch]\nseen = "us"',
            '`users.epoch.seen` is "us", neither "s" nor "ms"\n  = help: write `seen = "ms"`',
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_config(path)
    assert str(caught.value) == f"error[A706]: {path}: {said}"


@pytest.mark.parametrize("content", [b"[users", b"a = 'x", b"\xff\xfe", b"[users]\n[users]"])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "audience.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no TOML") as caught:
        read_config(path)
    assert caught.value.code == "A706"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_config(tmp_path / "audience.toml")


def test_a_catalog_declares_a_relation() -> None:
    catalog = read_catalog(FIXTURES / "catalogs" / "warehouse.toml")
    assert catalog.relation == Table(("crm", "dim_user"))
    assert catalog.closed
    assert (catalog.id.name, catalog.id.nullable) == ("user_key", False)
    assert catalog.tenant is not None
    assert catalog.tenant.kind == TextKind(cast=True)
    assert catalog.columns[0] == Column("plan", "pln", TextKind(cast=True))
    assert catalog.columns[2] == Column("signed_up_at", "sgn_ts", TimestampKind(TimestampForm.EPOCH_SECONDS))


def test_what_a_catalog_leaves_out_is_implied(tmp_path: Path) -> None:
    catalog = read_catalog(write(tmp_path, 'properties = "props"\ntenant = "org"'))
    assert catalog.relation == Table(("users",))
    assert catalog.id == Column("id", "id", TextKind(), nullable=False)
    assert catalog.document == Column("props", "props", JsonKind())
    assert catalog.tenant == Column("org", "org", TextKind())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[columns]\nplan = "VARCHR"',
            "`VARCHR`, the type of column `plan`, is no type\n  = help: did you mean `VARCHAR` or `VARCHAR[]`?",
        ),
        (
            '[columns]\nplan = "???"',
            (
                "`???`, the type of column `plan`, is no type\n"
                "  = help: write a type of DuckDB: VARCHAR, DOUBLE, TIMESTAMP, JSON"
            ),
        ),
        ('[columns]\na = "BIGINT"\n[renames]\nb = "c"', "users has no column `b`\n  = help: the columns are `id`, `a`"),
        (
            'table = "a..b"',
            '`a..b` is no table name\n  = help: write `table`, `schema.table` or `"odd name".table`',
        ),
        ('colums = { a = "BIGINT" }', "unknown key `colums`\n  = help: did you mean `columns`?"),
    ],
)
def test_a_mistake_in_a_catalog_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text, "catalog.toml")
    with pytest.raises(UsageError) as caught:
        read_catalog(path)
    assert str(caught.value) == f"error[A706]: {path}: {said}"


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "audience.toml"
    path.write_text('\ufeff[users]\nsource = "people.parquet"\n', encoding="utf-8")
    assert read_config(path).source == tmp_path / "people.parquet"


def test_an_empty_text_is_called_empty_and_the_file_named_once(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text('columns = { plan = "" }\n')
    with pytest.raises(UsageError) as caught:
        read_catalog(path)
    assert caught.value.message == f"{path}: `columns.plan` is empty"
