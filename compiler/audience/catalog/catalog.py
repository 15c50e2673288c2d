"""A users relation as the compiler sees it: which property stands where, and of what kind it is.

A catalog is plain data. Engines introspect it, `audience.toml` adjusts it, tests write it by hand; the
compiler only reads it.
"""

from dataclasses import dataclass
from typing import assert_never

from audience.catalog.kinds import ANY, ArrayKind, JsonKind, Kind, MapKind, StructKind, TextKind

Steps = tuple[str | int, ...]

ID = "id"
"""`recipient.id` is always the person's id, whatever the column is called."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view by its name: ("people",), ("crm", "people")."""

    name: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parquet:
    """Parquet files that an engine reads as a table; the path may hold wildcards."""

    path: str


@dataclass(frozen=True, slots=True)
class Csv:
    """CSV files with all that is known of them, so that an engine guesses nothing; the path may hold wildcards.

    `columns` are the names of the header with the types of their values, in the order of the file.
    """

    path: str
    delimiter: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """Files of JSON objects (NDJSON, or one array): two columns, the id read from the key `id`, and the document."""

    path: str
    id: str


Relation = Table | Parquet | Csv | Documents


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the relation. `property` is the name conditions use, `name` the one the engine knows."""

    property: str
    name: str
    kind: Kind
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Location:
    """Where a property stands: steps through the typed value of a column, then steps through JSON below it.

    `kind` is what the value at the end of all steps can be.
    """

    column: Column
    typed: Steps
    json: Steps
    kind: Kind


@dataclass(frozen=True, slots=True)
class Catalog:
    """One users relation.

    `columns` are the properties with a column of their own, in order, without the id, the tenant and the
    document. `document` is the JSON column whose keys are properties too; without it the relation is closed:
    every property is known.
    """

    relation: Relation
    id: Column
    columns: tuple[Column, ...]
    document: Column | None = None
    tenant: Column | None = None

    @property
    def closed(self) -> bool:
        """Whether an unknown property is an error and not merely absent so far."""
        return self.document is None

    def locate(self, steps: Steps) -> Location | None:
        """Where a property stands; None when it can be nowhere in this relation.

        The id shadows a property of the same name, a typed column shadows a JSON key of the same name.
        """
        if not steps or isinstance(steps[0], int):
            return None
        if steps[0] == ID:
            if len(steps) > 1:
                return None
            kind = self.id.kind
            return Location(self.id, (), (), kind if isinstance(kind, TextKind) else TextKind(cast=True))
        for column in self.columns:
            if column.property == steps[0]:
                return _descend(column, steps[1:])
        if self.document is not None:
            return Location(self.document, (), steps, ANY)
        return None

    def names(self) -> tuple[str, ...]:
        """The properties that have a column, the id first."""
        return (ID, *(column.property for column in self.columns))


def _descend(column: Column, steps: Steps) -> Location | None:
    """Follow steps through a typed value; the rest goes into JSON where a JSON value is met."""
    kind = column.kind
    for taken, step in enumerate(steps):
        below = _child(kind, step)
        if below is None:
            return None
        if isinstance(kind, JsonKind):
            return Location(column, steps[:taken], steps[taken:], ANY)
        kind = below
    return Location(column, steps, (), kind)


def _child(kind: Kind, step: str | int) -> Kind | None:
    """The kind one step below, or None where no such step can exist."""
    match kind, step:
        case StructKind(fields), str():
            return dict(fields).get(step)
        case MapKind(value), str():
            return value
        case ArrayKind(item), int():
            return item
        case JsonKind(), _:
            return ANY
        case _:
            return None


def open_catalog() -> Catalog:
    """The catalog of people about whom nothing is declared: one JSON document each. The interpreter's default."""
    return Catalog(
        relation=Table(("users",)),
        id=Column(ID, ID, TextKind(), nullable=False),
        columns=(),
        document=Column("properties", "properties", JsonKind()),
    )


def known_below(kind: Kind) -> tuple[str, ...]:
    """The keys known directly below a value of this kind, for did-you-mean."""
    match kind:
        case StructKind(fields):
            return tuple(name for name, _ in fields)
        case _:
            return ()


def describe_relation(relation: Relation) -> str:
    """The relation in words, for messages."""
    match relation:
        case Table(name):
            return ".".join(name)
        case Parquet(path) | Csv(path, _, _) | Documents(path, _):
            return path
        case _:
            assert_never(relation)
