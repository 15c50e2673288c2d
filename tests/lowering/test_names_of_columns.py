"""Columns that are called like something inside of the generated SQL."""

import duckdb
import pytest

import audience


@pytest.mark.parametrize("called", ["id", "person_id", "person_tenant", "p0", "P1", "people", "answer_0", "total"])
def test_the_sample_is_ordered_by_the_id_whatever_it_is_called(called: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f'CREATE TABLE people ("{called}" INTEGER, x VARCHAR, y VARCHAR)')
        connection.execute("INSERT INTO people VALUES (10, 'a', 'c'), (9, 'b', 'd'), (11, '', '')")
        users = audience.users(connection, table="people", id=called)
        result = audience.preview(audience.parse('x != "q" and y != "q"'), users=users, limit=2)
        assert [person["id"] for person in result.sample] == ["9", "10"]


@pytest.mark.parametrize("called", ["audience_member_id", "AUDIENCE_MEMBER_TENANT", "audience_members"])
@pytest.mark.parametrize("many", [0, 10_000])
def test_members_are_looked_up_by_the_id_whatever_it_is_called(called: str, many: int) -> None:
    members = {"vip": [("1", "a"), *(str(at) for at in range(100, 100 + many))]}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE people ({called} VARCHAR, audience_member_id_ VARCHAR)")
        connection.execute("INSERT INTO people VALUES ('1', 'a'), ('1', 'b'), ('2', 'a')")
        users = audience.users(connection, table="people", id=called, tenant="audience_member_id_")
        result = audience.preview(audience.parse('member of "vip"'), users=users, members=members)
        assert [(person["id"], person["tenant"]) for person in result.sample] == [("1", "a")]
