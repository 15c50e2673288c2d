"""`audience transitions`: who entered and left, when and why, in the order in which it was committed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption, Place
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.store import Database
    from audience.store.ledger import Transition

LIMIT_DEFAULT = 100
PAGE = 1_000
"""How many are read at once."""

POLL_SECONDS = 1.0
"""How long --follow waits before it looks again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which transitions are asked for; '' for all audiences, or everybody."""

    audience: str
    user: str

    def after(self, database: "Database", environment: str, cursor: int, limit: int) -> "Iterator[list[Transition]]":
        """The transitions after a number, in pages, none of them empty; `limit` in all."""
        from audience.store import ledger

        while limit > 0:
            if self.user:
                read = ledger.read_of(database, environment, self.user, cursor, PAGE)
            else:
                read = ledger.read(database, environment, cursor, min(PAGE, limit), self.audience)
            found = [moved for moved in read if moved.audience == self.audience or not self.audience][:limit]
            if found:
                yield found
            limit -= len(found)
            if len(read) < PAGE:
                return
            cursor = read[-1].sequence


@reported
def transitions(
    audience: Annotated[
        str, typer.Option("--audience", metavar="K", help="Of one audience only.", show_default=False)
    ] = "",
    user: Annotated[str, typer.Option("--user", metavar="ID", help="Of one person only.", show_default=False)] = "",
    after: Annotated[
        int, typer.Option("--after", metavar="N", help="Only those after this cursor.", show_default=False)
    ] = 0,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            help="At most so many. Default: 100, or without end with --follow.",
            show_default=False,
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait for more, until Ctrl-C; with --json a line for each.")
    ] = False,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List who entered and left, the oldest first.

    List who entered and left audiences, the oldest first.

    The cursor that is printed last is the number of the last one: `--after` continues behind it and misses none.
    `quiet` stands where nobody is to be notified: of the first members of an audience, or when one is archived.
    """
    from audience.cli.home import find_place
    from audience.errors import UsageError

    if after < 0 or (limit is not None and limit < 1):
        raise UsageError(
            "A707", "`--after` and `--limit` count transitions", "give whole numbers, a limit of 1 or more"
        )
    place, wanted = find_place(home, environment, config), Wanted(audience, user)
    if follow:
        _follow(place, wanted, after, limit, json)
    else:
        _list(place, wanted, after, LIMIT_DEFAULT if limit is None else limit, json)


def _list(place: Place, wanted: Wanted, after: int, limit: int, json: bool) -> None:
    from audience.cli.output import write_json, write_note

    found = _read(place, wanted, after, limit + 1)
    shown, more = found[:limit], len(found) > limit
    cursor = shown[-1].sequence if shown else after
    if json:
        write_json({"transitions": [as_json(moved) for moved in shown], "cursor": cursor, "more": more})
        return
    if shown:
        _draw(shown)
    what = "there are more" if more else "that is all" if shown else "nobody has moved"
    write_note(f"{what}; go on with `--after {cursor}`")


def _read(place: Place, wanted: Wanted, after: int, limit: int) -> "list[Transition]":
    """What there is; the home is open for no longer than it takes, since a DuckDB file belongs to one process."""
    from audience.cli.home import expect_environment, open_place
    from audience.membership.audiences import expect_audience

    with open_place(place) as held:
        expect_environment(held, place.environment)
        if wanted.audience:
            expect_audience(held.database, place.environment, wanted.audience)
        pages = wanted.after(held.database, place.environment, after, limit)
        return [moved for page in pages for moved in page]


def _follow(place: Place, wanted: Wanted, cursor: int, limit: int | None, json: bool) -> None:
    from audience.cli.going_on import Stop
    from audience.cli.output import write_json_line, write_note

    left = limit
    with Stop() as stop:
        while left is None or left > 0:
            found = _read_when_free(place, wanted, cursor, PAGE if left is None else min(left, PAGE))
            for moved in found:
                if json:
                    write_json_line(as_json(moved))
                else:
                    _write_line(moved)
                cursor = moved.sequence
            left = None if left is None else left - len(found)
            if left != 0 and stop.wait(0 if len(found) == PAGE else POLL_SECONDS):
                break
    write_note(f"go on with `--after {cursor}`")


def _read_when_free(place: Place, wanted: Wanted, after: int, limit: int) -> "list[Transition]":
    """What there is; nothing while another process has the file, which will be done some time."""
    from audience.errors import UsageError

    try:
        return _read(place, wanted, after, limit)
    except UsageError as error:
        if error.code != "A709":
            raise
        return []


def as_json(moved: "Transition") -> dict[str, object]:
    """A transition as plain data."""
    from audience.cli.instants import as_json

    return {
        "sequence": moved.sequence,
        "kind": moved.kind,
        "audience": moved.audience,
        "user_id": moved.user_id,
        "tenant": moved.tenant,
        "happened_at": as_json(moved.happened_at),
        "flipped_at": as_json(moved.flipped_at),
        "meaning": moved.meaning,
        "cause": str(moved.cause),
        "notify": moved.notify,
    }


def _draw(found: "list[Transition]") -> None:
    from rich.text import Text

    from audience.cli.instants import shown
    from audience.cli.output import console, plain_table, visible

    table = plain_table("", "at", "", "audience", "person", "because of", right=("",))
    for moved in found:
        table.add_row(
            f"{moved.sequence}",
            shown(moved.happened_at),
            moved.kind,
            Text(visible(moved.audience), style="bold"),
            Text(_person(moved)),
            Text(_why(moved)),
        )
    console().print(table)


def _write_line(moved: "Transition") -> None:
    import sys

    from audience.cli.instants import shown
    from audience.cli.output import visible

    what = f"{moved.sequence}  {shown(moved.happened_at)}  {moved.kind:5}  {visible(moved.audience)}"
    sys.stdout.write(f"{what}  {_person(moved)}  {_why(moved)}\n")
    sys.stdout.flush()


def _person(moved: "Transition") -> str:
    from audience.cli.output import visible

    return visible(moved.user_id if moved.tenant is None else f"{moved.user_id} in {moved.tenant}")


def _why(moved: "Transition") -> str:
    from audience.cli.instants import shown

    when = "" if moved.flipped_at is None else f" at {shown(moved.flipped_at)}"
    return f"{moved.cause}{when}{'' if moved.notify else ', quiet'}"
