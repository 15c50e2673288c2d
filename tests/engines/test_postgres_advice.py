"""Advice on indexes: its statements run, what it claims is in the plans, nothing stays, and no answer changes."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given
from psycopg import pq

import audience
from audience.engines import Postgres
from audience.engines.plans import Check
from audience.errors import EngineError, UsageError
from audience.membership import Advice, advise
from audience.membership.users import Users
from tests.fuzz.edges import NOW
from tests.properties.scene import Scene, examples, seeds, set_scene
from tests.servers import changed_url, own_role, running_server
from tests.stores.postgres import PostgresStore, open_store

# ── random scenes ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = open_store(postgres_url)
    yield opened
    opened.close()


def test_what_is_advised_is_used_and_changes_no_answer(store: PostgresStore) -> None:
    """Sequential scans are dear here, because the tables are small; the planner chooses among all else as ever."""
    used: list[str] = []

    @examples(15)
    @given(rng=seeds)
    def holds(rng: Random) -> None:
        scene = set_scene(store, rng, people=40, expressions=40, typed=12, depth=0)
        store.enter({"enable_seqscan": "off"})
        try:
            used.extend(check_scene(store, scene))
        finally:
            store.enter({"enable_seqscan": "on"})

    holds()
    assert any("jsonb_path_ops" in statement for statement in used)
    assert any("'number'" in statement for statement in used)
    assert any("'string'" in statement for statement in used)
    assert any("gin" not in statement and "CASE" not in statement for statement in used)


def check_scene(store: PostgresStore, scene: Scene) -> Iterator[str]:
    """The statements of the indexes that plans of the scene use."""
    users = Users.of(scene.catalog, store.engine)
    asked = {f"a{at}": expression for at, expression in enumerate(scene.expressions)}
    run = {"now": NOW, "members": scene.members}
    queries = {name: audience.compile(one, users=users, dialect="postgres", **run) for name, one in asked.items()}
    before = {name: sorted(store.run(query.sql, query.parameters)) for name, query in queries.items()}
    advice = advise(asked, users=users, create=True, **run)
    for index in advice.indexes:
        assert (index.refused, index.there, index.check) == (None, None, Check.CREATED), index.statement
    for statement in advice.statements:
        store.connection.execute(statement.encode())
    for name, query in queries.items():
        claimed = [index for index in advice.indexes if name in index.used_by]
        plan = json.dumps(store.run(f"EXPLAIN (FORMAT JSON) {query.sql}", query.parameters))
        assert all(index.name in plan for index in claimed), audience.format(asked[name])
        assert sorted(store.run(query.sql, query.parameters)) == before[name], audience.format(asked[name])
        yield from (index.statement for index in claimed)
    again = advise(asked, users=users, **run)
    assert {index.name: index.there for index in again.indexes if index.there} == {
        index.name: index.name for index in advice.indexes if index.is_advised
    }


# ── what is known without changing anything, and what a trial leaves ──────────────────────────────


@pytest.fixture
def connection(schema_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(schema_url, autocommit=True) as opened:
        opened.execute("""
            CREATE TABLE people AS
            SELECT 'u' || i AS id, 'plan ' || i % 1000 AS plan, i AS seats, ARRAY['t' || i % 999] AS tags
            FROM generate_series(1, 20000) i
        """)
        opened.execute("ANALYZE people")
        yield opened
        opened.execute("DROP TABLE people CASCADE")


CONDITIONS = {"few": "seats < 10", "plan": 'plan = "plan 7"', "tag": 'tags contains "t7"', "most": "seats > 10"}


def advice_on(users: Users, *names: str, create: bool = False) -> Advice:
    asked = {name: audience.parse(CONDITIONS[name]) for name in names or CONDITIONS}
    return advise(asked, users=users, now=NOW, create=create)


def test_nothing_is_claimed_that_was_not_checked(connection: psycopg.Connection[Any]) -> None:
    found = advice_on(audience.users(connection, table="people"))
    assert {index.check for index in found.indexes} == {Check.NONE}
    assert [index.used_by for index in found.indexes] == [(), (), ()]
    assert all(index.is_advised for index in found.indexes)
    assert len(found.statements) == 4
    assert found.statements[-1] == 'ANALYZE "people"'


def test_a_trial_tells_used_from_unused_and_leaves_nothing(connection: psycopg.Connection[Any]) -> None:
    users = audience.users(connection, table="people")
    found = advice_on(users, create=True)
    used = {tuple(index.serves): index.used_by for index in found.indexes}
    assert used == {("few", "most"): ("few",), ("plan",): ("plan",), ("tag",): ("tag",)}
    alone = advice_on(users, "most", create=True)
    assert alone.statements == ()
    assert [index.is_advised for index in alone.indexes] == [False]
    assert connection.execute("SELECT count(*) FROM pg_index WHERE indrelid = 'people'::regclass").fetchone() == (0,)
    assert connection.execute("SELECT to_regclass('pg_temp.audience_index_probe')").fetchone() == (None,)
    assert connection.info.transaction_status == pq.TransactionStatus.IDLE
    assert connection.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_a_longer_index_with_the_same_beginning_is_there(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE INDEX long ON people (plan, seats)")
    connection.execute("CREATE INDEX partial ON people (seats) WHERE plan IS NOT NULL")
    (plan,) = advice_on(audience.users(connection, table="people"), "plan").indexes
    assert (plan.there, plan.used_by, plan.check, plan.is_advised) == ("long", ("plan",), Check.EXISTING, False)
    (few,) = advice_on(audience.users(connection, table="people"), "few").indexes
    assert few.there is None


def test_an_index_that_is_there_and_not_used_is_said(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE INDEX here ON people (seats)")
    (most,) = advice_on(audience.users(connection, table="people"), "most").indexes
    assert (most.there, most.used_by, most.is_advised) == ("here", (), False)


def test_a_partitioned_table(connection: psycopg.Connection[Any]) -> None:
    """Its index cannot be created concurrently, and plans name the indexes of its partitions."""
    connection.execute("CREATE TABLE parted (LIKE people) PARTITION BY HASH (id)")
    for part in (0, 1):
        connection.execute(
            f"CREATE TABLE parted_{part} PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER {part})".encode()
        )
    connection.execute("INSERT INTO parted SELECT * FROM people")
    try:
        users = audience.users(connection, table="parted")
        (index,) = advice_on(users, "few", create=True).indexes
        assert index.used_by == ("few",)
        assert "CONCURRENTLY" not in index.statement
        connection.execute(index.statement.encode())
        (there,) = advice_on(users, "few").indexes
        assert (there.there, there.used_by) == (index.name, ("few",))
    finally:
        connection.execute("DROP TABLE parted")


def test_a_view_has_no_index(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE VIEW seen AS SELECT * FROM people")
    with pytest.raises(UsageError, match="indexes are made on tables"):
        advice_on(audience.users(connection, table="seen"))


def test_a_locked_table_is_not_waited_for(connection: psycopg.Connection[Any], schema_url: str) -> None:
    """Whoever waited for the lock would make everybody after it wait as well."""
    users = audience.users(connection, table="people")
    with psycopg.connect(schema_url) as other:
        other.execute("UPDATE people SET seats = seats WHERE id = 'u1'")
        (index,) = advice_on(users, "few", create=True).indexes
        other.rollback()
    assert index.refused is not None
    assert "lock timeout" in index.refused
    assert not index.is_advised


def test_who_may_only_read_is_advised_all_the_same(connection: psycopg.Connection[Any], schema_url: str) -> None:
    with own_role(schema_url) as url:
        role = psycopg.conninfo.conninfo_to_dict(url)["user"]
        schema = connection.execute("SELECT current_schema()").fetchone()[0]
        connection.execute(f'GRANT USAGE ON SCHEMA {schema} TO "{role}"'.encode())
        connection.execute(f'GRANT SELECT ON people TO "{role}"'.encode())
        connection.execute("CREATE INDEX here ON people (seats)")
        for options in ("", "-cdefault_transaction_read_only=on"):
            search = f"-csearch_path={schema} {options}"
            users = audience.users(changed_url(url, options=search), table="people")
            try:
                advice = advice_on(users)
                found = {tuple(index.serves): index for index in advice.indexes}
                if options:  # no temporary table can be made, on which indexes are compared
                    assert advice.plans == {"few": ("here",)}
                else:
                    assert (found["few", "most"].there, found["few", "most"].used_by) == ("here", ("few",))
                assert found["plan",].check is Check.NONE
                refused = {index.refused for index in advice_on(users, "plan", create=True).indexes}
                assert "must be owner of table people" in refused or "read-only transaction" in str(refused)
            finally:
                users.close()


def test_a_lost_connection_is_an_error_of_the_engine(schema_url: str, connection: psycopg.Connection[Any]) -> None:
    users = audience.users(schema_url, table="people")
    engine = users.engine
    assert isinstance(engine, Postgres)
    ((process,),) = engine.run("SELECT pg_backend_pid()")
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    with pytest.raises(EngineError, match="run it again"):
        advice_on(users)
    users.close()


def test_an_engine_without_such_indexes_says_what_helps_instead() -> None:
    import duckdb

    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE people (id VARCHAR, seats INTEGER)")
        with pytest.raises(UsageError, match="in the order of the column"):
            advice_on(audience.users(opened, table="people"), "few")


# ── hypopg ────────────────────────────────────────────────────────────────────────────────────────

CONTROL = "comment = 'stand-in'\ndefault_version = '1.0'\nrelocatable = true\n"
STAND_IN = """
    CREATE FUNCTION hypopg_create_index(sql_order text, OUT indexrelid oid, OUT indexname text) RETURNS SETOF record
    LANGUAGE plpgsql AS $$
    DECLARE
      named text := substring(sql_order FROM 'INDEX "([^"]*)"');
    BEGIN
      IF sql_order ~ 'gin' THEN RAISE EXCEPTION 'hypopg: access method "gin" is not supported'; END IF;
      EXECUTE sql_order;
      indexrelid := to_regclass(quote_ident(named));
      indexname := '<' || indexrelid || '>btree_people';
      EXECUTE format('ALTER INDEX %I RENAME TO %I', named, indexname);
      RETURN NEXT;
    END $$;
    CREATE FUNCTION hypopg_drop_index(indexid oid) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('DROP INDEX %s', indexid::regclass);
      RETURN true;
    END $$;
"""
"""What hypopg answers, made of indexes that are there for the time being: the extension itself is compiled."""


def test_hypopg_is_asked_where_it_is_installed() -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        (folder / "extension").mkdir()
        (folder / "extension" / "hypopg.control").write_text(CONTROL)
        (folder / "extension" / "hypopg--1.0.sql").write_text(STAND_IN)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        with running_server("main") as url, psycopg.connect(url, autocommit=True) as opened:
            opened.execute("SELECT set_config('extension_control_path', %s, false)", [f"{folder}:$system"])
            opened.execute("CREATE SCHEMA tools")
            opened.execute("CREATE EXTENSION hypopg SCHEMA tools")
            opened.execute("""
                CREATE TABLE people AS
                SELECT 'u' || i AS id, 'plan ' || i % 1000 AS plan, i AS seats, ARRAY['t' || i % 999] AS tags
                FROM generate_series(1, 20000) i
            """)
            opened.execute("ANALYZE people")
            found = {tuple(index.serves): index for index in advice_on(audience.users(opened, table="people")).indexes}
            assert {key: (index.check, index.used_by) for key, index in found.items()} == {
                ("few", "most"): (Check.HYPOTHETICAL, ("few",)),
                ("plan",): (Check.HYPOTHETICAL, ("plan",)),
                ("tag",): (Check.NONE, ()),
            }
            left = opened.execute("SELECT count(*) FROM pg_index WHERE indrelid = 'people'::regclass").fetchone()
            assert left == (0,)
    finally:
        shutil.rmtree(folder)
