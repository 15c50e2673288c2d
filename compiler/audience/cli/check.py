"""`audience check`: everything that is wrong with definitions, or only surprising."""

from typing import Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.options import (
    AudiencesOption,
    ConfigOption,
    IdOption,
    JsonOption,
    MembersOption,
    PropertiesOption,
    TableOption,
    TenantColumnOption,
    UsersOption,
)


@reported
def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Definitions, folders of them, or - for standard input.", show_default=False
        ),
    ],
    users: UsersOption = None,
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
    from audience.cli.checking import check_files
    from audience.cli.output import write_findings, write_json, write_text
    from audience.cli.people import open_people

    catalog = None
    if users is not None or config is not None:
        people = open_people(
            users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config
        )
        catalog = people.catalog
    found = check_files(files, catalog, audiences, members, knock=knock)
    wrong = [checked for checked in found if checked.errors]
    if json:
        write_json(
            {
                "files": [checked.to_json() for checked in found],
                "errors": [error.to_json() for checked in found for error in checked.errors],
                "warnings": [warning.to_json() for checked in found for warning in checked.warnings],
            }
        )
    else:
        for checked in found:
            write_findings((*checked.errors, *checked.warnings))
            if not checked.errors:
                write_text(f"{checked.name}: fine")
            if describe and checked.english is not None:
                write_text(f"  {checked.english}")
        if wrong and len(found) > 1:
            have = "has" if len(wrong) == 1 else "have"
            write_text(f"{len(wrong)} of {len(found)} definitions {have} problems")
    if wrong:
        raise typer.Exit(ExitCode.DEFINITION)
