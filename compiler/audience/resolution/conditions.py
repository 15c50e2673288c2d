"""One condition as a predicate: the operator's positive test, then its complement where it is negated.

What comes out still says things in several ways (see `normalize`), but it is right, and typed as far as
the catalog knows types.
"""

from audience import ir
from audience.catalog.kinds import ArrayKind, JsonKind, TimestampKind
from audience.language import nodes as ast
from audience.operators import Takes, Test
from audience.resolution import lints
from audience.resolution.arguments import (
    check_length,
    constant,
    constants,
    describe_argument,
    describe_value,
    dynamic,
    instant,
    item_kind,
    literals,
    no_relative,
    now_plus,
    wrong_shape,
)
from audience.resolution.properties import check_looks_into, locate
from audience.resolution.references import members_of
from audience.resolution.scope import Scope
from audience.values import Array, Instant, Number, Text

ORDERS = {
    Test.LESS_THAN: ir.Order.LESS,
    Test.LESS_THAN_OR_EQUAL_TO: ir.Order.LESS_OR_EQUAL,
    Test.GREATER_THAN: ir.Order.GREATER,
    Test.GREATER_THAN_OR_EQUAL_TO: ir.Order.GREATER_OR_EQUAL,
    Test.IS_TIMESTAMP_BEFORE: ir.Order.LESS,
    Test.IS_TIMESTAMP_ON_OR_AFTER: ir.Order.GREATER_OR_EQUAL,
    Test.IS_TIMESTAMP_BEFORE_NOW: ir.Order.LESS,
    Test.IS_TIMESTAMP_ON_OR_AFTER_NOW: ir.Order.GREATER_OR_EQUAL,
}

INSTANT_TESTS = frozenset(
    {
        Test.IS_TIMESTAMP_BEFORE,
        Test.IS_TIMESTAMP_ON_OR_AFTER,
        Test.IS_TIMESTAMP_BETWEEN,
        Test.IS_TIMESTAMP_BEFORE_NOW,
        Test.IS_TIMESTAMP_ON_OR_AFTER_NOW,
    }
)
"""Tests that compare instants, and so need the property to be a timestamp."""


def needs_instant(condition: ast.Condition) -> bool:
    """Whether a condition needs its subject to be a timestamp."""
    return condition.operator.test in INSTANT_TESTS or isinstance(condition.argument, ast.Relative)


def resolve_condition(condition: ast.Condition, scope: Scope) -> ir.Predicate | None:
    """The predicate of a condition, Nots at the leaves; None after an error."""
    scope.conditions += 1
    condition = _with_list(condition)
    if condition.operator.takes is Takes.AUDIENCE:
        positive = members_of(condition, scope)
    else:
        positive = _about_property(condition, scope)
    if positive is None:
        return None
    return ir.negate(positive) if condition.operator.negated else positive


def _with_list(condition: ast.Condition) -> ast.Condition:
    """A list is Items wherever it comes from."""
    match condition.argument:
        case ast.Literal(Array(items), place):
            listed = ast.Items(tuple(ast.Literal(item, place) for item in items), place)
            return ast.Condition(condition.property, condition.operator, listed, condition.place, condition.comments)
        case _:
            return condition


def _about_property(condition: ast.Condition, scope: Scope) -> ir.Predicate | None:
    operator, argument = condition.operator, condition.argument
    subject = locate(condition.property, scope)
    if subject is not None and not check_looks_into(subject, operator.test, condition.property, scope):
        return None
    # The argument of an unknown property is checked all the same, so that everything is said at once.
    probe = subject or ir.Property(condition.property.steps, JsonKind())
    if operator.takes is Takes.NOTHING:
        if argument is not None:
            scope.warn("A302", f"`{operator.words}` takes no argument, so this one is ignored", argument.place)
        found: ir.Predicate | None = _without_argument(probe, operator.test)
    elif argument is None:
        scope.error(
            "A301",
            f"`{operator.words}` needs an argument",
            condition.place,
            f"it takes {operator.takes.value}; for example: {operator.example}",
        )
        found = None
    else:
        found = _with_argument(probe, condition, argument, scope)
    if subject is None or found is None:
        return None
    return lints.review(found, subject, condition, scope)


def _without_argument(subject: ir.Property, test: Test) -> ir.Predicate:
    match test:
        case Test.EMPTY:
            return ir.IsEmpty(subject)
        case Test.EXISTS:
            return ir.Exists(subject)
        case Test.IS_TIMESTAMP:
            return ir.IsTimestamp(subject)
        case _:
            return ir.ComparesInstant(subject, ORDERS[test], ir.Now(0))


def _with_argument(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    match condition.operator.takes:
        case Takes.VALUE:
            return _equal_to(subject, condition, argument, scope)
        case Takes.ORDERED:
            return _ordered(subject, condition, argument, scope)
        case Takes.RANGE:
            return _between(subject, condition, argument, scope)
        case Takes.ITEMS:
            return _contains(subject, condition, argument, scope)
        case Takes.INSTANT:
            bound = _bound(condition, argument, scope)
            return None if bound is None else ir.ComparesInstant(subject, ORDERS[condition.operator.test], bound)
        case Takes.INSTANTS:
            return _between_instants(subject, condition, argument, scope)
        case Takes.NOTHING | Takes.AUDIENCE:
            raise AssertionError("handled before")


def _equal_to(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    operand: ir.Operand | None
    match argument:
        case ast.Literal():
            operand = constant(argument, subject.kind, scope, blank=True)
        case ast.Property():
            operand = dynamic(argument, scope)
        case ast.Relative():
            no_relative(argument, condition.operator, scope)
            return None
        case ast.Items():
            held = literals(argument, condition.operator, scope)
            if held is None:
                return None
            whole = ast.Literal(Array(tuple(item.value for item in held)), argument.place)
            operand = constant(whole, subject.kind, scope)
    return None if operand is None else ir.Equals(subject, (operand,))


def _ordered(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    order = ORDERS[condition.operator.test]
    match argument:
        case ast.Literal(Number() | Text()):
            operand = constant(argument, subject.kind, scope, relative=True)
            return None if operand is None else _compares(subject, order, operand)
        case ast.Property():
            other = dynamic(argument, scope)
            return None if other is None else ir.Compares(subject, order, other)
        case ast.Relative():
            bound = now_plus(argument, scope)
            return None if bound is None else ir.ComparesInstant(subject, order, bound)
        case _:
            wrong_shape(condition.operator, describe_argument(argument), argument.place, scope)
            return None


def _compares(subject: ir.Property, order: ir.Order, operand: ir.Operand) -> ir.Predicate:
    if isinstance(operand, Instant):
        return ir.ComparesInstant(subject, order, operand)
    return ir.Compares(subject, order, operand)


def _between(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    pair = _pair(condition, argument, scope)
    if pair is None:
        return None
    fine = True
    for item in pair:
        if isinstance(item, ast.Relative):
            no_relative(item, condition.operator, scope)
            fine = False
        elif isinstance(item, ast.Property):
            scope.error(
                "A303",
                f"the bounds of `{condition.operator.words}` are values, not properties",
                item.place,
                "write two comparisons: `x >= recipient.low and x <= recipient.high`",
            )
            fine = False
        elif not isinstance(item.value, Number | Text):
            wrong_shape(condition.operator, describe_value(item.value), item.place, scope)
            fine = False
    bounds = [item for item in pair if isinstance(item, ast.Literal)]
    if not fine or len(bounds) != 2:
        return None
    if type(bounds[0].value) is not type(bounds[1].value):
        wrong_shape(condition.operator, "a number and a text", argument.place, scope)
        return None
    found = constants(bounds, subject.kind, scope)
    if found is None:
        return None
    return ir.And(
        (
            _compares(subject, ir.Order.GREATER_OR_EQUAL, found[0]),
            _compares(subject, ir.Order.LESS_OR_EQUAL, found[1]),
        )
    )


def _pair(
    condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> tuple[ast.Literal | ast.Property | ast.Relative, ast.Literal | ast.Property | ast.Relative] | None:
    if not isinstance(argument, ast.Items):
        wrong_shape(condition.operator, describe_argument(argument), argument.place, scope)
        return None
    if len(argument.items) != 2:
        count = len(argument.items)
        wrong_shape(condition.operator, f"a list of {count:,} item{'' if count == 1 else 's'}", argument.place, scope)
        return None
    return argument.items[0], argument.items[1]


def _contains(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    all_of = condition.operator.test is Test.CONTAINS_ALL
    match argument:
        case ast.Relative():
            no_relative(argument, condition.operator, scope)
            return None
        case ast.Property():
            other = dynamic(argument, scope)
            if other is None:
                return None
            return ir.ContainsAll(subject, (other,)) if all_of else ir.Contains(subject, other)
        case ast.Literal():
            # A timestamp contains nothing, so only the items of a list of timestamps make a text an instant.
            kind = JsonKind() if isinstance(subject.kind, TimestampKind) else item_kind(subject.kind)
            operand = constant(argument, kind, scope, blank=not all_of)
            if operand is None:
                return None
            return ir.ContainsAll(subject, (operand,)) if all_of else ir.Contains(subject, operand)
        case ast.Items():
            held = literals(argument, condition.operator, scope)
            kind = JsonKind() if all_of and isinstance(subject.kind, TimestampKind) else item_kind(subject.kind)
            operands = None if held is None else constants(held, kind, scope, blank=not all_of)
            if operands is None:
                return None
            if all_of:
                return ir.ContainsAll(subject, operands)
            if not operands:
                return ir.Constant(False)
            # A value that is no list reads as one of the items, and that is what Equals says.
            if isinstance(subject.kind, ArrayKind | JsonKind):
                return ir.ContainsAny(subject, operands)
            return ir.Equals(subject, operands)


def _bound(condition: ast.Condition, argument: ast.Argument, scope: Scope) -> ir.Bound | None:
    match argument:
        case ast.Literal():
            return instant(argument, condition.operator, scope)
        case ast.Property():
            return dynamic(argument, scope)
        case ast.Relative():
            return now_plus(argument, scope)
        case ast.Items():
            wrong_shape(condition.operator, "a list", argument.place, scope)
            return None


def _between_instants(
    subject: ir.Property, condition: ast.Condition, argument: ast.Argument, scope: Scope
) -> ir.Predicate | None:
    if isinstance(argument, ast.Items) and not check_length(argument, scope):
        return None
    pair = _pair(condition, argument, scope)
    if pair is None:
        return None
    start, end = (_bound(condition, item, scope) for item in pair)
    if start is None or end is None:
        return None
    return ir.And(
        (
            ir.ComparesInstant(subject, ir.Order.GREATER_OR_EQUAL, start),
            ir.ComparesInstant(subject, ir.Order.LESS_OR_EQUAL, end),
        )
    )
