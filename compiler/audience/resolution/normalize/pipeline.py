"""Predicate in, canonical predicate out: leaves first, then every group by every rule, from the inside out."""

from audience.ir.nodes import And, Constant, Or, Predicate
from audience.ir.order import predicate_key
from audience.resolution.normalize.absorption import absorption
from audience.resolution.normalize.complements import complements
from audience.resolution.normalize.constants import constants
from audience.resolution.normalize.distinct import distinct
from audience.resolution.normalize.flatten import flatten
from audience.resolution.normalize.groups import Group, Rule
from audience.resolution.normalize.leaves import canonical_leaf
from audience.resolution.normalize.presence import presence
from audience.resolution.normalize.union import union

RULES: tuple[Rule, ...] = (
    flatten,
    constants,
    distinct,
    complements,
    absorption,
    union,
    presence,
)


Known = dict[int, tuple[Predicate, Predicate]]
"""Predicates that were normalised already, by identity, with their canonical forms."""


def normalize(predicate: Predicate, known: Known | None = None) -> Predicate:
    """The canonical form of a predicate whose Nots stand at the leaves: the same answer for every person.

    Normalising twice changes nothing; the order and the repetition of operands do not matter. With `known`, who
    normalises a predicate after its parts does each part's work once.
    """
    known = {} if known is None else known
    if id(predicate) not in known:
        known[id(predicate)] = predicate, _normalize(predicate, known)
    return known[id(predicate)][1]


def _normalize(predicate: Predicate, known: Known) -> Predicate:
    match predicate:
        case And(operands) | Or(operands):
            conjunction = isinstance(predicate, And)
            return _settle(Group(conjunction, _parts(operands, conjunction, known)))
        case Constant():
            return predicate
        case _:
            found = canonical_leaf(predicate)
            return normalize_group(found) if isinstance(found, And | Or) else found


def normalize_group(group: And | Or) -> Predicate:
    """A group of canonical leaves, as it comes from a leaf that says two things."""
    return _settle(Group(isinstance(group, And), group.operands))


def _parts(operands: tuple[Predicate, ...], conjunction: bool, known: Known) -> tuple[Predicate, ...]:
    """The canonical operands; a group in an equal group is opened first, so that the rules see all at once."""
    same = And if conjunction else Or
    parts: list[Predicate] = []
    for operand in operands:
        if isinstance(operand, And | Or) and isinstance(operand, same):
            parts.extend(_parts(operand.operands, conjunction, known))
        else:
            parts.append(normalize(operand, known))
    return tuple(parts)


def _settle(group: Group) -> Predicate:
    """Apply the rules until none finds anything: one rule's result can be what an earlier one looks for."""
    while True:
        before = group.operands
        for rule in RULES:
            group = rule(group)
        if group.operands == before:
            break
    return Group(group.conjunction, tuple(sorted(group.operands, key=predicate_key))).join()
