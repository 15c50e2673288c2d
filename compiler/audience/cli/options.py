"""Options that several commands take: one name, one meaning, one help text."""

from pathlib import Path
from typing import Annotated, Any

import typer

PEOPLE, REFERENCES, OUTPUT = "People", "References", "Output"
"""The groups in which help lists options."""


def _option(*names: str, help: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help, metavar=metavar, show_default=False)


Given = Annotated[
    str,
    typer.Argument(
        metavar="EXPR|FILE",
        help="A condition such as 'plan = \"pro\"', a file (.audience or .json), or - for standard input.",
        show_default=False,
    ),
]

UsersOption = Annotated[
    str | None,
    _option(
        "--users",
        metavar="SOURCE",
        help="Where the people are: a Parquet, CSV or JSON file, a DuckDB or SQLite database, a server"
        " (postgresql://…), or a catalog.toml."
        " Left out: the audience.toml of this folder or of one above it.",
    ),
]
CheckedUsersOption = Annotated[
    str | None,
    _option(
        "--users",
        metavar="SOURCE",
        help="The people whose properties are checked, too: as for preview, or a catalog.toml. Left out: no properties"
        " are checked, and no audience.toml is looked for.",
    ),
]
IdOption = Annotated[str | None, _option("--id", metavar="C", help="The column with the id. Default: id.")]
PropertiesOption = Annotated[
    str | None,
    _option("--properties", metavar="C", help="The JSON column with properties. Default: one called properties."),
]
TableOption = Annotated[
    str | None, _option("--table", metavar="T", help="The table of a database. Default: the only one.")
]
TenantColumnOption = Annotated[
    str | None, _option("--tenant-column", metavar="C", help="The column with the tenant, if people have one.")
]
ConfigOption = Annotated[
    Path | None, _option("--config", metavar="FILE", help="An audience.toml; options that are given win over it.")
]
AudiencesOption = Annotated[
    Path | None, _option("--audiences", metavar="DIR", help="A folder with the audiences that `member of` names.")
]
MembersOption = Annotated[
    Path | None,
    _option("--members", metavar="FILE", help="Members of static audiences: JSON by audience, or CSV with a header."),
]
TenantOption = Annotated[
    str | None,
    _option(
        "--tenant",
        metavar="T",
        help="The tenant in which memberships of static audiences count. With a tenant column, only its people"
        " are counted.",
    ),
]
NowOption = Annotated[
    str | None,
    _option("--now", metavar="TIME", help="The instant that `ago` counts from, such as 2026-01-31T12:00:00Z."),
]
DialectOption = Annotated[
    str | None,
    _option(
        "--dialect",
        metavar="D",
        help="The engine that the SQL is for, see `audience engines`. Default: the one that holds the people, or"
        " duckdb.",
    ),
]
FromTableOption = Annotated[
    str | None,
    _option(
        "--from-table",
        metavar="T",
        help="The table to select from, where the people are stored there under another name than here.",
    ),
]
ParametersOption = Annotated[
    bool,
    _option(
        "--parameters",
        help="Write placeholders for the values that the condition states: one text for all of its shape.",
    ),
]
JsonOption = Annotated[bool, _option("--json", help="Print JSON, errors included.")]
