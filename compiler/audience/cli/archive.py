"""`audience archive`: end an audience."""

from typing import Annotated

import typer

from audience.cli.failures import reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption
from audience.cli.options import JsonOption


@reported
def archive(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience to end.", show_default=False)],
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """End an audience: everybody leaves it.

    End an audience: everybody leaves it, and nobody is notified. What happened in it stays in the transitions.

    One that others refer to cannot end. Remove its file too: while that is there, the next refresh begins it anew.
    """
    from audience.cli.home import find_place, open_place, people_of
    from audience.cli.output import write_json, write_note, write_text
    from audience.membership.define import archive as end
    from audience.project.folder import find_definitions

    place = find_place(home, environment, config)
    with open_place(place) as held:
        moved = end(people_of(held, place), key)
    file = find_definitions(place.audiences).get(key) if place.audiences.is_dir() else None
    if json:
        write_json({"key": key, "left": moved.left, "file": None if file is None else str(file)})
        return
    write_text(f"Archived {key}: {moved.left:,} left.")
    if file is not None:
        write_note(f"{file} is still there: remove it, or the next refresh begins the audience anew")
