"""Read audience.toml (where the people and the home are) and catalog.toml (what is known of them, with no database)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from audience.catalog import ID, Catalog
from audience.catalog.declare import EPOCH_UNITS, Roles, declare_types
from audience.diagnostics import did_you_mean
from audience.errors import UsageError

CONFIG_NAME = "audience.toml"

ROLE_KEYS = ("id", "properties", "tenant", "renames", "epoch")
USERS_KEYS = ("source", "table", *ROLE_KEYS, "changed_at")
HOME_KEYS = ("database", "environment", "audiences")
CONFIG_TABLES = ("home", "users")
CATALOG_KEYS = ("table", *ROLE_KEYS, "columns")

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True)
class UsersConfig:
    """The [users] table of audience.toml; None where it says nothing.

    `source` is an address, or a path that is already resolved against the folder of the file.
    """

    source: Path | str | None = None
    table: str | None = None
    id: str | None = None
    properties: str | None = None
    tenant: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    epochs: Mapping[str, str] = field(default_factory=dict)
    changed_at: str | None = None


@dataclass(frozen=True, slots=True)
class HomeConfig:
    """The [home] table of audience.toml; None where it says nothing.

    `database` is an address, or a path that is already resolved against the folder of the file, and so is the folder
    of the definitions, `audiences`.
    """

    database: Path | str | None = None
    environment: str | None = None
    audiences: Path | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A whole audience.toml; None for a table that it does not have."""

    users: UsersConfig | None = None
    home: HomeConfig | None = None


def is_address(source: str) -> bool:
    """Whether people are named by an address, `postgresql://…`, and not by a path."""
    return ADDRESS.match(source) is not None


def find_config(directory: Path) -> Path | None:
    """The audience.toml of a directory or of the nearest one above it."""
    folder = directory.resolve()
    return next((file for place in (folder, *folder.parents) if (file := place / CONFIG_NAME).is_file()), None)


def read_config(path: Path) -> UsersConfig:
    """Where people are according to audience.toml; UsageError A706 names the file and the key.

    A table that is named without a source is one beside the home.
    """
    project = read_project(path)
    users = project.users or UsersConfig()
    if users.source is None and users.table is not None and project.home is not None:
        return replace(users, source=project.home.database)
    return users


def read_project(path: Path) -> Project:
    """Read audience.toml; UsageError A706 names the file and the key."""
    file = _load(path, CONFIG_TABLES)
    users, home = file.table("users", USERS_KEYS), file.table("home", HOME_KEYS)
    return Project(
        _read_users(users) if "users" in file.values else None,
        _read_home(home) if "home" in file.values else None,
    )


def _read_users(users: "_Section") -> UsersConfig:
    return UsersConfig(
        source=users.place("source"),
        table=users.text("table"),
        id=users.text("id"),
        properties=users.text("properties"),
        tenant=users.text("tenant"),
        renames=users.texts("renames"),
        epochs=users.units("epoch"),
        changed_at=users.text("changed_at"),
    )


def _read_home(home: "_Section") -> HomeConfig:
    folder = home.text("audiences")
    return HomeConfig(
        database=home.place("database"),
        environment=home.text("environment"),
        audiences=None if folder is None else home.path.parent / folder,
    )


def read_catalog(path: Path) -> Catalog:
    """Read catalog.toml, which describes a relation that no engine is asked about; UsageError A706."""
    file = _load(path, CATALOG_KEYS)
    roles = Roles(
        id=file.text("id") or ID,
        properties=file.text("properties"),
        tenant=file.text("tenant"),
        renames=file.texts("renames"),
        epochs=file.units("epoch"),
    )
    table, columns = file.text("table") or "users", file.texts("columns")
    try:
        return declare_types(table, columns, roles)
    except UsageError as error:
        raise UsageError("A706", f"{path}: {error.message}", error.help) from error


def is_config(path: Path) -> bool:
    """Whether a TOML file is an audience.toml, which says where things are, rather than a catalog."""
    return not _read(path).keys().isdisjoint(CONFIG_TABLES)


@dataclass(frozen=True, slots=True)
class _Section:
    """A table of a TOML file; every reader returns an empty value for a key that is not there."""

    path: Path
    prefix: str
    values: Mapping[str, object]

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in known:
                keys = f"the keys are {', '.join(f'`{name}`' for name in known)}"
                raise UsageError(
                    "A706", f"{self.path}: unknown key `{self.prefix}{key}`", did_you_mean(key, known) or keys
                )

    def table(self, key: str, known: tuple[str, ...]) -> "_Section":
        section = self.values.get(key, {})
        if not isinstance(section, dict):
            raise self.wrong(key, "is no table", f"[{key}]")
        found = _Section(self.path, f"{self.prefix}{key}.", section)
        found.refuse_unknown(known)
        return found

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.wrong(key, "is empty" if value == "" else "is no text", f'{key} = "…"')
        return value

    def place(self, key: str) -> Path | str | None:
        """An address, or a path against the folder of the file."""
        value = self.text(key)
        return value if value is None or is_address(value) else self.path.parent / value

    def texts(self, key: str) -> dict[str, str]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "is no table of texts", f'{key} = {{ column = "…" }}')
        for name, text in value.items():
            if not isinstance(text, str) or not text:
                raise self.wrong(f"{key}.{name}", "is empty" if text == "" else "is no text", f'{name} = "…"')
        return dict(value)

    def units(self, key: str) -> dict[str, str]:
        units = self.texts(key)
        for name, unit in units.items():
            if unit not in EPOCH_UNITS:
                raise self.wrong(f"{key}.{name}", f'is "{unit}", neither "s" nor "ms"', f'{name} = "ms"')
        return units

    def wrong(self, key: str, problem: str, example: str) -> UsageError:
        return UsageError("A706", f"{self.path}: `{self.prefix}{key}` {problem}", f"write `{example}`")


def _load(path: Path, known: tuple[str, ...]) -> _Section:
    section = _Section(path, "", _read(path))
    section.refuse_unknown(known)
    return section


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError("A706", f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("A706", f"{path} is no TOML: {error}") from error
