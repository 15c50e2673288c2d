"""Point Audience at people: `users(source)` opens and introspects them, `Users(columns=...)` only declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.catalog import ID, Catalog, Csv, Documents, describe_relation
from audience.catalog.declare import DOCUMENT, Roles, declare_types
from audience.engines import Engine
from audience.errors import UsageError
from audience.lowering import describe_columns, find_dialect
from audience.membership.csv_files import look_at_csv
from audience.membership.sources import Opened, open_object, open_path
from audience.project import UsersConfig, is_config, read_catalog, read_config


@dataclass(frozen=True, slots=True, init=False)
class Users:
    """A users relation: what is known of it, and the engine that holds it (None when it is only declared)."""

    catalog: Catalog
    engine: Engine | None

    def __init__(
        self,
        *,
        columns: Mapping[str, str],
        id: str = ID,
        properties: str | None = None,
        tenant: str | None = None,
        table: str = "users",
        renames: Mapping[str, str] | None = None,
        epochs: Mapping[str, str] | None = None,
    ) -> None:
        """Declare a relation by the types of its columns: `Users(columns={"plan": "VARCHAR"})`.

        The id, the tenant and the properties column need no entry in `columns`.
        """
        roles = Roles(id, properties, tenant, renames or {}, epochs or {})
        object.__setattr__(self, "catalog", declare_types(table, columns, roles))
        object.__setattr__(self, "engine", None)

    @classmethod
    def of(cls, catalog: Catalog, engine: Engine | None) -> "Users":
        """The relation of a catalog that is known already."""
        users = object.__new__(cls)
        object.__setattr__(users, "catalog", catalog)
        object.__setattr__(users, "engine", engine)
        return users

    def open_engine(self) -> Engine:
        """The engine that holds the people; UsageError A701 when they are only declared."""
        if self.engine is None:
            raise UsageError(
                "A701",
                f"nothing is known of `{describe_relation(self.catalog.relation)}` but its columns",
                "people are read from a file or a database; a catalog is enough to check and to compile",
            )
        return self.engine

    def close(self) -> None:
        """Close what was opened for these people; a connection that was handed in stays open."""
        if self.engine is not None:
            self.engine.close()


def users(
    source: Any = None,  # a path, an address, a connection or a data frame: libraries that may not be there
    *,
    id: str | None = None,
    properties: str | None = None,
    table: str | None = None,
    tenant: str | None = None,
    config: UsersConfig | None = None,
) -> Users:
    """Open people: files, a DuckDB database, a server, a connection, a data frame, an audience.toml, a catalog.toml.

    What is not given is taken from `config`, and else: the id is `id`, the properties column is a JSON column
    called `properties` if there is one, the table is the only one there is.
    """
    path = Path(source) if isinstance(source, str | Path) else None
    if path is not None and path.suffix == ".toml" and path.is_file():
        if not is_config(path):
            return Users.of(read_catalog(path), None)
        source, config = None, read_config(path)
    config = config or UsersConfig()
    source = config.source if source is None else source
    if source is None:
        raise UsageError("A701", "no people are given", "name a file or a database, or write `source` in audience.toml")
    roles = Roles(
        id=next(name for name in (id, config.id, ID) if name is not None),
        properties=config.properties if properties is None else properties,
        tenant=config.tenant if tenant is None else tenant,
        renames=config.renames,
        epochs=config.epochs,
    )
    table = config.table if table is None else table
    opened = open_path(str(source), table) if isinstance(source, str | Path) else open_object(source, table)
    try:
        return _introspect(opened, roles)
    except BaseException:
        opened.engine.close()
        raise


def _introspect(opened: Opened, roles: Roles) -> Users:
    engine, relation = opened.engine, opened.relation
    match relation:
        case Documents(path):
            relation, roles = Documents(path, roles.id), _document_roles(roles)
        case Csv(path):
            text = [roles.id] if roles.tenant is None else [roles.id, roles.tenant]
            relation = look_at_csv(engine, path, text)
        case _:
            pass
    description = describe_columns(find_dialect(engine.dialect), relation)
    return Users.of(engine.introspect(relation, description, roles), engine)


def _document_roles(roles: Roles) -> Roles:
    """Documents come as two columns; the roles that name other columns cannot apply."""
    stated = {"tenant": roles.tenant, "renames": roles.renames, "epoch": roles.epochs}
    if roles.properties is not None and roles.properties != DOCUMENT:
        stated["properties"] = roles.properties
    for option, value in stated.items():
        if value:
            raise UsageError(
                "A707",
                f"`{option}` names a column, and JSON documents have none",
                "every key of a document is a property; read the file into a table to have columns",
            )
    return Roles(id=ID, properties=DOCUMENT)
