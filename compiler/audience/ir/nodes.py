"""The IR: what a definition asks of one person, resolved, typed and canonical.

One way to say each thing. There are no negated operators (Not stands only above a leaf), no ranges
(two bounds), no lists of one, no empty groups, no names of audiences that have a definition (they are
inlined), no relative times (an offset from now). Nodes hold paths and kinds, never columns.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from audience.catalog.kinds import Kind
from audience.values import Instant, Value

Steps = tuple[str | int, ...]


class Order(StrEnum):
    """The four ordered comparisons, by the symbol that prints them."""

    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its path, with what the catalog knows of its values; two of one path are one property."""

    steps: Steps
    kind: Kind = field(compare=False)


@dataclass(frozen=True, slots=True)
class Now:
    """The run's now, plus an offset in microseconds."""

    offset: int


Operand = Value | Instant | Property
"""What a value is compared with: a literal, an instant (only where the property is a timestamp), a property."""

Bound = Instant | Now | Property
"""What an instant is compared with."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value reads as one of the operands (`reads` of the semantics); one or more, sorted, distinct."""

    property: Property
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Compares:
    """The value and the operand are of one ordered type, and ordered so."""

    property: Property
    order: Order
    operand: Operand


@dataclass(frozen=True, slots=True)
class ComparesInstant:
    """The value is a timestamp (or a text that reads as one), so is the bound, and they are ordered so."""

    property: Property
    order: Order
    bound: Bound


@dataclass(frozen=True, slots=True)
class Contains:
    """A list has an item equal to the operand, or a text contains it."""

    property: Property
    operand: Operand


@dataclass(frozen=True, slots=True)
class ContainsAny:
    """A list shares an item with the operands; any other value reads as one of them. One or more."""

    property: Property
    operands: tuple[Value | Instant, ...]


@dataclass(frozen=True, slots=True)
class ContainsAll:
    """The value is a list that has every operand as an item; with no operand: the value is a list."""

    property: Property
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The value is absent, "" or []."""

    property: Property


@dataclass(frozen=True, slots=True)
class Exists:
    """The value is not absent."""

    property: Property


@dataclass(frozen=True, slots=True)
class IsTimestamp:
    """The value is a timestamp, or a text that reads as one."""

    property: Property


@dataclass(frozen=True, slots=True)
class IsMember:
    """The person is a member of this static audience, in the tenant of the evaluation."""

    audience: str


Leaf = (
    Equals
    | Compares
    | ComparesInstant
    | Contains
    | ContainsAny
    | ContainsAll
    | IsEmpty
    | Exists
    | IsTimestamp
    | IsMember
)


@dataclass(frozen=True, slots=True)
class Constant:
    """True of everybody, or of nobody."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """True where the leaf is false."""

    operand: Leaf


@dataclass(frozen=True, slots=True)
class And:
    """True where every operand is true; two or more, sorted, distinct, none an And or a Constant."""

    operands: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where some operand is true; two or more, sorted, distinct, none an Or or a Constant."""

    operands: tuple["Predicate", ...]


Predicate = Leaf | Not | And | Or | Constant
