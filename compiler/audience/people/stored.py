"""The text that is stored of a person: one text for equal documents, and no more of it than is allowed."""

import json
from collections.abc import Mapping

from audience.errors import UsageError
from audience.limits import DOCUMENT_BYTES_MAX, PROPERTIES_BYTES_MAX
from audience.people.document import Json

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

RESERVED = frozenset({"name", "email", "avatar", "locale", "phone_number", "timezone", "created_at"})
"""Properties with a meaning of their own; they do not count as custom properties."""


def to_json(document: Mapping[str, Json]) -> str:
    """A document as canonical JSON: compact, keys in order, text as it is, every number as exact as it was read.

    Equal documents give equal texts, and 1 and 1.0 do not. A float that Python would write as 1e+16 is written with
    all its digits and `.0`, because jsonb keeps digits and not exponents, and would return an integer.
    """
    text = ENCODER.encode(document)
    return _write(document) if "e+" in text else text


def checked_json(document: Mapping[str, Json]) -> str:
    """The same; UsageError A907 where a document is larger than what is stored of a person."""
    text = to_json(document)
    # A character is four bytes at most.
    if len(text) > PROPERTIES_BYTES_MAX // 4:
        _check_size(document, len(text.encode("utf-8")))
    return text


def check_size(document: Mapping[str, Json]) -> None:
    """UsageError A907 where a document is larger than what is stored of a person."""
    checked_json(document)


def _check_size(document: Mapping[str, Json], everything: int) -> None:
    if everything <= PROPERTIES_BYTES_MAX:
        return
    custom = _size({key: value for key, value in document.items() if key not in RESERVED})
    if custom > PROPERTIES_BYTES_MAX:
        raise UsageError(
            "A907",
            f"the custom properties are {custom:,} bytes of JSON, and at most {PROPERTIES_BYTES_MAX:,} are stored",
            "store what conditions and messages need, and overwrite what they do not with null",
        )
    if everything > DOCUMENT_BYTES_MAX:
        raise UsageError(
            "A907",
            f"the properties are {everything:,} bytes of JSON, and at most {DOCUMENT_BYTES_MAX:,} are stored",
            "shorten the reserved properties, such as `name` and `avatar`",
        )


def _size(document: Mapping[str, Json]) -> int:
    return len(to_json(document).encode("utf-8"))


def _write(value: object) -> str:
    """The same text as that of `json.dumps` but for floats without a fraction; as deep as documents may be."""
    match value:
        case float() if value.is_integer():
            return f"{value:.1f}"
        case list():
            return f"[{','.join(map(_write, value))}]"
        case Mapping():
            members = sorted(value.items())
            return f"{{{','.join(f'{_write(key)}:{_write(held)}' for key, held in members)}}}"
        case _:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
