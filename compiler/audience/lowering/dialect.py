"""The seam between the lowering and an engine: a capability table and a small set of leaf renderers.

Everything that differs between engines is a row of `Capabilities` or a method of `Dialect`; the lowering
decides by the table and never asks for a dialect's name. A renderer writes one leaf and decides nothing.

A **node** is a JSON value as the engine's own text of it: `"pro"` with its quotes, `5`, `[1,2]`, `null`; NULL
where the path leads nowhere. An **item** is a node of a JSON list or a value of a typed list.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from audience.catalog import Kind, Relation
from audience.catalog.kinds import TimestampKind
from audience.values import Value

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, as far as the lowering decides by it."""

    verified: bool
    """The law suite runs on it; otherwise its SQL says that it is only compiled for."""
    counts: Callable[[exp.Expr], exp.Expr]
    """The aggregate that counts the rows of a true condition; DuckDB's FILTER is quadratic in the number of counts."""
    materialized: bool
    """A common table expression can be marked MATERIALIZED, so that an extraction is done once."""


class Dialect(Protocol):
    """The leaves of one engine."""

    @property
    def name(self) -> str:
        """The dialect's name, for people and for sqlglot."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    def relation(self, relation: Relation) -> exp.Expr:
        """What stands after FROM."""

    # texts
    def text(self, operand: exp.Expr) -> exp.Expr:
        """A text, so marked that = and < compare code points whatever the collation."""

    def as_text(self, operand: exp.Expr) -> exp.Expr:
        """Another type's value (UUID, ENUM, integer id) as its text."""

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Whether a text contains another; no wildcards, no folding."""

    # numbers
    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """Whether a DOUBLE is no NaN."""

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """A number of any type as the nearest DOUBLE."""

    # instants, in microseconds since the epoch
    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """An instant as a literal that compares natively with a column of this kind."""

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """The same from an expression in microseconds."""

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """A timestamp value in microseconds; infinities lie at the ends of BIGINT."""

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """A text in microseconds, NULL when it is no timestamp of the grammar; never raises."""

    def now(self) -> exp.Expr:
        """The parameter `now` in microseconds."""

    # typed containers
    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A field of a struct."""

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The value of a map at a key, NULL when it is missing."""

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """Whether a map has a key, with whatever value."""

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """The item of a list at an index from 0, NULL beyond its end."""

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """Whether a list has a scalar as an item."""

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """Whether a list has at least one of several scalars as an item."""

    def some_item(
        self, items: exp.Expr, test: Callable[[exp.Expr], exp.Expr], others: Sequence[exp.Expr] = ()
    ) -> exp.Expr:
        """Whether some item of a list passes a test; `others` are what the test names besides the item."""

    # JSON
    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """A JSON column, ready for `nodes`; malformed text becomes NULL."""

    def nodes(self, document: exp.Expr, paths: Sequence[Steps]) -> exp.Expr:
        """A list of nodes, one for each path, with one pass over the document."""

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """The node at a path; of the empty path the value itself, in the engine's own spelling."""

    def node_of(self, nodes: exp.Expr, index: int, steps: Steps) -> exp.Expr:
        """The node of the path at an index from 0 of what `nodes` was asked for."""

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """Whether a node is a `text`, a `list` or an `object`."""

    def node_literal(self, value: Value) -> exp.Expr:
        """A literal without numbers and objects as the engine would write its node."""

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """The text of a text node; anything that is no timestamp for every other node."""

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """The number of a node as DOUBLE, NULL unless it is a number."""

    def node_items(self, node: exp.Expr) -> exp.Expr:
        """The items of a node as a list of nodes; empty unless it is a list."""

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has."""

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """How many members an object node has."""

    def is_malformed(self, column: exp.Expr) -> exp.Expr:
        """Whether a JSON column holds something that is no JSON object; NULL counts as no document at all."""

    # members and output
    def member_rows(self, parameters: Mapping[str, str]) -> exp.Expr:
        """A query that unfolds list parameters side by side: the name of a column to the name of its parameter."""

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """A value in a form that the engine's driver hands over without loss: see engines."""
