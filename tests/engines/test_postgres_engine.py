"""The PostgreSQL engine: answers that no session changes, connections left as found, streams, COPY."""

import gc
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import pq
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

import audience
from audience.catalog import Table
from audience.catalog.declare import Roles, split_table
from audience.engines import Engine, Postgres
from audience.engines.postgres_session import GUARDS
from audience.errors import EngineError, UsageError
from tests.servers import changed_url, own_role, running_server, running_standby

IDLE, INTRANS = pq.TransactionStatus.IDLE, pq.TransactionStatus.INTRANS

HOSTILE = {
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "gin_fuzzy_search_limit": "7",
    "client_encoding": "LATIN1",
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Kathmandu",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "quote_all_identifiers": "on",
    "cursor_tuple_fraction": "0.01",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "statement_timeout": "1min",
}

TELLING = r"""
    SELECT
      'a\', 'é😀', NULL = NULL, ARRAY['{NULL,"a"}'::text[]], to_jsonb(0.1::float8 + 0.2::float8),
      (timestamptz '2026-03-04 05:06:07+00')::text, (interval '-1 day +2 hours')::text, '\x00ff'::bytea::text,
      '01/02/2026'::date::text, 'a%b', '%(x)s'
"""
TOLD = (
    "a\\",
    "é😀",
    None,
    [[None, "a"]],
    "0.30000000000000004",
    "2026-03-04 05:06:07+00",
    "-1 days +02:00:00",
    "\\x00ff",
    "2026-01-02",
    "a%b",
    "%(x)s",
)


def all_settings(connection: psycopg.Connection) -> list[Any]:
    with psycopg.Cursor(connection) as cursor:
        return cursor.execute("SELECT name, setting FROM pg_settings ORDER BY name").fetchall()


def test_it_is_an_engine(url: str) -> None:
    engine: Engine = Postgres.connect(url)
    assert engine.run("SELECT 1, 'a'") == [(1, "a")]
    assert engine.run_named("SELECT %(x)s + 1 AS y, '%%' AS y", {"x": 2}) == (("y", "y"), [(3, "%")])
    assert [len(batch) for batch in engine.stream("SELECT * FROM generate_series(1, 25)", rows=10)] == [10, 10, 5]
    assert list(engine.stream("SELECT 1 WHERE %(no)s", {"no": False})) == []
    assert engine.run("SELECT '%', '%(x)s'", {}) == [("%", "%(x)s")]
    engine.close()


def test_every_guard_is_held(engine: Postgres) -> None:
    read = "SELECT name, current_setting(name) FROM unnest(%(names)s::text[]) AS name"
    assert dict(engine.run(read, {"names": list(GUARDS)})) == GUARDS
    [streamed] = engine.stream(read, {"names": list(GUARDS)})
    assert dict(streamed) == GUARDS


@pytest.mark.parametrize("autocommit", [True, False])
@pytest.mark.parametrize("within", [True, False])
def test_a_hostile_session_changes_no_answer_and_is_left_as_it_was(url: str, autocommit: bool, within: bool) -> None:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, cursor_factory=psycopg.ClientCursor) as connection:
        for name, value in HOSTILE.items():
            connection.execute(psycopg.sql.SQL("SET {} = {}").format(psycopg.sql.Identifier(name), value))
        connection.adapters.register_loader("int4", TextLoader)
        connection.adapters.register_loader("jsonb", psycopg.types.json.JsonbLoader)
        connection.prepare_threshold = 0
        connection.autocommit = autocommit
        if within:
            connection.execute("BEGIN; SET LOCAL TimeZone = 'America/Caracas'; SET LOCAL work_mem = '7MB'")
        before, status = all_settings(connection), connection.info.transaction_status
        engine = Postgres(connection)
        if not within and not autocommit:
            connection.rollback()
            status = IDLE
        assert engine.run(TELLING) == [TOLD]
        assert list(engine.stream(TELLING)) == [[TOLD]]
        assert engine.run("SELECT 1, %(j)s::jsonb", {"j": '{"a": 1e400}'})[0][0] == 1
        for broken in ("SELECT nope", "SELECT 1 / 0", "DELETE FROM pg_class"):
            with pytest.raises(EngineError):
                engine.run(broken)
        stream = engine.stream("SELECT * FROM generate_series(1, 1000)", rows=10)
        next(stream)
        stream.close()
        assert connection.info.transaction_status == status
        assert all_settings(connection) == before
        assert connection.row_factory is dict_row
        assert connection.cursor_factory is psycopg.ClientCursor
        assert (connection.autocommit, connection.prepare_threshold) == (autocommit, 0)
        assert connection.execute("SELECT 1 AS a, 'é' AS b").fetchone() == {"a": "1", "b": "é"}
        engine.close()
        assert not connection.closed
        connection.rollback()


def test_the_callers_transaction_goes_on(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE mine (id text, plan text) ON COMMIT DROP")
        connection.execute("INSERT INTO mine VALUES ('1', 'pro')")
        engine = Postgres(connection)
        assert "mine" in engine.tables()
        assert engine.run("SELECT id FROM mine") == [("1",)]
        with pytest.raises(EngineError, match="division by zero"):
            engine.run("SELECT 1 / 0")
        assert list(engine.stream("SELECT plan FROM mine")) == [[("pro",)]]
        assert engine.introspect(Table(("mine",)), "", Roles()).names() == ("id", "plan")
        assert engine.copy_rows(("mine",), ("id", "plan"), [("2", None)]) == 1
        assert connection.info.transaction_status == INTRANS
        assert connection.execute("SELECT id, plan FROM mine ORDER BY id").fetchall() == [("1", "pro"), ("2", None)]
        connection.rollback()
        assert "mine" not in engine.tables()


def test_prepared_statements_of_the_caller_stay(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("PREPARE mine AS SELECT 1")
        for _ in range(10):
            connection.execute("SELECT 2", prepare=True)
            Postgres(connection).run("SELECT 3")
        names = [name for (name,) in connection.execute("SELECT name FROM pg_prepared_statements ORDER BY name")]
        assert names == ["_pg3_0", "mine"]


@pytest.mark.parametrize("read_only", [True, False])
def test_a_user_who_may_only_read(url: str, admin: psycopg.Connection, read_only: bool) -> None:
    admin.execute("CREATE TABLE IF NOT EXISTS readable (id int PRIMARY KEY, plan text); TRUNCATE readable")
    admin.execute("INSERT INTO readable VALUES (1, 'pro'), (2, NULL)")
    (schema,) = admin.execute("SELECT current_schema()").fetchone() or ("",)
    with own_role(url, f"USAGE ON SCHEMA {schema}", "SELECT ON readable") as user:
        options = f"-csearch_path={schema}" + (" -cdefault_transaction_read_only=on" if read_only else "")
        engine = Postgres.connect(changed_url(user, options=options))
        assert engine.tables() == ["readable"]
        assert engine.introspect(Table(("readable",)), "", Roles()).names() == ("id", "plan")
        assert engine.run("SELECT count(*) FROM readable") == [(2,)]
        assert list(engine.stream("SELECT id FROM readable ORDER BY id")) == [[(1,), (2,)]]
        with pytest.raises(EngineError, match=r"read-only|permission denied"):
            engine.copy_rows(("readable",), ("id",), [(3,)])
        assert engine.run("SELECT count(*) FROM readable") == [(2,)]
        engine.close()


def test_a_standby_is_read() -> None:
    """Also where every transaction would be serializable, which a standby refuses."""
    with running_server("main") as primary, psycopg.connect(primary, autocommit=True) as connection:
        connection.execute("CREATE TABLE people AS SELECT i AS id, 'pro' AS plan FROM generate_series(1, 100) i")
        connection.execute("ALTER SYSTEM SET default_transaction_isolation = 'serializable'")
        with running_standby("main", primary) as standby:
            users = audience.users(standby)
            assert audience.preview(audience.parse('plan = "pro"'), users=users).matched == 100
            assert users.open_engine().run("SELECT pg_is_in_recovery()") == [(True,)]
            assert [len(batch) for batch in users.open_engine().stream("SELECT id FROM people", rows=60)] == [60, 40]
            users.close()


def test_a_query_writes_nothing(engine: Postgres, admin: psycopg.Connection) -> None:
    admin.execute("CREATE TABLE IF NOT EXISTS untouched (id int)")
    for statement in ("INSERT INTO untouched VALUES (1)", "DROP TABLE untouched", "CREATE TABLE more (id int)"):
        with pytest.raises(EngineError, match="read-only"):
            engine.run(statement)
    assert engine.run("SELECT count(*) FROM untouched") == [(0,)]


def test_a_long_stream_comes_in_batches_and_in_order(engine: Postgres) -> None:
    sql = "SELECT i, md5(i::text) FROM generate_series(1, 100000) i WHERE i <= %(end)s"
    batches = list(engine.stream(sql, {"end": 95_000}))
    assert [len(batch) for batch in batches] == [10_000] * 9 + [5_000]
    assert [row[0] for batch in batches for row in batch] == list(range(1, 95_001))
    assert engine.run("SELECT count(*) FROM pg_cursors WHERE name <> ''") == [(0,)]


def test_a_stream_holds_one_batch_and_not_all_rows(engine: Postgres, admin: psycopg.Connection) -> None:
    """The server has sent only what was asked for: it waits, in its transaction, to be asked again."""
    stream = engine.stream("SELECT repeat('x', 1000), i FROM generate_series(1, 3000000) i", rows=100)
    assert len(next(stream)) == 100
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'audience' AND state = 'idle in transaction'"
    )
    assert (admin.execute(waiting).fetchone() or (0,))[0] == 1
    stream.close()
    assert (admin.execute(waiting).fetchone() or (0,))[0] == 0
    assert engine.run("SELECT 1") == [(1,)]


def test_a_query_within_a_stream_is_answered_too(engine: Postgres) -> None:
    stream = engine.stream("SELECT * FROM generate_series(1, 30)", rows=10)
    assert next(stream)[0] == (1,)
    assert engine.run("SELECT 'x'") == [("x",)]
    assert engine.introspect(Table(("pg_catalog", "pg_am")), "", Roles(id="amname")).id.name == "amname"
    assert [rows[0] for rows in stream] == [(11,), (21,)]


def test_values_come_in_one_way(engine: Postgres) -> None:
    """JSON as text, so that no number of it is rounded; the rest as Python has it."""
    psycopg.adapters.register_loader("date", TextLoader)  # somebody else in this program
    try:
        [row] = engine.run(
            "SELECT '[1e400, 1.10]'::jsonb, '{\"a\" :1}'::json, ARRAY['\"x\"'::jsonb, NULL], true, 9007199254740993, "
            "1.5::float8, 'NaN'::float8::text, NULL, date '2026-01-02', timestamptz '2026-01-02 03:04:05.000006+05:45'"
        )
    finally:
        psycopg.adapters.register_loader("date", psycopg.types.datetime.DateLoader)
    assert json.loads(str(row[0]), parse_float=str) == ["1" + "0" * 400, "1.10"] or row[0] == f"[1{'0' * 400}, 1.10]"
    assert row[1:8] == ('{"a" :1}', ['"x"', None], True, 9007199254740993, 1.5, "NaN", None)
    assert row[8:] == (datetime(2026, 1, 2).date(), datetime(2026, 1, 1, 21, 19, 5, 6, tzinfo=UTC))


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


@given(rows=st.lists(st.tuples(TEXTS, st.none() | TEXTS, st.lists(st.none() | TEXTS))))
@example(rows=[("\\.", "\\N", ["NULL", None, "{", '"', "\\", ",", ""]), ("\t\n\r\b\f\v", "\\x41\\101", [])])
@example(rows=[("'); DROP TABLE copied; --", "$$ %s %(x)s ${x} \\", ["😀\U0010ffff\x01\x7f\x85\u2028\ufeff"])])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_copied_rows_come_back_as_they_were(url: str, rows: list[tuple[str, str | None, list[str | None]]]) -> None:
    engine = Postgres.connect(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute('DROP TABLE IF EXISTS copied; CREATE TABLE copied (n int, "a" text, b text, c text[])')
    numbered = [(number, *row) for number, row in enumerate(rows)]
    assert engine.copy_rows(("copied",), ("n", "a", "b", "c"), iter(numbered)) == len(rows)
    assert engine.run("SELECT n, a, b, c FROM copied ORDER BY n") == numbered
    engine.close()


def test_a_copy_is_all_or_nothing(engine: Postgres, admin: psycopg.Connection) -> None:
    admin.execute("CREATE TABLE IF NOT EXISTS whole (id int PRIMARY KEY); TRUNCATE whole")
    with pytest.raises(EngineError, match=r"postgres failed while writing people: .*duplicate key"):
        engine.copy_rows(("whole",), ("id",), [(1,), (2,), (1,)], doing="writing people")
    with pytest.raises(EngineError, match="NUL"):
        engine.copy_rows(("whole",), ("id",), [(3,), ("\0",)])
    with pytest.raises(ZeroDivisionError):
        engine.copy_rows(("whole",), ("id",), ((1 // n,) for n in (1, 0)))
    assert engine.run("SELECT count(*) FROM whole") == [(0,)]


def test_a_copy_takes_text_that_the_session_could_not_write(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE far (a text); SET client_encoding = 'LATIN1'")
        with connection.transaction():
            assert Postgres(connection).copy_rows(("far",), ("a",), [("😀",)]) == 1
            assert connection.info.encoding == "iso8859-1"
        assert Postgres(connection).run("SELECT a FROM far") == [("😀",)]


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1).filter(
    lambda name: len(name.encode()) <= 63
)


@given(table=NAMES, columns=st.lists(NAMES, min_size=1, max_size=4, unique=True))
@example(table='a"b.c', columns=['"', ".", "%", "%s", "%(x)s", "select", "User", "user", "😀", "a b", ";--", "\\"])
@example(table="select", columns=["ID", "oid "])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_any_name_is_found(url: str, table: str, columns: list[str]) -> None:
    ident = psycopg.sql.Identifier
    with psycopg.connect(url) as connection:
        engine = Postgres(connection)
        typed = psycopg.sql.SQL(", ").join(psycopg.sql.SQL("{} text").format(ident(name)) for name in columns)
        connection.execute(psycopg.sql.SQL("CREATE TABLE {} ({})").format(ident(table), typed))
        catalog = engine.introspect(Table((table,)), "", Roles(id=columns[0]))
        assert (catalog.id.name, *(column.name for column in catalog.columns)) == tuple(
            name for name in columns if name == columns[0] or name != "id"
        )
        assert (table,) in map(split_table, engine.tables())
        assert engine.copy_rows((table,), columns, [["x"] * len(columns)]) == 1
        connection.rollback()


@pytest.mark.parametrize("owned", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
def test_an_interrupt_ends_the_query_and_leaves_the_connection_usable(url: str, owned: bool, streamed: bool) -> None:
    def interrupt() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    with psycopg.connect(url) as connection:
        engine = Postgres.connect(url) if owned else Postgres(connection)
        started = time.monotonic()
        thread = threading.Thread(target=interrupt)
        thread.start()
        run = engine.stream if streamed else engine.run
        with pytest.raises(KeyboardInterrupt):
            list(run("SELECT pg_sleep(10) FROM generate_series(1, 2)"))
        thread.join()
        assert time.monotonic() - started < 5
        assert engine.run("SELECT 1") == [(1,)]
        assert connection.info.transaction_status == IDLE
        engine.close()


def test_a_connection_of_ours_is_given_back_and_the_callers_is_not(url: str, admin: psycopg.Connection) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'audience'"

    def ours() -> int:
        for _ in range(100):  # the server notices a moment later
            (found,) = admin.execute(count).fetchone() or (0,)
            if not found:
                return 0
            time.sleep(0.02)
        return int(found)

    engine = Postgres.connect(url)
    assert engine.run(count) == [(1,)]
    engine.close()
    engine.close()
    assert ours() == 0
    engine = Postgres.connect(url)
    del engine
    gc.collect()
    assert ours() == 0
    Postgres(admin).close()
    assert admin.execute("SELECT 1").fetchone() == (1,)


def test_people_are_read_by_address_and_over_a_connection(url: str, admin: psycopg.Connection) -> None:
    admin.execute("DROP SCHEMA IF EXISTS crm_of_test CASCADE; CREATE SCHEMA crm_of_test")
    admin.execute(
        "CREATE TABLE crm_of_test.people AS SELECT '1'::text AS id, 'pro'::text AS plan, '{}'::jsonb AS properties"
    )
    try:
        for source in (url, admin, url.replace("postgresql://", "postgres://")):
            users = audience.users(source, table="crm_of_test.people")
            assert users.catalog.names() == ("id", "plan")
            assert users.catalog.document is not None
            preview = audience.preview(audience.parse('plan = "pro"'), users=users)
            assert (preview.matched, preview.total) == (1, 1)
            users.close()
    finally:
        admin.execute("DROP SCHEMA crm_of_test CASCADE")


def test_the_only_table_need_not_be_named(url: str, admin: psycopg.Connection) -> None:
    (name,) = admin.execute("SELECT gen_random_uuid()::text").fetchone() or ("",)
    with own_role(url) as user:
        with pytest.raises(UsageError, match="holds no table"):
            audience.users(user)
        role = psycopg.sql.Identifier(psycopg.conninfo.conninfo_to_dict(user)["user"])
        table = psycopg.sql.Identifier(name)
        admin.execute(psycopg.sql.SQL("CREATE TABLE {} (id int); GRANT SELECT ON {} TO {}").format(table, table, role))
        (schema,) = admin.execute("SELECT current_schema()").fetchone() or ("",)
        admin.execute(psycopg.sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(psycopg.sql.Identifier(schema), role))
        users = audience.users(user)
        assert users.catalog.relation == Table((name,))
        users.close()


def test_without_the_driver_it_says_what_to_install(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"pip install 'audience\[postgres\]'"):
        audience.users(url)
