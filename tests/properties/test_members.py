"""Static audiences: tenants, ids of every type, and lists that are too long to stand in the query."""

from random import Random

import pytest
from hypothesis import strategies as st

import audience
from audience.limits import MEMBERS_INLINE_MAX
from tests.properties.scene import law
from tests.stores import Store, column_like, users_of

MEMBER, NO_MEMBER = audience.parse('member of "vip"'), audience.parse('not member of "vip"')

TENANTS = (None, "", "t1", "T1", "t'2")
IDS = ("1", "01", "a", "A", "it's", "", "é", "e\u0301")
pairs = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(TENANTS)), max_size=8)


def selected(store: Store, expression: audience.Expression, **how: object) -> list[tuple]:
    query = audience.compile(expression, dialect=store.dialect, **how)  # type: ignore[arg-type]
    return sorted(store.run(query.sql, query.parameters), key=repr)


@law(60, members=pairs, tenant=st.sampled_from(TENANTS))
def test_a_tenant_of_the_evaluation(store: Store, members: list[tuple[str, str | None]], tenant: str | None) -> None:
    """Without a tenant column, (user, tenant of the evaluation) must be a row."""
    users = users_of(store, store.load({"id": IDS}, []))
    wanted = {(user, held or None) for user, held in members}
    expected = sorted(((id,) for id in IDS if (id, tenant or None) in wanted), key=repr)
    assert selected(store, MEMBER, users=users, members={"vip": members}, tenant=tenant) == expected
    others = sorted(({(id,) for id in IDS} - set(expected)), key=repr)
    assert selected(store, NO_MEMBER, users=users, members={"vip": members}, tenant=tenant) == others
    for id in IDS:
        answer = audience.evaluate(MEMBER, {}, user_id=id, members={"vip": members}, tenant=tenant)
        assert answer is ((id,) in expected)


TENANT_COLUMNS = ("c_text", "c_nocase")
"""The last ignores case, where a store has it."""


@law(60, people=pairs, members=pairs, tenant=st.sampled_from([None, "t1", "T1", "t'2"]), data=st.data())
def test_a_tenant_column(
    store: Store,
    people: list[tuple[str, str | None]],
    members: list[tuple[str, str | None]],
    tenant: str | None,
    data: st.DataObject,
) -> None:
    """With one, people and members are pairs, and a tenant of the evaluation narrows the people."""
    known = {column.name for column in store.columns}
    like = data.draw(st.sampled_from([name for name in TENANT_COLUMNS if name in known]))
    rows = {"id": [id for id, _ in people], "tenant": [held for _, held in people]}
    users = users_of(store, store.load(rows, [column_like(store, like, "tenant")], tenant="tenant"))
    present = [(id, held) for id, held in people if tenant is None or held == tenant]
    wanted = {(user, held or None) for user, held in members}
    expected = [pair for pair in present if (pair[0], pair[1] or None) in wanted]
    others = [pair for pair in present if (pair[0], pair[1] or None) not in wanted]
    how = {"users": users, "members": {"vip": members}, "tenant": tenant}
    assert selected(store, MEMBER, **how) == sorted(expected, key=repr)
    assert selected(store, NO_MEMBER, **how) == sorted(others, key=repr)


ID_TEXTS = {
    "c_text": "it's {}".format,
    "c_big": str,
    "c_uuid": "00000000-0000-0000-0000-{:012}".format,
}
"""Ids of several types, by the column that has such a type."""


@pytest.mark.parametrize("like", ID_TEXTS)
@pytest.mark.parametrize("tenant", [None, "tenant"])
def test_a_long_list_answers_as_a_short_one(store: Store, like: str, tenant: str | None) -> None:
    """More members than stand in a query are bound as a parameter; whom they select does not change."""
    like = like if like in {column.name for column in store.columns} else "c_text"
    ids = [ID_TEXTS[like](at) for at in range(min(3_000, store.long_list))]
    people = [(id, f"t{at % 3}") for at, id in enumerate(ids)]
    columns = [column_like(store, like, "id"), column_like(store, "c_text", "tenant")]
    catalog = store.load({"id": ids, "tenant": [held for _, held in people]}, columns, tenant=tenant)
    users = users_of(store, catalog)
    chosen = Random(1).sample(people, len(people) // 4)
    few: list[object] = [(id, held) if tenant else id for id, held in chosen]
    strangers = [f"stranger {at}" for at in range(MEMBERS_INLINE_MAX)]
    many = [*few, *((id, "t1") if tenant else id for id in strangers)]
    for expression, count in ((MEMBER, len(few)), (NO_MEMBER, len(people) - len(few))):
        short = selected(store, expression, users=users, members={"vip": few})
        long = selected(store, expression, users=users, members={"vip": many})
        assert len(short) == count
        assert short == long
    query = audience.compile(MEMBER, users=users, dialect=store.dialect, members={"vip": many})
    assert len(query.parameters) == (2 if tenant else 1)
    result = audience.preview(MEMBER, users=users, members={"vip": many}, now=0)
    assert (result.matched, result.total) == (len(few), len(people))
