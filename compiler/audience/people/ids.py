"""The ids that people and tenants may have: they stand in addresses, so they are short and hold no `/` or `#`."""

import json
from uuid import UUID

from audience.errors import UsageError
from audience.interpreter import read_id
from audience.interpreter.drawing import printable
from audience.limits import ID_CHARACTERS_MAX
from audience.values import unstorable

HELP = f"an id is a text of 1 to {ID_CHARACTERS_MAX} characters without `/` and `#`; integers and UUIDs become text"

FORBIDDEN = ("/", "#")
"""Characters that end a step of an address: an id with one of them could not be asked for."""

SHOWN_CHARACTERS_MAX = 40


def read_person_id(value: object) -> str:
    """A person's id as it is stored: an integer in decimal, a UUID in lower case; UsageError A720 for any other."""
    return _read(value, "a person")


def read_tenant_id(value: object) -> str | None:
    """A tenant's id, by the same rules; None and "" mean that there is no tenant."""
    return None if value is None or value == "" else _read(value, "a tenant")


def _read(value: object, whose: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | UUID):
        raise UsageError("A720", f"{_shown(value)} is no id of {whose}", HELP)
    if isinstance(value, int) and abs(value) >= 10**ID_CHARACTERS_MAX:
        # Asked before it becomes text, which Python refuses for very long integers.
        raise UsageError("A720", f"an id of {whose} has more than {ID_CHARACTERS_MAX} digits", HELP)
    text = read_id(value)
    problem = _problem(text)
    if problem is not None:
        raise UsageError("A720", f"{_shown(text)} is no id of {whose}: it {problem}", HELP)
    return text


def _problem(text: str) -> str | None:
    if not text:
        return "is empty"
    if len(text) > ID_CHARACTERS_MAX:
        return f"has {len(text):,} characters"
    forbidden = next((sign for sign in FORBIDDEN if sign in text), None) or unstorable(text)
    return None if forbidden is None else f"holds {forbidden if len(forbidden) > 1 else f'`{forbidden}`'}"


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return f"a {type(value).__name__}" if value is not None else "nothing"
    start = json.dumps(value[:SHOWN_CHARACTERS_MAX], ensure_ascii=False)[1:-1]  # control characters as escapes
    return f"`{printable(start)}{'…' if len(value) > SHOWN_CHARACTERS_MAX else ''}`"
