"""Find and open the home that the options, the variable AUDIENCE_HOME or audience.toml name, with its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audience.errors import UsageError

if TYPE_CHECKING:
    from audience.membership.environment import Environment
    from audience.project import UsersConfig
    from audience.store import Home

AUDIENCES_FOLDER = "audiences"
"""Where definitions are: beside audience.toml, unless it says otherwise."""

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

    `config` is the audience.toml that says so, None where there is none. `database` is None where nothing names one.
    `audiences` is the folder of the definitions. `users` is the [users] table of the file, None for people of our own.
    """

    config: Path | None
    database: Path | str | None
    environment: str
    audiences: Path
    users: "UsersConfig | None"

    def table(self) -> tuple[str, ...] | None:
        """The table of the user's whose rows are the people; None for people of our own.

        UsageError A706 for people who are not beside the home.
        """
        from audience.catalog.declare import split_table
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


def find_place(home: str | None, environment: str | None, config: Path | None) -> Place:
    """Where everything is, by the options and audience.toml; nothing is opened. UsageError A706 for the file."""
    from audience.project import HomeConfig, Project, find_config, is_address, read_project
    from audience.store.schema import ENVIRONMENT_DEFAULT

    config = find_config(Path.cwd()) if config is None else config
    project = Project() if config is None else read_project(config)
    said = project.home or HomeConfig()
    folder = Path.cwd() if config is None else config.parent
    database = said.database if home is None else home if is_address(home) else Path(home)
    return Place(
        config,
        database,
        environment or said.environment or ENVIRONMENT_DEFAULT,
        said.audiences or folder / AUDIENCES_FOLDER,
        project.users,
    )


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
    from audience.store import open_home
    from audience.store.home import MEMORY

    database = place.database
    if database is None:
        raise UsageError("A708", "no home is named", "make one with `audience init`, or name one: `--home home.duckdb`")
    if str(database) == MEMORY:
        raise UsageError(
            "A708", "a home in memory would be gone with this command", "name a file: `--home home.duckdb`"
        )
    if isinstance(database, str) and not database.startswith(SERVERS):
        scheme = database.partition("://")[0]
        help = "name a DuckDB file, or a PostgreSQL server by its address, postgresql://…"
        raise UsageError("A708", f"a home cannot be kept at a {scheme}:// address", help)
    return open_home(database, create=create)


def people_of(home: "Home", place: Place) -> "Environment":
    """The environment of a home that is open, with the people that audience.toml says."""
    from audience.catalog import ID
    from audience.catalog.declare import Roles
    from audience.diagnostics import did_you_mean
    from audience.membership.environment import Environment, over_table

    names = home.environments()
    if place.environment not in names:
        help = did_you_mean(place.environment, names) or f"the environments are {', '.join(names)}"
        raise UsageError("A707", f"there is no environment {place.environment}", help)
    table, users = place.table(), place.users
    if table is None or users is None:
        return Environment(home, place.environment)
    roles = Roles(users.id or ID, users.properties, users.tenant, users.renames, users.epochs)
    return over_table(home, table, roles, name=place.environment, changed_at=users.changed_at)
