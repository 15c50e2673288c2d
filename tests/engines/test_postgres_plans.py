"""The plans of compiled queries: with the index that is advised they use it, without it they do not.

A plan is told by its nodes and by the names of its indexes, never by a time. No setting of the planner is touched.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

import audience
from audience.membership import Advice, advise
from audience.project import UsersConfig

NOW = "2026-01-15T12:00:00Z"
PEOPLE = 20_000

MAKE = """
    CREATE TABLE people AS
    SELECT
      'u' || i AS id,
      CASE WHEN i % 1000 = 0 THEN 'rare' ELSE 'plan ' || i % 4 END AS plan,
      CASE WHEN i % 50 = 0 THEN NULL ELSE (i * 7919 % 50000) / 10.0::float8 END AS mrr,
      i % 10000 AS seats,
      ((i * 7919 % 100000) / 100.0)::numeric(10, 2) AS balance,
      (i * 7919 % 100000)::numeric AS spent,
      timestamptz '2025-01-01' + i * interval '10 minutes' AS seen,
      timestamp '2025-01-01' + i * interval '10 minutes' AS paid,
      date '1990-01-01' + i % 5000 AS born,
      1735689600 + i * 600 AS joined,
      md5(i::text) AS name,
      md5(i::text) COLLATE "C" AS code,
      CASE WHEN i % 700 = 0 THEN ARRAY['vip', 'x'] ELSE ARRAY['tag ' || i % 5] END AS tags,
      (CASE WHEN i % 700 = 0 THEN ARRAY['vip', 'x'] ELSE ARRAY['tag ' || i % 5] END)::varchar(20)[] AS labels,
      md5(i::text)::uuid AS device,
      jsonb_build_object(
        'tier', 'tier ' || i % 3000,
        'score', i * 7919 % 50000,
        'level', i % 5000 / 10.0,
        'handle', md5(i::text),
        'flags', jsonb_build_array('flag ' || i % 2000, 'z'),
        'address', jsonb_build_object('city', 'city ' || i % 2500),
        'seen', '2025-01-01'
      ) AS properties
    FROM generate_series(1, 20000) AS i
"""

INDEX_SCANS = {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}


@dataclass(frozen=True)
class Served:
    """A condition that one index serves, and what a careful analyst writes for it."""

    condition: str
    where: str
    key: str


NUMBER = "CASE WHEN jsonb_typeof(properties -> '{0}') = 'number' THEN (properties -> '{0}')::numeric END"
TEXT = "CASE WHEN jsonb_typeof(properties -> '{0}') = 'string' THEN properties ->> '{0}' END"
SCORE, LEVEL, HANDLE = NUMBER.format("score"), NUMBER.format("level"), TEXT.format("handle")

SERVED = {
    "text =": Served('plan = "rare"', "plan = 'rare'", "(plan)"),
    "text in": Served('plan in ["rare", "none"]', "plan IN ('rare', 'none')", "(plan)"),
    "text <": Served('name < "01"', "name COLLATE \"C\" < '01'", '(name COLLATE "C")'),
    "text < in order": Served('code < "01"', "code < '01'", "(code)"),
    "uuid =": Served('device = "c4ca4238-a0b9-2382-0dcc-509a6f75849b"',
                     "device::text = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "(((device)::text))"),
    "id =": Served('id = "u7"', "id = 'u7'", "(id)"),
    "integer =": Served("seats = 7", "seats = 7", "(seats)"),
    "integer in": Served("seats in [1, 2, 3]", "seats IN (1, 2, 3)", "(seats)"),
    "integer <": Served("seats < 7", "seats < 7", "(seats)"),
    "double >": Served("mrr > 4990", "mrr > 4990", "(mrr)"),
    "double between": Served("mrr between 10 and 20", "mrr BETWEEN 10 AND 20", "(mrr)"),
    "decimal =": Served("balance = 79.19", "balance = 79.19", "(balance)"),
    "decimal <": Served("balance < 5", "balance < 5", "(balance)"),
    "wide decimal <": Served("spent < 100", "spent < 100", "(spent)"),
    "wide decimal =": Served("spent = 7919", "spent BETWEEN 7919 - 1e-12 AND 7919 + 1e-12", "(spent)"),
    "timestamptz <": Served('seen before "2025-01-02"', "seen < '2025-01-02 00:00+00'", "(seen)"),
    "timestamptz ago": Served("seen on or after 241 days ago and seen before 240 days ago",
                              "seen >= '2025-05-19 12:00+00' AND seen < '2025-05-20 12:00+00'", "(seen)"),
    "timestamp <": Served('paid before "2025-01-02"', "paid < '2025-01-02 00:00'", "(paid)"),
    "date =": Served('born = "1990-01-03"', "born = '1990-01-03'", "(born)"),
    "date between": Served('born between "1990-01-01" and "1990-01-05"',
                           "born BETWEEN '1990-01-01' AND '1990-01-05'", "(born)"),
    "epoch <": Served('joined before "2025-01-02"', "joined < 1735776000", "(joined)"),
    "list contains": Served('tags contains "vip"', "tags @> ARRAY['vip']", "(tags)"),
    "list contains all": Served('tags contains all ["vip", "x"]', "tags @> ARRAY['vip', 'x']", "(tags)"),
    "list in": Served('tags in ["vip", "q"]', "tags @> ARRAY['vip'] OR tags @> ARRAY['q']", "(tags)"),
    "list of varchar": Served('labels contains "vip"', "labels::text[] @> ARRAY['vip']", "(((labels)::text[]))"),
    "jsonb =": Served('tier = "tier 7"', """properties @> '{"tier": "tier 7"}'""", "(properties jsonb_path_ops)"),
    "jsonb in": Served('tier in ["tier 7", "tier 8"]',
                       """properties @> '{"tier": "tier 7"}' OR properties @> '{"tier": "tier 8"}'""",
                       "(properties jsonb_path_ops)"),
    "jsonb contains all": Served('flags contains all ["flag 7", "z"]', """properties @> '{"flags": ["flag 7", "z"]}'""",
                                 "(properties jsonb_path_ops)"),
    "jsonb below": Served('address.city = "city 7"', """properties @> '{"address": {"city": "city 7"}}'""",
                          "(properties jsonb_path_ops)"),
    "json number >": Served("score > 49900", f"({SCORE}) > 49900", f"(({SCORE}))"),
    "json number =": Served("score = 7919", f"({SCORE}) BETWEEN 7919 - 1e-12 AND 7919 + 1e-12", f"(({SCORE}))"),
    "json number between": Served("level between 1.5 and 1.7", f"({LEVEL}) BETWEEN 1.5 AND 1.7", f"(({LEVEL}))"),
    "json text <": Served('handle < "01"', f"({HANDLE}) COLLATE \"C\" < '01'", f'(({HANDLE}) COLLATE "C")'),
}  # fmt: skip

UNSERVED = {
    'not plan = "rare"': "negation",
    "not seats < 9990": "negation",
    'name contains "c4ca4238"': "part of a text",
    'tier contains "tier 7"': "also searches texts",
    'handle before "2025-01-01"': "timestamptz",
    "tier exists": "most people",
    "nickname is empty": "most people",
    "flags contains 7": "one by one",
    "score in [1, 2, 3, 4, 5]": "one by one",
    'address = {"city": "city 7"}': "part by part",
    "score > recipient.level": "two properties",
    'plan = "rare" or name contains "c4ca4238"': "part of a text",
}
"""Conditions that no index serves, and words of the reason."""


@pytest.fixture(scope="module")
def connection(schema_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(schema_url, autocommit=True) as opened:
        opened.execute(MAKE)
        opened.execute("ANALYZE people")
        yield opened


@pytest.fixture(scope="module")
def people(connection: psycopg.Connection[Any]) -> audience.Users:
    return audience.users(connection, table="people", config=UsersConfig(epochs={"joined": "s"}))


def advice_on(condition: str, people: audience.Users) -> Advice:
    return advise({"asked": audience.parse(condition)}, users=people, now=NOW)


def compiled(condition: str, people: audience.Users) -> str:
    query = audience.compile(audience.parse(condition), users=people, dialect="postgres", now=NOW)
    assert query.parameters == {}
    return query.sql


def nodes(connection: psycopg.Connection[Any], sql: str) -> set[tuple[str, str | None]]:
    """The nodes of a plan, each with the index that it reads."""
    (((explained,),),) = [connection.execute(b"EXPLAIN (FORMAT JSON) " + sql.encode()).fetchall()]
    found, waiting = set(), [explained[0]["Plan"]]
    while waiting:
        plan = waiting.pop()
        found.add((plan["Node Type"], plan.get("Index Name")))
        waiting += plan.get("Plans", [])
    return found


def ids(connection: psycopg.Connection[Any], sql: str) -> list[str]:
    return sorted(row[0] for row in connection.execute(sql.encode()))


@pytest.mark.parametrize("served", SERVED.values(), ids=SERVED)
def test_the_advised_index_is_used_and_changes_no_answer(
    served: Served, connection: psycopg.Connection[Any], people: audience.Users
) -> None:
    advice = advice_on(served.condition, people)
    (index,) = advice.indexes
    assert index.is_advised
    sql, by_hand = compiled(served.condition, people), f"SELECT id FROM people WHERE {served.where}"
    before = ids(connection, sql)
    assert 0 < len(before) < PEOPLE // 50
    assert before == ids(connection, by_hand)
    assert nodes(connection, sql) == {("Seq Scan", None)}
    for statement in advice.statements:
        connection.execute(statement.encode())
    try:
        plan = nodes(connection, sql)
        assert {name for _, name in plan if name is not None} == {index.name}
        assert {node for node, name in plan if name is not None} <= INDEX_SCANS
        assert not any("Seq Scan" in node for node, _ in plan)
        assert nodes(connection, by_hand) == plan
        assert ids(connection, sql) == before
    finally:
        connection.execute(f'DROP INDEX "{index.name}"'.encode())


@pytest.mark.parametrize("served", SERVED.values(), ids=SERVED)
def test_the_same_index_by_another_hand_is_recognized(
    served: Served, connection: psycopg.Connection[Any], people: audience.Users
) -> None:
    method = "gin" if "tags" in served.key or "labels" in served.key or "_ops" in served.key else "btree"
    connection.execute(f"CREATE INDEX by_hand ON people USING {method} {served.key}".encode())
    connection.execute("ANALYZE people")
    try:
        (index,) = advice_on(served.condition, people).indexes
        assert index.there == "by_hand"
        assert index.used_by == ("asked",)
        assert not index.is_advised
    finally:
        connection.execute("DROP INDEX by_hand")


@pytest.mark.parametrize("condition", UNSERVED)
def test_what_no_index_serves_is_said(condition: str, people: audience.Users) -> None:
    advice = advice_on(condition, people)
    assert advice.indexes == ()
    assert advice.statements == ()
    (parts,) = advice.unserved.values()
    assert UNSERVED[condition] in " ".join(part.reason for part in parts)


def test_what_no_index_serves_reads_everybody(connection: psycopg.Connection[Any], people: audience.Users) -> None:
    """Even where every index is there that any condition of this file asks for."""
    served = advise({name: audience.parse(one.condition) for name, one in SERVED.items()}, users=people, now=NOW)
    with connection.transaction(force_rollback=True):
        for index in served.indexes:
            connection.execute(index.statement.replace("CONCURRENTLY ", "").encode())
        connection.execute("ANALYZE people")
        for condition in UNSERVED:
            plan = nodes(connection, compiled(condition, people))
            assert ("Seq Scan", None) in plan, condition
            assert {name for _, name in plan} == {None}, condition


def test_parts_are_served_together(connection: psycopg.Connection[Any], people: audience.Users) -> None:
    """An AND by one of its parts, an OR by all of them."""
    either = advice_on('seats = 7 or mrr > 4990 or tags contains "vip"', people)
    assert len(either.indexes) == 3
    both = advice_on('seats = 7 and name contains "c"', people)
    assert [index.serves["asked"] for index in both.indexes] == [("seats is 7",)]
    with connection.transaction(force_rollback=True):
        for index in either.indexes:
            connection.execute(index.statement.replace("CONCURRENTLY ", "").encode())
        connection.execute("ANALYZE people")
        plan = nodes(connection, compiled('seats = 7 or mrr > 4990 or tags contains "vip"', people))
        assert {name for _, name in plan if name} == {index.name for index in either.indexes}
        assert ("BitmapOr", None) in plan


def test_a_prepared_plan_uses_the_index(connection: psycopg.Connection[Any], people: audience.Users) -> None:
    """With parameters in the place of the values, the text of the query still is what the index serves."""
    for condition in ('plan = "rare"', "score > 49900", 'tier = "tier 7"', 'tags contains "vip"', 'name < "01"'):
        advice = advice_on(condition, people)
        query = audience.compile(audience.parse(condition), users=people, dialect="postgres", now=NOW, parameters=True)
        with connection.transaction(force_rollback=True):
            for index in advice.indexes:
                connection.execute(index.statement.replace("CONCURRENTLY ", "").encode())
            connection.execute("ANALYZE people")
            explained = connection.execute(b"EXPLAIN (FORMAT JSON) " + query.sql.encode(), query.parameters)
            (plan,) = explained.fetchall()
            assert advice.indexes[0].name in json.dumps(plan), condition
