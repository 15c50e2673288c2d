"""An environment of a home together with its people: what every change of members is made in.

People are our own (the home's table of users, kept through Audience), or a relation of the user's in the same
database, which is only read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from audience.catalog import ID, Catalog, Table
from audience.catalog.declare import Roles, declare_types
from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.errors import UsageError
from audience.ir import Property
from audience.lowering import Run, StaticRows, describe_columns, find_dialect
from audience.membership.audiences import Known, KnownAudiences
from audience.store.database import Database
from audience.store.home import Home
from audience.store.schema import ENVIRONMENT_DEFAULT

USERS = ("audience", "users")
STATIC_MEMBERS = ("audience", "static_member")
DOCUMENT_TYPES: Mapping[str, str] = {"duckdb": "JSON", "postgres": "JSONB"}


def own_people(dialect: str) -> Catalog:
    """The catalog of people of our own: an id and a document."""
    declared = declare_types("users", {"properties": DOCUMENT_TYPES[dialect]}, Roles(ID, "properties"))
    identified = replace(declared.id, nullable=False)
    return replace(declared, relation=Table(USERS), id=identified)


@dataclass(frozen=True)
class Foreign:
    """A relation of the user's own, in the database of the home.

    `changed_at` is the property that tells when a person changed, where there is one.
    """

    catalog: Catalog
    changed_at: Property | None = None


@dataclass(frozen=True)
class Environment:
    """One environment; `foreign` is None for people of our own."""

    home: Home
    name: str = ENVIRONMENT_DEFAULT
    foreign: Foreign | None = None
    _known: KnownAudiences = field(default_factory=KnownAudiences, repr=False, compare=False)

    @cached_property
    def catalog(self) -> Catalog:
        """The people as the compiler sees them."""
        return own_people(self.home.database.dialect) if self.foreign is None else self.foreign.catalog

    def known(self, database: Database) -> Known:
        """The audiences that are kept here, resolved; read inside a transaction they are those of its instant."""
        return self._known.read(database, self.name, self.catalog, own=self.foreign is None)

    def run(self, known: Known, now: int | None) -> Run:
        """What queries over all people of this environment are compiled for."""
        return Run(
            catalog=self.catalog,
            dialect=find_dialect(self.home.database.dialect),
            now=now,
            within=(("environment", self.name),) if self.foreign is None else (),
            static=StaticRows(STATIC_MEMBERS, self.name, frozenset(known.static)),
        )

    def expect_own(self, doing: str) -> None:
        """UsageError A711 where people are the user's own, and therefore only read."""
        if self.foreign is not None:
            raise UsageError(
                "A711",
                f"{doing} is done where the people are kept, in {'.'.join(self._table())}",
                "Audience only reads a table of yours; write to it as always, and run `audience refresh`",
            )

    def _table(self) -> tuple[str, ...]:
        relation = self.catalog.relation
        return relation.name if isinstance(relation, Table) else ("a relation of yours",)


def over_table(
    home: Home,
    table: tuple[str, ...],
    roles: Roles,
    *,
    name: str = ENVIRONMENT_DEFAULT,
    changed_at: str | None = None,
) -> Environment:
    """The environment whose people are a table or view beside the home. UsageErrors as for `users`.

    `changed_at` names the column that tells when a row changed; UsageError A702 for one that does not exist.
    """
    engine, relation = home.database.engine, Table(table)
    description = describe_columns(find_dialect(engine.dialect), relation)
    catalog = engine.introspect(relation, description, roles)
    return Environment(home, name, Foreign(catalog, None if changed_at is None else _changed(catalog, changed_at)))


def _changed(catalog: Catalog, name: str) -> Property:
    location = catalog.locate((name,))
    if location is None:
        known = ", ".join(f"`{held}`" for held in catalog.names())
        raise UsageError("A702", f"`changed_at` names `{name}`, and there is no such column", f"there are {known}")
    if location.kind == TimestampKind(TimestampForm.DATE):
        raise UsageError(
            "A707",
            f"`changed_at` names `{name}`, which holds dates, and people change within a day",
            "name a column that holds the instant of the change",
        )
    return Property((name,), location.kind)
