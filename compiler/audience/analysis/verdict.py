"""Does a definition match somebody at all? What can be proved from the predicate alone.

The proofs are cheap and sound, not complete: NEVER and ALWAYS are certain, CONDITIONAL says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from audience.analysis.bounds import Interval, Point, interval
from audience.analysis.facts import (
    Shape,
    World,
    shape_of,
    shapes_of_kind,
    shapes_where_false,
    shapes_where_true,
    worlds_of,
)
from audience.ir.nodes import (
    And,
    Compares,
    ComparesInstant,
    Constant,
    ContainsAny,
    Equals,
    IsEmpty,
    IsMember,
    Leaf,
    Not,
    Now,
    Or,
    Order,
    Predicate,
    Property,
    Steps,
)
from audience.ir.walk import negate
from audience.values import Array, Instant, Number, Text


class Verdict(StrEnum):
    """Whom a predicate matches, whatever the data."""

    ALWAYS = "always"
    NEVER = "never"
    CONDITIONAL = "conditional"


def verdict(predicate: Predicate) -> Verdict:
    """What is certain of a predicate for every person, every now and every membership."""
    if impossible(predicate):
        return Verdict.NEVER
    if impossible(negate(predicate)):
        return Verdict.ALWAYS
    return Verdict.CONDITIONAL


def impossible(predicate: Predicate) -> bool:
    """Whether it is proved that nobody matches."""
    match predicate:
        case Constant(value):
            return not value
        case Or(operands):
            return all(impossible(operand) for operand in operands)
        case And(operands):
            if any(isinstance(operand, And | Or | Constant) and impossible(operand) for operand in operands):
                return True
            return _contradict(operand for operand in operands if not isinstance(operand, And | Or | Constant))
        case _:
            return _contradict((predicate,))


def _contradict(leaves: Iterable[Leaf | Not]) -> bool:
    """Whether leaves that must all hold contradict one another about some property."""
    held: dict[Steps, list[Leaf | Not]] = defaultdict(list)
    subjects: dict[Steps, Property] = {}
    for leaf in leaves:
        test = leaf.operand if isinstance(leaf, Not) else leaf
        if not isinstance(test, IsMember):
            held[test.property.steps].append(leaf)
            subjects.setdefault(test.property.steps, test.property)
    return any(_has_no_value(subjects[steps], tests) for steps, tests in held.items())


def _has_no_value(subject: Property, tests: list[Leaf | Not]) -> bool:
    shapes = shapes_of_kind(subject.kind)
    for test in tests:
        shapes &= shapes_where_false(test.operand) if isinstance(test, Not) else shapes_where_true(test)
    if not shapes:
        return True
    numbers = interval(_bounds(tests, Number))
    texts = interval(_bounds(tests, Text))
    if numbers.is_empty() or texts.is_empty():
        return True
    if interval(_instants(tests, Instant)).is_empty() or interval(_instants(tests, Now)).is_empty():
        return True
    worlds = _worlds(tests)
    return worlds is not None and not any(_fits(world, shapes, numbers, texts) for world in worlds)


def _bounds(tests: list[Leaf | Not], sort: type[Number] | type[Text]) -> list[tuple[Order, Point]]:
    return [
        (test.order, test.operand.value)
        for test in tests
        if isinstance(test, Compares) and isinstance(test.operand, Number | Text) and isinstance(test.operand, sort)
    ]


def _instants(tests: list[Leaf | Not], sort: type[Instant] | type[Now]) -> list[tuple[Order, Point]]:
    """Bounds that are instants, or offsets from now; the two cannot be compared with each other."""
    found: list[tuple[Order, Point]] = []
    for test in tests:
        match test:
            case ComparesInstant(_, order, Instant(point)) if sort is Instant:
                found.append((order, point))
            case ComparesInstant(_, order, Now(point)) if sort is Now:
                found.append((order, point))
            case _:
                pass
    return found


EMPTY_WORLDS: frozenset[World] = frozenset({None, Text(""), Array(())})


def _worlds(tests: list[Leaf | Not]) -> frozenset[World] | None:
    """The values that the tests leave, where one of them lists what the value can be; else None."""
    found: frozenset[World] | None = None
    excluded: set[World] = set()
    for test in tests:
        match test:
            case Equals(_, operands):
                worlds = worlds_of(operands)
            case IsEmpty():
                worlds = EMPTY_WORLDS
            case Not(Equals(_, operands)):
                worlds = None
                # One operand at a time: a property among them says nothing, the literals beside it still do.
                for operand in operands:
                    excluded |= worlds_of((operand,)) or frozenset()
            case Not(IsEmpty()):
                worlds = None
                excluded |= EMPTY_WORLDS
            case _:
                worlds = None
        if worlds is not None:
            found = worlds if found is None else found & worlds
    return None if found is None else frozenset(world for world in found - excluded if _may_be_listed(world, tests))


def _may_be_listed(world: World, tests: list[Leaf | Not]) -> bool:
    """Whether one value passes every `in [...]`; what a list of values contains is not looked into."""
    if isinstance(world, Array):
        return True
    for test in tests:
        leaf = test.operand if isinstance(test, Not) else test
        if isinstance(leaf, ContainsAny):
            listed = worlds_of(leaf.operands)
            if listed is not None and (world in listed) is isinstance(test, Not):
                return False
    return True


def _fits(world: World, shapes: frozenset[Shape], numbers: Interval, texts: Interval) -> bool:
    if shape_of(world) not in shapes:
        return False
    match world:
        case Number(value):
            return numbers.holds(value)
        case Text(text):
            return texts.holds(text)
        case _:
            return True
