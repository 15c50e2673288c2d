"""One argument between its JSON and the AST.

An argument may be any JSON. A string is more than itself: it is decoded once more, in the order JSON,
relative time (under the operators that compare times), property, text. The writer picks the barest
spelling that this reader takes for the same argument.

Keys of audiences are the exception: the string is the key as it is, so `"123"` names the audience 123
and never the number.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from audience.diagnostics import Diagnostic, Pointer, Severity
from audience.language.nodes import Argument, Items, Literal, Property, Relative, Unit
from audience.language.paths import OTHER_SCOPES, SCOPES, PathProblem, read_path, write_path
from audience.limits import LIST_ITEMS_MAX, TEXT_BYTES_MAX, VALUE_NESTING_MAX
from audience.operators import RELATIVE_TIME_SHAPES, Operator, Takes
from audience.values import Text, from_json, to_json, unstorable
from audience.wire.strict_json import beyond_binary64, read_json

RELATIVE = re.compile(r"([0-9]+)[ _](minute|hour|day|week)s?[ _](ago|from[ _]now)", re.IGNORECASE | re.ASCII)
"""A time counted from now, as it travels. Always used with fullmatch."""

UNITS: dict[str, Unit] = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}

AMOUNT_DIGITS_MAX = 18
"""Digits of a relative time that are read; any number this long is refused as out of range by the check."""

SHOWN_MAX = 60
"""Characters of a text that a message repeats."""

_SCOPED = re.compile(rf"(?:{'|'.join(SCOPES)})[.\[]")
_OTHER_SCOPED = re.compile(rf"({'|'.join(OTHER_SCOPES)})[.\[]")


@dataclass(frozen=True, slots=True)
class DecodedArgument:
    """An argument, None where there is none or none could be made, and what was found on the way."""

    argument: Argument | None
    diagnostics: tuple[Diagnostic, ...] = ()


def decode_argument(data: object, operator: Operator, place: Pointer) -> DecodedArgument:
    """The argument that stands at a place of a document, read as its operator wants it.

    `data` is what `json.loads` returns. Whether the argument fits the operator is for the check to say,
    keys of audiences excepted; sizes, numbers and texts that cannot be stored are refused here.
    """
    if operator.takes is Takes.NOTHING:
        # Knock's schema makes `argument` nullable, and its files hold null for these: that is not superfluous.
        return DecodedArgument(None, () if data is None else (_superfluous(operator, place),))
    if operator.takes is Takes.AUDIENCE:
        return _decode_keys(data, operator, place)
    if not isinstance(data, str):
        return _decode_value(data, operator, place, native=True)
    value, problems = read_json(data)
    if any(problem.code == "A108" for problem in problems):
        return _decode_word(data, operator.takes, place)
    if problems:
        return DecodedArgument(None, tuple(replace(problem, place=place) for problem in problems))
    return _decode_value(value, operator, place, native=False)


def _decode_value(data: object, operator: Operator, place: Pointer, *, native: bool) -> DecodedArgument:
    """Decoded JSON; where it came out of a string (not `native`), that string is the place of its parts too."""
    if not isinstance(data, list | tuple):
        problems = check_value(data, place, native=native)
        return DecodedArgument(None, problems) if problems else DecodedArgument(Literal(from_json(data), place))
    if len(data) > LIST_ITEMS_MAX:
        return DecodedArgument(None, (_too_long(len(data), place),))
    items: list[Literal | Property | Relative] = []
    found: list[Diagnostic] = []
    for index, item in enumerate(data):
        item_place = place.child(index) if native else place
        decoded = _decode_item(item, operator.takes, item_place, native=native)
        found.extend(decoded.diagnostics)
        if decoded.argument is not None:
            assert not isinstance(decoded.argument, Items), "a list in a list is a literal"
            items.append(decoded.argument)
    return DecodedArgument(None if found else Items(tuple(items), place), tuple(found))


def _decode_item(item: object, takes: Takes, place: Pointer, *, native: bool) -> DecodedArgument:
    if takes is Takes.INSTANTS and isinstance(item, str):
        return _decode_word(item, takes, place)
    problems = check_value(item, place, native=native)
    return DecodedArgument(None, problems) if problems else DecodedArgument(Literal(from_json(item), place))


def _decode_word(text: str, takes: Takes, place: Pointer) -> DecodedArgument:
    """A string that is no JSON: a relative time, a property, or itself."""
    problems = check_value(text, place)
    if problems:
        return DecodedArgument(None, problems)
    if takes in RELATIVE_TIME_SHAPES and (found := RELATIVE.fullmatch(text)):
        amount = int(found[1].lstrip("0")[:AMOUNT_DIGITS_MAX] or "0")
        sign = -1 if found[3].lower() == "ago" else 1
        return DecodedArgument(Relative(sign * amount, UNITS[found[2].lower()], place))
    if _SCOPED.match(text):
        steps, problems = decode_path(text, place)
        if problems:
            return DecodedArgument(
                None, tuple(replace(problem, help=_or_text(problem.help, text)) for problem in problems)
            )
        return DecodedArgument(Property(steps, place))
    if other := _OTHER_SCOPED.match(text):
        moved = f"recipient{text[other.end(1) :]}"
        advice = _or_text(f"store the value on the person and write `{shown(moved)}`", text)
        message = f"`{other[1]}` is not known when membership is computed"
        return DecodedArgument(None, (Diagnostic("A203", message, place, advice),))
    return DecodedArgument(Literal(Text(text), place))


def _or_text(help: str | None, text: str) -> str:
    meant = f"the text itself is written with JSON quotes: {shown(json.dumps(json.dumps(text, ensure_ascii=False)))}"
    return f"{help}; {meant}" if help else meant


def decode_path(text: str, place: Pointer) -> tuple[tuple[str | int, ...], tuple[Diagnostic, ...]]:
    """The steps of a path with its scope, or what is wrong with it."""
    problems = check_value(text, place)
    if problems:
        return (), problems
    try:
        steps = read_path(text)
    except PathProblem as problem:
        advice = None if problem.help is None else shown(problem.help, 3 * SHOWN_MAX)
        return (), (Diagnostic(problem.code, shown(problem.message, 3 * SHOWN_MAX), place, advice),)
    # A key may be written with escapes, and so hold what the text of the path does not.
    unfit = [check_value(step, place) for step in steps if isinstance(step, str)]
    return steps, tuple(problem for problems in unfit for problem in problems)


def _decode_keys(data: object, operator: Operator, place: Pointer) -> DecodedArgument:
    advice = 'write `"argument": "the-key"`, or a list of keys'
    if isinstance(data, str):
        problems = check_value(data, place)
        return DecodedArgument(None if problems else Literal(Text(data), place), problems)
    if not isinstance(data, list | tuple):
        message = f"`{operator.name}` takes the key of an audience, and {kind(data)} is given"
        return DecodedArgument(None, (Diagnostic("A303", message, place, advice),))
    if len(data) > LIST_ITEMS_MAX:
        return DecodedArgument(None, (_too_long(len(data), place),))
    found: list[Diagnostic] = []
    for index, key in enumerate(data):
        if isinstance(key, str):
            found.extend(check_value(key, place.child(index)))
        else:
            message = f"`{operator.name}` takes keys of audiences, and {kind(key)} is in the list"
            found.append(Diagnostic("A303", message, place.child(index), advice))
    keys = tuple(Literal(Text(str(key)), place.child(index)) for index, key in enumerate(data))
    return DecodedArgument(None if found else Items(keys, place), tuple(found))


# ── what no argument may hold ─────────────────────────────────────────────────────────────────────


def check_value(data: object, place: Pointer, *, native: bool = True, depth: int = 0) -> tuple[Diagnostic, ...]:
    """Everything in a JSON value that is refused wherever it stands: sizes, numbers, texts, foreign objects."""
    match data:
        case None | bool():
            return ()
        case int() | float():
            return () if _is_binary64(data) else (replace(beyond_binary64(_digits(data)), place=place),)
        case str():
            return _check_text(data, place)
        case list() | tuple() | dict() if depth >= VALUE_NESTING_MAX:
            # Checked on the way down, so that neither a depth bomb nor a list that holds itself is followed.
            return (Diagnostic("A902", f"the value is nested more than {VALUE_NESTING_MAX} levels deep", place),)
        case list() | tuple() if len(data) > LIST_ITEMS_MAX:
            return (_too_long(len(data), place),)
        case list() | tuple():
            parts: Iterable[tuple[str | int, object]] = enumerate(data)
        case dict():
            bad_keys = [key for key in data if not isinstance(key, str) or _check_text(key, place)]
            if bad_keys:
                return tuple(_bad_key(key, place) for key in bad_keys)
            parts = data.items()
        case _:
            return (Diagnostic("A109", f"{kind(data)} is no JSON value", place),)
    found: list[Diagnostic] = []
    for step, part in parts:
        problems = check_value(part, place.child(step) if native else place, native=native, depth=depth + 1)
        if any(problem.code == "A902" for problem in problems):
            return problems  # looking on could take forever where a list holds itself many times
        found.extend(problems)
    return tuple(found)


def _check_text(text: str, place: Pointer) -> tuple[Diagnostic, ...]:
    if len(text) > TEXT_BYTES_MAX:
        return (Diagnostic("A901", f"the text has more than {TEXT_BYTES_MAX:,} bytes", place),)
    what = unstorable(text)
    return () if what is None else (Diagnostic("A309", f"the text holds {what} and cannot be stored", place),)


def _bad_key(key: object, place: Pointer) -> Diagnostic:
    if not isinstance(key, str):
        return Diagnostic("A109", f"{kind(key)} is no key of a JSON object", place)
    what = unstorable(key)
    return Diagnostic("A309", f"a key holds {what} and cannot be stored", place) if what else _check_text(key, place)[0]


def _is_binary64(number: float) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _digits(number: float) -> str:
    # Python refuses to print integers of thousands of digits; their size is as telling.
    return str(number) if isinstance(number, float) else f"about 10^{int(abs(number).bit_length() * 0.30103)}"


def _too_long(length: int, place: Pointer) -> Diagnostic:
    return Diagnostic(
        "A904",
        f"the list has {length:,} items, at most {LIST_ITEMS_MAX:,} are allowed",
        place,
        "keep such a list as a static audience and ask for its members",
    )


def _superfluous(operator: Operator, place: Pointer) -> Diagnostic:
    return Diagnostic(
        "A302",
        f"`{operator.name}` takes no argument, so this one is ignored",
        place,
        "leave `argument` out",
        severity=Severity.WARNING,
    )


def kind(data: object) -> str:
    """What a JSON value is, for a message."""
    match data:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a Python {type(data).__name__}"


def shown(text: str, characters_max: int = SHOWN_MAX) -> str:
    """A text as a message repeats it: cut when long, and printable on every terminal."""
    cut = text if len(text) <= characters_max else f"{text[:characters_max]}…"
    return cut.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")


# ── from the AST ──────────────────────────────────────────────────────────────────────────────────


def encode_argument(argument: Argument, operator: Operator) -> object:
    """The argument as barest JSON: `premium` and not the same in JSON quotes, 5 and not `"5"`.

    Not every argument has a spelling: under `is_timestamp_between` a text that reads as a property or as a
    relative time has none. `encode` notices, because it reads back what it writes.
    """
    match argument:
        case Literal(Text(text)):
            return _encode_text(text, operator)
        case Literal(value):
            return to_json(value)
        case Property(steps):
            return write_path(steps)
        case Relative():
            return write_relative(argument)
        case Items(items):
            return [
                to_json(item.value) if isinstance(item, Literal) else encode_argument(item, operator) for item in items
            ]
        case _:
            assert_never(argument)


def _encode_text(text: str, operator: Operator) -> str:
    bare = decode_argument(text, operator, Pointer()).argument == Literal(Text(text))
    return text if bare or operator.takes is Takes.AUDIENCE else json.dumps(text, ensure_ascii=False)


def write_relative(relative: Relative) -> str:
    """A relative time as it travels: `30_days_ago`, `1_week_from_now`."""
    amount = abs(relative.amount)
    unit = relative.unit.removesuffix("s") if amount == 1 else relative.unit
    return f"{amount}_{unit}_{'from_now' if relative.amount > 0 else 'ago'}"
