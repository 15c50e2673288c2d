"""What the two imports have in common: `audience users import` and `audience members import`."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from audience.membership.csv_source import Progress
    from audience.membership.imports import Imported, ImportOptions

STANDARD_INPUT = "-"

MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=TARGET",
        help='What a column of CSV becomes, such as "User ID=id", Company=tenant_id or Seats=seats:number; with nothing'
        " behind the = it is left out. Types are text, number, boolean, timestamp and json. May be given again.",
        show_default=False,
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="E",
        help="The encoding of CSV, such as cp1251. Default: told from the file.",
        show_default=False,
    ),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="C",
        help="What stands between cells: one character, or tab. Default: told from the file.",
        show_default=False,
    ),
]
PartialOption = Annotated[
    bool,
    typer.Option(
        "--partial", help="Leave out rows that are wrong, and import the others. Default: one undoes the whole import."
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write rows that are wrong to a file, each with its line and reason.",
        show_default=False,
    ),
]


def source_of(file: str) -> str | BinaryIO:
    """The file that is named, or standard input."""
    return sys.stdin.buffer if file == STANDARD_INPUT else file


def options_of(
    file: str,
    progress: "Progress",
    *,
    map: list[str] | None,
    encoding: str | None,
    delimiter: str | None,
    partial: bool,
    rejects: Path | None,
    format: str | None = None,
) -> "ImportOptions":
    """How the file is read."""
    from audience.errors import UsageError
    from audience.membership.imports import ImportOptions

    if rejects is not None:
        with suppress(OSError):  # what cannot be written says so when the first reject comes
            if rejects.is_dir():
                raise UsageError("A707", f"{rejects} is a folder", "name a file for the rejects")
    return ImportOptions(
        mapping=tuple(map or ()),
        encoding=encoding,
        delimiter=delimiter,
        format=format,
        name="standard input" if file == STANDARD_INPUT else file,
        partial=partial,
        rejects=rejects,
        progress=progress,
    )


def say(done: "Imported", audience: str | None, rejects: Path | None, *, json: bool) -> None:
    """Say what an import did."""
    from audience.cli.output import write_error, write_json, write_note, write_text

    notes = list(_notes(done))
    if json:
        write_json(as_json(done, audience) | ({"notes": notes} if notes else {}))
        return
    rows = "1 row" if done.rows == 1 else f"{done.rows:,} rows"
    people = "1 person is" if done.changed == 1 else f"{done.changed:,} people are"
    entered = "" if audience is None else f"{done.entered:,} entered {audience}, "
    write_text(f"Imported {done.imported:,} of {rows}: {entered}{people} new or changed.")
    for rejected in done.examples:
        write_error(f"warning[{rejected.code}]: line {rejected.line:,} is left out: {rejected.reason}")
    if done.rejected > len(done.examples):
        where = "--rejects FILE writes them all to a file" if rejects is None else f"{rejects} has them all"
        write_note(f"{done.rejected:,} rows are left out; {where}")
    for note in notes:
        write_note(note)


def as_json(done: "Imported", audience: str | None) -> dict[str, object]:
    """What an import did, as data."""
    entered = {} if audience is None else {"entered": done.entered}
    rejects = [{"line": one.line, "code": one.code, "message": one.reason} for one in done.examples]
    counts = {"rows": done.rows, "imported": done.imported, "rejected": done.rejected, "changed": done.changed}
    return {**counts, **entered, "rejects": rejects}


def _notes(done: "Imported") -> list[str]:
    notes = [
        f'the column `{header}` became a property; --map "{header}={target}" makes it `{target}`'
        for header, target in done.suggested
    ]
    if done.unread:
        notes.append(f"of people of yours only ids are read; left out: {', '.join(done.unread)}")
    return notes
