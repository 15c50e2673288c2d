"""Compare one property with another.

Types are known only row by row, so both sides are read under every type that both can have, and the answers
are joined by OR: at most one of them can be true. Either side can be a column with a collation of its own, and
engines refuse to compare two collations, so both sides say theirs.
"""

from dataclasses import dataclass

from sqlglot import exp

from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    Kind,
    TextKind,
    TimestampKind,
)
from audience.ir.nodes import Order, Property
from audience.lowering.build import (
    binary,
    case,
    cast,
    negation,
    string,
    true,
)
from audience.lowering.dialect import Dialect
from audience.lowering.equality import root_node
from audience.lowering.instants import COMPARISONS
from audience.lowering.lowered import Lowered, all_lowered, any_lowered
from audience.lowering.scalars import DECIMAL_DIGITS_NATIVE
from audience.lowering.scope import Facet, Scope, facet_of_node

INTEGER_64 = 2**64


@dataclass(frozen=True, slots=True)
class Reading:
    """One value read under each type that it can have; None where it never has that type."""

    absent: exp.Expr
    text: exp.Expr | None = None
    number: exp.Expr | None = None
    boolean: exp.Expr | None = None
    instant: exp.Expr | None = None

    def text_or_empty(self) -> exp.Expr:
        """The text, and the empty text where the value is absent."""
        return case([(self.absent, string(""))], self.text)


def read_property(scope: Scope, subject: Property) -> Reading:
    """A property of the person."""
    location = scope.catalog.locate(subject.steps)
    if location is None:
        return Reading(absent=true())
    if isinstance(location.kind, JsonKind):
        node = scope.facet(location, Facet.NODE)
        return Reading(
            absent=scope.dialect.is_absent_node(node),
            text=scope.facet(location, Facet.TEXT),
            number=scope.dialect.number_double(scope.facet(location, Facet.NUMBER)),
            boolean=scope.dialect.node_boolean(node.copy()),
        )
    return read_value(scope.dialect, location.kind, scope.value(location))


def read_value(dialect: Dialect, kind: Kind, value: exp.Expr) -> Reading:
    """A typed value, or a JSON value inside a typed list."""
    absent = dialect.is_null(value, kind)
    match kind:
        case BooleanKind():
            return Reading(absent, boolean=value)
        case IntegerKind(low, high):
            wide = low < -INTEGER_64 or high >= INTEGER_64
            return Reading(absent, number=dialect.exact_double(value) if wide else cast(value, "DOUBLE"))
        case DecimalKind(precision, _):
            number = dialect.exact_double(value) if precision > DECIMAL_DIGITS_NATIVE else cast(value, "DOUBLE")
            is_number = dialect.is_decimal_number(value.copy())
            return Reading(absent, number=number if is_number is None else case([(is_number, number)]))
        case DoubleKind():
            return Reading(absent, number=case([(dialect.is_number(value), cast(value, "DOUBLE"))]))
        case TextKind(as_text):
            return Reading(absent, text=dialect.as_text(value) if as_text else value)
        case TimestampKind():
            return Reading(absent, instant=dialect.instant_of(kind, value))
        case JsonKind(text):
            return read_node(dialect, root_node(dialect, value, text))
        case _:
            return Reading(absent)


def read_node(dialect: Dialect, node: exp.Expr) -> Reading:
    """A JSON node."""
    return Reading(
        absent=dialect.is_absent_node(node),
        text=facet_of_node(dialect, Facet.TEXT, node),
        number=dialect.number_double(facet_of_node(dialect, Facet.NUMBER, node)),
        boolean=dialect.node_boolean(node.copy()),
    )


def reads_as(dialect: Dialect, left: Reading, right: Reading) -> Lowered:
    """Whether a value reads as another: absent values on either side read as the empty text."""
    texts = binary(exp.EQ, dialect.text(left.text_or_empty()), dialect.text(right.text_or_empty()))
    return any_lowered([Lowered(texts, nullable=True), *_same(left, right)])


def ordered(dialect: Dialect, left: Reading, order: Order, right: Reading) -> Lowered:
    """Whether two values are of one ordered type, and ordered so."""
    parts = []
    if left.text is not None and right.text is not None:
        texts = binary(COMPARISONS[order], dialect.text(left.text), dialect.text(right.text))
        parts.append(Lowered(texts, nullable=True))
    for one, other in ((left.number, right.number), (left.instant, right.instant)):
        if one is not None and other is not None:
            parts.append(Lowered(binary(COMPARISONS[order], one, other), nullable=True))
    return any_lowered(parts)


def contains(scope: Scope, subject: Property, operand: Property) -> Lowered:
    """A list has an item equal to the operand, or a text contains it; absent values read as the empty text."""
    dialect, right = scope.dialect, read_property(scope, operand)
    left = read_property(scope, subject)
    within = Lowered(dialect.contains_text(left.text_or_empty(), dialect.text(right.text_or_empty())), nullable=True)
    return any_lowered([within, _has_item(scope, subject, right, right.text_or_empty())])


def contains_all(scope: Scope, subject: Property, operand: Property) -> Lowered:
    """A list has an item equal to the operand, which must be there."""
    right = read_property(scope, operand)
    present = Lowered(negation(right.absent), nullable=False)
    return all_lowered([present, _has_item(scope, subject, right, right.text)])


def _has_item(scope: Scope, subject: Property, right: Reading, text: exp.Expr | None) -> Lowered:
    """Whether the subject is a list that has an item equal to the right side; null items equal nothing."""
    dialect, location = scope.dialect, scope.catalog.locate(subject.steps)
    if location is None:
        return any_lowered([])
    wanted = Reading(right.absent, text, right.number, right.boolean, right.instant)
    others = [known for known in (text, right.number, right.boolean, right.instant) if known is not None]

    def is_wanted(item: Reading) -> exp.Expr:
        texts = []
        if item.text is not None and wanted.text is not None:
            same = binary(exp.EQ, dialect.text(item.text), dialect.text(wanted.text))
            texts.append(Lowered(same, nullable=True))
        return any_lowered([*texts, *_same(item, wanted)]).expression

    match location.kind:
        case JsonKind():
            node = scope.facet(location, Facet.NODE)
            test = dialect.node_some_item(node, lambda item: is_wanted(read_node(dialect, item)), others)
        case ArrayKind(kind):
            value = scope.value(location)
            test = dialect.some_item(value, lambda item: is_wanted(read_value(dialect, kind, item)), others)
        case _:
            return any_lowered([])
    return Lowered(test, nullable=True)


def _same(left: Reading, right: Reading) -> list[Lowered]:
    """Equality under every type but text."""
    pairs = ((left.number, right.number), (left.boolean, right.boolean), (left.instant, right.instant))
    return [
        Lowered(binary(exp.EQ, one, other), nullable=True)
        for one, other in pairs
        if one is not None and other is not None
    ]
