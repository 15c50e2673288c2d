"""Deep equality of a value with a literal, for typed values and for JSON nodes.

A literal list or object is taken apart: its length, then each of its parts. Nothing compares JSON as text
unless the text is canonical (no number, no object inside).
"""

from sqlglot import exp

from audience.catalog.kinds import ArrayKind, JsonKind, Kind, MapKind, StructKind, TimestampKind
from audience.errors import CompilerBug
from audience.ir.nodes import Operand, Property
from audience.lowering.build import binary, integer, negation
from audience.lowering.dialect import Dialect
from audience.lowering.instants import equals_literal
from audience.lowering.lowered import NEVER, Lowered, all_lowered
from audience.lowering.scalars import equals_any
from audience.values import Array, Instant, Null, Number, Object, Text, Value, read_instant


def equals(dialect: Dialect, kind: Kind, value: exp.Expr, operand: Value | Instant) -> Lowered:
    """Whether a typed value equals a literal; null equals only null."""
    match kind, operand:
        case JsonKind(text), Null():
            # An item of JSON[] can be NULL, and it can be a JSON null; both are null.
            return Lowered(dialect.is_absent_node(root_node(dialect, value, text)), nullable=False)
        case JsonKind(text), _ if not isinstance(operand, Instant):
            return node_equals(dialect, root_node(dialect, value, text), operand)
        case _, Null():
            return Lowered(dialect.is_null(value, kind), nullable=False)
        case TimestampKind(), Text(text):
            # Inside a list or an object a literal stays text until it meets a timestamp.
            microseconds = read_instant(text)
            return NEVER if microseconds is None else equals(dialect, kind, value, Instant(microseconds))
        case TimestampKind(), Instant(microseconds):
            compared = equals_literal(dialect, kind, value, microseconds)
            return NEVER if compared is None else Lowered(compared, nullable=True)
        case ArrayKind(item), Array(items):
            length = Lowered(binary(exp.EQ, dialect.length(value), integer(len(items))), nullable=True)
            return all_lowered(
                [length, *(equals(dialect, item, dialect.item(value, at), part) for at, part in enumerate(items))]
            )
        case StructKind(fields), Object(members) if {key for key, _ in members} == {key for key, _ in fields}:
            kinds = dict(fields)
            present = Lowered(negation(dialect.is_null(value, kind)), nullable=False)
            return all_lowered(
                [present, *(equals(dialect, kinds[key], dialect.field(value, key), part) for key, part in members)]
            )
        case MapKind(below), Object(members):
            size = Lowered(binary(exp.EQ, dialect.entries(value), integer(len(members))), nullable=True)
            parts = [size]
            for key, part in members:
                parts.append(Lowered(dialect.has_entry(value, key), nullable=True))
                parts.append(equals(dialect, below, dialect.entry(value, key), part))
            return all_lowered(parts)
        case _:
            return equals_any(dialect, kind, value, [operand])


def root_node(dialect: Dialect, value: exp.Expr, text: bool) -> exp.Expr:
    """The node of a JSON value inside a typed one; `text` where it is plain text that holds JSON."""
    return dialect.node(dialect.document(value, text=True) if text else value, ())


def node_equals(dialect: Dialect, node: exp.Expr, value: Value) -> Lowered:
    """Whether a JSON node equals a literal; null equals only a JSON null."""
    if is_plain(value):
        return Lowered(dialect.node_is_any(node, [value]), nullable=True)
    match value:
        case Number(number):
            return Lowered(dialect.number_compares(dialect.node_number(node), exp.EQ, number), nullable=True)
        case Array(items):
            is_list = Lowered(dialect.is_node(node, "list"), nullable=True)
            length = Lowered(binary(exp.EQ, dialect.node_length(node), integer(len(items))), nullable=True)
            parts = [node_equals(dialect, dialect.node(node, (at,)), item) for at, item in enumerate(items)]
            return all_lowered([is_list, length, *parts])
        case Object(members):
            is_object = Lowered(dialect.is_node(node, "object"), nullable=True)
            size = Lowered(binary(exp.EQ, dialect.node_keys(node), integer(len(members))), nullable=True)
            parts = [node_equals(dialect, dialect.node(node, (key,)), part) for key, part in members]
            for key, part in members:
                present = dialect.has_key(node, key) if part == Null() else None
                if present is not None:
                    parts.append(Lowered(present, nullable=True))
            return all_lowered([is_object, size, *parts])
        case _:
            raise CompilerBug(f"{value!r} is plain")


def is_plain(value: Value) -> bool:
    """Whether equal values have equal node texts: no number (1 and 1.0) and no object (key order) inside."""
    match value:
        case Number() | Object():
            return False
        case Array(items):
            return all(is_plain(item) for item in items)
        case _:
            return True


def reads_as_absent(operands: tuple[Operand, ...]) -> bool:
    """Whether an absent value reads as one of the operands: as null, or as the empty text."""
    return any(operand in (Null(), Text("")) for operand in operands if not isinstance(operand, Property))
