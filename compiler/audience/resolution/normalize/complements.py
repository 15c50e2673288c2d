"""A test and its complement side by side: nobody under AND, everybody under OR.

Sound because every condition is true or false of every person, never unknown.
"""

from audience.ir.nodes import And, Not, Or
from audience.ir.walk import negate
from audience.resolution.normalize.groups import Group


def complements(group: Group) -> Group:
    """Decide a group that holds a leaf and its Not, or a group and its De Morgan twin as written."""
    held = set(group.operands)
    for operand in group.operands:
        match operand:
            case Not(leaf) if leaf in held:
                return group.decided()
            case Or(parts) if group.conjunction and all(negate(part) in held for part in parts):
                return group.decided()
            case And(parts) if not group.conjunction and all(negate(part) in held for part in parts):
                return group.decided()
            case _:
                pass
    return group
