"""What a property's values can be: the type of a column, as far as conditions care."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BooleanKind:
    """true or false."""


@dataclass(frozen=True, slots=True)
class IntegerKind:
    """Whole numbers from `low` to `high`, both included; compared exactly with literals."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DecimalKind:
    """Decimal numbers. Up to 15 digits they compare natively with literals, wider ones as DOUBLE."""

    precision: int
    scale: int


@dataclass(frozen=True, slots=True)
class DoubleKind:
    """binary64 or binary32 numbers; NaN equals nothing and is ordered with nothing."""


class Collation(StrEnum):
    """How far an engine's own comparison of a text column agrees with code points."""

    EXACT = "exact"
    """`=` does, `<` may not."""
    BINARY = "binary"
    """Both do."""
    FOLDING = "folding"
    """Neither does: case or accents may be ignored."""


@dataclass(frozen=True, slots=True)
class TextKind:
    """Text. `cast` is set where the column is another type whose text is the value (UUID, ENUM, an integer id).

    The collation says how a comparison must be written, not what values there can be: kinds that differ only by it
    are equal.
    """

    cast: bool = False
    collation: Collation = field(default=Collation.EXACT, compare=False)


class TimestampForm(StrEnum):
    """How a column holds its instants."""

    DATE = "date"
    NAIVE = "timestamp"
    NAIVE_NANOSECONDS = "timestamp_ns"
    ZONED = "timestamptz"
    EPOCH_SECONDS = "epoch_s"
    EPOCH_MILLISECONDS = "epoch_ms"


@dataclass(frozen=True, slots=True)
class TimestampKind:
    """Instants, cut to microseconds; a form without a zone is UTC."""

    form: TimestampForm


@dataclass(frozen=True, slots=True)
class ArrayKind:
    """A list of items of one kind."""

    item: "Kind"


@dataclass(frozen=True, slots=True)
class StructKind:
    """An object with fixed keys."""

    fields: tuple[tuple[str, "Kind"], ...]


@dataclass(frozen=True, slots=True)
class MapKind:
    """An object with any keys, all values of one kind."""

    value: "Kind"


@dataclass(frozen=True, slots=True)
class JsonKind:
    """Any JSON value. `text` is set where the column is plain text that must be read as JSON first."""

    text: bool = False


@dataclass(frozen=True, slots=True)
class OpaqueKind:
    """A type that conditions cannot look into (INTERVAL, TIME, BLOB, geometry): only its presence counts."""

    type: str


Kind = (
    BooleanKind
    | IntegerKind
    | DecimalKind
    | DoubleKind
    | TextKind
    | TimestampKind
    | ArrayKind
    | StructKind
    | MapKind
    | JsonKind
    | OpaqueKind
)

ANY = JsonKind()
"""What is known of a property when there is no catalog: nothing."""

NumberKind = IntegerKind | DecimalKind | DoubleKind


def describe(kind: Kind) -> str:
    """The kind in one or two words for people: `number`, `text`, `list of text`."""
    match kind:
        case BooleanKind():
            return "boolean"
        case IntegerKind() | DecimalKind() | DoubleKind():
            return "number"
        case TextKind():
            return "text"
        case TimestampKind():
            return "timestamp"
        case ArrayKind(item):
            return f"list of {describe(item)}"
        case StructKind() | MapKind():
            return "object"
        case JsonKind():
            return "any JSON"
        case OpaqueKind(type):
            return type
