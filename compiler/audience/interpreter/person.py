"""Of whom a condition is asked: one person, and who is a member of what."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audience.errors import UsageError
from audience.interpreter.document import Document, DocumentValue

ID = "id"

Members = Mapping[str, Collection[tuple[str, str | None]]]
"""The members of every static audience by its key: pairs of a person's id and a tenant (None: without tenant)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `properties` are values of `interpreter.document`, read with `read_profile` or `read_document`.

    `id` is None where nobody said it: the id is then absent, and the person is a member of nothing.
    `tenant` is the tenant of the evaluation, not a property.
    """

    id: str | None
    properties: Document
    tenant: str | None = None


def find(person: Person, steps: tuple[str | int, ...]) -> DocumentValue:
    """The value at a path, or None where it is absent. Text steps are keys of objects only, numbers indexes only."""
    if steps and steps[0] == ID:
        # The id shadows a property of the same name, and nothing lies below a text.
        return person.id if len(steps) == 1 else None
    value: DocumentValue = person.properties
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        else:
            if not isinstance(value, list) or not 0 <= step < len(value):
                return None
            value = value[step]
    return value


def read_id(value: object) -> str:
    """A person's id as text: an integer in decimal, a UUID in lower case."""
    match value:
        case str():
            return str.__str__(value)
        case int() if not isinstance(value, bool):
            return int.__repr__(value)
        case UUID():
            return str(value)
        case _:
            raise UsageError("A707", f"{value!r} is no id of a person", "an id is a text, an integer or a UUID")


def read_members(members: Mapping[str, Iterable[Any]]) -> Members:
    """Members from ids or (id, tenant) pairs, mixed as they come; the tenants None and "" mean no tenant."""
    read: dict[str, frozenset[tuple[str, str | None]]] = {}
    for audience, ids in members.items():
        if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
            raise UsageError(
                "A707",
                f"the members of {audience!r} are a {type(ids).__name__} and no list",
                'members are given as {"vip": ["u1", "u2"]} or {"vip": [["u1", "tenant"]]}',
            )
        read[audience] = frozenset(_read_member(member) for member in ids)
    return read


def _read_member(member: object) -> tuple[str, str | None]:
    match member:
        case (id, tenant):
            return read_id(id), None if tenant in (None, "") else read_id(tenant)
        case _:
            return read_id(member), None
