"""`audience properties`: what conditions can ask about these people."""

from typing import TYPE_CHECKING

from audience.cli.failures import reported
from audience.cli.options import (
    ConfigOption,
    IdOption,
    JsonOption,
    PropertiesOption,
    TableOption,
    TenantColumnOption,
    UsersOption,
)

if TYPE_CHECKING:
    from audience.catalog import Catalog

KINDS_SHOWN_MAX = 2
"""Types of a property that are named; a key that holds more of them is as good as any JSON."""

EXAMPLES_COLUMNS_MIN = 16
"""Columns for values that are left even where names are long."""


@reported
def properties(
    users: UsersOption = None,
    id: IdOption = None,
    properties: PropertiesOption = None,
    table: TableOption = None,
    tenant_column: TenantColumnOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List the properties that conditions can ask for.

    Their types, how many values they have, how often they are absent, and the most frequent values. A sample of
    at most 10,000 people is looked at. Of a catalog.toml only names and types are known.
    """
    from rich.text import Text

    from audience.cli.output import console, plain_table, visible, write_json, write_note, write_text
    from audience.cli.people import open_people
    from audience.membership import shadowed_keys, statistics

    people = open_people(users, id=id, properties=properties, table=table, tenant_column=tenant_column, config=config)
    if people.engine is None:
        _list_declared(people.catalog, json)
        return
    found, warnings = statistics(people), shadowed_keys(people)
    rows = found[0].rows if found else 0
    if json:
        listed = [
            {
                "property": item.property,
                "kinds": list(item.kinds),
                "distinct": item.distinct,
                "absent": item.absent,
                "examples": list(item.examples),
            }
            for item in found
        ]
        write_json({"rows": rows, "properties": listed, "warnings": [warning.to_json() for warning in warnings]})
        return
    out = console()
    drawn = plain_table("property", "type", "distinct", "absent", "most frequent", right=("distinct", "absent"))
    texts = [(visible(item.property), _kinds(item.kinds), f"{item.distinct:,}", f"{item.absent:.0%}") for item in found]
    widths = [
        max([len(str(column.header)), *(len(row[place]) for row in texts)])
        for place, column in enumerate(drawn.columns[:4])
    ]
    left = max(out.width - sum(width + 2 for width in widths), EXAMPLES_COLUMNS_MIN)
    for item, row in zip(found, texts, strict=True):
        examples = Text(visible(", ".join(item.examples)), style="dim")
        examples.truncate(left, overflow="ellipsis")
        drawn.add_row(*map(Text, row), examples)
    out.print(drawn)
    write_text(f"\nAs seen in {rows:,} people.")
    if len(warnings) == 1:
        write_note(f"{warnings[0].message} ({warnings[0].code})")
    elif warnings:
        write_note(f"{len(warnings)} columns hide keys of the same names in the JSON column (A317)")


def _kinds(kinds: tuple[str, ...]) -> str:
    if len(kinds) <= KINDS_SHOWN_MAX:
        return " or ".join(kinds)
    return f"{', '.join(kinds[:KINDS_SHOWN_MAX])} or {len(kinds) - KINDS_SHOWN_MAX} more"


def _list_declared(catalog: "Catalog", json: bool) -> None:
    from rich.text import Text

    from audience.catalog import describe
    from audience.cli.output import console, plain_table, visible, write_json

    known = [(column.property, describe(column.kind)) for column in catalog.columns]
    if json:
        write_json({"properties": [{"property": name, "kinds": [kind]} for name, kind in known]})
        return
    drawn = plain_table("property", "type")
    for name, kind in known:
        drawn.add_row(Text(visible(name)), Text(kind))
    console().print(drawn)
