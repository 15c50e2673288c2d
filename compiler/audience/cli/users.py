"""`audience users`: people of our own, one by one and from files."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption, opened
from audience.cli.importing import (
    DelimiterOption,
    EncodingOption,
    MapOption,
    PartialOption,
    RejectsOption,
    options_of,
    say,
    source_of,
)
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.people import Document
    from audience.people.table import Stored

users = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ASSIGNMENT = re.compile(r"(?P<name>.+?)(?P<sign>:=|=)(?P<value>.*)", re.DOTALL)

SHOWN_COLUMNS_MIN = 20
"""Of the properties at least so much is shown, however narrow the terminal."""

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The person's id.", show_default=False)]


@users.callback()
def group() -> None:
    """Keep people of your own, one by one or from files.

    Each change brings the person's membership up to date in the same transaction. People in a table of yours are
    changed there.
    """


@users.command("put", no_args_is_help=True)
@reported
def put(
    id: IdArgument,
    properties: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=TEXT | NAME:=JSON]… | -",
            help="Properties: plan=pro is a text, seats:=5 is JSON. - reads one JSON object from standard input.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Merge properties into a person, who is created where nobody has the id.

    Objects merge key by key, and all else is replaced; null overwrites and is stored, and nothing is removed.
    """
    from audience.cli.output import write_json, write_text
    from audience.membership.people import put_person

    given = sys.stdin.buffer.read() if properties == ["-"] else read_assignments(properties or [])
    with opened(home, environment, config) as place:
        person = put_person(place, id, given)
    if json:
        write_json(as_json(person))
    else:
        count = len(person.properties)
        write_text(f"{person.id} has {'1 property' if count == 1 else f'{count:,} properties'}.")


@users.command("get", no_args_is_help=True)
@reported
def get(
    id: IdArgument,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,  # noqa: ARG001  # it says how failures are reported
) -> None:
    """Show a person, as JSON."""
    from audience.cli.output import write_json
    from audience.errors import UsageError
    from audience.membership.people import get_person

    with opened(home, environment, config) as place:
        person = get_person(place, id)
    if person is None:
        raise UsageError("A720", f"nobody has the id `{id}`", "`audience users list` shows who there is")
    write_json(as_json(person))


@users.command("list")
@reported
def list_users(
    after: Annotated[str, typer.Option("--after", metavar="ID", help="Begin behind this id.", show_default=False)] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many people.")] = 50,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List people by id; `next` of --json is what --after takes for those that follow."""
    from audience.cli.output import write_json, write_note
    from audience.membership.people import list_people

    with opened(home, environment, config) as place:
        found = list_people(place, after=after, limit=limit)
    following = found[-1].id if len(found) == limit else None
    if json:
        write_json({"people": [as_json(person) for person in found], "next": following})
        return
    _draw(found)
    if following is not None:
        write_note(f"there may be more: --after {following}")


@users.command("delete", no_args_is_help=True)
@reported
def delete(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Who is forgotten.", show_default=False)],
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Forget people. They leave their dynamic audiences; what they are static members of stays, without them."""
    from audience.cli.output import write_json, write_text
    from audience.membership.people import delete_people

    with opened(home, environment, config) as place:
        deleted = delete_people(place, ids)
    if json:
        write_json({"deleted": deleted, "unknown": len(set(ids)) - deleted})
    else:
        write_text(f"Deleted {deleted:,} of {len(set(ids)):,}.")


@users.command("merge", no_args_is_help=True)
@reported
def merge(
    primary: Annotated[str, typer.Argument(metavar="PRIMARY", help="The id that stays.", show_default=False)],
    secondary: Annotated[str, typer.Argument(metavar="SECONDARY", help="The id that goes.", show_default=False)],
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Make two people one: where their properties differ, the primary's stay; static memberships are united."""
    from audience.cli.output import write_json, write_text
    from audience.membership.people import merge_person

    with opened(home, environment, config) as place:
        person = merge_person(place, primary, secondary)
    if json:
        write_json(as_json(person))
    else:
        write_text(f"{secondary} is part of {person.id}.")


@users.command("import", no_args_is_help=True)
@reported
def import_users(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV with a header, or NDJSON (.ndjson, .jsonl); - is standard input.",
            show_default=False,
        ),
    ],
    map: MapOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="F", help="csv or ndjson. Default: by the suffix.", show_default=False),
    ] = None,
    partial: PartialOption = False,
    rejects: RejectsOption = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put the people of a file: all of them, or none.

    A column becomes the property of its name, and empty cells say nothing. Values are text unless --map names a
    type. See docs/import.md.
    """
    from audience.cli.progress import ScanProgress
    from audience.membership.imports import import_people

    with opened(home, environment, config) as place, ScanProgress("importing") as progress:
        options = options_of(
            file,
            lambda done, size: progress(done / size),
            map=map,
            encoding=encoding,
            delimiter=delimiter,
            format=format,
            partial=partial,
            rejects=rejects,
        )
        done = import_people(place, source_of(file), options)
    say(done, None, rejects, json=json)


@users.command("export")
@reported
def export(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to. Default: standard output.", show_default=False),
    ] = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Write everybody as NDJSON, as of one instant: an object with `id` and properties on each line.

    `audience users import` reads it again, and loses nothing.
    """
    from audience.cli.exporting import write_people
    from audience.cli.output import write_json, write_text
    from audience.membership.people import export_people

    with opened(home, environment, config) as place:
        count = write_people(export_people(place), out)
    if out is None:
        return  # people are all that stands on standard output
    if json:
        write_json({"people": count, "file": str(out)})
    else:
        write_text(f"Wrote {'1 person' if count == 1 else f'{count:,} people'} to {out}.")


def read_assignments(given: list[str]) -> "Document":
    """The properties that NAME=TEXT and NAME:=JSON say; UsageError A707 for what says nothing."""
    from audience.errors import UsageError
    from audience.people import read_json_value

    properties: Document = {}
    for said in given:
        found = ASSIGNMENT.fullmatch(said)
        if found is None:
            raise UsageError("A707", f"`{said}` sets no property", "write plan=pro for a text, and seats:=5 for JSON")
        name, value = found["name"], found["value"]
        if name in properties:
            raise UsageError("A707", f"`{name}` is set twice", "set each property once")
        try:
            properties[name] = value if found["sign"] == "=" else read_json_value(value)
        except UsageError as error:
            help = f"behind := stands JSON; a text is written {name}=…"
            raise UsageError(error.code, f"`{name}`: {error.message}", help) from error
    return properties


def as_json(person: "Stored") -> dict[str, object]:
    """A person as data."""
    from audience.values import write_instant

    return {
        "id": person.id,
        "properties": person.properties,
        "created_at": write_instant(person.created_at),
        "updated_at": write_instant(person.updated_at),
    }


def _draw(people: "list[Stored]") -> None:
    """The table: each person on one line, so much of the properties as fits."""
    from rich.cells import cell_len
    from rich.text import Text

    from audience.cli.output import console, plain_table, visible
    from audience.people import to_json
    from audience.values import write_instant

    out = console()
    drawn = plain_table("id", "updated", "properties")
    rows = [(visible(one.id), write_instant(one.updated_at)[:19] + "Z", to_json(one.properties)) for one in people]
    left = out.width - sum(max((cell_len(row[at]) for row in rows), default=0) + 2 for at in (0, 1))
    for id, updated, properties in rows:
        shown = Text(visible(properties), style="dim")
        shown.truncate(max(left, SHOWN_COLUMNS_MIN), overflow="ellipsis")
        drawn.add_row(Text(id), Text(updated), shown)
    out.print(drawn)
