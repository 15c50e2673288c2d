"""The same operand twice is the operand once."""

from audience.resolution.normalize.groups import Group


def distinct(group: Group) -> Group:
    """Keep the first of equal operands."""
    return Group(group.conjunction, tuple(dict.fromkeys(group.operands)))
