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
    from audience.membership import PropertyStatistics

KINDS_SHOWN_MAX = 2
"""Types of a property that are named; a key that holds more of them is as good as any JSON."""

EXAMPLES = "most frequent"

EXAMPLES_COLUMNS_MIN = 16
"""Terminal columns that values need to be worth showing."""

TYPE_COLUMNS_MIN = 16
"""Terminal columns that types are folded into before values are left out."""

GIVE_WAY = ("distinct", "absent", "type")
"""What is left out, once the values are, where names are long and the terminal is narrow."""


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
    from audience.cli.output import write_json, write_note, write_text
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
    _draw(found)
    write_text(f"\nAs seen in {rows:,} {'person' if rows == 1 else 'people'}.")
    if len(warnings) == 1:
        write_note(f"{warnings[0].message} ({warnings[0].code})")
    elif warnings:
        write_note(f"{len(warnings)} columns hide keys of the same names in the JSON column (A317)")


def _draw(found: "list[PropertyStatistics]") -> None:
    """The table. A path is never broken, so that it can be copied; other columns give way to it."""
    from rich.cells import cell_len
    from rich.text import Text

    from audience.cli.output import console, plain_table, visible

    out = console()
    columns = {
        "property": [visible(item.property) for item in found],
        "type": [_kinds(item.kinds) for item in found],
        "distinct": [f"{item.distinct:,}" for item in found],
        "absent": [f"{item.absent:.0%}" for item in found],
    }
    widths = {heading: max(map(cell_len, (heading, *texts))) + 2 for heading, texts in columns.items()}
    beside_type = sum(widths.values()) - widths["type"] + EXAMPLES_COLUMNS_MIN
    widths["type"] = min(widths["type"], max(TYPE_COLUMNS_MIN, out.width - beside_type))
    for giving_way in GIVE_WAY:
        if sum(widths.values()) <= out.width:
            break
        del columns[giving_way], widths[giving_way]
    left = out.width - sum(widths.values())
    if left >= EXAMPLES_COLUMNS_MIN:
        columns[EXAMPLES] = [visible(", ".join(item.examples)) for item in found]
    drawn = plain_table(*columns, right=("distinct", "absent"))
    for column in drawn.columns:
        column.no_wrap = column.header != "type"
        column.width = widths.get(str(column.header), left + 2) - 2
    for row in zip(*columns.values(), strict=True):
        cells = [Text(text) for text in row]
        if EXAMPLES in columns:
            cells[-1].stylize("dim")
            cells[-1].truncate(left, overflow="ellipsis")
        drawn.add_row(*cells)
    out.width = max(out.width, sum(widths.values()))
    out.print(drawn)


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
