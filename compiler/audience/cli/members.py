"""`audience members`: who is in an audience, and who is put into a static one."""

import sys
from collections.abc import Iterable, Iterator
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
    from audience.store.ledger import Membership
    from audience.store.listing import Member

members = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

MEANING_CHARACTERS = 12
"""Enough of a meaning's hash to tell two apart."""

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The audience's key.", show_default=False)]
IdsArgument = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="Who: ids, or - for one a line on standard input.", show_default=False),
]
MemberTenantOption = Annotated[
    str | None,
    typer.Option("--tenant", metavar="T", help="The tenant of all of them. Default: none.", show_default=False),
]


@members.callback()
def group() -> None:
    """See who is in an audience, or put members into it.

    `audience members list KEY` lists members, and `audience members list KEY --as-of TIME` who was one then.
    """


@members.command("add", no_args_is_help=True)
@reported
def add(
    audience: KeyArgument,
    ids: IdsArgument,
    tenant: MemberTenantOption = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put members into a static audience; those who are in it stay.

    Somebody who is not identified yet is a member all the same, and is listed as missing.
    """
    from audience.cli.output import write_json, write_text
    from audience.membership.static import add_members

    given = _Given(ids, tenant)
    with opened(home, environment, config) as place:
        moved = add_members(place, audience, given)
    if json:
        write_json({"audience": audience, "given": given.count, "entered": moved.entered})
    else:
        write_text(f"{moved.entered:,} of {given.count:,} entered {audience}.")


@members.command("remove", no_args_is_help=True)
@reported
def remove(
    audience: KeyArgument,
    ids: IdsArgument,
    tenant: MemberTenantOption = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Take members out of a static audience: in the tenant that is given, or in none."""
    from audience.cli.output import write_json, write_text
    from audience.membership.static import remove_members

    given = _Given(ids, tenant)
    with opened(home, environment, config) as place:
        moved = remove_members(place, audience, given)
    if json:
        write_json({"audience": audience, "given": given.count, "left": moved.left})
    else:
        write_text(f"{moved.left:,} of {given.count:,} left {audience}.")


@members.command("list", no_args_is_help=True)
@reported
def list_members(
    audience: KeyArgument,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="List who was a member at an instant, such as 2026-01-31T12:00:00Z: since when, and under which"
            " meaning.",
            show_default=False,
        ),
    ] = None,
    after: Annotated[str, typer.Option("--after", metavar="ID", help="Begin behind this id.", show_default=False)] = "",
    after_tenant: Annotated[
        str,
        typer.Option("--after-tenant", metavar="T", help="… in this tenant. Default: in none.", show_default=False),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many members.")] = 50,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List the members of an audience by id and tenant, as of the last refresh or of any instant.

    `next` of --json is what --after and --after-tenant take for those that follow.
    """
    from audience.cli.output import write_json, write_note
    from audience.membership import read_now
    from audience.membership.as_of import members_at
    from audience.membership.static import members as members_of

    at = None if as_of is None else read_now(as_of)
    found: list[Membership] | list[Member]
    with opened(home, environment, config) as place:
        if at is None:
            found = members_of(place, audience, after=(after, after_tenant), limit=limit)
        else:
            found = members_at(place, audience, at, after=(after, after_tenant), limit=limit)
    last = found[-1] if len(found) == limit else None
    if json:
        following = None if last is None else {"after": last.user_id, "after_tenant": last.tenant}
        then = {} if at is None else {"as_of": _instant(at)}
        write_json({"audience": audience, **then, "members": [_as_json(one) for one in found], "next": following})
        return
    _draw(found)
    if last is not None:
        tenant = "" if last.tenant is None else f" --after-tenant {last.tenant}"
        write_note(f"there may be more: --after {last.user_id}{tenant}")


@members.command("import", no_args_is_help=True)
@reported
def import_members(
    audience: KeyArgument,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV with a header; - is standard input.", show_default=False)
    ],
    map: MapOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    partial: PartialOption = False,
    rejects: RejectsOption = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put the people of a CSV file into a static audience, and their properties into the people: all, or nothing.

    A row of an id (and a tenant) alone makes a member and says nothing of the person. See docs/import.md.
    """
    from audience.cli.progress import ScanProgress
    from audience.membership.imports import import_members as run

    with opened(home, environment, config) as place, ScanProgress("importing") as progress:
        options = options_of(
            file,
            lambda done, size: progress(done / size),
            map=map,
            encoding=encoding,
            delimiter=delimiter,
            partial=partial,
            rejects=rejects,
        )
        done = run(place, audience, source_of(file), options)
    say(done, audience, rejects, json=json)


class _Given:
    """The members that are named, or stand on standard input; `count` says how many came."""

    def __init__(self, ids: list[str], tenant: str | None) -> None:
        self._ids, self._tenant = ids, tenant
        self.count = 0

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        for id in self._named():
            self.count += 1
            yield id, self._tenant

    def _named(self) -> Iterable[str]:
        if self._ids != ["-"]:
            return self._ids
        return (line for line in map(str.strip, sys.stdin) if line)


def _instant(microseconds: int) -> str:
    from audience.values import write_instant

    return write_instant(microseconds)


def _as_json(one: "Member | Membership") -> dict[str, object]:
    from audience.store.ledger import Membership

    member: dict[str, object] = {"id": one.user_id, "tenant": one.tenant, "since": _instant(one.since)}
    if isinstance(one, Membership):
        return member | {"meaning": one.meaning or None}
    return member if one.missing is None else member | {"missing": one.missing}


def _draw(found: "list[Membership] | list[Member]") -> None:
    from rich.text import Text

    from audience.cli.output import console, plain_table, visible, write_note

    if not found:
        write_note("nobody is listed")
        return
    rows = [
        {heading: "" if said is None else str(said) for heading, said in (_as_json(one) | {"": ""}).items()}
        for one in found
    ]
    headings = ["id"] + [
        heading for heading in ("tenant", "since", "meaning", "missing") if any(row.get(heading) for row in rows)
    ]
    drawn = plain_table(*headings)
    for row in rows:
        cells = {**row, "meaning": row.get("meaning", "")[:MEANING_CHARACTERS]}
        cells["missing"] = "missing" if row.get("missing") == "True" else ""
        drawn.add_row(*(Text(visible(cells.get(heading, ""))) for heading in headings))
    console().print(drawn)
