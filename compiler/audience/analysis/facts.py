"""What one leaf demands of the value of its property: which types it can have, and which values.

Facts over-approximate: a leaf that is true of a person always has its facts, not the other way round.
That is what makes a contradiction of facts a proof that nobody matches.
"""

from enum import Enum, auto
from typing import assert_never

from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    Kind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampKind,
)
from audience.ir.nodes import (
    Compares,
    ComparesInstant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Operand,
    Property,
)
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text, Value


class Shape(Enum):
    """What a value at a path can be."""

    ABSENT = auto()
    BOOLEAN = auto()
    NUMBER = auto()
    TEXT = auto()
    TIMESTAMP = auto()
    ARRAY = auto()
    OBJECT = auto()


Shapes = frozenset[Shape]

ALL: Shapes = frozenset(Shape)
PRESENT: Shapes = ALL - {Shape.ABSENT}

World = Value | Instant | None
"""One value that a property can have; None is an absent one."""


def shapes_of_kind(kind: Kind) -> Shapes:
    """What the values of a column type can be; any of them can be absent."""
    match kind:
        case BooleanKind():
            return frozenset({Shape.ABSENT, Shape.BOOLEAN})
        case IntegerKind() | DecimalKind() | DoubleKind():
            return frozenset({Shape.ABSENT, Shape.NUMBER})
        case TextKind():
            return frozenset({Shape.ABSENT, Shape.TEXT})
        case TimestampKind():
            return frozenset({Shape.ABSENT, Shape.TIMESTAMP})
        case ArrayKind():
            return frozenset({Shape.ABSENT, Shape.ARRAY})
        case StructKind() | MapKind():
            return frozenset({Shape.ABSENT, Shape.OBJECT})
        case JsonKind() | OpaqueKind():
            return ALL
        case _:
            assert_never(kind)


def shape_of(world: World) -> Shape:
    """The shape of one value."""
    match world:
        case None | Null():
            return Shape.ABSENT
        case Boolean():
            return Shape.BOOLEAN
        case Number():
            return Shape.NUMBER
        case Text():
            return Shape.TEXT
        case Instant():
            return Shape.TIMESTAMP
        case Array():
            return Shape.ARRAY
        case Object():
            return Shape.OBJECT
        case _:
            assert_never(world)


def worlds_of(operands: tuple[Operand, ...]) -> frozenset[World] | None:
    """The values that read as one of the operands; None where a property makes them unknown."""
    worlds: set[World] = set()
    for operand in operands:
        match operand:
            case Property():
                return None
            case Null():
                worlds.add(None)
            case Text(""):
                worlds |= {None, operand}
            case _:
                worlds.add(operand)
    return frozenset(worlds)


def shapes_where_true(leaf: Leaf) -> Shapes:
    """What the value can be where the leaf is true."""
    match leaf:
        case Equals(_, operands):
            worlds = worlds_of(operands)
            return ALL if worlds is None else frozenset(map(shape_of, worlds))
        case Compares(_, _, operand):
            return _ordered_shapes(operand)
        case ComparesInstant() | IsTimestamp():
            return frozenset({Shape.TEXT, Shape.TIMESTAMP})
        case Contains(_, operand):
            return _containing_shapes(operand)
        case ContainsAny(_, items):
            worlds = worlds_of(items)
            return ALL if worlds is None else frozenset({Shape.ARRAY, *map(shape_of, worlds)})
        case ContainsAll():
            return frozenset({Shape.ARRAY})
        case IsEmpty():
            return frozenset({Shape.ABSENT, Shape.TEXT, Shape.ARRAY})
        case Exists():
            return PRESENT
        case IsMember():
            return ALL
        case _:
            assert_never(leaf)


def shapes_where_false(leaf: Leaf) -> Shapes:
    """What the value can be where the leaf is false: only absence can be told."""
    match leaf:
        case Exists():
            return frozenset({Shape.ABSENT})
        case IsEmpty():
            return PRESENT
        case Equals(_, operands) if Text("") in operands or Null() in operands:
            return PRESENT
        case _:
            return ALL


def _ordered_shapes(operand: Operand) -> Shapes:
    if isinstance(operand, Property):
        return frozenset({Shape.NUMBER, Shape.TEXT, Shape.TIMESTAMP})
    return frozenset({shape_of(operand)}) & {Shape.NUMBER, Shape.TEXT, Shape.TIMESTAMP}


def _containing_shapes(operand: Operand) -> Shapes:
    if isinstance(operand, Property):
        return frozenset({Shape.ARRAY, Shape.TEXT, Shape.ABSENT})
    if operand == Text(""):
        return frozenset({Shape.ARRAY, Shape.TEXT, Shape.ABSENT})
    return frozenset({Shape.ARRAY, Shape.TEXT}) if isinstance(operand, Text) else frozenset({Shape.ARRAY})
