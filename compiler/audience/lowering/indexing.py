"""What a dialect knows of the indexes of its engine: the part of the seam that only advice needs."""

from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from audience.catalog import Catalog, Relation
from audience.ir.nodes import Leaf, Not


@dataclass(frozen=True, slots=True)
class Key:
    """What an index holds of a person: an expression, how it is looked up, and with which operators."""

    expression: exp.Expr
    method: str
    operators: str | None = None


class Indexing(Protocol):
    """The indexes of one engine."""

    def keys(self, condition: exp.Expr) -> tuple[Key, ...]:
        """The keys of indexes that together serve a condition in filter form; empty where none can."""

    def statement(self, named: str, relation: Relation, key: Key, *, concurrently: bool) -> exp.Expr:
        """CREATE INDEX, so that others can write meanwhile, or within a transaction."""

    def analysis(self, relation: Relation) -> exp.Expr:
        """The statement that gathers statistics; of an index on an expression there are none before it."""

    def reason(self, leaf: Leaf | Not, catalog: Catalog) -> str:
        """Why no index serves a leaf or its negation: half a sentence."""
