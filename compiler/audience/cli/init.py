"""`audience init`: make a home, an audience.toml that names it, and a folder for definitions."""

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from audience.cli.failures import reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption, Place
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.membership.environment import Environment


@reported
def init(
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Make a home for audiences and their members.

    Make a home: the database that keeps audiences, members and what happened to them.

    Makes what is missing and leaves alone what is there: the tables (in a schema `audience`), the environment, an
    audience.toml that names the home, and a folder for the definitions. Without --home it is the file home.duckdb.
    """
    from audience.cli.home import find_place, open_place, people_of
    from audience.cli.output import write_json
    from audience.errors import UsageError

    place = find_place(home, environment, config, making=True)
    if place.database is None:
        help = 'write `database = "home.duckdb"` below [home], or set AUDIENCE_HOME'
        raise UsageError("A706", f"{place.config}: [home] names no database", help)
    place.table()  # people who are elsewhere are refused before anything is made
    missing = isinstance(place.database, Path) and not place.database.exists()
    with open_place(place, create=True) as held:
        made = [str(place.database)] if missing else []
        if place.environment not in held.environments():
            held.add_environment(place.environment)
            made.append(f"the environment {place.environment}")
        found = people_of(held, place)
        made += _write_files(place)
        if json:
            write_json(_as_json(place, found, made))
        else:
            _say(place, found, made)


def _write_files(place: Place) -> list[str]:
    """Write what is missing beside the home; what that was."""
    from audience.errors import UsageError

    made, config = [], place.config
    assert config is not None, "where audience.toml is to be is known"
    try:
        if place.said is None:
            before = config.read_text(encoding="utf-8-sig") if config.exists() else ""
            gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
            with config.open("a", encoding="utf-8") as file:
                file.write(gap + _home_table(place, config))
            made.append(f"[home] in {config}" if before else str(config))
        if not place.audiences.is_dir():
            place.audiences.mkdir(parents=True)
            made.append(f"{place.audiences}/")
    except OSError as error:
        raise UsageError("A706", f"{error.filename} cannot be written: {error.strerror}") from error
    return made


def _home_table(place: Place, config: Path) -> str:
    from audience.store.schema import ENVIRONMENT_DEFAULT

    database = place.database
    if isinstance(database, Path):
        folder, file = config.parent.resolve(), database.resolve()
        shown = file.relative_to(folder) if file.is_relative_to(folder) else file
        named = f"database = {dumps(shown.as_posix(), ensure_ascii=False)}\n"
    elif _has_password(str(database)):
        named = "# The address has a password, so it is in the variable AUDIENCE_HOME and not in this file.\n"
    else:
        named = f"database = {dumps(database, ensure_ascii=False)}\n"
    other = place.environment != ENVIRONMENT_DEFAULT
    return f"[home]\n{named}" + (f"environment = {dumps(place.environment)}\n" if other else "")


def _has_password(address: str) -> bool:
    parts = urlsplit(address)
    return parts.password is not None or "password" in parse_qs(parts.query)


def _as_json(place: Place, found: "Environment", made: list[str]) -> dict[str, object]:
    return {
        "home": found.home.database.place,
        "environment": place.environment,
        "config": str(place.config),
        "audiences": str(place.audiences),
        "people": "own" if found.foreign is None else ".".join(place.table() or ()),
        "made": made,
    }


def _say(place: Place, found: "Environment", made: list[str]) -> None:
    from audience.cli.output import write_note, write_text

    where = f"the home in {found.home.database.place}, environment {place.environment}"
    write_text(f"Made {', '.join(made)}." if made else f"Everything is there: {where}.")
    write_text("\nNext:")
    if found.foreign is None:
        write_text("  audience users import people.csv    bring people into the home")
    write_text(f'  write conditions into {place.audiences}, such as pro.audience: plan = "pro"')
    write_text("  audience refresh                    find the members")
    write_text("  audience status                     see how many there are")
    if isinstance(place.database, str) and _has_password(place.database) and place.said is None:
        write_note("the address has a password and is not written down: keep it in the variable AUDIENCE_HOME")
