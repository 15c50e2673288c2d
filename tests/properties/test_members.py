"""Static audiences: tenants, ids of every type, and lists that are too long to stand in the query."""

from random import Random

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience.limits import MEMBERS_INLINE_MAX
from tests.properties.scene import examples

MEMBER, NO_MEMBER = audience.parse('member of "vip"'), audience.parse('not member of "vip"')

TENANTS = (None, "", "t1", "T1", "t'2")
IDS = ("1", "01", "a", "A", "it's", "", "é", "e\u0301")
pairs = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(TENANTS)), max_size=8)


def selected(connection: duckdb.DuckDBPyConnection, expression: audience.Expression, **how: object) -> list[tuple]:
    query = audience.compile(expression, **how)  # type: ignore[arg-type]
    return sorted(connection.execute(query.sql, query.parameters).fetchall(), key=repr)


@examples(60)
@given(pairs, st.sampled_from(TENANTS))
def test_a_tenant_of_the_evaluation(
    connection: duckdb.DuckDBPyConnection, members: list[tuple[str, str | None]], tenant: str | None
) -> None:
    """Without a tenant column, (user, tenant of the evaluation) must be a row."""
    connection.execute("CREATE OR REPLACE TABLE people (id VARCHAR)")
    connection.execute("INSERT INTO people SELECT unnest($ids)", {"ids": list(IDS)})
    users = audience.users(connection, table="people")
    wanted = {(user, held or None) for user, held in members}
    expected = sorted(((id,) for id in IDS if (id, tenant or None) in wanted), key=repr)
    assert selected(connection, MEMBER, users=users, members={"vip": members}, tenant=tenant) == expected
    others = sorted(({(id,) for id in IDS} - set(expected)), key=repr)
    assert selected(connection, NO_MEMBER, users=users, members={"vip": members}, tenant=tenant) == others
    for id in IDS:
        answer = audience.evaluate(MEMBER, {}, user_id=id, members={"vip": members}, tenant=tenant)
        assert answer is ((id,) in expected)


@examples(60)
@given(pairs, pairs, st.sampled_from([None, "t1", "T1", "t'2"]))
def test_a_tenant_column(
    connection: duckdb.DuckDBPyConnection,
    people: list[tuple[str, str | None]],
    members: list[tuple[str, str | None]],
    tenant: str | None,
) -> None:
    """With one, people and members are pairs, and a tenant of the evaluation narrows the people."""
    connection.execute("CREATE OR REPLACE TABLE people (id VARCHAR, tenant VARCHAR COLLATE NOCASE)")
    if people:
        connection.executemany("INSERT INTO people VALUES (?, ?)", people)
    users = audience.users(connection, table="people", tenant="tenant")
    present = [(id, held) for id, held in people if tenant is None or held == tenant]
    wanted = {(user, held or None) for user, held in members}
    expected = [pair for pair in present if (pair[0], pair[1] or None) in wanted]
    others = [pair for pair in present if (pair[0], pair[1] or None) not in wanted]
    how = {"users": users, "members": {"vip": members}, "tenant": tenant}
    assert selected(connection, MEMBER, **how) == sorted(expected, key=repr)
    assert selected(connection, NO_MEMBER, **how) == sorted(others, key=repr)


@pytest.mark.parametrize("type_name", ["VARCHAR", "BIGINT", "UUID"])
@pytest.mark.parametrize("tenant", [None, "tenant"])
def test_a_long_list_answers_as_a_short_one(
    connection: duckdb.DuckDBPyConnection, type_name: str, tenant: str | None
) -> None:
    """More members than stand in a query are bound as a parameter; whom they select does not change."""
    written = {
        "VARCHAR": "'it''s ' || i",
        "BIGINT": "i",
        "UUID": "CAST('00000000-0000-0000-0000-' || lpad(i::VARCHAR, 12, '0') AS UUID)",
    }[type_name]
    connection.execute(
        f"CREATE OR REPLACE TABLE people AS SELECT {written} AS id, 't' || (i % 3) AS tenant FROM range(3000) r(i)"
    )
    users = audience.users(connection, table="people", tenant=tenant)
    rng, rows = Random(1), connection.execute("SELECT CAST(id AS VARCHAR), tenant FROM people").fetchall()
    chosen = rng.sample(rows, 700)
    few: list[object] = [(id, held) if tenant else id for id, held in chosen]
    strangers = [f"stranger {at}" for at in range(MEMBERS_INLINE_MAX)]
    many = [*few, *((id, "t1") if tenant else id for id in strangers)]
    for expression, count in ((MEMBER, 700), (NO_MEMBER, 2_300)):
        short = selected(connection, expression, users=users, members={"vip": few})
        long = selected(connection, expression, users=users, members={"vip": many})
        assert len(short) == count
        assert short == long
    query = audience.compile(MEMBER, users=users, members={"vip": many})
    assert len(query.parameters) == (2 if tenant else 1)
    result = audience.preview(MEMBER, users=users, members={"vip": many}, now=0)
    assert (result.matched, result.total) == (700, 3_000)
