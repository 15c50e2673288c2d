"""`audience preview`: who matches, how many, and what each condition did."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.options import (
    AudiencesOption,
    ConfigOption,
    Given,
    IdOption,
    JsonOption,
    MembersOption,
    NowOption,
    PropertiesOption,
    TableOption,
    TenantColumnOption,
    TenantOption,
    UsersOption,
)

if TYPE_CHECKING:
    from audience.membership import IdReport, Preview, Users


@reported
def preview(
    given: Given,
    users: UsersOption = None,
    id: IdOption = None,
    properties: PropertiesOption = None,
    table: TableOption = None,
    tenant_column: TenantColumnOption = None,
    config: ConfigOption = None,
    audiences: AudiencesOption = None,
    members: MembersOption = None,
    tenant: TenantOption = None,
    now: NowOption = None,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", help="People in the sample. Default: 10; 0 takes none.", show_default=False),
    ] = None,
    check_ids: Annotated[
        bool, typer.Option("--check-ids", help="Also look for ids that stand twice and rows without one; exits 1.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show who matches, and what each condition did.

    `true` and `absent` count all people, whatever the other conditions say. `then` goes down the definition: how
    many are left after each part of an AND, and how many each part of an OR adds. The bars show `true` as the
    share of all people. Where a terminal is too narrow, bars and then counts are left out; --json has them all.

    Exits 1 when the condition has problems, 2 when the command is used wrongly, 3 when the engine fails.
    """
    from audience.cli.asked import ask
    from audience.cli.people import open_people
    from audience.cli.progress import ScanProgress
    from audience.limits import SAMPLE_ROWS_DEFAULT
    from audience.membership import check_ids as look_at_ids
    from audience.membership import preview as run

    def opened() -> "Users":
        return open_people(users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config)

    asked = ask(given, audiences, members, opened)
    people = opened()
    with ScanProgress("counting") as progress, asked.places():
        found = run(
            asked.expression,
            users=people,
            now=now,
            limit=SAMPLE_ROWS_DEFAULT if limit is None else limit,
            audiences=asked.references.audiences,
            members=asked.references.members,
            tenant=tenant,
            progress=progress,
        )
        ids = look_at_ids(people, progress=progress) if check_ids else None
    found = replace(found, warnings=asked.warnings(found.warnings))
    if json:
        _print_json(found, ids)
    else:
        _say(found, ids, None if people.catalog.tenant is None else tenant)
    if ids is not None and not ids.fine:
        raise typer.Exit(ExitCode.DEFINITION)


def _print_json(found: "Preview", ids: "IdReport | None") -> None:
    from audience.cli.output import write_json

    write_json(found.to_json() | ({} if ids is None else _ids_as_json(ids)))


def _say(found: "Preview", ids: "IdReport | None", tenant: str | None) -> None:
    from audience.cli.output import console, write_blank, write_findings
    from audience.cli.preview_tables import draw

    draw(found, console(), tenant=tenant, ids_are_told=ids is not None)
    if found.warnings:
        write_blank()
    write_findings(found.warnings)
    if ids is not None:
        _say_ids(ids)


def _ids_as_json(ids: "IdReport") -> dict[str, object]:
    examples = [
        {"id": user, "times": times} if tenant is None else {"id": user, "tenant": tenant, "times": times}
        for user, tenant, times in ids.examples
    ]
    counts = {"rows": ids.rows, "null_ids": ids.null_ids, "duplicate_ids": ids.duplicate_ids, "examples": examples}
    errors = [{"code": code, "severity": "error", "message": message} for code, message in _problems(ids)]
    return {"ids": counts, "errors": errors} if errors else {"ids": counts}


def _say_ids(ids: "IdReport") -> None:
    from audience.cli.output import write_error, write_text

    if ids.fine:
        write_text(f"\nThe ids are fine: each of {ids.rows:,} rows has one, and none stands twice.")
    for code, message in _problems(ids):
        write_error(f"error[{code}]: {message}")


def _problems(ids: "IdReport") -> list[tuple[str, str]]:
    problems = []
    if ids.duplicate_ids:
        shown = ", ".join(
            f"`{user}`{'' if tenant is None else f' in `{tenant}`'} ({times} times)"
            for user, tenant, times in ids.examples
        )
        more = ", …" if ids.duplicate_ids > len(ids.examples) else ""
        subject = "1 id stands" if ids.duplicate_ids == 1 else f"{ids.duplicate_ids:,} ids stand"
        problems.append(("A703", f"{subject} in more than one row: {shown}{more}"))
    if ids.null_ids:
        subject = "1 row has" if ids.null_ids == 1 else f"{ids.null_ids:,} rows have"
        problems.append(("A704", f"{subject} no id, and nobody is counted for it"))
    return problems
