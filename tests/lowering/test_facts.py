"""What a person's answers depend on, as an engine reads it, is what the interpreter knows."""

from random import Random

import pytest

from audience.analysis import Timeline
from audience.analysis.time_leaves import flip
from audience.catalog import Catalog
from audience.catalog.kinds import JsonKind, TextKind, TimestampKind
from audience.interpreter import Person, evaluate, find
from audience.interpreter.instants import instant_of
from audience.ir import And, ComparesInstant, Leaf, Not, Now, Or, Order, Predicate, Property
from audience.lowering import select_facts
from audience.resolution.normalize import normalize
from audience.values import MICROSECONDS_PER_DAY, Instant
from tests.fuzz.answers import run_for
from tests.fuzz.crowd import Crowd
from tests.fuzz.edges import NOW
from tests.lowering.writing import WRITTEN
from tests.properties.scene import law, randoms, set_scene
from tests.stores import Store, column_like
from tests.stores.fixtures import Opened

FAR = 106_751_991 * MICROSECONDS_PER_DAY
"""From here on engines take instants for the end of time; no now comes near it."""


@pytest.fixture(scope="session", params=WRITTEN)
def store(request: pytest.FixtureRequest, opened_stores: Opened) -> Store:
    """Each database that Audience writes to."""
    return opened_stores[request.param]


def timed(rng: Random, crowd: Crowd, catalog: Catalog) -> ComparesInstant | None:
    """A comparison with now about a property that can be an instant; None where the property drawn never is one."""
    steps = rng.choice([steps for steps in crowd.properties if any(map(is_instant, crowd.found(steps)))] or [("x",)])
    location = catalog.locate(steps)
    if location is None or not isinstance(location.kind, JsonKind | TextKind | TimestampKind):
        return None
    return ComparesInstant(Property(steps, location.kind), rng.choice(list(Order)), Now(rng.choice((0, 1, -3, 10**12))))


def is_instant(value: object) -> bool:
    return instant_of(value) is not None  # type: ignore[arg-type]


def agrees(leaf: Leaf, fact: object, person: Person, members: object) -> bool:
    """Whether a fact is what the interpreter says of a person."""
    if not (isinstance(leaf, ComparesInstant) and isinstance(leaf.bound, Now)):
        return fact is evaluate(leaf, person, NOW, members)  # type: ignore[arg-type]
    moment = instant_of(find(person, leaf.property.steps))
    if moment is None or -FAR < moment < FAR:
        return fact == moment and type(fact) is type(moment)
    return type(fact) is int and (fact >= FAR if moment > 0 else fact <= -FAR)


@law(50, rng=randoms)
def test_facts_and_the_answers_that_follow(store: Store, rng: Random) -> None:
    store.enter(rng.choice(store.sessions))
    scene = set_scene(store, rng, expressions=3, typed=8, document=rng.choice(store.documents))
    added = [found for _ in range(4) if (found := timed(rng, scene.crowd, scene.catalog)) is not None]
    parts: list[Predicate] = [*scene.predicates, *(rng.choice((leaf, Not(leaf))) for leaf in added)]
    if not parts:
        return
    predicate = normalize(rng.choice((And, Or))(tuple(parts)))
    timeline = Timeline(predicate)
    query = select_facts(run_for(store, scene.catalog, NOW, scene.members), timeline.leaves)
    rows = {row[0]: row[1:] for row in store.run_bare(query.sql, query.parameters)}
    assert len(rows) == len(scene.crowd.people)
    for person in scene.crowd.people:
        tenant, *facts = rows[str(person.id)]
        assert tenant == ""
        wrong = [
            leaf
            for leaf, fact in zip(timeline.leaves, facts, strict=True)
            if not agrees(leaf, fact, person, scene.members)
        ]
        assert not wrong
        flips = [
            flip(leaf, fact)
            for leaf, fact in zip(timeline.leaves, facts, strict=True)
            if leaf in added and isinstance(fact, int)
        ]
        for now in [NOW, *(moment + step for moment in flips if -FAR / 2 < moment < FAR / 2 for step in (-1, 0, 1))]:
            assert timeline.truth(facts, now) is evaluate(predicate, person, now, scene.members)


ENDS = (2**63 - 1, -(2**63), 2**62, -(2**62), 9_223_372_036_854, 9_223_372_036_855, NOW // 1_000_000, NOW // 1_000)
"""Seconds and milliseconds of epoch columns: most of them reach beyond what microseconds in 64 bits hold."""


@pytest.mark.parametrize(("like", "unit"), [("c_epoch_s", 1_000_000), ("c_epoch_ms", 1_000)])
@pytest.mark.parametrize("order", Order)
def test_an_instant_beyond_every_now_is_ordered_as_before(store: Store, like: str, unit: int, order: Order) -> None:
    store.enter(store.sessions[0])
    ids = [str(at) for at in range(len(ENDS) + 1)]
    texts = [*map(str, ENDS), None]
    catalog = store.load({"id": ids, "at": texts}, [column_like(store, like, "at")])
    leaf = ComparesInstant(Property(("at",), catalog.columns[0].kind), order, Now(1))
    timeline, query = Timeline(leaf), select_facts(run_for(store, catalog, NOW), [leaf])
    rows = {row[0]: row[2:] for row in store.run_bare(query.sql, query.parameters)}
    for id, text in zip(ids, texts, strict=True):
        person = Person(id, {"at": None if text is None else Instant(int(text) * unit)})
        for now in (NOW - 2, NOW - 1, NOW, NOW + 1):
            assert timeline.truth(rows[id], now) is evaluate(leaf, person, now, {})
