"""`audience compile`: the SQL that selects who matches."""

from json import dumps
from typing import TYPE_CHECKING

from audience.cli.failures import reported
from audience.cli.options import (
    AudiencesOption,
    ConfigOption,
    DialectOption,
    FromTableOption,
    Given,
    IdOption,
    JsonOption,
    MembersOption,
    NowOption,
    ParametersOption,
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

PARAMETERS_SHOWN = 12
VALUE_WIDTH = 60
"""How much is said of parameters: as many as fit into a few lines, and of each as much as tells it."""


@reported
def compile(
    given: Given,
    users: UsersOption = None,
    dialect: DialectOption = None,
    from_table: FromTableOption = None,
    id: IdOption = None,
    properties: PropertiesOption = None,
    table: TableOption = None,
    tenant_column: TenantColumnOption = None,
    config: ConfigOption = None,
    audiences: AudiencesOption = None,
    members: MembersOption = None,
    tenant: TenantOption = None,
    now: NowOption = None,
    parameters: ParametersOption = False,
    json: JsonOption = False,
) -> None:
    """Print the SQL that selects who matches.

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
            parameters=parameters,
            from_table=from_table,
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
    if query.parameters:
        shown = ", ".join(
            f"{name} = {_in_brief(value)}" for name, value in [*query.parameters.items()][:PARAMETERS_SHOWN]
        )
        rest = len(query.parameters) - PARAMETERS_SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        write_note(f"bind these parameters when the SQL runs, --json prints them whole: {shown}{more}")


def _in_brief(value: object) -> str:
    """A value as JSON, a list by its length."""
    if isinstance(value, list):
        return f"{len(value):,} texts"
    text = dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_WIDTH else f"{text[:VALUE_WIDTH]}…"
