"""Statements that write: the members are those whom the query selects, and a copy answers as the original does."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import strategies as st

import audience
from audience.analysis import Timeline
from audience.ir import Constant, Predicate
from audience.lowering import Run, copied, copy_people, insert_members, select_facts, select_ids
from audience.resolution import resolve
from tests.fuzz.answers import ask_values, ids_where, run_for
from tests.fuzz.edges import NOW
from tests.lowering.writing import WRITTEN, execute, insert_rows, run, undone, written
from tests.properties.scene import law, randoms, set_scene
from tests.stores import Store, column_like
from tests.stores.fixtures import Opened

COPY = "copied_people"
IDS = "listed_ids"


@pytest.fixture(scope="session", params=WRITTEN)
def store(request: pytest.FixtureRequest, opened_stores: Opened) -> Store:
    """Each database that Audience writes to."""
    return opened_stores[request.param]


def selected(store: Store, run: Run, predicate: Predicate) -> list[tuple[str, str]]:
    """The pairs that the query of a predicate selects, as texts, each once."""
    query = select_ids(run, predicate)
    rows = store.run_bare(query.sql, query.parameters)
    return sorted({(str(row[0]), str(row[1] or "") if len(row) > 1 else "") for row in rows})


@law(30, rng=randoms)
def test_whom_a_query_selects_is_inserted(store: Store, rng: Random) -> None:
    store.enter(rng.choice(store.sessions))
    scene = set_scene(store, rng, expressions=4, document=rng.choice(store.documents))
    asked = run_for(store, scene.catalog, NOW, scene.members)
    with undone(store):
        expected = []
        for at, (predicate, answers) in enumerate(zip(scene.predicates, scene.reference, strict=True)):
            key = f"it's {at}"
            distinct = rng.random() < 0.5
            run(store, insert_members(asked, predicate, key, ("written_members",), distinct=distinct))
            expected += [(key, id, "") for id in ids_where(answers, scene.crowd.people)]
        assert written(store) == sorted(expected)


ID_TEXTS = {
    "c_text": ("", "a", "A", "é", "e\u0301", "it's"),
    "c_nocase": ("", "a", "A", "é", "e\u0301", "it's"),
    "c_big": ("0", "-1", "7", "9007199254740993", "-9223372036854775808"),
    "c_uuid": tuple(f"00000000-0000-0000-00ab-{at:012}" for at in range(5)),
}
TENANTS = (None, "", "t1", "T1", "t'2")
PLACES = ("here", "Here", "there")
DOCUMENTS = ('{"n": 1, "x": "a"}', '{"n": 2, "x": "a"}', '{"n": 3}', "{}", None)
CONDITIONS = ("n > 1", 'x = "a" or n > 2', "x does not exist", "id exists", 'x before "2025-01-01"')


@law(40, data=st.data())
def test_ids_and_tenants_of_every_type(store: Store, data: st.DataObject) -> None:
    """Ids that repeat, that are no text or none at all; a tenant that is absent; people who are elsewhere."""
    store.enter(data.draw(st.sampled_from(store.sessions)))
    known = {column.name for column in store.columns}
    like = data.draw(st.sampled_from([name for name in ID_TEXTS if name in known]))
    has_tenant = data.draw(st.booleans())
    row = st.tuples(
        st.sampled_from((None, *ID_TEXTS[like])), st.sampled_from(TENANTS), st.sampled_from(PLACES),
        st.sampled_from(DOCUMENTS),
    )  # fmt: skip
    people = data.draw(st.lists(row, max_size=8))
    columns = [column_like(store, like, "id"), column_like(store, "c_text", "place")]
    columns.append(column_like(store, "c_text", "tenant"))
    rows = dict(zip(("id", "tenant", "place", "doc"), zip(*people, strict=True) if people else [()] * 4, strict=True))
    catalog = store.load(
        rows, columns, document=data.draw(st.sampled_from(store.documents)), tenant="tenant" if has_tenant else None
    )
    tenant = data.draw(st.sampled_from([None, "t1"]))
    asked = replace(run_for(store, catalog, NOW, tenant=tenant), within=(("place", "here"),))
    predicate = resolve(audience.parse(data.draw(st.sampled_from(CONDITIONS))), catalog).predicate
    everybody = {
        (str(id), (held or "") if has_tenant else "")
        for id, held, place, _ in people
        if id is not None and place == "here" and (not has_tenant or tenant is None or held == tenant)
    }
    assert selected(store, asked, Constant(True)) == sorted(everybody)
    facts = select_facts(asked, Timeline(predicate).leaves)
    assert sorted({row[:2] for row in store.run_bare(facts.sql, facts.parameters)}) == sorted(everybody)
    with undone(store):
        run(store, insert_members(asked, predicate, "some", ("written_members",)))
        run(store, insert_members(asked, Constant(True), "all", ("written_members",)))
        pairs = [("some", *pair) for pair in selected(store, asked, predicate)]
        assert written(store) == sorted([*pairs, *(("all", *pair) for pair in everybody)])


@law(30, rng=randoms)
def test_a_copy_answers_as_the_original(store: Store, rng: Random) -> None:
    """About those who were to be copied, and about nobody else; with every column that conditions can ask for."""
    store.enter(rng.choice(store.sessions))
    scene = set_scene(store, rng, expressions=4, people=8, document=rng.choice(store.documents))
    if not scene.predicates:
        return
    asked = run_for(store, scene.catalog, NOW, scene.members)
    predicate = rng.choice([*scene.predicates, None])
    ids = rng.choice([None, rng.sample([str(person.id) for person in scene.crowd.people], 4)])
    chosen = scene.reference[scene.predicates.index(predicate)] if predicate is not None else [True] * 8
    there = [
        at
        for at, (person, held) in enumerate(zip(scene.crowd.people, chosen, strict=True))
        if held and (ids is None or person.id in ids)
    ]
    with undone(store):
        if ids is not None:
            execute(store, f"CREATE TABLE {IDS} (user_id varchar)")
            insert_rows(store, IDS, ["user_id"], [[id] for id in [*ids, ids[0], "nobody"]])
        run(store, copy_people(asked, predicate, None if ids is None else (IDS,), COPY))
        over = replace(asked, catalog=copied(scene.catalog, COPY))
        found = ask_values(store, over, scene.predicates, [scene.crowd.people[at] for at in there], guarded=False)
        assert found == [[answers[at] for at in there] for answers in scene.reference]


@pytest.mark.parametrize("text", ['x = "a" or n > 2 or seen before 9 days ago', "n > 2", "id exists"])
@pytest.mark.parametrize("like", ["c_text", "c_nocase", "c_big", "c_uuid"])
def test_a_copy_of_listed_people(store: Store, like: str, text: str) -> None:
    """Ids of every type are listed as text, and a tenant comes along."""
    known = {column.name for column in store.columns}
    texts = ID_TEXTS[like]
    like = like if like in known else "c_text"
    people = [(id, tenant, document) for id in texts for tenant in TENANTS for document in DOCUMENTS]
    rows = dict(zip(("id", "tenant", "doc"), map(list, zip(*people, strict=True)), strict=True))
    columns = [column_like(store, like, "id"), column_like(store, "c_text", "tenant")]
    store.enter(store.sessions[0])
    catalog = store.load(rows, columns, tenant="tenant")
    asked = run_for(store, catalog, NOW)
    predicate = resolve(audience.parse(text), catalog).predicate
    listed = texts[1:3]
    with undone(store):
        execute(store, f"CREATE TABLE {IDS} (user_id varchar)")
        insert_rows(store, IDS, ["user_id"], [[id] for id in listed])
        run(store, copy_people(asked, predicate, (IDS,), COPY))
        over = replace(asked, catalog=copied(catalog, COPY))
        expected = [pair for pair in selected(store, asked, predicate) if pair[0] in listed]
        assert expected
        assert selected(store, over, Constant(True)) == selected(store, over, predicate) == expected


def test_a_copy_ends_with_its_transaction_where_it_can(store: Store) -> None:
    store.enter(store.sessions[0])
    catalog = store.load({"id": ["a"]}, [])
    asked = run_for(store, catalog, NOW)
    for _ in range(2):
        execute(store, "BEGIN")
        run(store, copy_people(asked, None, None, COPY))
        assert store.run_bare(f"SELECT id FROM {COPY}", {}) == [("a",)]
        if not asked.dialect.capabilities.drops_at_commit:
            execute(store, f"DROP TABLE {COPY}")
        execute(store, "COMMIT")
