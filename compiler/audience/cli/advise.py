"""`audience advise`: the indexes that audiences would use."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from audience.cli.failures import reported
from audience.cli.options import (
    AudiencesOption,
    ConfigOption,
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
    from collections.abc import Mapping

    from audience.cli.asked import Asked
    from audience.cli.definitions import Read
    from audience.cli.references import References
    from audience.diagnostics import Diagnostic
    from audience.lowering.indexes import Unserved
    from audience.membership import Advice, IndexAdvice, Users

EXPRESSION_WIDTH = 40
"""So much of a condition names it in the answer."""

TRY = "`--create-in-transaction` creates it, asks EXPLAIN and rolls back; until then nobody else can write to the table"
COUNTS = "indexes serve the query of `audience compile`; a preview counts each condition, and reads all people"


@reported
def advise(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY|EXPR|FILE",
            help="Audiences of the folder by key, conditions, or files. Left out: all audiences of --audiences.",
            show_default=False,
        ),
    ] = None,
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
    create_in_transaction: Annotated[
        bool,
        typer.Option(
            "--create-in-transaction",
            help="Create each index in a transaction, ask EXPLAIN, and roll back. Until then, nobody else can write to"
            " the table.",
        ),
    ] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the statements alone, to be run.")] = False,
    json: JsonOption = False,
) -> None:
    """Print CREATE INDEX statements that audiences would use.

    On PostgreSQL. Each is read from the SQL that the audiences are compiled to, and checked with EXPLAIN as far as
    that goes without changing anything: an index that is there, and one that the extension hypopg can suppose. What no
    index serves is said with the reason. An index makes every write a little slower: create those that serve audiences
    that are asked often, and of few people.
    """
    from audience.cli.output import write_json
    from audience.cli.people import open_people
    from audience.cli.references import read_references

    references = read_references(audiences, members)
    asked = _ask(given or [], references, audiences)
    people = open_people(users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config)
    warnings = _warnings(asked, people)
    found = _advise(asked, references, people, now=now, tenant=tenant, create=create_in_transaction)
    if json:
        write_json(found.to_json() | {"warnings": [warning.to_json() for warning in warnings]})
    elif sql:
        _print_sql(found)
    else:
        _print(found, warnings)


def _ask(given: list[str], references: "References", folder: Path | None) -> "dict[str, Asked]":
    """What is asked, by the names that the answer uses; what it refers to has to be there and right."""
    from audience.cli.asked import Asked

    asked = {name: Asked(found, references) for name, found in _read(given, references, folder).items()}
    for one in asked.values():
        references.require(one.expression)
    return asked


def _warnings(asked: "Mapping[str, Asked]", people: "Users") -> "tuple[Diagnostic, ...]":
    """What every condition is warned of; a problem is tied to the text that has it."""
    from audience.membership import resolve_run

    warnings: dict[Diagnostic, None] = {}
    for one in asked.values():
        with one.places():
            known = one.references
            resolved = resolve_run(one.expression, people.catalog, known.audiences, known.members)
            warnings |= dict.fromkeys(one.warnings(resolved.resolution.warnings))
    return tuple(warnings)


def _advise(
    asked: "Mapping[str, Asked]",
    references: "References",
    people: "Users",
    *,
    now: str | None,
    tenant: str | None,
    create: bool,
) -> "Advice":
    from audience.membership import advise as run

    return run(
        {name: one.expression for name, one in asked.items()},
        users=people,
        now=now,
        audiences=references.audiences,
        members=references.members,
        tenant=tenant,
        create=create,
    )


def _read(given: list[str], references: "References", folder: Path | None) -> "dict[str, Read]":
    """What is asked, by the names that the answer uses."""
    from audience.cli.definitions import read
    from audience.errors import UsageError
    from audience.project.folder import find_definitions

    files = {} if folder is None else find_definitions(folder)
    if not given:
        if not references.audiences:
            help = "name conditions or files, or give a folder with some as --audiences"
            raise UsageError("A707", "there is no audience to advise on", help)
        given = [*references.audiences]
    found: dict[str, Read] = {}
    for argument in given:
        one = read(str(files[argument]) if argument in files else argument)
        found[one.definition.key or _shortened(argument)] = one
    return found


def _shortened(condition: str) -> str:
    words = " ".join(condition.split())
    return words if len(words) <= EXPRESSION_WIDTH else f"{words[: EXPRESSION_WIDTH - 1]}…"


def _print_sql(found: "Advice") -> None:
    from audience.cli.output import write_note, write_text

    for index in found.indexes:
        if index.is_advised:
            write_text(f"-- {', '.join(_audiences(index))}: {_checked(index)}\n{index.statement};")
    if not found.statements:
        write_note("no index is advised")
        return
    write_text(f"{found.afterwards};")


def _print(found: "Advice", warnings: "tuple[Diagnostic, ...]") -> None:
    from audience.cli.output import console, visible, write_findings, write_note

    for index in sorted(found.indexes, key=lambda index: not index.is_advised):
        _print_index(index)
    for heading, lines in (
        ("no index serves", _unserved(found.unserved)),
        ("plans use already", [f"{audience}: {', '.join(names)}" for audience, names in found.plans.items()]),
        ("nobody, whatever the data", list(found.nobody)),
    ):
        if lines:
            console().print(f"{heading}:", *(f"  {visible(line)}" for line in lines), sep="\n", soft_wrap=True)
    write_findings(warnings)
    if found.statements:
        write_note(f"run `{found.afterwards}` when the indexes are there; --sql prints all statements")
    if any(index.is_advised and not index.used_by for index in found.indexes):
        write_note(TRY)
    write_note(COUNTS)


def _print_index(index: "IndexAdvice") -> None:
    """The statement on a line of its own, however long, so that it can be copied; below it what is known of it."""
    from rich.text import Text

    from audience.cli.output import console, visible

    screen = console()
    screen.print(Text(visible(f"{index.statement};"), style="bold" if index.is_advised else "dim"), soft_wrap=True)
    for line in (*(f"for {audience}" for audience in _audiences(index)), _checked(index)):
        screen.print(f"  {visible(line)}", soft_wrap=True)
    screen.print()


def _unserved(unserved: "Mapping[str, tuple[Unserved, ...]]") -> list[str]:
    """The reasons by audience and condition; where the audience is the condition, it is said once."""
    return [
        f"{audience}: {part.reason}" if audience == part.condition else f"{audience}: {part.condition}: {part.reason}"
        for audience, parts in unserved.items()
        for part in parts
    ]


def _audiences(index: "IndexAdvice") -> list[str]:
    """Those that use it, else those that it could serve."""
    return [" ".join(audience.split()) for audience in index.used_by or index.serves]


def _checked(index: "IndexAdvice") -> str:
    from audience.engines.plans import Check

    if index.refused is not None:
        return f"cannot be created: {index.refused}"
    match index.check:
        case Check.EXISTING:
            return f"{index.there} is there, {'and used' if index.used_by else 'and not used'}"
        case Check.CREATED if index.used_by:
            return "used, says EXPLAIN with the index created"
        case Check.HYPOTHETICAL if index.used_by:
            return "used, says EXPLAIN with the index supposed"
        case Check.CREATED | Check.HYPOTHETICAL:
            return "not used, says EXPLAIN: not worth creating"
        case Check.NONE:
            return "not checked"
        case _:
            assert_never(index.check)
