"""`audience status`: how large every audience is, how far it is, and what is wrong with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.membership.status import Status

DAY = 24 * 60 * 60 * 1_000_000
"""In microseconds: how far back moves are counted."""


@reported
def status(
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out when time moves somebody next, for which every person is looked at."),
    ] = False,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show how large and how far audiences are.

    Show the audiences: members, the last refresh, who came and went in 24 hours, and what is wrong.

    `missing` are members of a static audience whom nobody has identified. `next due` is when time alone can move
    somebody next: a `refresh --due` then finds them. An audience that stands still keeps the members it had.
    """
    from audience.cli.home import opened
    from audience.cli.output import write_json
    from audience.membership.status import status as read

    with opened(home, environment, config) as found:
        rows = read(found, since=found.home.clock() - DAY, due=not quick)
        place, name, now = found.home.database.place, found.name, found.home.clock()
    if json:
        write_json({"home": place, "environment": name, "audiences": [_as_json(row) for row in rows]})
    else:
        _draw(rows, now)


def _as_json(row: "Status") -> dict[str, object]:
    from audience.cli.instants import as_json

    kept = row.kept
    return {
        "key": kept.key,
        "type": str(kept.type),
        "name": kept.name,
        "members": row.members,
        "missing": row.missing,
        "activated_at": as_json(kept.activated_at),
        "refreshed_at": as_json(kept.refreshed_at),
        "entered_24h": row.entered,
        "left_24h": row.left,
        "next_due": as_json(row.due),
        "error": kept.error,
    }


def _draw(rows: "list[Status]", now: int) -> None:
    from rich.text import Text

    from audience.cli.instants import from_now
    from audience.cli.output import console, plain_table, visible, write_blank, write_error, write_note
    from audience.membership.audiences import Type

    if not rows:
        write_note("no audience is kept; write a condition into the folder audiences, then `audience refresh`")
        return
    columns = {
        "members": [f"{row.members:,}" for row in rows],
        "missing": [f"{row.missing:,}" if row.missing else "" for row in rows],
        "in 24 h": [_moves(row) for row in rows],
        "refreshed": [
            "" if row.kept.type is Type.STATIC else from_now(row.kept.refreshed_at, now, "–") for row in rows
        ],
        "next due": [from_now(row.due, now) for row in rows],
    }
    # A terminal has little room, and most homes have nothing to say in some of these.
    columns = {heading: cells for heading, cells in columns.items() if any(cells)}
    table = plain_table("audience", "type", *columns, right=("type", *columns))
    table.columns[1].justify = "left"
    for row, *cells in zip(rows, *columns.values(), strict=True):
        style = "bold" if row.kept.error is None else "bold red"
        table.add_row(Text(visible(row.kept.key), style=style), str(row.kept.type), *cells)
    console().print(table)
    wrong = [row.kept for row in rows if row.kept.error is not None]
    if wrong:
        write_blank()
    for kept in wrong:
        write_error(f"error: `{kept.key}` stands still\n{str(kept.error).strip()}\n")


def _moves(row: "Status") -> str:
    moves = (f"+{row.entered:,}" if row.entered else "", f"−{row.left:,}" if row.left else "")
    return " ".join(filter(None, moves))
