"""Where the lowering reads properties from: straight from the columns, or from an extraction made once.

A scope answers with SQL for the typed value of a property, or for a **facet** of a JSON property: its node, its
text, its number, its instant. The inline scope writes the extraction where it is asked; the extracted scope
writes a column of the extraction and remembers that it is needed.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from sqlglot import exp

from audience.catalog import Catalog, Column, Location
from audience.catalog.kinds import JsonKind, StructKind
from audience.lowering.build import aliased, column, select
from audience.lowering.dialect import Dialect

Steps = tuple[str | int, ...]

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
                kind = getattr(kind, "item", kind)
            case str() if isinstance(kind, StructKind):
                value = dialect.field(value, step)
                kind = dict(kind.fields)[step]
            case str():
                value = dialect.entry(value, step)
                kind = getattr(kind, "value", kind)
    return value


def facet_of_node(dialect: Dialect, facet: Facet, node: exp.Expr) -> exp.Expr:
    """A facet of a JSON value, from its node."""
    match facet:
        case Facet.NODE:
            return node
        case Facet.TEXT:
            return dialect.node_text(node)
        case Facet.NUMBER:
            return dialect.node_number(node)
        case Facet.INSTANT:
            return dialect.instant_of_text(dialect.node_text(node))
        case _:
            assert_never(facet)


def _reads_text(location: Location) -> bool:
    """Whether the JSON stands in a plain text column that must be read first."""
    return not location.typed and isinstance(location.column.kind, JsonKind) and location.column.kind.text


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
        document = self.dialect.document(self.value(location), _reads_text(location))
        node = self.dialect.node(document, location.json)
        return facet_of_node(self.dialect, facet, node)


@dataclass(slots=True)
class ExtractedScope:
    """Columns of an extraction that reads each document once and computes each facet once.

    Lower first, then ask `extraction()` for the query that has everything that was asked.
    """

    catalog: Catalog
    dialect: Dialect
    columns: dict[str, Column] = field(default_factory=dict)
    facets: dict[tuple[str, Steps, Steps, Facet], tuple[str, Location]] = field(default_factory=dict)
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
        key = (location.column.name, location.typed, location.json, facet)
        if key not in self.facets:
            self.facets[key] = (self._name(location, facet), location)
        return column(self.facets[key][0])

    def extraction(self, where: exp.Expr | None) -> exp.Select:
        """The query that the facets come from: documents to nodes in an inner query, nodes to facets around it."""
        relation = self.dialect.relation(self.catalog.relation)
        carried: list[exp.Expr] = [column(name) for name in self.columns]
        if not self.facets:
            return select(carried, relation, where)
        inner = list(carried)
        node_names: dict[tuple[str, Steps, Steps], exp.Expr] = {}
        for (column_name, typed), paths in self._paths().items():
            location = next(found for _, found in self.facets.values() if (found.column.name, found.typed) ==
                            (column_name, typed))  # fmt: skip
            document = self.dialect.document(
                typed_value(self.dialect, location, column(column_name)), _reads_text(location)
            )
            alias = self._unique(f"{column_name}_nodes")
            inner.append(aliased(self.dialect.nodes(document, paths), alias))
            for index, path in enumerate(paths):
                node_names[column_name, typed, path] = self.dialect.node_of(column(alias), index, path)
        outer = list(carried)
        for (column_name, typed, path, facet), (alias, _) in self.facets.items():
            node = node_names[column_name, typed, path]
            outer.append(aliased(facet_of_node(self.dialect, facet, node), alias))
        return select(outer, select(inner, relation, where), alias="documents")

    def _paths(self) -> dict[tuple[str, Steps], list[Steps]]:
        paths: dict[tuple[str, Steps], list[Steps]] = {}
        for column_name, typed, path, _ in self.facets:
            known = paths.setdefault((column_name, typed), [])
            if path not in known:
                known.append(path)
        return paths

    def _name(self, location: Location, facet: Facet) -> str:
        """A readable name: the path's keys and the facet; engines cut long names, so it is short."""
        steps = (*location.typed, *location.json) or (location.column.property,)
        words = "_".join(re.sub(r"\W+", "_", str(step), flags=re.ASCII).strip("_") for step in steps)
        return self._unique(f"{words[:40] or 'property'}_{facet.value}")

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
