"""An absent value reads as the empty text: beside `= ""`, asking for absence adds nothing."""

from audience.ir.nodes import Equals, Exists, Not, Property
from audience.resolution.normalize.groups import Group
from audience.values import Text


def presence(group: Group) -> Group:
    """Under OR drop `not exists` beside `= ""`; under AND drop `exists` beside `!= ""`."""
    blank: set[Property] = set()
    for operand in group.operands:
        match operand:
            case Equals(subject, operands) if not group.conjunction and Text("") in operands:
                blank.add(subject)
            case Not(Equals(subject, operands)) if group.conjunction and Text("") in operands:
                blank.add(subject)
            case _:
                pass
    if not blank:
        return group
    implied = {Exists(subject) if group.conjunction else Not(Exists(subject)) for subject in blank}
    return Group(group.conjunction, tuple(operand for operand in group.operands if operand not in implied))
