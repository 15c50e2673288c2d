"""The value space of people: what can stand at a property while a condition is answered.

Plain Python values, so that answering is cheap: None is an absent value, every number of a JSON document is a
`float`, an `int` comes from an integer column only and is exact, an `Instant` from a timestamp column only.
Everything that comes from outside enters through `read_document` or `read_profile`.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from audience.errors import UsageError
from audience.interpreter.drawing import draw_path
from audience.values import MICROSECONDS_PER_DAY, Instant, days_from_civil

DocumentValue = None | bool | int | float | str | list["DocumentValue"] | dict[str, "DocumentValue"] | Instant
"""None = absent (missing and null are one thing); inside arrays and objects None is JSON's null."""

Document = dict[str, DocumentValue]
"""The properties of one person."""

Steps = tuple[str | int, ...]

MICROSECOND = timedelta(microseconds=1)


def binary64(number: float) -> float:
    """A number rounded to binary64, never raising: an integer too large becomes an infinity, -0 becomes 0."""
    try:
        return float(number) + 0.0
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


# ── JSON text ─────────────────────────────────────────────────────────────────────────────────────


def read_document(text: str) -> Document:
    """A person's properties from JSON text; UsageError when it is no JSON object.

    Every number token is rounded to binary64, also one that looks like an integer.
    """
    try:
        document = json.loads(text, parse_int=_token, parse_float=_token, parse_constant=_no_constant)
    except ValueError as problem:
        raise UsageError("A705", f"the profile is not JSON: {problem}", _HELP) from problem
    except RecursionError as problem:
        raise UsageError("A705", "the profile is nested too deeply to be read", _HELP) from problem
    if not isinstance(document, dict):
        raise UsageError("A705", f"the profile is {_describe(document)} and no JSON object", _HELP)
    return document


_HELP = 'a profile is one JSON object, for example {"plan": "pro"}'


def _token(token: str) -> float:
    return float(token) + 0.0


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _describe(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case _:
            return "a list"


# ── Python values ─────────────────────────────────────────────────────────────────────────────────


def read_profile(profile: Mapping[str, Any] | str) -> Document:
    """A person's properties from a mapping or JSON text; UsageError that names the place of what cannot be read.

    A mapping is taken as the JSON document it would become, so its integers round to binary64 too. Dates and
    datetimes become instants (naive = UTC), decimals numbers, UUIDs lower-case text, tuples and arrays lists.
    """
    if isinstance(profile, str):
        return read_document(profile)
    if not isinstance(profile, Mapping):
        raise UsageError("A705", f"a profile cannot be a {type(profile).__name__}", _HELP)
    try:
        return _read_object(profile, ())
    except RecursionError as problem:
        raise UsageError("A705", "the profile is nested too deeply to be read", _HELP) from problem


def _read_object(members: Mapping[Any, Any], path: Steps) -> Document:
    document: Document = {}
    for key, value in members.items():
        if not isinstance(key, str):
            raise UsageError("A705", f"{draw_path(path)} has the key {key!r}, and keys are texts", _HELP)
        document[str.__str__(key)] = _read(value, (*path, key))
    return document


def _read(value: object, path: Steps) -> DocumentValue:
    """One value of a profile. Subclasses (enums, library scalars) are reduced to the plain type they extend."""
    match value:
        case None | bool() | Instant():
            return value
        case int() | float():
            return binary64(value)
        case str():
            return str.__str__(value)
        case Mapping():
            return _read_object(value, path)
        case list() | tuple():
            return [_read(item, (*path, index)) for index, item in enumerate(value)]
        case datetime():
            return _read_datetime(value)
        case date():
            return Instant(days_from_civil(value.year, value.month, value.day) * MICROSECONDS_PER_DAY)
        case Decimal():
            return float("nan") if value.is_nan() else binary64(float(value))
        case UUID():
            return str(value)
        case _:
            return _read_foreign(value, path)


def _read_datetime(moment: datetime) -> Instant | None:
    # A library's "not a time" is a datetime that does not equal itself; like a NULL timestamp it is absent.
    if moment != moment:
        return None
    seconds = days_from_civil(moment.year, moment.month, moment.day) * 86_400
    seconds += moment.hour * 3_600 + moment.minute * 60 + moment.second
    offset = moment.utcoffset() or timedelta()
    return Instant(seconds * 1_000_000 + moment.microsecond - offset // MICROSECOND)


def _read_foreign(value: object, path: Steps) -> DocumentValue:
    """A scalar or an array of a numeric library, which says itself what it is in plain Python."""
    dtype: Any = getattr(value, "dtype", None)
    plain: Any = value
    match getattr(dtype, "kind", None):
        case None | "m":
            pass  # no such library, or a duration
        case "M":
            return _read(_instants(plain.astype("datetime64[us]").tolist()), path)
        case _ if type(native := plain.tolist()) is not type(value):
            return _read(native, path)
    raise UsageError(
        "A705",
        f"{draw_path(path)} is a {type(value).__name__}, which no property can be",
        "properties are JSON values, dates, datetimes, decimals and UUIDs",
    )


def _instants(native: Any) -> Any:
    """Datetimes outside the years that Python knows arrive as bare microseconds."""
    if isinstance(native, list):
        return [_instants(item) for item in native]
    return Instant(native) if isinstance(native, int) else native
