"""`a or (a and b)` is `a`, and `a and (a or b)` is `a`."""

from audience.ir.nodes import And, Or
from audience.resolution.normalize.groups import Group


def absorption(group: Group) -> Group:
    """Drop the inner groups that hold an operand of the outer one: it decides them before they are asked."""
    inner = Or if group.conjunction else And
    if not any(isinstance(operand, inner) for operand in group.operands):
        return group
    held = set(group.operands)
    kept = tuple(
        operand
        for operand in group.operands
        if not (isinstance(operand, And | Or) and not held.isdisjoint(operand.operands))
    )
    return Group(group.conjunction, kept)
