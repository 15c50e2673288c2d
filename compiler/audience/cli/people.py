"""Open the people that the options name."""

from pathlib import Path
from typing import TYPE_CHECKING

from audience.errors import UsageError

if TYPE_CHECKING:
    from audience.membership import Users


def open_people(
    source: str | None,
    *,
    id: str | None = None,
    properties: str | None = None,
    table: str | None = None,
    tenant_column: str | None = None,
    config: Path | None = None,
) -> "Users":
    """The people of --users, else of --config, else of the nearest audience.toml; UsageError A701 without any."""
    from audience.catalog import ID
    from audience.membership import users
    from audience.project import find_config, read_config

    if config is None and source is None:
        config = find_config(Path.cwd())
        if config is None:
            help = "give --users people.parquet, or write an audience.toml with a [users] table"
            raise UsageError("A701", "no people are given", help)
    read = None if config is None else read_config(config)
    try:
        return users(source, id=id, properties=properties, table=table, tenant=tenant_column, config=read)
    except UsageError as error:
        if error.code != "A702" or id is not None or (read is not None and read.id is not None):
            raise
        if f"has no column `{ID}`" not in error.message:
            raise
        raise UsageError(error.code, error.message, f"name the column with the id as --id; {error.help}") from error
