"""Find and open the home that the options, the variable AUDIENCE_HOME or audience.toml name, with its people."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from audience.membership.environment import Environment
    from audience.project import HomeConfig, UsersConfig
    from audience.store import Home

AUDIENCES_FOLDER = "audiences"
"""Where definitions are: beside audience.toml, unless it says otherwise."""

HOME_DEFAULT = "home.duckdb"
"""The home that `audience init` makes beside audience.toml when none is named."""

PATIENCE_SECONDS, PAUSE_SECONDS = 5.0, 0.05
"""How long a command waits for a DuckDB file that another process has open: most have it for a moment only."""

SERVERS = ("postgresql://", "postgres://")

HomeOption = Annotated[
    str | None,
    typer.Option(
        "--home",
        metavar="DATABASE",
        envvar="AUDIENCE_HOME",
        show_envvar=False,
        help="The database that keeps audiences and members: a DuckDB file, or a server (postgresql://…)."
        " Left out: $AUDIENCE_HOME, then [home] of the audience.toml of this folder or of one above it.",
        show_default=False,
    ),
]
EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        metavar="E",
        help="The environment of the home. Default: that of audience.toml, or development.",
        show_default=False,
    ),
]
HomeConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="An audience.toml; options that are given win over it.",
        show_default=False,
    ),
]
DefinitionsOption = Annotated[
    Path | None,
    typer.Option(
        "--audiences",
        metavar="DIR",
        help="The folder with the definitions. Default: that of audience.toml, or the folder audiences beside it.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is.

    `config` is the audience.toml that says so, None where there is none, and `said` its table [home]. `database` is
    None where nothing names one. `audiences` is the folder of the definitions. `users` is the table [users] of the
    file, None for people of our own.
    """

    config: Path | None
    said: "HomeConfig | None"
    database: Path | str | None
    environment: str
    audiences: Path
    users: "UsersConfig | None"

    def table(self) -> tuple[str, ...] | None:
        """The table of the user's whose rows are the people; None for people of our own.

        UsageError A706 for people who are not beside the home.
        """
        from audience.catalog.declare import split_table
        from audience.errors import UsageError
        from audience.project import UsersConfig

        if self.users is None or self.users == UsersConfig():
            return None
        if self.users.source is not None and not self._is_home(self.users.source):
            raise UsageError(
                "A706",
                f"{self.config}: `users.source` is another database than the home",
                "keep the home beside the people, and name their `table`; or leave [users] out, and import them into"
                " the home with `audience users import`",
            )
        if self.users.table is None:
            raise UsageError(
                "A706",
                f"{self.config}: [users] names no table",
                'write `table = "…"`, the table of the home\'s database whose rows are the people; or leave [users] out'
                " for people of the home's own",
            )
        return split_table(self.users.table)

    def _is_home(self, source: Path | str) -> bool:
        if isinstance(source, str) or isinstance(self.database, str):
            return source == self.database
        return self.database is not None and source.resolve() == self.database.resolve()


def find_place(home: str | None, environment: str | None, config: Path | None, *, making: bool = False) -> Place:
    """Where everything is, by the options and audience.toml; nothing is opened. UsageError A706 for the file.

    `making` says that what is not there will be: audience.toml, and a home beside it.
    """
    from audience.project import CONFIG_NAME, HomeConfig, Project, is_address, read_project
    from audience.store.schema import ENVIRONMENT_DEFAULT

    config = _nearest() if config is None else config
    if making and config is None:
        config = Path(CONFIG_NAME)
    project = Project() if config is None or (making and not config.exists()) else read_project(config)
    said = project.home or HomeConfig()
    folder = Path() if config is None else config.parent
    database = said.database if home is None else home if is_address(home) else Path(home)
    if making and database is None and project.home is None:
        database = folder / HOME_DEFAULT
    return Place(
        config,
        project.home,
        database,
        environment or said.environment or ENVIRONMENT_DEFAULT,
        said.audiences or folder / AUDIENCES_FOLDER,
        project.users,
    )


def _nearest() -> Path | None:
    """The nearest audience.toml; as short as it can be said, because messages say it."""
    from audience.project import find_config

    found, here = find_config(Path.cwd()), Path.cwd().resolve()
    return found.relative_to(here) if found is not None and found.is_relative_to(here) else found


@contextmanager
def opened(home: str | None, environment: str | None, config: Path | None) -> "Iterator[Environment]":
    """The environment that the options name, until the block ends.

    UsageErrors: A706 for audience.toml, A707 for an environment that does not exist, A708 for no home or what cannot
    be one, A709 for a file that another process has open, and those of a table of people.
    """
    place = find_place(home, environment, config)
    with open_place(place) as held:
        yield people_of(held, place)


def open_place(place: Place, *, create: bool = False) -> "Home":
    """The home of a place. UsageError A708 where nothing names one."""
    from audience.errors import UsageError
    from audience.store import open_home
    from audience.store.home import MEMORY

    database = place.database
    if database is None:
        help = "make one with `audience init`, or name one: `--home home.duckdb`, or the variable AUDIENCE_HOME"
        raise UsageError("A708", "no home is named", help)
    if str(database) == MEMORY:
        raise UsageError(
            "A708", "a home in memory would be gone with this command", "name a file: `--home home.duckdb`"
        )
    if isinstance(database, str) and not database.startswith(SERVERS):
        scheme = database.partition("://")[0]
        help = "name a DuckDB file, or a PostgreSQL server by its address, postgresql://…"
        raise UsageError("A708", f"a home cannot be kept at a {scheme}:// address", help)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return open_home(database, create=create)
        except UsageError as error:
            if error.code != "A709" or time.monotonic() >= until:
                raise
        time.sleep(PAUSE_SECONDS)


def expect_environment(home: "Home", name: str) -> None:
    """UsageError A707 for an environment that a home does not have."""
    from audience.diagnostics import did_you_mean
    from audience.errors import UsageError

    names = home.environments()
    if name not in names:
        known = did_you_mean(name, names) or f"the environments are {', '.join(names)}"
        help = f"{known}; `audience init --environment {name}` makes it"
        raise UsageError("A707", f"there is no environment {name}", help)


def people_of(home: "Home", place: Place) -> "Environment":
    """The environment of a home that is open, with the people that audience.toml says."""
    from audience.catalog import ID
    from audience.catalog.declare import Roles
    from audience.membership.environment import Environment, over_table

    expect_environment(home, place.environment)
    table, users = place.table(), place.users
    if table is None or users is None:
        return Environment(home, place.environment)
    roles = Roles(users.id or ID, users.properties, users.tenant, users.renames, users.epochs)
    return over_table(home, table, roles, name=place.environment, changed_at=users.changed_at)
