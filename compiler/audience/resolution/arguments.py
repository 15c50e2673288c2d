"""Check the arguments of conditions and turn them into operands: literals, instants, bounds, properties."""

import math
from collections.abc import Iterable
from typing import assert_never

from audience import ir
from audience.catalog.kinds import ANY, ArrayKind, IntegerKind, Kind, OpaqueKind, TimestampKind, describe
from audience.diagnostics import Place, Span
from audience.language import nodes as ast
from audience.language.paths import write_path
from audience.language.slips import instead_of_time
from audience.limits import (
    INTEGER_SAFE_MAX,
    LIST_ITEMS_MAX,
    RELATIVE_DAYS_MAX,
    RELATIVE_MINUTES_MIN,
    VALUE_NESTING_MAX,
)
from audience.operators import Operator
from audience.resolution.properties import locate
from audience.resolution.scope import Scope
from audience.values import (
    MICROSECONDS_PER_MINUTE,
    Array,
    Boolean,
    Instant,
    Null,
    Number,
    Object,
    Text,
    Value,
    read_instant,
    unstorable,
    write_json,
)

MINUTES_PER_DAY = 1_440
TIMESTAMP_FORM = 'a timestamp is written "2025-01-31" or "2025-01-31T08:00:00Z", or relative: 30 days ago'
LITERAL_SHOWN_MAX = 40
"""Characters of a literal that a message repeats."""


def show(value: Value) -> str:
    """A literal for a message, in backticks, cut where it is long."""
    text = write_json(value)
    return f"`{text if len(text) <= LITERAL_SHOWN_MAX else text[: LITERAL_SHOWN_MAX - 1] + '…'}`"


def wrong_shape(operator: Operator, what: str, place: Place | None, scope: Scope, help: str | None = None) -> None:
    """Say that an operator takes another kind of argument."""
    scope.error(
        "A303",
        f"`{operator.words}` takes {operator.takes.value}, not {what}",
        place,
        help or f"for example: {operator.example}",
    )


def describe_argument(argument: ast.Argument) -> str:
    """What an argument is, in two words."""
    match argument:
        case ast.Literal(value):
            return describe_value(value)
        case ast.Property():
            return "a property"
        case ast.Relative():
            return "a relative time"
        case ast.Items():
            return "a list"
        case _:
            assert_never(argument)


def describe_value(value: Value) -> str:
    """The type of a literal, with its article."""
    match value:
        case Null():
            return "null"
        case Boolean():
            return "a boolean"
        case Number():
            return "a number"
        case Text():
            return "a text"
        case Array():
            return "a list"
        case Object():
            return "an object"
        case _:
            assert_never(value)


def dynamic(argument: ast.Property, scope: Scope) -> ir.Property | None:
    """A property as argument; None after an error."""
    found = locate(argument, scope)
    if found is not None and isinstance(found.kind, OpaqueKind):
        scope.error(
            "A315",
            f"`{write_path(found.steps)}` is of type {describe(found.kind)}, which conditions cannot look into",
            argument.place,
        )
        return None
    return found


def now_plus(relative: ast.Relative, scope: Scope) -> ir.Now | None:
    """A relative time as an offset from now; None after an error."""
    minutes = relative.minutes
    written = f"{abs(relative.amount):,} {relative.unit}"
    if abs(minutes) < RELATIVE_MINUTES_MIN:
        scope.error(
            "A305",
            f"a relative time of {written} is shorter than {RELATIVE_MINUTES_MIN} minutes",
            relative.place,
            f"write at least {RELATIVE_MINUTES_MIN} minutes, or `before now` and `on or after now`",
        )
        return None
    if abs(minutes) > RELATIVE_DAYS_MAX * MINUTES_PER_DAY:
        scope.error(
            "A305",
            f"a relative time of {written} is longer than {RELATIVE_DAYS_MAX:,} days",
            relative.place,
            "write a shorter time, or ask `exists`",
        )
        return None
    return ir.Now(minutes * MICROSECONDS_PER_MINUTE)


def no_relative(relative: ast.Relative, operator: Operator, scope: Scope) -> None:
    """Say that a relative time stands where no instants are compared."""
    scope.error(
        "A306",
        f"`{operator.words}` cannot take a relative time",
        relative.place,
        "relative times stand under >, >=, <, <=, `before`, `on or after` and `is a timestamp between`",
    )


def instant(literal: ast.Literal, operator: Operator, scope: Scope) -> Instant | None:
    """A literal where a timestamp is needed; None after an error."""
    if not isinstance(literal.value, Text):
        wrong_shape(operator, describe_value(literal.value), literal.place, scope, TIMESTAMP_FORM)
        return None
    return read_text(literal.value, literal.place, scope, relative=True)


def read_text(text: Text, place: Place | None, scope: Scope, *, relative: bool = False) -> Instant | None:
    """A text as the instant that it states; None after an error. With `relative` a relative time may stand there."""
    microseconds = read_instant(text.value)
    if microseconds is None:
        help, fix = instead_of_time(text.value) if relative else (None, None)
        fix = fix if isinstance(place, Span) else None
        scope.error("A304", f"{show(text)} is no timestamp", place, help or TIMESTAMP_FORM, fix)
        return None
    return Instant(microseconds)


def constant(
    literal: ast.Literal, kind: Kind, scope: Scope, *, blank: bool = False, relative: bool = False
) -> Value | Instant | None:
    """A literal to compare with values of a kind; None after an error.

    Against timestamps a text is the instant that it states. With `blank` the empty text stays one: an
    absent value reads as it. With `relative` a relative time may stand there, too.
    """
    value = literal.value
    if not check_value(value, kind, literal.place, scope):
        return None
    if isinstance(kind, TimestampKind) and isinstance(value, Text) and not (blank and value.value == ""):
        return read_text(value, literal.place, scope, relative=relative)
    return value


def constants(
    literals: Iterable[ast.Literal], kind: Kind, scope: Scope, *, blank: bool = False
) -> tuple[Value | Instant, ...] | None:
    """Every literal of a list; None after an error, when all of them have been looked at."""
    found = [constant(literal, kind, scope, blank=blank) for literal in literals]
    complete = tuple(value for value in found if value is not None)
    return complete if len(complete) == len(found) else None


def literals(items: ast.Items, operator: Operator, scope: Scope) -> tuple[ast.Literal, ...] | None:
    """The items of a list that may hold literals only; None after an error."""
    if not check_length(items, scope):
        return None
    wrong = [item for item in items.items if not isinstance(item, ast.Literal)]
    for item in wrong:
        if isinstance(item, ast.Relative):
            no_relative(item, operator, scope)
        else:
            scope.error(
                "A303",
                f"a list after `{operator.words}` holds values only, not {describe_argument(item)}",
                item.place,
                "compare with one property at a time, joined by `or`",
            )
    return None if wrong else tuple(item for item in items.items if isinstance(item, ast.Literal))


def check_length(items: ast.Items, scope: Scope) -> bool:
    """Whether a list is short enough."""
    if len(items.items) <= LIST_ITEMS_MAX:
        return True
    scope.error(
        "A904",
        f"the list holds {len(items.items):,} items, at most {LIST_ITEMS_MAX:,} are allowed",
        items.place,
        "put the people into a static audience and ask `member of`",
    )
    return False


def item_kind(kind: Kind) -> Kind:
    """What `contains` and `contains all` compare with: the items of a list, else the value itself."""
    if not isinstance(kind, ArrayKind):
        return kind
    # Items of a list are compared as JSON numbers are, so a list of big integers does not make them exact.
    return ANY if isinstance(kind.item, IntegerKind) else kind.item


def check_value(value: Value, kind: Kind, place: Place | None, scope: Scope) -> bool:
    """Whether a literal can be stored and compared exactly. Only an integer column itself holds big integers."""
    fine = True
    stack: list[tuple[Value, int]] = [(value, 0)]
    while stack:
        node, depth = stack.pop()
        match node:
            case Number(number):
                exact = node is value and isinstance(kind, IntegerKind) and kind.low <= number <= kind.high
                fine = _check_number(number, exact, place, scope) and fine
            case Text(text):
                fine = _check_text(text, place, scope) and fine
            case Array(items):
                stack.extend((item, depth + 1) for item in reversed(items))
            case Object(members):
                for key, item in reversed(members):
                    fine = _check_text(key, place, scope) and fine
                    stack.append((item, depth + 1))
            case _:
                pass
        if depth > VALUE_NESTING_MAX:
            scope.error("A902", f"the value nests deeper than {VALUE_NESTING_MAX} lists and objects", place)
            return False
    return fine


def _check_number(number: float, exact: bool, place: Place | None, scope: Scope) -> bool:
    if isinstance(number, float):
        if not math.isfinite(number):
            scope.error("A308", "the number is beyond what binary64 can hold", place, "write a number up to 1.7e308")
            return False
        return True
    if exact or abs(number) <= INTEGER_SAFE_MAX:
        return True
    digits = str(number) if abs(number) < 10**LITERAL_SHOWN_MAX else ""
    scope.error(
        "A307",
        f"the integer {digits} is not exact in every system".replace("  ", " "),
        place,
        f'keep identifiers as texts: "{digits}"' if digits else "keep identifiers as texts",
        f'"{digits}"' if digits else None,
    )
    return False


def _check_text(text: str, place: Place | None, scope: Scope) -> bool:
    reason = unstorable(text)
    if reason is None:
        return True
    scope.error("A309", f"the text holds {reason}, which cannot be stored", place)
    return False
