"""People of our own, changed with their membership: one transaction writes the person, the rows and the transitions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from audience.errors import UsageError
from audience.membership.audiences import Dynamic
from audience.membership.environment import Environment
from audience.membership.settle import FEW, settle, settle_scope
from audience.people import Json, deep_merge, read_person, read_person_id, read_properties, table
from audience.people.table import Stored
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import Stage
from audience.store.static_members import Change, pairs_of

BATCH = 5_000
"""How many people of a bulk are merged at once: they stand in memory."""

DOING = "changing people"

Person = Mapping[str, Any] | str | bytes
"""One person with an `id`, as a mapping or as JSON."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Put:
    """How many people were given, and how many of them were new or changed."""

    given: int
    changed: int


def put_person(environment: Environment, id: object, properties: Mapping[str, Any] | str | bytes) -> Stored:
    """Merge properties into a person, who is created where nobody has the id; the person as stored.

    UsageError A720 for an id, A721 for properties, A907 for their size.
    """
    environment.expect_own(DOING)
    read_id = read_person_id(id)
    document = read_properties(properties, read_id)
    with environment.home.writing(environment.name) as writing:
        changed = table.merge_in(writing, [(read_id, document)])
        known = environment.known(writing.database)
        settle(environment, writing, changed, Cause.PERSON, known.dynamic)
        return table.find(writing.database, environment.name, [read_id])[read_id]


def put_people(environment: Environment, people: Iterable[Person], *, cause: Cause = Cause.PERSON) -> Put:
    """The same for any number of people, in one transaction: all of them, or none. Each document states its `id`."""
    environment.expect_own(DOING)
    with environment.home.writing(environment.name) as writing:
        return merge_people(environment, writing, map(read_person, people), cause)


def merge_people(
    environment: Environment, writing: Writing, people: Iterable[tuple[str, Mapping[str, Json]]], cause: Cause
) -> Put:
    """Merge people who were read, and settle those who changed."""
    merging = Merging(environment, writing)
    given = 0
    for some in chunks(people, BATCH):
        given += len(some)
        merging.merge(some)
    merging.settle(cause, environment.known(writing.database).dynamic)
    return Put(given, merging.changed())


class Merging:
    """Any number of people merged in batches of one transaction, and settled in the end: nobody twice.

    Few are remembered by id; of many the table knows who changed, by the numbers of their changes.
    """

    def __init__(self, environment: Environment, writing: Writing) -> None:
        self._environment, self._writing = environment, writing
        self._since = writing.change
        self._few: set[str] = set()

    def merge(self, some: Sequence[tuple[str, Mapping[str, Json]]], refused: table.Refused | None = None) -> None:
        """Merge a batch; as for `table.merge_in`."""
        moved = table.merge_in(self._writing, some, refused)
        if len(self._few) <= FEW:
            self._few.update(moved)

    def few(self) -> frozenset[str] | None:
        """The ids of those who changed; None where they are many."""
        return frozenset(self._few) if len(self._few) <= FEW else None

    def changed(self) -> int:
        """How many people are new or changed."""
        few = self.few()
        return table.count_changed(self._writing, self._since) if few is None else len(few)

    def scope(self) -> None:
        """Put those who changed into the table `SCOPE` of a stage."""
        table.scope_changed(self._writing, self._since)

    def settle(self, cause: Cause, audiences: Mapping[str, Dynamic]) -> None:
        """Bring audiences up to date for those who changed."""
        few = self.few()
        if few is not None:
            settle(self._environment, self._writing, few, cause, audiences)
        elif any(audience.stands for audience in audiences.values()):
            stage = Stage(self._writing)
            self.scope()
            settle_scope(self._environment, self._writing, stage, cause, audiences)
            stage.close()


def get_person(environment: Environment, id: object) -> Stored | None:
    """A person, or None where nobody has the id."""
    environment.expect_own("reading people")
    read_id = read_person_id(id)
    return table.find(environment.home.database, environment.name, [read_id]).get(read_id)


def list_people(environment: Environment, *, after: str = "", limit: int = 50) -> list[Stored]:
    """The next people by id: a position that no change of others moves."""
    environment.expect_own("listing people")
    return table.page(environment.home.database, environment.name, after=after, limit=limit)


def export_people(environment: Environment) -> Iterator[Stored]:
    """Everybody by id, as of one instant; the home does nothing else meanwhile."""
    environment.expect_own("exporting people")
    with environment.home.reading() as database:
        yield from table.stream(database, environment.name)


def delete_people(environment: Environment, ids: Iterable[object]) -> int:
    """Forget people; how many there were.

    They leave their dynamic audiences. What they are static members of stays, and they are missing there.
    """
    environment.expect_own(DOING)
    read = {read_person_id(id) for id in ids}
    with environment.home.writing(environment.name) as writing:
        known = environment.known(writing.database)
        deleted = sum(table.delete(writing, some) for some in chunks(sorted(read), BATCH))
        # Once: to settle many people reads all members.
        settle(environment, writing, read, Cause.PERSON, known.dynamic)
        return deleted


def merge_person(environment: Environment, primary: object, secondary: object) -> Stored:
    """Make two people one: what is known of both is merged, and where they differ the primary wins.

    The static memberships of the secondary become the primary's; the secondary leaves every audience and is forgotten.
    UsageError A720 for an id that nobody has, or the same id twice.
    """
    environment.expect_own(DOING)
    kept, gone = read_person_id(primary), read_person_id(secondary)
    if kept == gone:
        raise UsageError("A720", f"`{kept}` cannot be merged with itself", "name two people")
    with environment.home.writing(environment.name) as writing:
        people = table.find(writing.database, environment.name, [kept, gone])
        for id in (kept, gone):
            if id not in people:
                raise UsageError("A720", f"nobody has the id `{id}`", "identify both people first")
        known = environment.known(writing.database)
        merged = deep_merge(people[gone].properties, people[kept].properties)
        table.merge_in(writing, [(kept, merged)])
        for audience, tenants in pairs_of(writing.database, environment.name, gone).items():
            _move(writing, audience, tenants, gone, kept)
        table.delete(writing, [gone])
        settle(environment, writing, [kept, gone], Cause.PERSON, known.dynamic)
        return table.find(writing.database, environment.name, [kept])[kept]


def _move(writing: Writing, audience: str, tenants: Iterable[str], gone: str, kept: str) -> None:
    """Make the memberships of one person in a static audience those of another."""
    leaving, entering = Change(writing, audience, own=True), [(kept, tenant) for tenant in tenants]
    leaving.give((gone, tenant) for _, tenant in entering)
    leaving.remove(Cause.PERSON)
    leaving.close()
    arriving = Change(writing, audience, own=True)
    arriving.give(entering)
    arriving.add(Cause.PERSON)
    arriving.close()


def chunks(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in lists of at most so many, none of them empty."""
    source = iter(items)
    while some := list(islice(source, size)):
        yield some
