"""Who was a member of an audience at an instant, by the ledger alone: of audiences that have ended as well."""

from collections.abc import Iterator

from audience.membership.environment import Environment
from audience.membership.refresh import unknown_audience
from audience.store.ledger import Membership, members_as_of


def members_at(
    environment: Environment, audience: str, at: int, *, after: tuple[str, str] = ("", ""), limit: int = 50
) -> list[Membership]:
    """The next members at an instant, in microseconds, after an (id, tenant): since when, and under which meaning.

    UsageError A401 for an audience that there is not, and of which the ledger says nothing up to then.
    """
    with environment.home.reading() as database:
        found = _some(members_as_of(database, environment.name, audience, at), after, limit)
        if not found:
            known = environment.known(database)
            if audience not in known.kept() and after == ("", ""):
                raise unknown_audience(audience, known)
        return found


def _some(batches: Iterator[list[Membership]], after: tuple[str, str], limit: int) -> list[Membership]:
    found: list[Membership] = []
    for batch in batches:
        found += [member for member in batch if (member.user_id, member.tenant or "") > after]
        if len(found) >= limit:
            batches.close()  # type: ignore[attr-defined]  # a generator: nothing else is read while it is open
            break
    return found[:limit]
