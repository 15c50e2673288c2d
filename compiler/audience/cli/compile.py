"""`audience compile`: the SQL that selects who matches."""

from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
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
    from audience.diagnostics import Diagnostic
    from audience.lowering import Query
    from audience.membership import Users


@reported
def compile(
    given: Given,
    users: UsersOption = None,
    dialect: Annotated[str, typer.Option(metavar="D", help="The SQL to write.")] = "duckdb",
    id: IdOption = None,
    properties: PropertiesOption = None,
    table: TableOption = None,
    tenant_column: TenantColumnOption = None,
    config: ConfigOption = None,
    audiences: AudiencesOption = None,
    members: MembersOption = None,
    tenant: TenantOption = None,
    now: NowOption = None,
    json: JsonOption = False,
) -> None:
    """Print the SQL that selects the ids of the people who match.

    Nothing is read but the names and types of the columns; with `--users catalog.toml` not even a database is
    needed. Without --now, a condition about time leaves a parameter called `now`, to be bound by whoever runs it.
    """
    from audience.cli.asked import ask
    from audience.cli.output import write_json
    from audience.cli.people import open_people
    from audience.membership import compile as run
    from audience.membership import resolve_run

    def opened() -> "Users":
        return open_people(users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config)

    asked = ask(given, audiences, members, opened)
    known, given_members = asked.references.audiences, asked.references.members
    people = opened()
    with asked.places():
        query = run(
            asked.expression,
            users=people,
            dialect=dialect,
            now=now,
            audiences=known,
            members=given_members,
            tenant=tenant,
        )
        resolved = resolve_run(asked.expression, people.catalog, known, given_members)
    warnings = asked.warnings(resolved.resolution.warnings)
    if json:
        write_json(_as_json(query) | {"warnings": [warning.to_json() for warning in warnings]})
    else:
        _say(query, warnings)


def _as_json(query: "Query") -> dict[str, object]:
    return {
        "sql": query.sql,
        "dialect": query.dialect,
        "predicate": query.predicate,
        "parameters": query.parameters,
        "unbound": list(query.unbound),
    }


def _say(query: "Query", warnings: "tuple[Diagnostic, ...]") -> None:
    from audience.cli.output import write_findings, write_note, write_text

    write_text(query.sql)
    write_findings(warnings)
    for name in query.unbound:
        write_note(f"bind the parameter `{name}` (a timestamp with time zone) when the SQL runs, or give --{name}")
    for name in query.parameters:
        write_note(f"bind the parameter `{name}` when the SQL runs; --json prints its value")
