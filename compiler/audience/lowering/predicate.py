"""Lower a predicate of the IR to SQL, in value form or in filter form.

In **value form** nothing is NULL: every leaf that could be NULL is coalesced to FALSE, so AND, OR and NOT are
two-valued. In **filter form** NULL and FALSE agree, and AND and OR of leaves cannot turn one into the other, so
leaves stay bare, where an index or a zone map can serve them; only under NOT is a leaf coalesced.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from sqlglot import exp

from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    TextKind,
    TimestampKind,
)
from audience.ir.nodes import (
    And,
    Bound,
    Compares,
    ComparesInstant,
    Constant,
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
    Now,
    Operand,
    Or,
    Order,
    Predicate,
    Property,
)
from audience.lowering import pairs
from audience.lowering.build import (
    binary,
    case,
    conjunction,
    disjunction,
    false,
    integer,
    integer_value,
    is_not_null,
    is_null,
    name,
    negation,
    string,
    text_value,
    true,
)
from audience.lowering.equality import equals, is_plain, node_equals, reads_as_absent
from audience.lowering.instants import COMPARISONS, compares_with_expression, instant_ordered
from audience.lowering.lists import list_has_all, list_has_any, literals_of, node_has_all, node_has_any
from audience.lowering.lowered import ALWAYS, NEVER, Lowered, all_lowered, any_lowered
from audience.lowering.members import Members
from audience.lowering.scalars import compares, equals_any, subject
from audience.lowering.scope import Facet, InlineScope, Scope, reads_text
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text, Value

IndexedForm = Callable[[exp.Expr, tuple[str | int, ...], Sequence[Value]], exp.Expr | None]
"""A leaf of a dialect that writes a test for an index on the document."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the procedure that a query is part of, with the name of its block or its record.

    No table that the query reads has the name of the block; so no column is taken for the variable, nor it for one.
    """

    block: str
    name: str

    def read(self) -> exp.Expr:
        """Its value."""
        return exp.Column(this=name(self.name), table=name(self.block))


@dataclass(frozen=True, slots=True)
class Lowering:
    """What one query is lowered with: where properties are read, the run's now (None: a parameter), the members."""

    scope: Scope
    now: int | Variable | None
    members: Members

    def value(self, predicate: Predicate) -> exp.Expr:
        """The predicate where a NULL would be wrong."""
        match predicate:
            case Constant(held):
                return true() if held else false()
            case And(operands):
                return conjunction([self.value(operand) for operand in operands])
            case Or(operands):
                return disjunction([self.value(operand) for operand in operands])
            case Not(operand):
                return negation(self.value(operand))
            case _:
                return self.leaf(predicate).value()

    def filter(self, predicate: Predicate) -> exp.Expr:
        """The predicate as a WHERE clause."""
        match predicate:
            case Constant(held):
                return true() if held else false()
            case And(operands):
                return conjunction([self.filter(operand) for operand in operands])
            case Or(operands):
                return disjunction([self.filter(operand) for operand in operands])
            case Not(operand):
                return negation(self.leaf(operand).value())
            case _:
                return self.leaf(predicate).filter()

    def leaf(self, leaf: Leaf) -> Lowered:
        """One leaf, TRUE where it holds."""
        match leaf:
            case Equals(held, operands):
                return self._equals(held, operands)
            case Compares(held, order, operand):
                return self._compares(held, order, operand)
            case ComparesInstant(held, order, bound):
                return self._compares_instant(held, order, bound)
            case Contains(held, operand):
                return self._contains(held, operand)
            case ContainsAny(held, operands):
                return self._contains_any(held, operands)
            case ContainsAll(held, operands):
                return self._contains_all(held, operands)
            case IsEmpty(held):
                return self._is_empty(held)
            case Exists(held):
                return Lowered(negation(self.absent(held)), nullable=False)
            case IsTimestamp(held):
                moment = self.moment(held)
                return NEVER if moment is None else Lowered(is_not_null(moment), nullable=False)
            case IsMember(audience):
                return self.members.is_member(self.scope, audience)
            case _:
                assert_never(leaf)

    # ── presence ──────────────────────────────────────────────────────────────────────────────────

    def absent(self, held: Property) -> exp.Expr:
        """Whether a property is absent; never NULL."""
        location = self.scope.catalog.locate(held.steps)
        if location is None:
            return true()
        if isinstance(location.kind, JsonKind):
            return self.scope.dialect.is_absent_node(self.scope.facet(location, Facet.NODE))
        return self.scope.dialect.is_null(self.scope.value(location), location.kind)

    def unreadable(self, held: Property) -> exp.Expr:
        """Whether a property is there and no timestamp; never NULL."""
        moment = self.moment(held)
        present = negation(self.absent(held))
        return present if moment is None else conjunction([present, is_null(moment)])

    def _is_empty(self, held: Property) -> Lowered:
        location = self.scope.catalog.locate(held.steps)
        if location is None:
            return ALWAYS
        if isinstance(location.kind, JsonKind):
            return Lowered(self.scope.dialect.is_empty_node(self.scope.facet(location, Facet.NODE)), nullable=False)
        value = self.scope.value(location)
        absent = Lowered(self.scope.dialect.is_null(value, location.kind), nullable=False)
        match location.kind:
            case TextKind():
                text = subject(self.scope.dialect, location.kind, value)
                return any_lowered([absent, Lowered(binary(exp.EQ, text, string("")), nullable=True)])
            case ArrayKind():
                length = self.scope.dialect.length(value)
                return any_lowered([absent, Lowered(binary(exp.EQ, length, integer(0)), nullable=True)])
            case _:
                return absent

    # ── equality and order ────────────────────────────────────────────────────────────────────────

    def _equals(self, held: Property, operands: tuple[Operand, ...]) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        parts = [
            pairs.reads_as(scope.dialect, pairs.read_property(scope, held), pairs.read_property(scope, operand))
            for operand in operands
            if isinstance(operand, Property)
        ]
        if reads_as_absent(operands):
            parts.append(Lowered(self.absent(held), nullable=False))
        if location is not None:
            present = [operand for operand in literals_of(operands) if operand != Null()]
            if isinstance(location.kind, JsonKind):
                node = scope.facet(location, Facet.NODE)
                parts += self._node_equals(held, node, present)
            else:
                parts += self._typed_equals(held, present)
        return any_lowered(parts)

    def _typed_equals(self, held: Property, operands: list[Value | Instant]) -> list[Lowered]:
        location = self.scope.catalog.locate(held.steps)
        assert location is not None
        kind, value, dialect = location.kind, self.scope.value(location), self.scope.dialect
        if isinstance(kind, BooleanKind | IntegerKind | DecimalKind | DoubleKind | TextKind):
            return [equals_any(dialect, kind, value, operands)] if operands else []
        return [equals(dialect, kind, value, operand) for operand in operands]

    def _node_equals(self, held: Property, node: exp.Expr, operands: list[Value | Instant]) -> list[Lowered]:
        """Scalars compare as nodes and numbers as numbers, each as one IN; the rest part by part."""
        dialect, parts = self.scope.dialect, []
        scalars = [operand for operand in operands if isinstance(operand, Text | Boolean)]
        numbers = [operand.value for operand in operands if isinstance(operand, Number)]
        if scalars:
            same = dialect.node_is_any(node, scalars)
            parts.append(Lowered(same, nullable=True, indexed=self._indexed(held, dialect.indexed_equality, scalars)))
        if numbers:
            parts.append(Lowered(dialect.number_is_any(self._number(held), numbers), nullable=True))
        parts += [node_equals(dialect, node, operand) for operand in operands if isinstance(operand, Array | Object)]
        return parts

    def _indexed(self, held: Property, form: IndexedForm, operands: Sequence[Value]) -> exp.Expr | None:
        """A test of a JSON document in the form that an index on it serves; only where the document is at hand."""
        location = self.scope.catalog.locate(held.steps)
        if location is None or location.typed or not isinstance(self.scope, InlineScope):
            return None
        document = self.scope.dialect.document(self.scope.value(location), reads_text(location))
        return form(document, location.json, operands)

    def _number(self, held: Property) -> exp.Expr:
        location = self.scope.catalog.locate(held.steps)
        assert location is not None
        return self.scope.facet(location, Facet.NUMBER)

    def _compares(self, held: Property, order: Order, operand: Operand) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        if location is None:
            return NEVER
        if isinstance(operand, Property):
            left, right = pairs.read_property(scope, held), pairs.read_property(scope, operand)
            return pairs.ordered(scope.dialect, left, order, right)
        if not isinstance(location.kind, JsonKind):
            return compares(scope.dialect, location.kind, scope.value(location), order, operand)
        match operand:
            case Number(number):
                number_facet = scope.facet(location, Facet.NUMBER)
                compared = scope.dialect.number_compares(number_facet, COMPARISONS[order], number)
            case Text(text):
                left_text = scope.dialect.text(scope.facet(location, Facet.TEXT))
                compared = binary(COMPARISONS[order], left_text, text_value(text))
            case _:
                return NEVER
        return Lowered(compared, nullable=True)

    # ── instants ──────────────────────────────────────────────────────────────────────────────────

    def moment(self, held: Property) -> exp.Expr | None:
        """The instant that a property is or that its text states, in microseconds; None where it never is one."""
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        if location is None:
            return None
        match location.kind:
            case JsonKind():
                return scope.facet(location, Facet.INSTANT)
            case TextKind(as_text):
                value = scope.value(location)
                return scope.dialect.instant_of_text(scope.dialect.as_text(value) if as_text else value)
            case TimestampKind():
                return scope.dialect.instant_of(location.kind, scope.value(location))
            case _:
                return None

    def _bound(self, bound: Bound) -> int | exp.Expr | None:
        """A bound in microseconds: known, or an expression; None where it never is an instant."""
        match bound:
            case Instant(microseconds):
                return microseconds
            case Now(offset):
                if isinstance(self.now, int):
                    return self.now + offset
                now = self.scope.dialect.now() if self.now is None else self.now.read()
                if offset == 0:
                    return now
                return binary(exp.Add if offset > 0 else exp.Sub, now, integer_value(abs(offset)))
            case Property():
                return self.moment(bound)
            case _:
                assert_never(bound)

    def _compares_instant(self, held: Property, order: Order, bound: Bound) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        right = self._bound(bound)
        if location is None or right is None:
            return NEVER
        kind = location.kind
        if isinstance(kind, TimestampKind) and not isinstance(bound, Property):
            value = scope.value(location)
            if isinstance(right, int):
                return instant_ordered(scope.dialect, kind, value, order, right)
            return Lowered(compares_with_expression(scope.dialect, kind, value, order, right), nullable=True)
        left = self.moment(held)
        if left is None:
            return NEVER
        operand = integer_value(right) if isinstance(right, int) else right
        return Lowered(binary(COMPARISONS[order], left, operand), nullable=True)

    # ── lists ─────────────────────────────────────────────────────────────────────────────────────

    def _contains(self, held: Property, operand: Operand) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        if isinstance(operand, Property):
            return pairs.contains(scope, held, operand)
        parts = [Lowered(self.absent(held), nullable=False)] if operand == Text("") else []
        if location is not None:
            part = text_value(operand.value) if isinstance(operand, Text) else None
            match location.kind:
                case JsonKind():
                    if part is not None:
                        text = scope.facet(location, Facet.TEXT)
                        parts.append(Lowered(scope.dialect.contains_text(text, part), nullable=True))
                    parts.append(self._node_has_any(held, [operand]))
                case TextKind(as_text) if part is not None:
                    value = scope.value(location)
                    text = scope.dialect.as_text(value) if as_text else value
                    parts.append(Lowered(scope.dialect.contains_text(text, part), nullable=True))
                case ArrayKind(item):
                    parts.append(list_has_any(scope.dialect, item, scope.value(location), [operand]))
                case _:
                    pass
        return any_lowered(parts)

    def _contains_any(self, held: Property, operands: tuple[Value | Instant, ...]) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        if location is None:
            return self._equals(held, operands)
        match location.kind:
            case JsonKind():
                # A list equals no scalar, and a list literal among the operands is an item only of a list of lists.
                node = scope.facet(location, Facet.NODE)
                is_list = scope.dialect.is_node(node, "list")
                shares, reads = self._node_has_any(held, list(operands)), self._equals(held, operands)
                found = Lowered(case([(is_list, shares.expression)], reads.expression), nullable=True)
                either = any_lowered([shares, reads]).indexed
                lists_among = any(isinstance(operand, Array) for operand in operands)
                return found if either is None or lists_among else replace(found, indexed=either)
            case ArrayKind(item):
                parts = [list_has_any(scope.dialect, item, scope.value(location), operands)]
                if reads_as_absent(operands):
                    parts.append(Lowered(self.absent(held), nullable=False))
                return any_lowered(parts)
            case _:
                return self._equals(held, operands)

    def _contains_all(self, held: Property, operands: tuple[Operand, ...]) -> Lowered:
        scope, location = self.scope, self.scope.catalog.locate(held.steps)
        if location is None:
            return NEVER
        parts = [pairs.contains_all(scope, held, operand) for operand in operands if isinstance(operand, Property)]
        match location.kind:
            case JsonKind():
                is_list = Lowered(scope.dialect.is_node(scope.facet(location, Facet.NODE), "list"), nullable=True)
                values = literals_of(operands)
                found = node_has_all(scope.dialect, scope.facet(location, Facet.NODE), _without_instants(values))
                has_all = all_lowered([is_list, found])
                scalars = [value for value in values if isinstance(value, Text | Boolean | Null)]
                if scalars and len(scalars) == len(values):
                    has_all = replace(has_all, indexed=self._indexed(held, scope.dialect.indexed_all_items, scalars))
                parts.append(has_all)
            case ArrayKind(item):
                value = scope.value(location)
                parts.append(Lowered(is_not_null(value), nullable=False))
                parts.append(list_has_all(scope.dialect, item, value, literals_of(operands)))
            case _:
                return NEVER
        return all_lowered(parts)

    def _node_has_any(self, held: Property, operands: list[Value | Instant]) -> Lowered:
        location = self.scope.catalog.locate(held.steps)
        assert location is not None
        values = _without_instants(operands)
        found = node_has_any(self.scope.dialect, self.scope.facet(location, Facet.NODE), values)
        if not values or not all(is_plain(value) for value in values):
            return found
        indexed = self._indexed(held, self.scope.dialect.indexed_items, values)
        return found if indexed is None else replace(found, indexed=indexed)


def _without_instants(operands: Sequence[Value | Instant]) -> list[Value]:
    """No value in JSON is a timestamp."""
    return [operand for operand in operands if not isinstance(operand, Instant)]
