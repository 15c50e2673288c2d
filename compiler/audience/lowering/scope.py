"""Where the lowering reads properties from: straight from the columns, or from an extraction made once.

A scope answers with SQL for the typed value of a property, or for a **facet** of a JSON property: its node, its
text, its number, its instant. The inline scope writes the extraction where it is asked; the extracted scope
writes a column of the extraction and remembers that it is needed.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import NamedTuple, assert_never

from sqlglot import exp

from audience.catalog import Catalog, Column, Location
from audience.catalog.kinds import ArrayKind, JsonKind, Kind, MapKind, StructKind
from audience.errors import CompilerBug
from audience.lowering.build import aliased, case, column, select
from audience.lowering.dialect import Dialect, Steps

EXTRACTED = "people"
"""The name of the extraction inside a query."""


class Facet(StrEnum):
    """What can be read from a JSON value."""

    NODE = "node"
    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"


def typed_value(dialect: Dialect, location: Location, base: exp.Expr) -> exp.Expr:
    """The value after the typed steps of a location."""
    value, kind = base, location.column.kind
    for step in location.typed:
        match step:
            case int():
                value = dialect.item(value, step)
            case str() if isinstance(kind, StructKind):
                value = dialect.field(value, step)
            case str():
                value = dialect.entry(value, step)
        kind = _kind_below(kind, step)
    return value


def _kind_below(kind: Kind, step: str | int) -> Kind:
    match kind, step:
        case StructKind(fields), str():
            return dict(fields)[step]
        case MapKind(below), str():
            return below
        case ArrayKind(item), int():
            return item
        case _:
            raise CompilerBug(f"{step!r} leads nowhere in {kind!r}")


def facet_of_node(dialect: Dialect, facet: Facet, node: exp.Expr) -> exp.Expr:
    """A facet of a JSON value, from its node alone."""
    return _facet(dialect, facet, node, dialect.node_unquoted(node.copy()))


def _facet(dialect: Dialect, facet: Facet, node: exp.Expr, unquoted: exp.Expr) -> exp.Expr:
    """A facet of a JSON value, from its node and the node without its quotes."""
    match facet:
        case Facet.NODE:
            return node
        case Facet.TEXT:
            return case([(dialect.is_node(node, "text"), unquoted)])
        case Facet.NUMBER:
            return dialect.node_number(node)
        case Facet.INSTANT:
            # No other JSON value is written like a timestamp, so the node need not be asked whether it is a text.
            return dialect.instant_of_text(unquoted)
        case _:
            assert_never(facet)


def is_json_text(held: Column) -> bool:
    """Whether a column is plain text that holds JSON."""
    return isinstance(held.kind, JsonKind) and held.kind.text


def reads_text(location: Location) -> bool:
    """Whether the JSON at a location, or that it lies in, is plain text that must be read first."""
    kind = reduce(_kind_below, location.typed, location.column.kind)
    return isinstance(kind, JsonKind) and kind.text


@dataclass(frozen=True, slots=True)
class InlineScope:
    """Every extraction where it is asked for: for a bare predicate, and where nothing is asked twice."""

    catalog: Catalog
    dialect: Dialect

    def column(self, wanted: Column) -> exp.Expr:
        """A column of the relation."""
        return column(wanted.name)

    def value(self, location: Location) -> exp.Expr:
        """The typed value at a location."""
        return typed_value(self.dialect, location, column(location.column.name))

    def facet(self, location: Location, facet: Facet) -> exp.Expr:
        """A facet of the JSON value at a location."""
        document = self.dialect.document(self.value(location), reads_text(location))
        node = self.dialect.node(document, location.json)
        return facet_of_node(self.dialect, facet, node)


class Place(NamedTuple):
    """Where a JSON value stands: a column, typed steps into it, steps through JSON."""

    column: str
    typed: Steps
    json: Steps


@dataclass(slots=True)
class ExtractedScope:
    """Columns of an extraction that reads each document once and computes each facet once.

    Lower first, then ask `extraction()` for the query that has everything that was asked.
    """

    catalog: Catalog
    dialect: Dialect
    columns: dict[str, Column] = field(default_factory=dict)
    facets: dict[tuple[Place, Facet], str] = field(default_factory=dict)
    _places: dict[Place, Location] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def column(self, wanted: Column) -> exp.Expr:
        """A column of the relation, carried through the extraction."""
        self.columns[wanted.name] = wanted
        return column(wanted.name)

    def value(self, location: Location) -> exp.Expr:
        """The typed value at a location; typed steps cost nothing, so only the column is carried."""
        return typed_value(self.dialect, location, self.column(location.column))

    def facet(self, location: Location, facet: Facet) -> exp.Expr:
        """A facet of the JSON value at a location, as a column of the extraction."""
        place = Place(location.column.name, location.typed, location.json)
        self._places[place] = location
        if (place, facet) not in self.facets:
            self.facets[place, facet] = self._name(place, facet.value)
        return column(self.facets[place, facet])

    def reads(self, wanted: Column) -> bool:
        """Whether some facet is read from a column."""
        return any(place.column == wanted.name for place in self._places)

    @property
    def is_one_read(self) -> bool:
        """Whether at most one facet was asked for, and one that names its node once: nothing would be done twice."""
        return len(self.facets) <= 1 and all(facet in (Facet.NODE, Facet.NUMBER) for _, facet in self.facets)

    def extraction(self, where: exp.Expr | None) -> exp.Select:
        """The query that the facets come from: documents to nodes, those to facets.

        A layer between takes the quotes off where texts or instants are read, because those name their text
        more than once.
        """
        relation, fenced = self.dialect.relation(self.catalog.relation), self.dialect.capabilities.fenced
        carried: list[exp.Expr] = [column(name) for name in self.columns]
        if not self.facets:
            return select(carried, relation, where)
        lists, nodes = list(carried), dict[Place, exp.Expr]()
        documents: dict[tuple[str, Steps], list[Place]] = {}
        for place in self._places:
            documents.setdefault((place.column, place.typed), []).append(place)
        for places in documents.values():
            location = self._places[places[0]]
            document = self.dialect.document(
                typed_value(self.dialect, location, column(places[0].column)), reads_text(location)
            )
            together = self.dialect.nodes(document, [place.json for place in places])
            if together is None:
                for place in places:
                    alias = self._name(place, "found")
                    lists.append(aliased(self.dialect.node(document.copy(), place.json), alias))
                    nodes[place] = column(alias)
                continue
            alias = self._unique(f"{places[0].column}_nodes")
            lists.append(aliased(together, alias))
            for index, place in enumerate(places):
                nodes[place] = self.dialect.node_of(column(alias), index, place.json)
        return self._read(nodes, carried, fenced(select(lists, relation, where)))

    def _read(self, nodes: dict[Place, exp.Expr], carried: list[exp.Expr], source: exp.Select) -> exp.Select:
        """The facets over the query that has the lists of nodes."""
        quoted = dict.fromkeys(place for place, facet in self.facets if facet in (Facet.TEXT, Facet.INSTANT))
        unquoted = {place: self._name(place, "unquoted") for place in quoted}
        if unquoted:
            asked = dict.fromkeys(place for place, facet in self.facets if facet is not Facet.INSTANT)
            names = {place: self._name(place, "value") for place in asked}
            layer = [aliased(nodes[place], alias) for place, alias in names.items()]
            layer += [aliased(self.dialect.node_unquoted(nodes[place].copy()), unquoted[place]) for place in quoted]
            source = self.dialect.capabilities.fenced(select([*carried, *layer], source, alias="documents"))
            nodes = {place: column(names.get(place, unquoted.get(place, ""))) for place in nodes}
        facets: list[exp.Expr] = []
        for (place, facet), alias in self.facets.items():
            bare = column(unquoted[place]) if place in unquoted else nodes[place]
            facets.append(aliased(_facet(self.dialect, facet, nodes[place].copy(), bare), alias))
        return select([*carried, *facets], source, alias="read" if unquoted else "documents")

    def _name(self, place: Place, word: str) -> str:
        """A readable name: the path's keys and a word; engines cut long names, so it is short."""
        steps = (*place.typed, *place.json) or (place.column,)
        words = "_".join(re.sub(r"\W+", "_", str(step), flags=re.ASCII).strip("_") for step in steps)
        return self._unique(f"{words[:40] or 'property'}_{word}")

    def _unique(self, wanted: str) -> str:
        taken = self._names | {known.name.casefold() for known in (*self.catalog.columns, self.catalog.id)}
        for other in (self.catalog.document, self.catalog.tenant):
            if other is not None:
                taken.add(other.name.casefold())
        chosen, number = wanted.casefold(), 1
        while chosen in taken:
            number += 1
            chosen = f"{wanted.casefold()}_{number}"
        self._names.add(chosen)
        return chosen


Scope = InlineScope | ExtractedScope
