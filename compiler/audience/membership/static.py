"""Static audiences: who is put in and taken out, with the dynamic audiences that ask about them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from audience.errors import UsageError
from audience.interpreter import read_id
from audience.membership.audiences import Known, unknown_key, write_state
from audience.membership.environment import Environment
from audience.membership.people import chunks
from audience.membership.settle import FEW, settle, settle_scope
from audience.people import read_person_id, read_tenant_id
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.listing import Member, list_members
from audience.store.members import Moved, Stage
from audience.store.static_members import Change
from audience.values import unstorable

BATCH = 50_000

GivenPair = Any
"""An id, or a pair of an id and a tenant (None and "": none)."""


def add_members(
    environment: Environment, audience: str, members: Iterable[GivenPair], *, cause: Cause = Cause.STATIC
) -> Moved:
    """Put members into a static audience; those who are in it already stay as they are. How many entered.

    UsageError A401 for an unknown audience, A710 for a dynamic one, A720 for an id that cannot be one.
    """
    with environment.home.writing(environment.name) as writing:
        return Moved(entered=change_members(environment, writing, audience, _pairs(environment, members), cause, True))


def remove_members(
    environment: Environment, audience: str, members: Iterable[GivenPair], *, cause: Cause = Cause.STATIC
) -> Moved:
    """Take members out of a static audience: exactly the pairs that are given. How many left. UsageErrors as above."""
    with environment.home.writing(environment.name) as writing:
        return Moved(left=change_members(environment, writing, audience, _pairs(environment, members), cause, False))


def change_members(
    environment: Environment,
    writing: Writing,
    audience: str,
    pairs: Iterable[tuple[str, str]],
    cause: Cause,
    entering: bool,
) -> int:
    """Make pairs members, or none, inside a transaction, and settle the audiences that ask about this one."""
    known = environment.known(writing.database)
    expect_static(known, audience)
    change = Change(writing, audience, own=environment.foreign is None)
    for some in chunks(pairs, BATCH):
        change.give(some)
    moved = change.add(cause) if entering else change.remove(cause)
    dependents = known.dependents(audience)
    if moved:
        _unsettle(writing, known)
    if moved and dependents:
        ids = change.ids(FEW + 1)
        if len(ids) <= FEW:
            settle(environment, writing, ids, cause, dependents)
        else:
            stage = Stage(writing)
            change.scope()
            settle_scope(environment, writing, stage, cause, dependents)
            stage.close()
    change.close()
    return moved


def expect_static(known: Known, audience: str) -> None:
    """UsageError A401 for an audience that does not exist, A710 for one whose members follow from a condition."""
    if audience in known.static:
        return
    if audience in known.kept():
        raise UsageError(
            "A710",
            f"`{audience}` is a dynamic audience",
            "its members are those who match its condition; change the people, or use a static audience",
        )
    raise unknown_key(audience, known.kept())


def members(
    environment: Environment, audience: str, *, after: tuple[str, str] = ("", ""), limit: int = 50
) -> list[Member]:
    """The next members of an audience after an (id, tenant), static or dynamic. UsageError A401 for an unknown one."""
    with environment.home.reading() as database:
        known = environment.known(database)
        if audience not in known.kept():
            raise unknown_key(audience, known.kept())
        found = list_members(
            database, environment.name, audience, static=audience in known.static, after=after, limit=limit
        )
        # Of people of the user's own nobody says who is identified.
        return found if environment.foreign is None else [replace(member, missing=None) for member in found]


def _pairs(environment: Environment, members: Iterable[GivenPair]) -> Iterable[tuple[str, str]]:
    if isinstance(members, str | bytes):
        raise UsageError("A707", "the members are one text and no list", 'give a list of ids, ["u1", "u2"]')
    for member in members:
        match member:
            case [id, tenant]:
                pass
            case tuple() | list():
                raise UsageError(
                    "A720", f"{member!r} is no member", "a member is an id, or a pair of an id and a tenant"
                )
            case _:
                id, tenant = member, None
        if environment.foreign is None:
            yield read_person_id(id), read_tenant_id(tenant) or ""
        else:
            # The user's own ids follow the user's own rules.
            yield _read(id), "" if tenant is None else _read(tenant)


def _read(value: object) -> str:
    text = read_id(value)
    if (forbidden := unstorable(text)) is not None:
        raise UsageError("A720", f"an id holds {forbidden}, which no home can keep", "correct the id")
    return text


def _unsettle(writing: Writing, known: Known) -> None:
    """Have everybody asked again about the audiences that cannot be asked now: what changes meanwhile passes them."""
    for kept, error in known.broken.values():
        if kept.activated_at is not None and kept.error is None:
            write_state(writing.database, writing.environment, replace(kept, error=str(error)))
