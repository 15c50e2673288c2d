"""The seam between the lowering and an engine: a capability table and a small set of leaf renderers.

Everything that differs between engines is a row of `Capabilities` or a method of `Dialect`; the lowering
decides by the table and never asks for a dialect's name. A renderer writes one leaf and decides nothing.
What most engines write alike stands in `dialects/shared_leaves.py`.

A **node** is a JSON value in whatever form an engine looks into it best: its JSON text on one, `jsonb` on another.
It is NULL where the path leads nowhere, and only the JSON leaves below ever look at it. An **item** is a node of a
JSON list or a value of a typed list. A **number** is what `node_number` and `wide_decimal` give: only the number
leaves look at it. A **plain** value is null, a boolean, a text, or a list of plain values: equal ones are written
alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlglot import exp

from audience.catalog import Kind, Relation
from audience.catalog.kinds import TextKind, TimestampKind
from audience.lowering.indexing import Indexing
from audience.values import Value

Steps = tuple[str | int, ...]
Rows = Sequence[tuple[str, ...]]
Test = Callable[[exp.Expr], exp.Expr]


class ParameterType(StrEnum):
    """What a parameter holds; engines that want a type with the placeholder are told."""

    TEXT = "text"
    DOUBLE = "double"
    DECIMAL = "decimal"
    """A decimal number of any length, given as its text; asked only of dialects that write such literals."""
    INTEGER = "integer"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that an engine cannot do as the semantics want it, and cases of the corpus that show it.

    `cases` are ids of fixtures/conditions.jsonl whose answer differs or whose SQL is refused on this engine.
    """

    what: str
    why: str
    cases: tuple[str, ...] = ()


def _as_it_is(query: exp.Select) -> exp.Select:
    return query


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, as far as the lowering decides by it, and what is known of it."""

    title: str
    """What people call it."""
    versions: str
    """The versions that the law suite runs on; where it is not verified, those whose documentation was read."""
    verified: bool
    """The law suite runs on it; otherwise its SQL says that it is only compiled for."""
    counts: Callable[[exp.Expr], exp.Expr]
    """The aggregate that counts the rows of a true condition; DuckDB's FILTER is quadratic in the number of counts."""
    materialized: bool = False
    """A common table expression can be marked MATERIALIZED, so that an extraction is done once."""
    extracts: bool = True
    """To look into a document costs so much that filters share one extraction; else each leaf reads for itself."""
    fenced: Callable[[exp.Select], exp.Select] = _as_it_is
    """Keeps a planner from writing the expressions of a subquery wherever its columns are named."""
    documents: bool = True
    """It can look into JSON."""
    drops_at_commit: bool = False
    """A temporary table can be told to end with the transaction that makes it."""
    percent_doubled: bool = False
    """The driver reads `%` in the text of a query with parameters, and `%%` as the sign itself."""
    parameters_max: int = 10_000
    """Parameters that one query may have; further values stay in its text."""
    reads: str = "tables and views"
    """What its SQL selects from, for people."""
    driver: str = ""
    """What pip installs so that Audience runs SQL there, such as `audience[postgres]`; empty where it only compiles."""
    limits: tuple[Limit, ...] = ()
    """What it cannot do."""
    indexing: Indexing | None = None
    """The indexes that people make for it by hand; None where nothing is advised."""
    instead_of_indexes: str = "read its documentation on how tables are sorted or partitioned"
    """What makes conditions fast where nothing is advised."""


class Dialect(Protocol):
    """The leaves of one engine."""

    @property
    def name(self) -> str:
        """The dialect's name, for people."""

    @property
    def printer(self) -> str:
        """The dialect by which sqlglot prints; mostly the name."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    def finish(self, sql: str) -> str:
        """The printed text, made safe against what the engine does to a text before it parses it."""

    # relations
    def relation(self, relation: Relation) -> exp.Expr:
        """What stands after FROM."""

    def description(self, relation: Relation) -> exp.Expr | None:
        """The statement that describes a relation's columns; None where the engine looks into its own catalog."""

    def sampled(self, query: exp.Select, rows: int) -> exp.Select:
        """The same query over at most so many of its rows, spread over all of them as far as that is cheap."""

    # parameters
    def parameter(self, name: str, type: ParameterType) -> exp.Expr:
        """A placeholder for a value of a type."""

    # texts
    def text(self, operand: exp.Expr) -> exp.Expr:
        """A text, so marked that = and < compare code points whatever the collation."""

    def compared_text(self, operand: exp.Expr, kind: TextKind, ordered: bool) -> exp.Expr:
        """A column that is compared with literals: marked only where its own collation would compare otherwise."""

    def as_text(self, operand: exp.Expr) -> exp.Expr:
        """Another type's value (UUID, ENUM, integer id) as its text."""

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Whether a text contains another; no wildcards, no folding."""

    # numbers
    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """Whether a DOUBLE is no NaN."""

    def is_decimal_number(self, operand: exp.Expr) -> exp.Expr | None:
        """Whether a DECIMAL is no NaN; None where no DECIMAL ever is."""

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """A number of any type as the nearest DOUBLE; never raises."""

    def wide_decimal(self, operand: exp.Expr) -> exp.Expr:
        """A DECIMAL of more than 15 digits as the number leaves take it."""

    def number_compares(self, number: exp.Expr, comparison: type[exp.Binary], bound: float) -> exp.Expr:
        """EQ, LT, LTE, GT or GTE of a number, read as binary64, with a literal."""

    def number_is_any(self, number: exp.Expr, values: Sequence[float]) -> exp.Expr:
        """Whether a number, read as binary64, equals one of several literals."""

    def number_double(self, number: exp.Expr) -> exp.Expr:
        """A number as DOUBLE."""

    # instants, in microseconds since the epoch
    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        """The first and the last instant that a column of this kind holds, where no literal lies beyond."""

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """An instant as a literal that compares natively with a column of this kind."""

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """The same from an expression in microseconds; for DATE the day that holds the instant."""

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """A timestamp value in microseconds; infinities lie at the ends of BIGINT."""

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """A text in microseconds, NULL when it is no timestamp of the grammar; never raises."""

    def now(self) -> exp.Expr:
        """The parameter `now` in microseconds."""

    # typed values
    def is_null(self, operand: exp.Expr, kind: Kind) -> exp.Expr:
        """Whether a typed value is NULL; never NULL itself. A struct of NULLs is a value."""

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

    def has_all(self, items: exp.Expr, read: Test, wanted: Sequence[exp.Expr]) -> exp.Expr | None:
        """Whether a list has every one of many different literals, as `read` reads its items; None: ask one by one."""

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Whether some item of a list passes a test; `others` are what the test names besides the item."""

    # JSON
    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """A JSON column, ready for `node`; malformed text becomes NULL."""

    def nodes(self, document: exp.Expr, paths: Sequence[Steps]) -> exp.Expr | None:
        """A list of nodes, one for each path, with one pass over the document; None where there is no such thing."""

    def node_of(self, nodes: exp.Expr, index: int, steps: Steps) -> exp.Expr:
        """The node of the path at an index from 0 of what `nodes` was asked for."""

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """The node at a path in a document or in another node; of the empty path the value itself."""

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """Whether a node is a `text`, a `list` or an `object`; may be NULL for no node."""

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """Whether a path leads nowhere or to null; never NULL."""

    def is_empty_node(self, node: exp.Expr) -> exp.Expr:
        """Whether a node is absent, the empty text or a list without items; never NULL."""

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Whether a node equals one of several plain values; null equals only a JSON null. May be NULL for no node."""

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """The boolean of a node, NULL unless it is one."""

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """The text of a text node; anything that is no timestamp for every other node."""

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """The number of a node for the number leaves, NULL unless it is a number."""

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has; asked only along with `is_node(node, "list")`, and never raises."""

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """How many members an object node has; asked only along with `is_node(node, "object")`, and never raises."""

    def has_key(self, node: exp.Expr, key: str) -> exp.Expr | None:
        """Whether an object node has a key; None where the node of a null tells it from one that is missing."""

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Whether a list node has one of several plain values as an item; false or NULL for everything else."""

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:
        """Whether a list node has every one of many values, all plain or all numbers; None: ask one by one."""

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Whether some item of a list node passes a test; false or NULL for everything that is no list."""

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """A node as JSON text."""

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Whether a JSON column (`text`: text that holds JSON) is no JSON object; NULL counts as no document at all."""

    def indexed_equality(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """`node_is_any(node(document, steps), values)` of scalars, as an index serves it; None: no index does."""

    def indexed_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """`node_has_any(node(document, steps), values)`, as an index serves it; None: no index does."""

    def indexed_all_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """Whether a node is a list that has every one of some plain scalars, as an index serves it; or None."""

    # members and output
    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:
        """Whether texts that are not NULL stand in one of the rows; never NULL. `taken` are names of the relation.

        The keys are marked as `compared_text` marks them.
        """

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:
        """The same where each column of the rows is a list parameter of texts."""

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """A value in a form that the engine's driver hands over without loss: see membership/output.py."""

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """A typed value as JSON text, for people to look at."""
