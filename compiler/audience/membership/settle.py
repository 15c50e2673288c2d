"""Settle: bring dynamic audiences up to date for some people, inside the transaction that changed them.

A few people are read and asked in process, by the interpreter: the database is asked for them once, however many
audiences there are. Many are copied inside the database and asked there. A law says that both do the same.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from audience.interpreter import Members, Person, evaluate, read_document
from audience.lowering import copied, copy_people, insert_members
from audience.membership.audiences import Dynamic
from audience.membership.environment import Environment
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import MATCHED, SCOPE, Moved, Reason, Row, Stage, dynamic_of, move, static_of

FEW = 256
"""Up to so many people are asked in process: about where reading them costs as much as asking the database."""

PEOPLE = "audience_people"
"""The copy of the people that are settled."""

READ_PEOPLE = """
    SELECT id, CAST(properties AS TEXT) FROM audience.users
    WHERE environment = $environment AND id IN (SELECT unnest(CAST($ids AS TEXT[])))
"""


def settle(
    environment: Environment,
    writing: Writing,
    ids: Collection[str],
    cause: Cause,
    audiences: Mapping[str, Dynamic],
) -> dict[str, Moved]:
    """Bring some audiences up to date for some people; how many moved, by audience.

    Only audiences that stand are kept up: the next refresh asks everybody about the others.
    """
    active = {key: audience for key, audience in audiences.items() if audience.stands}
    if not active or not ids:
        return {}
    if len(ids) <= FEW and environment.foreign is None:
        return _settle_in_process(writing, ids, cause, active)
    stage = Stage(writing)
    writing.database.load(SCOPE[0], ("user_id",), ((id,) for id in ids))
    moved = settle_scope(environment, writing, stage, cause, active)
    stage.close()
    return moved


def settle_scope(
    environment: Environment, writing: Writing, stage: Stage, cause: Cause, audiences: Mapping[str, Dynamic]
) -> dict[str, Moved]:
    """The same for the people of the table `SCOPE`, inside the database."""
    active = {key: audience for key, audience in audiences.items() if audience.stands}
    match_scope(environment, writing, active, tell=lambda _key: None)
    reasons = {key: Reason(audience.meaning, cause) for key, audience in active.items()}
    moved = stage.find(reasons, scoped=True)
    stage.write()
    return moved


def match_scope(
    environment: Environment, writing: Writing, audiences: Mapping[str, Dynamic], tell: Callable[[str], None]
) -> None:
    """Put those people of `SCOPE` who match into `MATCHED`; their rows are read once."""
    run = environment.run(environment.known(writing.database), writing.now)
    writing.database.run(copy_people(run, None, SCOPE, PEOPLE), doing="copying the people")
    writing.database.analyze(PEOPLE)
    among = replace(run, catalog=copied(run.catalog, PEOPLE), within=())
    for key, audience in audiences.items():
        tell(key)
        writing.database.run(
            insert_members(among, audience.predicate, key, MATCHED), doing=f"asking for the members of {key}"
        )
    writing.database.execute(DROP_PEOPLE)


DROP_PEOPLE = "DROP TABLE audience_people"


def _settle_in_process(
    writing: Writing, ids: Collection[str], cause: Cause, audiences: Mapping[str, Dynamic]
) -> dict[str, Moved]:
    database, name = writing.database, writing.environment
    before = {row for row in dynamic_of(database, name, ids) if row[0] in audiences}
    people = [
        Person(str(id), read_document(str(document)))
        for id, document in database.rows(READ_PEOPLE, {"environment": name, "ids": list(ids)})
    ]
    members = _members(writing, ids, audiences)
    after: set[Row] = {
        (key, person.id, "")
        for person in people
        for key, audience in audiences.items()
        if person.id is not None and evaluate(audience.predicate, person, writing.now, members)
    }
    return move(writing, before, after, {key: Reason(held.meaning, cause) for key, held in audiences.items()})


def _members(writing: Writing, ids: Collection[str], audiences: Mapping[str, Dynamic]) -> Members:
    """The static memberships of these people in the audiences that are asked about."""
    asked: dict[str, set[tuple[str, str | None]]] = {
        key: set() for audience in audiences.values() for key in audience.static
    }
    if asked:
        for key, id, tenant in static_of(writing.database, writing.environment, ids):
            if key in asked:
                asked[key].add((id, tenant or None))
    return asked
