"""Whether a list has an item: typed lists and lists in JSON."""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog.kinds import Collation, JsonKind, Kind, TextKind, TimestampForm, TimestampKind
from audience.ir.nodes import Operand, Property
from audience.lowering.build import double
from audience.lowering.dialect import Dialect
from audience.lowering.equality import equals, is_plain, node_equals
from audience.lowering.lowered import NEVER, Lowered, all_lowered, any_lowered
from audience.lowering.scalars import is_wide, literal, subject
from audience.values import Instant, Null, Number, Value

EXACT_FORMS = (TimestampForm.NAIVE, TimestampForm.ZONED)
"""Timestamp forms whose literals a list function compares exactly."""

TESTS_MAX = 4
"""Up to so many scalars a typed list is searched for each by itself: to compare two lists costs an engine more."""

ALL_MAX = 16
"""Up to so many items that a list must have are asked for one by one, where an index can serve them."""


def list_has_any(dialect: Dialect, item: Kind, items: exp.Expr, operands: Sequence[Value | Instant]) -> Lowered:
    """Whether a typed list has at least one of the operands as an item."""
    scalars, others = [], []
    for operand in operands:
        simple = _simple_literal(dialect, item, operand)
        if simple is None:
            others.append(operand)
        else:
            scalars.append(simple)
    parts = []
    if len(scalars) <= TESTS_MAX:
        parts += [Lowered(dialect.list_has(items.copy(), scalar), nullable=True) for scalar in scalars]
    else:
        parts.append(Lowered(dialect.list_has_any(items, scalars), nullable=True))
    parts += [_has_item(dialect, item, items, operand) for operand in others]
    return any_lowered(parts)


def node_has_any(dialect: Dialect, node: exp.Expr, operands: Sequence[Value]) -> Lowered:
    """Whether a JSON list has at least one of the operands as an item; false for everything that is no list."""
    plain = [operand for operand in operands if is_plain(operand)]
    numbers = [operand.value for operand in operands if isinstance(operand, Number)]
    parts = []
    if plain:
        parts.append(Lowered(dialect.node_has_any(node, plain), nullable=True))
    if numbers:

        def is_number(item: exp.Expr) -> exp.Expr:
            return dialect.number_is_any(dialect.node_number(item), numbers)

        parts.append(Lowered(dialect.node_some_item(node, is_number), nullable=True))
    parts += [
        _node_has_item(dialect, node, operand)
        for operand in operands
        if not is_plain(operand) and not isinstance(operand, Number)
    ]
    return any_lowered(parts)


def list_has_all(dialect: Dialect, item: Kind, items: exp.Expr, operands: Sequence[Value | Instant]) -> Lowered:
    """Whether a typed list has every one of the operands as an item."""
    each = [list_has_any(dialect, item, items.copy(), [operand]) for operand in operands[: ALL_MAX + 1]]
    if len(operands) <= ALL_MAX or NEVER in each:
        return all_lowered(each)
    looked_up, others = dict[Value | Instant, exp.Expr](), []
    for operand in operands:
        simple = double(operand.value) if is_wide(item) and isinstance(operand, Number) else literal(item, operand)
        if simple is None:
            others.append(operand)
        else:
            looked_up[operand] = simple

    def read(one: exp.Expr) -> exp.Expr:
        return dialect.number_double(dialect.wide_decimal(one)) if is_wide(item) else subject(dialect, item, one)

    together = dialect.has_all(items, read, list(looked_up.values())) if looked_up else None
    if together is None:
        others = list(operands)
    rest = [list_has_any(dialect, item, items.copy(), [operand]) for operand in others]
    return all_lowered([*([] if together is None else [Lowered(together, nullable=True)]), *rest])


def node_has_all(dialect: Dialect, node: exp.Expr, operands: Sequence[Value]) -> Lowered:
    """Whether a JSON list has every one of the operands as an item; false for everything that is no list."""
    if len(operands) <= ALL_MAX:
        return all_lowered([node_has_any(dialect, node.copy(), [operand]) for operand in operands])
    different = list(dict.fromkeys(operands))
    parts: list[Lowered] = []
    groups: tuple[list[Value], ...] = (
        [operand for operand in different if is_plain(operand)],
        [operand for operand in different if isinstance(operand, Number)],
    )
    rest: list[Value] = [operand for operand in different if not is_plain(operand) and not isinstance(operand, Number)]
    for group in groups:
        together = dialect.node_has_all(node.copy(), group) if group else None
        if together is None:
            rest += group
        else:
            parts.append(Lowered(together, nullable=True))
    return all_lowered([*parts, *(node_has_any(dialect, node.copy(), [operand]) for operand in rest)])


def literals_of(operands: Sequence[Operand]) -> list[Value | Instant]:
    """The operands without the properties among them."""
    return [operand for operand in operands if not isinstance(operand, Property)]


def _simple_literal(dialect: Dialect, item: Kind, operand: Value | Instant) -> exp.Expr | None:
    """A literal that a list function can look for, None where items must be tested one by one."""
    match item, operand:
        case (JsonKind(), _) | (_, Null()) | (TextKind(cast=True) | TextKind(collation=Collation.FOLDING), _):
            return None
        case _ if is_wide(item):
            return None
        case TimestampKind(form), Instant(microseconds) if form in EXACT_FORMS:
            held = dialect.instant_range(item)
            within = held is None or held[0] <= microseconds <= held[1]
            return dialect.instant_literal(item, microseconds) if within else None
        case _:
            return literal(item, operand)


def _has_item(dialect: Dialect, item: Kind, items: exp.Expr, operand: Value | Instant) -> Lowered:
    if equals(dialect, item, items, operand) is NEVER:
        return NEVER
    test = dialect.some_item(items, lambda one: equals(dialect, item, one, operand).expression)
    return Lowered(test, nullable=True)


def _node_has_item(dialect: Dialect, node: exp.Expr, operand: Value) -> Lowered:
    test = dialect.node_some_item(node, lambda item: node_equals(dialect, item, operand).expression)
    return Lowered(test, nullable=True)
