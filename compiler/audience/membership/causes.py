"""Why people moved in a refresh: because time passed, and when exactly, or because they changed.

People of our own are moved when they change, so in an audience that stands only time is left. Elsewhere, whoever would
have been in the audience at the last refresh just as they were then has been moved by time alone.
What they answer at any instant follows from facts that are read once: see `analysis.timeline`.
"""

from collections.abc import Mapping
from dataclasses import replace

from audience.analysis import Facts, Timeline, time_leaves
from audience.lowering import Run, copied, copy_people, select_facts
from audience.membership.audiences import Dynamic
from audience.membership.environment import Environment
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import Explained, Stage

AT_ONCE = 20_000
"""How many are looked at in one go: what they need stands in memory."""

MOVED = "audience_explaining"

CREATE_IDS = "CREATE TEMP TABLE audience_ids (user_id TEXT)"
DROP_IDS = "DROP TABLE audience_ids"
DROP_MOVED = "DROP TABLE audience_explaining"


def explain(environment: Environment, writing: Writing, stage: Stage, audiences: Mapping[str, Dynamic]) -> None:
    """Say of everybody who moves in these audiences since their last refresh whether time moved them, and when."""
    timed = {key: audience for key, audience in audiences.items() if time_leaves(audience.predicate)}
    if not timed:
        return
    run = environment.run(environment.known(writing.database), writing.now)
    for key, audience in timed.items():
        since = audience.kept.refreshed_at
        if since is None:
            continue
        after = (0, "")
        while moved := stage.moved(key, after, AT_ONCE):
            stage.explain(_explained(environment, run, writing, audience, since, moved))
            after = (moved[-1][0], moved[-1][2])


def _explained(
    environment: Environment,
    run: Run,
    writing: Writing,
    audience: Dynamic,
    since: int,
    moved: list[tuple[int, str, str, bool]],
) -> list[Explained]:
    database, timeline = writing.database, Timeline(audience.predicate)
    database.execute(CREATE_IDS)
    database.load("audience_ids", ("user_id",), sorted({(id,) for _, id, _, _ in moved}))
    database.run(copy_people(run, None, ("audience_ids",), MOVED), doing="copying the people who moved")
    database.analyze(MOVED)
    query = select_facts(replace(run, catalog=copied(run.catalog, MOVED), within=()), timeline.leaves)
    numbers = {(id, tenant): (user_no, entered) for user_no, id, tenant, entered in moved}
    only_time = environment.foreign is None and audience.stands
    rows: dict[tuple[str, str], list[Facts]] = {}
    for id, tenant, *facts in database.engine.run(query.sql, query.parameters, doing="asking why people moved"):
        rows.setdefault((str(id), str(tenant)), []).append(facts)  # type: ignore[arg-type]  # see select_facts
    explained = []
    for pair in numbers.keys() & rows.keys():
        (user_no, entered), held = numbers[pair], rows[pair]
        if only_time or timeline.truth_of_any(held, since) is not entered:
            flipped = timeline.last_flip_of_any(held, since, writing.now)
            if flipped is not None:
                explained.append(Explained(audience.kept.key, user_no, pair[1], Cause.TIME, flipped))
    database.execute(DROP_MOVED)
    database.execute(DROP_IDS)
    return explained
