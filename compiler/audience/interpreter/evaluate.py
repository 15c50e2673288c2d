"""The meaning of a condition: what it answers for one person at one instant.

Total and two-valued, as the semantics demand: every predicate is true or false of every person. The only thing
it refuses to answer is membership in an audience that nobody defined, because both answers would be guesses.
"""

from typing import assert_never

from audience.errors import UsageError
from audience.interpreter.containment import contains, contains_any, contains_found
from audience.interpreter.document import DocumentValue
from audience.interpreter.equality import equals, equals_found, reads, reads_found
from audience.interpreter.instants import instant_of
from audience.interpreter.order import ordered, ordered_found, ordered_instants
from audience.interpreter.person import Members, Person, find
from audience.ir.nodes import (
    And,
    Bound,
    Compares,
    ComparesInstant,
    Constant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Not,
    Now,
    Operand,
    Or,
    Predicate,
    Property,
)
from audience.values import Instant


def evaluate(predicate: Predicate, person: Person, now: int, members: Members) -> bool:
    """Whether the predicate is true of the person. `now` is the run's now in microseconds since the epoch.

    `members` holds every static audience that the predicate asks for; UsageError A401 for one it lacks.
    """
    match predicate:
        case And(operands):
            return all(evaluate(operand, person, now, members) for operand in operands)
        case Or(operands):
            return any(evaluate(operand, person, now, members) for operand in operands)
        case Not(leaf):
            return not _holds(leaf, person, now, members)
        case Constant(value):
            return value
        case _:
            return _holds(predicate, person, now, members)


def _holds(leaf: Leaf, person: Person, now: int, members: Members) -> bool:
    """Whether one condition holds. An absent property is None; each case says itself how it reads."""
    match leaf:
        case Equals(property, operands):
            return _equals_any(find(person, property.steps), operands, person)
        case Compares(property, order, operand):
            value = find(person, property.steps)
            if isinstance(operand, Property):
                return ordered_found(value, order, find(person, operand.steps))
            return ordered(value, order, operand)
        case ComparesInstant(property, order, bound):
            return ordered_instants(instant_of(find(person, property.steps)), order, _instant(bound, person, now))
        case Contains(property, operand):
            value = find(person, property.steps)
            if isinstance(operand, Property):
                return contains_found(value, find(person, operand.steps))
            return contains(value, operand)
        case ContainsAny(property, literals):
            return contains_any(find(person, property.steps), literals)
        case ContainsAll(property, operands):
            return _contains_all(find(person, property.steps), operands, person)
        case IsEmpty(property):
            value = find(person, property.steps)
            return value is None or (isinstance(value, str | list) and not value)
        case Exists(property):
            return find(person, property.steps) is not None
        case IsTimestamp(property):
            return instant_of(find(person, property.steps)) is not None
        case IsMember(audience):
            return _is_member(audience, person, members)
        case _:
            assert_never(leaf)


def _equals_any(value: DocumentValue, operands: tuple[Operand, ...], person: Person) -> bool:
    for operand in operands:
        if isinstance(operand, Property):
            if reads_found(value, find(person, operand.steps)):
                return True
        elif reads(value, operand):
            return True
    return False


def _contains_all(value: DocumentValue, operands: tuple[Operand, ...], person: Person) -> bool:
    """An absent argument is nothing that a list could have, not even as a null item: `equals_found` says so."""
    if not isinstance(value, list):
        return False
    for operand in operands:
        if isinstance(operand, Property):
            argument = find(person, operand.steps)
            if not any(equals_found(item, argument) for item in value):
                return False
        elif not any(equals(item, operand) for item in value):
            return False
    return True


def _instant(bound: Bound, person: Person, now: int) -> int | None:
    """The instant of a bound; None where a property is no timestamp."""
    match bound:
        case Instant(microseconds):
            return microseconds
        case Now(offset):
            return now + offset
        case Property(steps):
            return instant_of(find(person, steps))
        case _:
            assert_never(bound)


def _is_member(audience: str, person: Person, members: Members) -> bool:
    if audience not in members:
        raise UsageError("A401", f"no audience has the key {audience!r}", "give its members, or define it")
    return person.id is not None and (person.id, person.tenant or None) in members[audience]
