"""`audience check`: everything that is wrong with definitions, or only surprising."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

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

if TYPE_CHECKING:
    from audience.analysis import Verdict
    from audience.catalog import Catalog
    from audience.cli.definitions import Read, Written
    from audience.diagnostics import Diagnostic
    from audience.language import Expression


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, and what was found in it. `english` says what it asks, where it is right."""

    name: str
    errors: "tuple[Diagnostic, ...]" = ()
    warnings: "tuple[Diagnostic, ...]" = ()
    english: str | None = None

    def to_json(self) -> dict[str, object]:
        """The file as plain data."""
        return {
            "file": self.name,
            "ok": not self.errors,
            "describe": self.english,
            "errors": [error.to_json() for error in self.errors],
            "warnings": [warning.to_json() for warning in self.warnings],
        }


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

    How they are written, their arguments, and the audiences that they refer to. With --users (or --config) the properties are checked, too. Files that are checked together may refer to each
    other. Warnings name what is right and often not what was meant; only errors exit 1.
    """
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
            write_text(f"{len(wrong)} of {len(found)} definitions have problems")
    if wrong:
        raise typer.Exit(ExitCode.DEFINITION)


def check_files(
    files: list[str], catalog: "Catalog | None", audiences: Path | None, members: Path | None, *, knock: bool
) -> list[Checked]:
    """Check every file; each one's problems are its own."""
    from audience.catalog import open_catalog
    from audience.cli.definitions import parse
    from audience.cli.references import read_references
    from audience.errors import DefinitionError

    references = read_references(audiences, members)
    texts = [written for file in files for written in _take(file)]
    read: dict[int, Read] = {}
    broken: dict[int, Checked] = {}
    for number, written in enumerate(texts):
        try:
            read[number] = parse(written)
        except DefinitionError as error:
            broken[number] = Checked(written.source.name, error.diagnostics)
    given = {item.definition.key: item.definition.expression for item in read.values() if item.definition.key}
    dynamic = dict(references.audiences) | {key: found for key, found in given.items() if found is not None}
    # What is wrong with a broken file is said once, at that file; whoever refers to it is right to do so.
    static = {*references.members, *references.memberless, *given} | {
        key for number in broken if (key := texts[number].key) is not None
    }
    static -= dynamic.keys() - references.members.keys()
    return [
        broken[number] if number in broken else _check(read[number], catalog or open_catalog(), dynamic, static, knock)
        for number in range(len(texts))
    ]


def _check(
    read: "Read", catalog: "Catalog", audiences: "Mapping[str, Expression]", static: Collection[str], knock: bool
) -> Checked:
    from audience import ir
    from audience.analysis import verdict
    from audience.cli.definitions import sourced
    from audience.errors import DefinitionError
    from audience.resolution import resolve
    from audience.wire import check_knock

    source, expression = read.written.source, read.definition.expression
    if expression is None:
        return Checked(source.name, (), read.warnings, "a static audience: a list of people")
    refused = sourced(check_knock(expression), source) if knock else ()
    try:
        resolution = resolve(expression, catalog, audiences=audiences, static=static, source=source, lint=True)
    except DefinitionError as error:
        problems = error.within(source).diagnostics
        return Checked(source.name, tuple(dict.fromkeys((*problems, *refused))), read.warnings)
    warnings = (*read.warnings, *sourced(resolution.warnings, source))
    warnings += _settled(verdict(resolution.predicate), warnings, read)
    return Checked(source.name, refused, warnings, ir.describe(resolution.predicate))


def _settled(verdict: "Verdict", known: "tuple[Diagnostic, ...]", read: "Read") -> "tuple[Diagnostic, ...]":
    """A warning about a definition that no data can change the answer of, unless there is one."""
    from audience.analysis import Verdict
    from audience.diagnostics import Diagnostic, Severity
    from audience.language import Nobody

    if isinstance(read.expression, Nobody) or any(warning.code in ("A501", "A502") for warning in known):
        return ()
    source = read.written.source
    match verdict:
        case Verdict.NEVER:
            message = "this matches nobody, whatever the data"
            return (Diagnostic("A501", message, None, "write `nobody` if it is meant", None, Severity.WARNING, source),)
        case Verdict.ALWAYS:
            message = "this matches everybody, whatever the data"
            return (Diagnostic("A502", message, None, None, None, Severity.WARNING, source),)
        case Verdict.CONDITIONAL:
            return ()
        case _:
            assert_never(verdict)


def _take(file: str) -> "list[Written]":
    """The texts that an argument names: of a folder, every definition in it."""
    from audience.cli.definitions import KNOCK_FILE, take
    from audience.project.folder import find_definitions

    folder = Path(file)
    if folder.is_dir() and not (folder / KNOCK_FILE).is_file():
        return [take(str(path)) for path in find_definitions(folder).values()]
    return [take(file)]
