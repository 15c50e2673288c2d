"""Several lists about one property become one list.

`plan = "a" or plan = "b"` is `plan in ["a", "b"]`, `!=` under AND likewise, and `contains all` of two
lists under AND is `contains all` of both. Engines answer one list faster than many tests.
"""

from typing import assert_never

from audience.ir.nodes import ContainsAll, ContainsAny, Equals, Leaf, Not, Predicate
from audience.resolution.normalize.groups import Group
from audience.resolution.normalize.leaves import sorted_items, sorted_operands

Listed = Equals | ContainsAny | ContainsAll


def union(group: Group) -> Group:
    """Join the leaves of one kind, one property and one sign whose operands add up in this group."""
    found: dict[tuple[type[Leaf], tuple[str | int, ...]], list[Listed]] = {}
    others: list[Predicate] = []
    for operand in group.operands:
        negated = isinstance(operand, Not)
        leaf = operand.operand if isinstance(operand, Not) else operand
        if isinstance(leaf, Equals | ContainsAny | ContainsAll) and negated is _adds_up_negated(leaf, group):
            found.setdefault((type(leaf), leaf.property.steps), []).append(leaf)
        else:
            others.append(operand)
    if all(len(leaves) == 1 for leaves in found.values()):
        return group
    for leaves in found.values():
        joined = _joined(leaves)
        others.append(Not(joined) if _adds_up_negated(joined, group) else joined)
    return Group(group.conjunction, tuple(others))


def _adds_up_negated(leaf: Listed, group: Group) -> bool:
    """Whether it is the negated leaf that adds up here: "any of" joins under OR, "all of" under AND."""
    return group.conjunction is not isinstance(leaf, ContainsAll)


def _joined(leaves: list[Listed]) -> Listed:
    first = leaves[0]
    if len(leaves) == 1:
        return first
    operands = tuple(operand for leaf in leaves for operand in leaf.operands)
    match first:
        case Equals(subject):
            return Equals(subject, sorted_operands(operands))
        case ContainsAny(subject):
            items = tuple(item for leaf in leaves if isinstance(leaf, ContainsAny) for item in leaf.operands)
            return ContainsAny(subject, sorted_items(items))
        case ContainsAll(subject):
            return ContainsAll(subject, sorted_operands(operands))
        case _:
            assert_never(first)
