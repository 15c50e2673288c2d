"""The properties of a person as they are stored: a JSON object, read strictly from JSON or Python.

Conditions read documents by `interpreter.document`, where every number is a float. Here nothing is rounded that can
be kept: integers keep their digits, and 1.0 is not 1. What no engine can store, or readers would understand in two
ways, is refused with a JSON pointer to its place.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from audience.diagnostics import Pointer
from audience.errors import UsageError
from audience.interpreter import read_profile
from audience.interpreter.drawing import printable
from audience.limits import DOCUMENT_TEXT_BYTES_MAX, PROPERTIES_NESTING_MAX
from audience.people.ids import read_person_id
from audience.values import Instant, unstorable, write_instant
from audience.wire.strict_json import READER_WORDS

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A JSON value; a float has a fraction or had one, and is finite."""

Document = dict[str, Json]
"""The properties of one person."""

Source = Mapping[str, Any] | str | bytes
"""Where properties come from: JSON, or Python values that stand for it."""

ID = "id"

NO_PROPERTIES = frozenset({"preferences", "channel_data"})
"""Keys that may stand beside the properties of a person and are none."""

SHOWN_CHARACTERS_MAX = 120

HELP = 'the properties of a person are one JSON object, for example {"plan": "pro"}'
STORABLE = "properties are JSON values; dates, datetimes, decimals and UUIDs are written as JSON"


def read_properties(source: Source, id: str | None = None) -> Document:
    """The properties that a document states of the person `id`; UsageError with a JSON pointer where it cannot.

    An `id` in the document has to be that id, and is no property; neither are `preferences` and `channel_data`.
    Without `id` any id in the document is left out.
    """
    document = _read_object(source)
    if ID in document and id is not None and read_person_id(document[ID]) != id:
        raise UsageError(
            "A721", f"`/{ID}` is another id than that of the person, `{id}`", "leave the id out, or repeat the person's"
        )
    return {key: value for key, value in document.items() if key != ID and key not in NO_PROPERTIES}


def read_person(source: Source) -> tuple[str, Document]:
    """The id and the properties of a person from a document that states both."""
    document = _read_object(source)
    if ID not in document:
        raise UsageError("A720", f"the document has no `{ID}`", 'name the person: {"id": "u1", "plan": "pro"}')
    id = read_person_id(document.pop(ID))
    return id, {key: value for key, value in document.items() if key not in NO_PROPERTIES}


def read_json_value(text: str) -> Json:
    """Any JSON value, by the same rules."""
    return _read(_parse(text))


def _read_object(source: Source) -> Document:
    data: object = _parse(source) if isinstance(source, str | bytes) else source
    document = _read(data) if isinstance(data, Mapping | _Refused) else None
    if not isinstance(document, dict):
        raise UsageError("A721", f"the properties are {_described(data)} and no JSON object", HELP)
    return document


def _read(data: object) -> Json:
    try:
        return _Reading().value(data)
    except RecursionError as error:
        # The nesting is within the bound, but the caller's own stack was almost used up.
        raise _too_deep() from error


def _described(data: object) -> str:
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
        case _:
            return f"a {type(data).__name__}"


# ── JSON text ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in a parsed document where something cannot be stored, until its place is known."""

    code: str
    problem: str
    key: str | None = None


def _parse(source: str | bytes) -> object:
    if len(source) > DOCUMENT_TEXT_BYTES_MAX:
        raise UsageError("A907", f"the document has more than {DOCUMENT_TEXT_BYTES_MAX:,} bytes", HELP)
    try:
        text = source if isinstance(source, str) else source.decode("utf-8")
        return json.loads(
            text, object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise UsageError("A108", f"the document is no UTF-8 at byte {error.start:,}", HELP) from error
    except json.JSONDecodeError as error:
        said = READER_WORDS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        raise UsageError("A108", f"not JSON at line {error.lineno}, column {error.colno}: {said}", HELP) from error
    except RecursionError as error:
        raise _too_deep() from error


def _members(pairs: list[tuple[str, object]]) -> object:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return _Refused("A310", "the key is given twice", key)
        seen.add(key)
    raise AssertionError("fewer keys than pairs, and none twice")


def _integer(digits: str) -> object:
    # A float is read from any number of digits; an int is not, and one beyond binary64 is refused anyway.
    return _beyond(digits) if math.isinf(float(digits)) else int(digits)


def _float(digits: str) -> object:
    number = float(digits)
    return _beyond(digits) if math.isinf(number) else number


def _constant(word: str) -> object:
    return _Refused("A108", f"`{word}` is no JSON number")


def _beyond(digits: str) -> _Refused:
    shown = digits if len(digits) <= 40 else f"{digits[:20]}… ({len(digits):,} characters)"
    return _Refused("A308", f"`{shown}` is beyond the range of numbers, about 1.8e308")


def _too_deep() -> UsageError:
    return UsageError(
        "A907",
        f"the properties are nested more than {PROPERTIES_NESTING_MAX} levels deep",
        "store what conditions and messages need",
    )


# ── values ────────────────────────────────────────────────────────────────────────────────────────


class _Reading:
    """Reads one document; knows where in it the reading is."""

    def __init__(self) -> None:
        self._path: list[str | int] = []

    def value(self, value: object) -> Json:
        """A value as JSON; subclasses (enums, library scalars) are reduced to the plain type they extend."""
        match value:
            case str():
                return self._text(str.__str__(value))
            case None | bool():
                return value
            case int():
                return self._integer(int.__int__(value))
            case float():
                return self._float(float.__float__(value))
            case Mapping():
                return self._object(value)
            case list() | tuple():
                return self._list(value)
            case _Refused():
                self._path += [] if value.key is None else [value.key]
                raise self._refusal(value.code, value.problem)
            case _:
                return self._foreign(value)

    def _text(self, text: str) -> str:
        problem = unstorable(text)
        if problem is not None:
            raise self._refusal("A309", f"the text holds {problem}, which cannot be stored")
        return text

    def _integer(self, number: int) -> int:
        try:
            float(number)
        except OverflowError:
            raise self._refusal("A308", "the integer is beyond the range of numbers, about 1.8e308") from None
        return number

    def _float(self, number: float) -> float:
        if not math.isfinite(number):
            raise self._refusal("A108", f"`{number}` is no JSON number")
        return number + 0.0  # -0 is 0

    def _object(self, members: Mapping[Any, object]) -> Document:
        self._deeper()
        document: Document = {}
        for key, value in members.items():
            if not isinstance(key, str):
                raise self._refusal("A721", f"the key {key!r:.40} is no text")
            self._path.append(key)
            problem = unstorable(key)
            if problem is not None:
                raise self._refusal("A309", f"the key holds {problem}, which cannot be stored")
            document[str.__str__(key)] = self.value(value)
            self._path.pop()
        return document

    def _list(self, items: list[Any] | tuple[Any, ...]) -> list[Json]:
        self._deeper()
        values = []
        for position, item in enumerate(items):
            self._path.append(position)
            values.append(self.value(item))
            self._path.pop()
        return values

    def _foreign(self, value: object) -> Json:
        """What Python has a type for and JSON writes as text or as a number; numeric libraries say what theirs are."""
        match value:
            case Instant(microseconds):
                return write_instant(microseconds)
            case datetime():
                (instant,) = read_profile({"": value}).values()
                return self.value(instant)
            case date():
                return value.isoformat()
            case UUID():
                return str(value)
            case Decimal() if value.is_finite():
                whole = value.adjusted() < 400 and value == value.to_integral_value()
                return self.value(int(value) if whole else float(value))
            case Decimal():
                raise self._refusal("A108", f"`{value}` is no JSON number")
            case _ if type(native := _native(value)) is not type(value):
                return self.value(native)
            case _:
                raise self._refusal("A721", f"a {type(value).__name__} cannot be stored")

    def _deeper(self) -> None:
        if len(self._path) >= PROPERTIES_NESTING_MAX:
            raise _too_deep()

    def _refusal(self, code: str, problem: str) -> UsageError:
        pointer = Pointer()
        for step in self._path:
            pointer = pointer.child(step)
        shown = printable(json.dumps(pointer.text, ensure_ascii=False)[1:-1])  # control characters as escapes
        if len(shown) > SHOWN_CHARACTERS_MAX:
            shown = shown[: SHOWN_CHARACTERS_MAX - 1] + "…"
        return UsageError(code, f"`{shown}`: {problem}" if shown else problem, STORABLE)


def _native(value: Any) -> object:
    """A scalar or an array of a numeric library as plain Python; instants of such a library as `Instant`."""
    match getattr(getattr(value, "dtype", None), "kind", None):
        case None | "m":
            return value  # no such library, or a duration
        case "M":
            (instant,) = read_profile({"": value}).values()
            return instant
        case _:
            return value.tolist()
