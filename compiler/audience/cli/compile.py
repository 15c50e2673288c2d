"""`audience compile`: the SQL that selects who matches."""

from typing import Annotated

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
    from audience.cli.definitions import read, sourced
    from audience.cli.output import write_findings, write_json, write_note, write_text
    from audience.cli.people import open_people
    from audience.cli.references import read_references
    from audience.errors import DefinitionError
    from audience.membership import compile as run
    from audience.membership import resolve_run

    definition = read(given)
    source = definition.written.source
    references = read_references(audiences, members)
    references.require_members(definition.expression)
    people = open_people(users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config)
    try:
        query = run(
            definition.expression,
            users=people,
            dialect=dialect,
            now=now,
            audiences=references.audiences,
            members=references.members,
            tenant=tenant,
        )
        resolved = resolve_run(definition.expression, people.catalog, references.audiences, references.members)
    except DefinitionError as error:
        raise error.within(source) from error
    warnings = (*definition.warnings, *sourced(resolved.resolution.warnings, source))
    if json:
        write_json(
            {
                "sql": query.sql,
                "dialect": query.dialect,
                "predicate": query.predicate,
                "parameters": query.parameters,
                "unbound": list(query.unbound),
                "warnings": [warning.to_json() for warning in warnings],
            }
        )
        return
    write_text(query.sql)
    write_findings(warnings)
    for name in query.unbound:
        write_note(f"bind the parameter `{name}` (a timestamp with time zone) when the SQL runs, or give --{name}")
    for name in query.parameters:
        write_note(f"bind the parameter `{name}` when the SQL runs; --json prints its value")
