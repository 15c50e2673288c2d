"""A constant decides its group or adds nothing to it."""

from audience.ir.nodes import Constant
from audience.resolution.normalize.groups import Group


def constants(group: Group) -> Group:
    """AND with false is false, AND with true is the rest; OR the other way round."""
    if not any(isinstance(operand, Constant) for operand in group.operands):
        return group
    if group.absorbing in group.operands:
        return group.decided()
    return Group(group.conjunction, tuple(operand for operand in group.operands if operand != group.neutral))
