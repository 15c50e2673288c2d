"""What indexes of PostgreSQL can serve, in the conditions that its dialect writes.

An index on an expression is used where a query has that very expression; it may hold only what depends on nothing
but the row. Containment is served by GIN, which for documents keeps whole paths with their values (`jsonb_path_ops`).

Traps that shaped it, each found by running it: an index compares by one collation, and serves no condition that
compares by another; a cast of a text to a timestamp, and `pg_input_is_valid`, depend on settings, so that no index
can hold them; an OR is served only where every part of it is.
"""

from sqlglot import exp

from audience.catalog import Catalog, Location, Relation, Table
from audience.catalog.kinds import JsonKind, TextKind
from audience.ir.nodes import (
    ComparesInstant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Not,
)
from audience.ir.walk import leaf_properties
from audience.lowering.build import name
from audience.lowering.dialects.shared_leaves import table
from audience.lowering.equality import reads_as_absent
from audience.lowering.indexing import Key
from audience.lowering.scope import reads_text
from audience.values import Array, Number, Object, Text

COMPARISONS = (exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
CONTAINMENTS = (exp.ArrayContainsAll, exp.ArrayOverlaps)
UNHELD = (exp.Query, exp.Case, exp.RegexpLike, exp.Extract)
"""What does not stand in a facet that an index holds."""

BTREE, GIN = "btree", "gin"
PATHS_AND_VALUES = "jsonb_path_ops"

TEXT_AS_TIMESTAMP = (
    "a text is read as a timestamp, and no index can hold that; keep it in a column of the type timestamptz"
)
PRESENCE = "most people have a value, or most have none, and an index is for finding few among many"
OTHERS = "no index of PostgreSQL serves the form that it is compiled to"


class PostgresIndexes:
    """B-trees on columns and on facets of documents, GIN on lists and on documents."""

    def keys(self, condition: exp.Expr) -> tuple[Key, ...]:
        """As the planner: part by part."""
        match condition:
            case exp.Paren(this=inner):
                return self.keys(inner)
            case exp.Not(this=exp.Paren(this=exp.Not(this=inner))):
                return self.keys(inner)
            case exp.And(this=left, expression=right):
                return (*self.keys(left), *self.keys(right))
            case exp.Or(this=left, expression=right):
                both = self.keys(left), self.keys(right)
                return (*both[0], *both[1]) if all(both) else ()
            case exp.In(this=held, expressions=values) if all(map(_is_known, values)):
                return _ordered(held)
            case exp.Is(this=held, expression=exp.Null()):
                return _ordered(held)
            case exp.Binary(this=held, expression=value) if isinstance(condition, COMPARISONS) and _is_known(value):
                return _ordered(held)
            case exp.Binary(this=held, expression=value) if isinstance(condition, CONTAINMENTS) and _is_known(value):
                return _contained(held, value)
            case _:
                return ()

    def statement(self, named: str, relation: Relation, key: Key, *, concurrently: bool) -> exp.Expr:
        """CREATE INDEX [CONCURRENTLY]; what is no column stands in parentheses of its own."""
        held = key.expression.copy()
        if isinstance(held, exp.Collate):
            held.set("this", _element(held.this))
        else:
            held = _element(held)
        if key.operators is not None:
            held = exp.Opclass(this=held, expression=exp.Var(this=key.operators))
        using = None if key.method == BTREE else exp.Var(this=key.method)
        parameters = exp.IndexParameters(using=using, columns=[held])
        index = exp.Index(this=name(named), table=_table(relation), params=parameters)
        return exp.Create(this=index, kind="INDEX", concurrently=concurrently)

    def analysis(self, relation: Relation) -> exp.Expr:
        """ANALYZE."""
        return exp.Analyze(tables=[_table(relation)])

    def reason(self, leaf: Leaf | Not, catalog: Catalog) -> str:
        """By what is asked, and of what."""
        if isinstance(leaf, Not):
            if isinstance(leaf.operand, Exists | IsEmpty):
                return PRESENCE
            return "a negation also selects who has no value, and mostly most people; no index is made for that"
        properties = leaf_properties(leaf)
        if len(properties) > 1:
            return "two properties of one person are compared, and every person must be read for that"
        location = catalog.locate(properties[0].steps) if properties else None
        match leaf:
            case IsMember():
                return "members are looked up by id, which the index of the id serves where there is one"
            case _ if location is None:
                return "nobody has the property"
            case _ if isinstance(location.kind, JsonKind):
                return _reason_in_json(leaf, location)
            case ComparesInstant() | IsTimestamp():
                return TEXT_AS_TIMESTAMP
            case Contains() if isinstance(location.kind, TextKind):
                return "part of a text is looked for, and every text must be read for that"
            case Exists() | IsEmpty():
                return PRESENCE
            case _:
                return OTHERS


def _reason_in_json(leaf: Leaf, location: Location) -> str:
    match leaf:
        case ComparesInstant() | IsTimestamp():
            return TEXT_AS_TIMESTAMP
        case Exists() | IsEmpty():
            return PRESENCE
        case _ if reads_text(location):
            return "the document is kept as text, and no index can hold what is in it; keep it as jsonb"
        case Equals(_, operands) | ContainsAny(_, operands) if reads_as_absent(operands):
            return f"an absent value reads as what is asked for; {PRESENCE}"
        case Contains(_, Text()):
            return "`contains` of a JSON property also searches texts; `contains all` and `in` are served"
        case Contains() | ContainsAny() | ContainsAll() if any(isinstance(found, Number) for found in _operands(leaf)):
            return "numbers in a JSON list are compared one by one"
        case Equals() | ContainsAny() if any(isinstance(found, Array | Object) for found in _operands(leaf)):
            return "lists and objects are compared part by part"
        case Equals() | ContainsAny() if len(_operands(leaf)) > 1:
            return "so long a list is compared as a whole"
        case _:
            return OTHERS


def _operands(leaf: Leaf) -> tuple[object, ...]:
    match leaf:
        case Equals(_, operands) | ContainsAny(_, operands) | ContainsAll(_, operands):
            return operands
        case Contains(_, operand):
            return (operand,)
        case _:
            return ()


def _element(held: exp.Expr) -> exp.Expr:
    return held if isinstance(held, exp.Column) else exp.Paren(this=held)


def _table(relation: Relation) -> exp.Table:
    assert isinstance(relation, Table), "PostgreSQL reads tables only"
    return table(relation.name)


def _is_known(value: exp.Expr) -> bool:
    """Whether a value depends on no row."""
    return not any(value.find_all(exp.Column, exp.Query))


def _ordered(held: exp.Expr) -> tuple[Key, ...]:
    return (Key(held, BTREE),) if _is_orderable(held) else ()


def _is_orderable(held: exp.Expr) -> bool:
    """Whether a B-tree can hold it: a column, a field of a composite, or one text or number of a document."""
    match held:
        case exp.Column():
            return True
        case exp.Collate(this=inner) | exp.Paren(this=inner):
            return _is_orderable(inner)
        case exp.Cast(this=inner, to=to):
            return isinstance(inner, exp.Column) and to.this in (exp.DType.TEXT, exp.DType.VARCHAR)
        case exp.Dot(this=inner):
            return _is_orderable(inner)
        case exp.Case():
            return _is_facet(held)
        case _:
            return False


def _is_facet(held: exp.Case) -> bool:
    """CASE WHEN jsonb_typeof(…) = 'number' THEN … END, or of a text."""
    only, *others = held.args["ifs"]
    asks_type = isinstance(only.this, exp.EQ) and only.this.this.name == "jsonb_typeof"
    return asks_type and not others and held.args.get("default") is None and not any(only.find_all(*UNHELD))


def _contained(held: exp.Expr, value: exp.Expr) -> tuple[Key, ...]:
    """GIN over a document, or over a list as text[], which every list of texts is compared as."""
    of_documents = isinstance(value, exp.Cast) and value.to.this is exp.DType.JSONB
    if not isinstance(held if of_documents else held.this, exp.Column):
        return ()
    return (Key(held, GIN, PATHS_AND_VALUES if of_documents else None),)
