"""The engine answers as the interpreter does: in value form, in filter form, in counts, in any session."""

from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis import target

import audience
from audience.interpreter import evaluate
from audience.ir import Outline
from audience.lowering import count
from audience.membership.users import Users
from audience.values import Instant
from tests.fuzz.answers import ask_filter, ask_values, ids_where, run_for, value_query
from tests.fuzz.crowd import value_type
from tests.fuzz.edges import NOW
from tests.properties.scene import Scene, law, randoms, set_scene
from tests.stores import Store


@law(80, rng=randoms)
def test_value_form(store: Store, rng: Random) -> None:
    """Never NULL, and the interpreter's answer about everybody, however documents are read."""
    scene = set_scene(store, rng, document=rng.choice(store.documents or (None,)))
    target(float(sum(len(set(answers)) == 2 for answers in scene.reference)), label="expressions that discriminate")
    run = run_for(store, scene.catalog, NOW, scene.members)
    for extracted in (False, True):
        found = ask_values(store, run, scene.predicates, scene.crowd.people, extracted=extracted)
        differing = [
            audience.format(expression)
            for expression, mine, other in zip(scene.expressions, found, scene.reference, strict=True)
            if mine != other
        ]
        assert not differing


@law(50, rng=randoms)
def test_filter_form(store: Store, rng: Random) -> None:
    """The query, and the bare predicate in a WHERE of the caller's, select whom the value form is true of."""
    scene = set_scene(store, rng, expressions=4)
    run = run_for(store, scene.catalog, NOW, scene.members)
    users = Users.of(scene.catalog, None)
    for expression, predicate, answers in zip(scene.expressions, scene.predicates, scene.reference, strict=True):
        expected = ids_where(answers, scene.crowd.people)
        assert ask_filter(store, run, predicate) == expected
        members = {key: [id for id, _ in held] for key, held in scene.members.items()}
        query = audience.compile(expression, users=users, dialect=store.dialect, now=NOW, members=members)
        bare = f"SELECT id FROM people WHERE {query.predicate}"
        assert sorted(str(id) for (id,) in store.run_bare(bare, query.parameters)) == expected


@law(40, rng=randoms)
def test_now_as_a_parameter(store: Store, rng: Random) -> None:
    """A query without a now leaves a parameter, and binding it gives the query with that now."""
    scene = set_scene(store, rng, expressions=5)
    users = Users.of(scene.catalog, None)
    for expression, answers in zip(scene.expressions, scene.reference, strict=True):
        members = {key: [id for id, _ in held] for key, held in scene.members.items()}
        query = audience.compile(expression, users=users, dialect=store.dialect, members=members)
        given_now = {"now": "2025-01-01T00:00:00+00:00"} if query.unbound else {}
        assert query.unbound in ((), ("now",))
        rows = store.run(query.sql, query.parameters | given_now)
        assert sorted(str(row[0]) for row in rows) == ids_where(answers, scene.crowd.people)


@law(40, rng=randoms)
def test_counts(store: Store, rng: Random) -> None:
    """Every number of a preview, by the interpreter's own count."""
    scene = set_scene(store, rng, expressions=3)
    run = run_for(store, scene.catalog, NOW, scene.members)
    for outline in scene.outlines:
        counting = count(run, outline)
        [row] = store.run(counting.query.sql, counting.query.parameters)
        found = dict(zip(counting.names, row, strict=True))
        expected = {"total": len(scene.crowd.people)}
        _count(scene, outline, expected, [0])
        assert {name: found[name] for name in expected} == expected
        assert found.pop("malformed", 0) == 0
        assert found.keys() == expected.keys()


def _count(scene: Scene, node: Outline, into: dict[str, int], visited: list[int]) -> list[bool]:
    """The answers of a node; its counts, and those of its parts, go into the dict under their names."""
    index, visited[0] = visited[0], visited[0] + 1
    parts = [_count(scene, part, into, visited) for part in node.parts]
    people = scene.crowd.people
    answers = [evaluate(node.predicate, person, NOW, scene.members) for person in people]
    into[f"true_{index}"] = sum(answers)
    if node.kind == "condition" and node.properties:
        values = scene.crowd.found(node.properties[0].steps)
        into[f"absent_{index}"] = sum(value is None for value in values)
        if node.instant:
            readable = [isinstance(value, Instant) or _is_moment(value) for value in values]
            present = [value_type(value) != "absent" for value in values]
            pairs = zip(present, readable, strict=True)
            into[f"unreadable_{index}"] = sum(there and not legible for there, legible in pairs)
    if node.kind in ("and", "or"):
        for at in range(len(parts)):
            so_far = list(zip(*parts[: at + 1], strict=True))
            before = list(zip(*parts[:at], strict=True)) if at else [()] * len(people)
            if node.kind == "and":
                into[f"after_{index}_{at}"] = sum(all(one) for one in so_far)
            else:
                into[f"after_{index}_{at}"] = sum(any(one) for one in so_far) - sum(any(one) for one in before)
    return answers


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and audience.evaluate(audience.parse("x is a timestamp"), {"x": value}, now=NOW)


@pytest.mark.parametrize("guarded", [True, False], ids=["engine", "driver alone"])
@law(30, rng=randoms, data=st.data())
def test_hostile_session(store: Store, guarded: bool, rng: Random, data: st.DataObject) -> None:
    """Neither a zone west or east of Greenwich nor a collation that ignores case changes an answer."""
    hostile = (*store.sessions[1:], *store.guarded) if guarded else store.sessions[1:]
    store.enter(data.draw(st.sampled_from(hostile or store.sessions)))
    try:
        scene = set_scene(store, rng, people=8, expressions=8)
        run = run_for(store, scene.catalog, NOW, scene.members)
        for extracted in (False, True):
            found = ask_values(store, run, scene.predicates, scene.crowd.people, extracted=extracted, guarded=guarded)
            assert found == scene.reference
        for predicate, answers in list(zip(scene.predicates, scene.reference, strict=True))[:1]:
            assert ask_filter(store, run, predicate, guarded=guarded) == ids_where(answers, scene.crowd.people)
    finally:
        store.enter(store.sessions[0])


@law(40, rng=randoms)
def test_sql_is_the_same_every_time(store: Store, rng: Random) -> None:
    """No clock, no counter and no order of a set goes into the text."""
    scene = set_scene(store, rng, expressions=4)
    run = run_for(store, scene.catalog, NOW, scene.members)
    texts = [value_query(run, scene.predicates, extracted=True) for _ in range(2)]
    assert texts[0] == texts[1]
