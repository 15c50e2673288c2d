"""`audience refresh`: bring the members of audiences up to date."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.home import DefinitionsOption, EnvironmentOption, HomeConfigOption, HomeOption
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.membership.environment import Environment
    from audience.membership.refresh import Mode, Refreshed
    from audience.project import Folder


@reported
def refresh(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="The audiences to refresh. Default: all.", show_default=False),
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Refresh all audiences, as without a key.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Ask everybody.")] = False,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="Ask who changed since the last refresh, and for whom time is due.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Ask only for whom time alone can have changed an answer.")
    ] = False,
    emit_initial: Annotated[
        bool, typer.Option("--emit-initial", help="Mark those to be notified who are members when an audience begins.")
    ] = False,
    audiences: DefinitionsOption = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Bring members up to date.

    Bring members up to date with people, definitions and time, in one transaction.

    Reads the definitions of the folder; an edit takes effect at once in every audience that it reaches. A file that
    is wrong stops its audience and those that refer to it, which keep their members, and no other; then the exit
    code is 1. An audience that is new or means something else is asked of everybody, whatever the mode. Without a
    mode it is --incremental where something tells who changed, and --full elsewhere.
    """
    from audience.cli.home import find_place, open_place, people_of
    from audience.cli.output import write_json
    from audience.cli.progress import ScanProgress
    from audience.membership.refresh import refresh as run

    _expect_one_choice(all, keys or ())
    mode = _mode(full, incremental, due)
    place = find_place(home, environment, config)
    folder = _read(audiences, place.audiences)
    with open_place(place) as held:
        found = people_of(held, place)
        with ScanProgress("refreshing") as progress:
            done = run(
                found,
                keys or (),
                definitions=folder.definitions,
                broken=_problems(folder),
                mode=mode,
                emit_initial=emit_initial,
                progress=lambda share, key: progress(share, key or None),
            )
        gone = _without_file(found, folder)
    if json:
        write_json(as_json(done) | {"without_file": gone})
    else:
        say(done)
        _say_notes(done, gone, audiences or place.audiences)
    if done.stopped:
        raise typer.Exit(ExitCode.DEFINITION)


def _expect_one_choice(all: bool, keys: Sequence[str]) -> None:
    from audience.errors import UsageError

    if all and keys:
        raise UsageError("A707", "`--all` and the keys of some audiences contradict each other", "give one of them")


def _mode(full: bool, incremental: bool, due: bool) -> "Mode | None":
    from audience.errors import UsageError
    from audience.membership.refresh import Mode

    given = {Mode.FULL: full, Mode.INCREMENTAL: incremental, Mode.DUE: due}
    chosen = [mode for mode, wanted in given.items() if wanted]
    if len(chosen) > 1:
        named = " and ".join(f"`--{mode}`" for mode in chosen)
        raise UsageError("A707", f"{named} contradict each other", "give one of them, or none")
    return chosen[0] if chosen else None


def _read(given: Path | None, usual: Path) -> "Folder":
    """The definitions; a folder that nobody named need not be there."""
    from audience.project import Folder, read_folder

    return Folder({}, {}) if given is None and not usual.exists() else read_folder(given or usual)


def _problems(folder: "Folder") -> Mapping[str, str]:
    from audience.diagnostics import render_all

    return {key: render_all(problems) for key, (_, problems) in folder.broken.items()}


def _without_file(environment: "Environment", folder: "Folder") -> list[str]:
    """The audiences that are kept and whose definition has left the folder; none where there are no files at all."""
    from audience.membership.audiences import read_kept

    if not folder.definitions and not folder.broken:
        return []
    rows = read_kept(environment.home.database, environment.name)
    return [row.key for row in rows if row.key not in folder.definitions and row.key not in folder.broken]


def as_json(done: "Refreshed") -> dict[str, object]:
    """What a refresh did, as plain data."""
    from audience.cli.instants import as_json

    return {
        "now": as_json(done.now),
        "audiences": [
            {"key": key, "entered": moved.entered, "left": moved.left, "full": key in done.full}
            for key, moved in sorted(done.moved.items())
        ],
        "stopped": [{"key": key, "error": error} for key, error in sorted(done.stopped.items())],
        "cursor": done.last_sequence,
    }


def say(done: "Refreshed") -> None:
    """Draw what a refresh did; what is stopped goes to standard error."""
    from rich.text import Text

    from audience.cli.output import console, plain_table, visible, write_error

    table = plain_table("audience", "entered", "left", "asked", right=("entered", "left"))
    for key, moved in sorted(done.moved.items()):
        asked = "everybody" if key in done.full else "who changed or was due"
        table.add_row(Text(visible(key), style="bold"), f"{moved.entered:,}", f"{moved.left:,}", asked)
    if done.moved:
        console().print(table)
    for key, error in sorted(done.stopped.items()):
        write_error(f"error: `{key}` stands still\n{error.strip()}\n")


def _say_notes(done: "Refreshed", gone: list[str], folder: Path) -> None:
    from audience.cli.output import write_note

    for key in gone:
        write_note(f"`{key}` has no file in {folder} and is kept on; `audience archive {key}` ends it")
    if not done.moved and not done.stopped:
        write_note(f"there is no dynamic audience to refresh; write a condition into {folder}, such as pro.audience")
