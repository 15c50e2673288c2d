"""Static members that are rows of a table are the members that are given by value, whatever columns are called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import pytest
from hypothesis import strategies as st

import audience
from audience.errors import CompilerBug
from audience.interpreter import read_members
from audience.ir import And, IsMember, Not, Or, Predicate
from audience.lowering import Run, StaticRows, insert_members, select_ids
from audience.resolution import resolve
from audience.resolution.normalize import normalize
from tests.fuzz.answers import ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.conditions import AUDIENCES
from tests.fuzz.edges import NOW
from tests.lowering.writing import WRITTEN, execute, insert_rows, run, undone, written
from tests.properties.scene import law, randoms, set_scene
from tests.stores import Store, column_like
from tests.stores.fixtures import Opened

ENVIRONMENT = "it's here"
TABLE = "static_rows"
COLUMNS = ("environment", "audience", "user_id", "tenant")

Pair = tuple[str, str | None]


@pytest.fixture(scope="session", params=WRITTEN)
def store(request: pytest.FixtureRequest, opened_stores: Opened) -> Store:
    """Each database that Audience writes to."""
    return opened_stores[request.param]


@contextmanager
def static_rows(
    store: Store, members: Mapping[str, Sequence[Pair]], everybody: Iterable[Pair] = (), collation: str = ""
) -> Iterator[StaticRows]:
    """A table of the members, for as long as a transaction lasts; elsewhere in it, everybody is a member of all."""
    with undone(store):
        columns = ", ".join(f"{name} varchar {collation} NOT NULL" for name in COLUMNS)
        execute(store, f"CREATE TABLE {TABLE} ({columns}, m varchar, id varchar, people varchar)")
        rows = [(ENVIRONMENT, key, id, tenant or "") for key, held in members.items() for id, tenant in held]
        for id, tenant in everybody:
            rows += [("It's here", key, id, tenant or "") for key in members]
            rows.append((ENVIRONMENT, "VIP", id, tenant or ""))
        insert_rows(store, TABLE, COLUMNS, rows)
        yield StaticRows((TABLE,), ENVIRONMENT, frozenset(members))


def answers(store: Store, run: Run, predicate: Predicate) -> list[tuple[str, ...]]:
    """Whom the query of a predicate selects."""
    query = select_ids(run, predicate)
    assert query.parameters.keys() == {key for key in query.parameters if key.startswith("members")}
    return sorted(tuple(map(str, row)) for row in store.run_bare(query.sql, query.parameters))


@law(30, rng=randoms)
def test_rows_are_members_of_a_scene(store: Store, rng: Random) -> None:
    """In value form and in filter form, alone and beside other conditions."""
    store.enter(rng.choice(store.sessions))
    scene = set_scene(store, rng, expressions=3, document=rng.choice(store.documents))
    vip, core = IsMember("vip"), IsMember("core")
    asked = [vip, Not(vip), normalize(Or((vip, Not(core)))), IsMember("none")]
    asked += [
        normalize(rng.choice((And, Or))((part, predicate)))
        for part in (core, Not(vip))
        for predicate in scene.predicates
    ]
    reference = ask_interpreter(asked, scene.crowd.people, NOW, scene.members)
    collation = rng.choice(("", 'COLLATE "C"')) if store.dialect == "postgres" else ""
    members = {key: sorted(held) for key, held in scene.members.items()}
    everybody = [(str(person.id), None) for person in scene.crowd.people]
    with static_rows(store, members, everybody, collation) as static:
        over = replace(run_for(store, scene.catalog, NOW), static=static)
        for extracted in (False, True):
            found = ask_values(store, over, asked, scene.crowd.people, extracted=extracted, guarded=False)
            assert found == reference
        for predicate, expected in zip(asked, reference, strict=True):
            assert answers(store, over, predicate) == [(id,) for id in ids_where(expected, scene.crowd.people)]


HOSTILE = (*COLUMNS, "m", "user", "audience_member_id", "AUDIENCE_MEMBER_TENANT", "audience_members", TABLE, "people")
TENANTS = (None, "", "t1", "T1", "t'2")
IDS = {
    "c_text": ("", "1", "01", "a", "A", "é", "e\u0301", "it's"),
    "c_nocase": ("", "1", "01", "a", "A", "é", "e\u0301", "it's"),
    "c_big": ("0", "1", "-1", "9007199254740993"),
    "c_uuid": tuple(f"00000000-0000-0000-00ab-{at:012}" for at in range(4)),
}
TEXTS = (
    'member of "vip"', 'not member of "vip"', 'member of "vip" or x = "a" or n > 1', 'not member of "vip" and n > 1',
    'x = "a" and (member of "vip" or x contains "b")',
)  # fmt: skip
DOCUMENTS = ('{"n": 1, "x": "a"}', '{"n": 2, "x": "ab"}', "{}", None)


@law(60, data=st.data())
def test_names_and_types_and_tenants_of_any_sort(store: Store, data: st.DataObject) -> None:
    """The table's columns and the relation's have each other's names, and neither is taken for the other."""
    store.enter(data.draw(st.sampled_from(store.sessions)))
    known = {column.name for column in store.columns}
    like = data.draw(st.sampled_from([name for name in IDS if name in known]))
    tenant_like = data.draw(st.sampled_from([name for name in ("c_text", "c_nocase") if name in known]))
    names = data.draw(st.permutations(HOSTILE))
    id_name, tenant_name, other, *_ = names
    people = data.draw(
        st.lists(
            st.tuples(st.sampled_from(IDS[like]), st.sampled_from(TENANTS), st.sampled_from(DOCUMENTS)), max_size=8
        )
    )
    members = data.draw(st.lists(st.tuples(st.sampled_from(IDS[like]), st.sampled_from(TENANTS)), max_size=8))
    columns = [column_like(store, like, id_name), column_like(store, tenant_like, tenant_name)]
    columns.append(column_like(store, "c_text", other))
    ids, held, documents = zip(*people, strict=True) if people else ((), (), ())
    rows = {id_name: ids, tenant_name: held, other: ["here"] * len(people), "doc": documents}
    has_tenant = data.draw(st.booleans())
    catalog = store.load(rows, columns, id=id_name, tenant=tenant_name if has_tenant else None)
    by_value = run_for(store, catalog, NOW, read_members({"vip": members}), data.draw(st.sampled_from([None, "t1"])))
    predicate = resolve(audience.parse(data.draw(st.sampled_from(TEXTS))), catalog, static={"vip"}).predicate
    expected = answers(store, by_value, predicate)
    everybody = [(id, tenant) for id, tenant, _ in people]
    with static_rows(store, {"vip": members}, everybody) as static:
        over = replace(by_value, members={}, static=static, within=((other, "here"),))
        assert answers(store, over, predicate) == expected
        run(store, insert_members(over, predicate, "k", ("written_members",)))
        pairs = {(row[0], "" if len(row) == 1 or row[1] == "None" else row[1]) for row in expected}
        assert written(store) == sorted(("k", *pair) for pair in pairs)
        assert answers(store, replace(over, within=((other, "Here"),)), predicate) == []


@pytest.mark.parametrize("collation", ["POSIX", "ucs_basic", "C", "default"])
@pytest.mark.parametrize("ours", ["", 'COLLATE "C"'])
def test_collations_of_the_two_sides_may_differ(opened_stores: Opened, collation: str, ours: str) -> None:
    """PostgreSQL refuses to compare columns of two collations unless the query says which one counts."""
    store = opened_stores["postgres"]
    store.enter(store.sessions[0])
    columns = [replace(column_like(store, "c_text", "id"), type=f'text COLLATE "{collation}"')]
    catalog = store.load({"id": ["a", "A", "b"]}, columns)
    with static_rows(store, {"vip": [("a", None)]}, collation=ours) as static:
        over = replace(run_for(store, catalog, NOW), static=static)
        assert answers(store, over, IsMember("vip")) == [("a",)]
        assert answers(store, over, Not(IsMember("vip"))) == [("A",), ("b",)]


def test_an_audience_without_rows_has_no_members_and_one_that_is_not_named_is_a_bug(store: Store) -> None:
    store.enter(store.sessions[0])
    catalog = store.load({"id": ["a"]}, [])
    with static_rows(store, dict.fromkeys(AUDIENCES, ())) as static:
        over = replace(run_for(store, catalog, NOW), static=static)
        assert answers(store, over, IsMember("vip")) == []
        assert answers(store, over, Not(IsMember("vip"))) == [("a",)]
        with pytest.raises(CompilerBug):
            select_ids(over, IsMember("stranger"))
