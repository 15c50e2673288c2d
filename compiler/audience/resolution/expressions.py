"""Groups of conditions as predicates, and as the outline that keeps every node where its author put it."""

from typing import assert_never

from audience import ir
from audience.catalog import ANY
from audience.language import format_condition
from audience.language import nodes as ast
from audience.language.walk import children, nesting
from audience.language.walk import conditions as conditions_of
from audience.limits import CONDITIONS_MAX, NESTING_MAX, TEXT_NESTING_MAX
from audience.operators import Takes
from audience.resolution.conditions import needs_instant, resolve_condition
from audience.resolution.normalize import Known, normalize
from audience.resolution.scope import Scope


def fits(expression: ast.Expression, scope: Scope) -> bool:
    """Whether an expression is within the limits; nothing recurses into one that is not."""
    if nesting(expression) > TEXT_NESTING_MAX or group_depth(expression) > NESTING_MAX:
        scope.error(
            "A902",
            f"the groups nest deeper than {NESTING_MAX}",
            expression.place,
            "give the inner groups a name: make them audiences of their own and ask `member of`",
        )
        return False
    count = sum(1 for _ in conditions_of(expression))
    if count > CONDITIONS_MAX:
        scope.error(
            "A903",
            f"the definition has {count:,} conditions, at most {CONDITIONS_MAX:,} are allowed",
            expression.place,
            "join conditions about one property by `in [...]`, or keep the people in a static audience",
        )
        return False
    return True


def group_depth(expression: ast.Expression) -> int:
    """How deep groups nest when `not` is carried to the conditions and equal groups are joined."""
    deepest = 0
    stack: list[tuple[ast.Expression, bool, bool | None, int]] = [(expression, False, None, 0)]
    while stack:
        node, negated, outer, depth = stack.pop()
        match node:
            case ast.Not(operand):
                stack.append((operand, not negated, outer, depth))
            case ast.And() | ast.Or():
                conjunction = isinstance(node, ast.And) is not negated
                below = depth + (conjunction is not outer)
                deepest = max(deepest, below)
                stack.extend((operand, negated, conjunction, below) for operand in node.operands)
            case _:
                pass
    return deepest


def resolve_canonical(expression: ast.Expression, scope: Scope) -> ir.Predicate | None:
    """The canonical predicate of an expression; None after an error."""
    if not fits(expression, scope):
        return None
    predicate = _resolve(expression, scope)
    return None if predicate is None else normalize(predicate)


def _resolve(expression: ast.Expression, scope: Scope) -> ir.Predicate | None:
    match expression:
        case ast.Condition():
            return resolve_condition(expression, scope)
        case ast.Nobody():
            return ir.Constant(False)
        case ast.Not(operand):
            inner = _resolve(operand, scope)
            return None if inner is None else ir.negate(inner)
        case ast.And() | ast.Or():
            found: list[ir.Predicate | None] = []
            for operand in expression.operands:
                found.append(_resolve(operand, scope))  # noqa: PERF401 -- a loop keeps the stack shallow
            return join(expression, found)
        case _:
            assert_never(expression)


def join(group: ast.And | ast.Or, operands: list[ir.Predicate | None]) -> ir.Predicate | None:
    """The predicates of a group's operands as one; None when one of them was refused."""
    fine = tuple(operand for operand in operands if operand is not None)
    if len(fine) != len(operands):
        return None
    return ir.And(fine) if isinstance(group, ast.And) else ir.Or(fine)


def outline(
    expression: ast.Expression, scope: Scope, known: Known | None = None
) -> tuple[ir.Outline, ir.Predicate | None]:
    """The outline of an expression and its predicate before normalising, from one walk.

    Where a condition was refused its predicate is nobody; such an outline is thrown away with the definition.
    `known` is for the walk itself.
    """
    known = {} if known is None else known
    parts: list[ir.Outline] = []
    predicates: list[ir.Predicate | None] = []
    for part in children(expression):
        inner, predicate = outline(part, scope, known)
        parts.append(inner)
        predicates.append(predicate)
    found: ir.Predicate | None
    properties: tuple[ir.Property, ...] = ()
    kind: ir.NodeKind
    instant = False
    match expression:
        case ast.Condition():
            kind, found = "condition", resolve_condition(expression, scope)
            properties, instant = _reads(expression, scope), needs_instant(expression)
        case ast.Nobody():
            kind, found = "nobody", ir.Constant(False)
        case ast.Not():
            kind, found = "not", None if predicates[0] is None else ir.negate(predicates[0])
        case ast.And():
            kind, found = "and", join(expression, predicates)
        case ast.Or():
            kind, found = "or", join(expression, predicates)
        case _:
            assert_never(expression)
    meant = ir.Constant(False) if found is None else normalize(found, known)
    node = ir.Outline(kind, _text(expression, parts), expression.place, meant, properties, tuple(parts), instant)
    return node, found


def _text(expression: ast.Expression, parts: list[ir.Outline]) -> str:
    """The canonical text on one line, without comments, put together from the texts of the parts."""
    match expression:
        case ast.Condition():
            return format_condition(expression)
        case ast.Nobody():
            return "nobody"
        case ast.Not(operand):
            # `not member of` is an operator of its own, so a `not` before a membership takes parentheses.
            member = isinstance(operand, ast.Condition) and operand.operator.name == "is_audience_member"
            return f"not ({parts[0].text})" if member else f"not {_inner_text(parts[0])}"
        case ast.And():
            return " and ".join(_inner_text(part) for part in parts)
        case ast.Or():
            return " or ".join(_inner_text(part) for part in parts)
        case _:
            assert_never(expression)


def _inner_text(part: ir.Outline) -> str:
    return f"({part.text})" if part.kind in ("and", "or") else part.text


def _reads(condition: ast.Condition, scope: Scope) -> tuple[ir.Property, ...]:
    """What a condition reads, the subject first; a membership reads nothing itself."""
    if not condition.property.steps or condition.operator.takes is Takes.AUDIENCE:
        return ()
    named = [condition.property]
    match condition.argument:
        case ast.Property() as other:
            named.append(other)
        case ast.Items(items):
            named.extend(item for item in items if isinstance(item, ast.Property))
        case _:
            pass
    found = []
    for name in named:
        location = scope.catalog.locate(name.steps)
        found.append(ir.Property(name.steps, location.kind if location else ANY))
    return tuple(dict.fromkeys(found))
