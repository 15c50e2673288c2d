"""`audience check`: everything that is wrong with definitions, or only surprising."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.options import (
    AudiencesOption,
    CheckedUsersOption,
    ConfigOption,
    IdOption,
    JsonOption,
    MembersOption,
    PropertiesOption,
    TableOption,
    TenantColumnOption,
)

if TYPE_CHECKING:
    from audience.cli.checking import Checked
    from audience.diagnostics import Diagnostic


@reported
def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Definitions, folders of them, or - for standard input.", show_default=False
        ),
    ],
    users: CheckedUsersOption = None,
    id: IdOption = None,
    properties: PropertiesOption = None,
    table: TableOption = None,
    tenant_column: TenantColumnOption = None,
    config: ConfigOption = None,
    audiences: AudiencesOption = None,
    members: MembersOption = None,
    knock: Annotated[bool, typer.Option("--knock", help="Also refuse what Knock does not have.")] = False,
    describe: Annotated[bool, typer.Option("--describe", help="Say in plain English what each file asks.")] = False,
    json: JsonOption = False,
) -> None:
    """Find everything that is wrong with definitions.

    How they are written, their arguments, and the audiences that they refer to. With --users (or --config) the
    properties are checked, too. Files that are checked together may refer to each other. Warnings name what is
    right and often not what was meant; only errors exit 1.
    """
    from audience.cli.checking import check_files, unasked
    from audience.cli.people import open_people
    from audience.cli.references import read_references

    catalog = None
    if users is not None or config is not None:
        people = open_people(
            users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config
        )
        catalog = people.catalog
    references = read_references(audiences, members)
    found = check_files(files, catalog, references, knock=knock)
    (_print_json if json else partial(_say, describe=describe))(found, unasked(found, references))
    if any(checked.errors for checked in found):
        raise typer.Exit(ExitCode.DEFINITION)


def _print_json(found: "list[Checked]", unasked: "tuple[Diagnostic, ...]") -> None:
    from audience.cli.output import write_json

    errors = dict.fromkeys(error for checked in found for error in checked.errors)
    warnings = [warning for checked in found for warning in checked.warnings]
    write_json(
        {
            "files": [checked.to_json() for checked in found],
            "errors": [error.to_json() for error in errors],
            "warnings": [warning.to_json() for warning in (*warnings, *unasked)],
        }
    )


def _say(found: "list[Checked]", unasked: "tuple[Diagnostic, ...]", *, describe: bool) -> None:
    from audience.cli.output import write_findings, write_text

    for checked in found:
        write_findings((*checked.errors, *checked.warnings))
        if not checked.errors:
            write_text(f"{checked.name}: {_verdict(len(checked.warnings))}")
        if describe and checked.english is not None:
            write_text(f"  {checked.english}")
    write_findings(unasked)
    wrong = sum(1 for checked in found if checked.errors)
    if wrong and len(found) > 1:
        write_text(f"{wrong} of {len(found)} definitions {'has' if wrong == 1 else 'have'} problems")


def _verdict(warnings: int) -> str:
    if not warnings:
        return "fine"
    return "right, with a warning" if warnings == 1 else f"right, with {warnings} warnings"
