"""AND in AND and OR in OR become one group."""

from audience.ir.nodes import And, Or, Predicate
from audience.resolution.normalize.groups import Group


def flatten(group: Group) -> Group:
    """Lift the operands of equal groups one level up; they are flat themselves."""
    same = And if group.conjunction else Or
    if not any(isinstance(operand, same) for operand in group.operands):
        return group
    flat: list[Predicate] = []
    for operand in group.operands:
        if isinstance(operand, And | Or) and isinstance(operand, same):
            flat.extend(operand.operands)
        else:
            flat.append(operand)
    return Group(group.conjunction, tuple(flat))
