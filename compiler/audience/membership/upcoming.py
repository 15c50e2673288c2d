"""When time will move somebody next: the instant at which a refresh of what is due has something to do."""

from audience.analysis import flip, time_leaves
from audience.lowering import select_next
from audience.membership.environment import Environment
from audience.store.database import Database


def next_due(environment: Environment, database: Database, now: int) -> dict[str, int]:
    """For each dynamic audience the first instant after `now`, in microseconds, at which time alone can move somebody.

    One scan of the people. An audience that no instant of anybody's will touch is not in it. At the instant that is
    named somebody's condition changes its answer; other conditions may keep them where they are.
    """
    known = environment.known(database)
    timed = {key: time_leaves(audience.predicate) for key, audience in known.dynamic.items() if audience.stands}
    leaves = list(dict.fromkeys(leaf for found in timed.values() for leaf in found))
    if not leaves:
        return {}
    run = environment.run(known, now)
    query = select_next(run, [(leaf.property, now - flip(leaf, 0)) for leaf in leaves])
    [row] = database.engine.run(query.sql, query.parameters, doing="looking for what time will change")
    due = {leaf: flip(leaf, moment) for leaf, moment in zip(leaves, row, strict=True) if isinstance(moment, int)}
    soonest = {key: [due[leaf] for leaf in found if leaf in due] for key, found in timed.items()}
    return {key: min(instants) for key, instants in soonest.items() if instants}
