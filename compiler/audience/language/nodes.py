"""The AST: what the author wrote, with names and places, nothing resolved.

A definition's condition is an `Expression`. Equality ignores places and comments, so
two spellings of one condition are one tree.
"""

from dataclasses import dataclass, field
from typing import Literal as Choice

from audience.diagnostics import Place
from audience.operators import Operator
from audience.values import Value

Steps = tuple[str | int, ...]
"""A property path below the person: text is an object key, a number an array index."""

Unit = Choice["minutes", "hours", "days", "weeks"]

MINUTES_PER_UNIT: dict[Unit, int] = {"minutes": 1, "hours": 60, "days": 1_440, "weeks": 10_080}


@dataclass(frozen=True, slots=True)
class Comments:
    """What is written beside a condition: lines before it, the rest of its line, lines after the last one.

    Each text is without its `#` and without surrounding blanks.
    """

    before: tuple[str, ...] = ()
    beside: str | None = None
    after: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        """Every comment in the order of the source."""
        return (*self.before, *(() if self.beside is None else (self.beside,)), *self.after)


NO_COMMENTS = Comments()


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the person, by its path; no steps means the person as a whole (membership operators)."""

    steps: Steps
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written down, a list excepted (see Items)."""

    value: Value
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Relative:
    """A time counted from the run's now: `amount` units, negative for `ago`, positive for `from now`."""

    amount: int
    unit: Unit
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def minutes(self) -> int:
        """The signed distance from now in minutes."""
        return self.amount * MINUTES_PER_UNIT[self.unit]


@dataclass(frozen=True, slots=True)
class Items:
    """A list as argument. Its items are literals; under `is_timestamp_between` also properties and relative times."""

    items: tuple[Literal | Property | Relative, ...]
    place: Place | None = field(default=None, compare=False, repr=False)


Argument = Literal | Property | Relative | Items


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one property."""

    property: Property
    operator: Operator
    argument: Argument | None
    place: Place | None = field(default=None, compare=False, repr=False)
    comments: Comments = field(default=NO_COMMENTS, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True where the operand is false."""

    operand: "Expression"
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """True where every operand is true; two or more operands, none of them an And."""

    operands: tuple["Expression", ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """True where some operand is true; two or more operands, none of them an Or."""

    operands: tuple["Expression", ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Nobody:
    """An audience without segments: true of nobody."""

    place: Place | None = field(default=None, compare=False, repr=False)
    comments: Comments = field(default=NO_COMMENTS, compare=False, repr=False)


Expression = Condition | Not | And | Or | Nobody


@dataclass(frozen=True, slots=True)
class Definition:
    """A stored audience: its header and, when it is dynamic, its condition.

    A static audience has no expression. `key` is the file's stem or the API's key, None while unknown.
    `comments` are those before the header.
    """

    name: str | None
    description: str | None
    expression: Expression | None
    key: str | None = None
    comments: tuple[str, ...] = field(default=(), compare=False, repr=False)
