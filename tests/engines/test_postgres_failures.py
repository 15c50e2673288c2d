"""What goes wrong with a server: one clear error that says what to do, no password in it, never a part of an answer."""

import traceback
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import audience
from audience.catalog import Csv, Documents, Parquet, Relation, Table
from audience.catalog.declare import Roles
from audience.engines import Postgres
from audience.errors import AudienceError, EngineError, UsageError
from tests.servers import changed_url, own_database, own_role

SECRET = "hunter2%25s3cr3t"
LONG = "SELECT i FROM generate_series(1, 1000000) i"


def refusal(url: str) -> AudienceError:
    """The error of connecting; neither it nor what stands behind it shows the password."""
    with pytest.raises(AudienceError) as caught:
        audience.users(url, table="people")
    shown = "".join(traceback.format_exception_only(caught.value)) + str(caught.value.__cause__ or "")
    assert "hunter2" not in shown
    assert "s3cr3t" not in shown
    return caught.value


def test_a_server_that_is_not_there() -> None:
    for place in ("127.0.0.1:1", "[::1]:1", "127.0.0.1:1,127.0.0.1:2"):
        said = refusal(f"postgresql://u:{SECRET}@{place}/x")
        assert isinstance(said, EngineError)
        assert str(said).startswith("postgres failed while connecting: ")
        assert "Connection refused" in said.said
        assert (
            said.help == "check the host and the port of the URL, and that the server runs and can be reached from here"
        )
        assert "\n" not in said.said


def test_a_wrong_password(url: str) -> None:
    said = refusal(changed_url(url, password="hunter2-s3cr3t"))
    assert isinstance(said, EngineError)
    assert "password authentication failed" in said.said
    assert said.help is not None
    assert "pg_hba.conf" in said.help


def test_no_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/nowhere")
    said = refusal(changed_url(url, password=""))
    assert isinstance(said, EngineError)
    assert said.help is not None
    assert "PGPASSWORD" in said.help


def test_an_unknown_database(url: str) -> None:
    said = refusal(changed_url(url, dbname="no_such_database"))
    assert isinstance(said, EngineError)
    assert '"no_such_database" does not exist' in said.said
    assert said.help is not None
    assert "name a database" in said.help


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@s3cr3t@host/x",
        "postgresql://u:hunter2/s3cr3t@host/x",
        "postgresql://u:hunter2?s3cr3t@host/x",
        "postgresql://u:hunter2%s3cr3t@host/x",
        "postgresql://u:hunter2%zz@host/x",
        "postgresql://u:hunter2%00@host/x",
        "postgresql://u:hunter2 s3cr3t@host/x",
        "postgresql://host/x?password=hunter2 s3cr3t",
        "postgresql://u:hunter2",
        "postgresql://u:hunter2#s3cr3t",
        "postgresql://u:hunter2,s3cr3t",
        "postgresql://host/x?password=hunter2%s3cr3t",
    ],
)
def test_an_address_that_cannot_be_read_shows_no_part_of_it(url: str) -> None:
    said = refusal(url)
    assert isinstance(said, UsageError)
    assert said.code == "A701"
    assert "%40" in str(said.help)


@pytest.mark.parametrize("query", ["nope=hunter2", "sslmode=maybe", "port=x", "connect_timeout=soon"])
def test_an_option_that_there_is_not(query: str) -> None:
    said = refusal(f"postgresql://u:{SECRET}@127.0.0.1:1/x?{query}")
    assert isinstance(said, EngineError)


def test_a_table_that_is_not_there(engine: Postgres, admin: psycopg.Connection) -> None:
    admin.execute("CREATE TABLE IF NOT EXISTS people (id int); CREATE INDEX IF NOT EXISTS people_by_id ON people (id)")
    for name in (("peopel",), ("People",), ("nowhere", "people"), ("other_database", "public", "people")):
        with pytest.raises(UsageError) as caught:
            engine.introspect(Table(name), "", Roles())
        assert caught.value.code == "A701"
        assert f"there is no table `{'.'.join(name)}`" in caught.value.message
        assert "people" in str(caught.value.help)
    with pytest.raises(UsageError, match="is no table and no view"):
        engine.introspect(Table(("people_by_id",)), "", Roles())
    with pytest.raises(UsageError, match="has no column `nope`"):
        engine.introspect(Table(("people",)), "", Roles(id="nope"))


@pytest.mark.parametrize("relation", [Parquet("p.parquet"), Csv("p.csv", ",", ()), Documents("p.json", "id")])
def test_files_are_not_read(engine: Postgres, relation: Relation) -> None:
    with pytest.raises(UsageError, match="PostgreSQL cannot read p"):
        engine.introspect(relation, "", Roles())


def test_a_missing_right_is_named(url: str, admin: psycopg.Connection) -> None:
    admin.execute('CREATE TABLE IF NOT EXISTS "Closed" (id int PRIMARY KEY, plan text, mrr int)')
    (schema,) = admin.execute("SELECT current_schema()").fetchone() or ("",)
    whole = Table((schema, "Closed"))
    with own_role(url) as user:
        engine = Postgres.connect(user)
        with pytest.raises(EngineError, match="permission denied for schema") as caught:
            engine.introspect(whole, "", Roles())
        assert "USAGE on the schema" in str(caught.value.help)
        engine.close()
    with own_role(url, f"USAGE ON SCHEMA {schema}") as user:
        engine = Postgres.connect(user)
        with pytest.raises(UsageError, match="has no right to read") as denied:
            engine.introspect(whole, "", Roles())
        assert f'grant select on "{schema}"."Closed" to "audience_test_' in str(denied.value.help)
        assert engine.tables() == []
        engine.close()
    # A column that may not be read stays in the catalog: left out, its name would be looked up in the document.
    with own_role(url, f"USAGE ON SCHEMA {schema}", 'SELECT (id, plan) ON "Closed"') as user:
        engine = Postgres.connect(user)
        assert engine.introspect(whole, "", Roles()).names() == ("id", "plan", "mrr")
        assert engine.run('SELECT count(plan) FROM "Closed"') == [(0,)]
        with pytest.raises(EngineError, match="permission denied for table") as caught:
            engine.run('SELECT count(mrr) FROM "Closed"')
        assert "SELECT on the table" in str(caught.value.help)
        engine.close()


def test_a_statement_timeout_says_how_to_raise_it(url: str) -> None:
    searched = conninfo_to_dict(url)["options"]
    engine = Postgres.connect(changed_url(url, options=f"{searched} -cstatement_timeout=100"))
    for run in (engine.run, engine.stream):
        with pytest.raises(EngineError, match="statement timeout") as caught:
            list(run("SELECT pg_sleep(5)", doing="counting people"))
        assert "while counting people" in caught.value.message
        assert "statement_timeout%3D10min" in str(caught.value.help)
    assert engine.run("SELECT 1") == [(1,)]
    engine.close()


@pytest.fixture(params=["owned", "the caller's", "in a transaction of the caller's"])
def mortal(url: str, request: pytest.FixtureRequest) -> Iterator[Postgres]:
    if request.param == "owned":
        engine = Postgres.connect(url)
        yield engine
        engine.close()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        if "transaction" in request.param:
            connection.execute("BEGIN")
        yield Postgres(connection)


def kill(engine: Postgres, admin: psycopg.Connection) -> None:
    [(backend,)] = engine.run("SELECT pg_backend_pid()")
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_a_lost_connection_is_an_error_and_stays_one(mortal: Postgres, admin: psycopg.Connection) -> None:
    kill(mortal, admin)
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            mortal.run("SELECT 1", doing="counting people")
        assert "while counting people" in caught.value.message
        assert "connection to the server is gone" in str(caught.value.help)
    with pytest.raises(EngineError):
        list(mortal.stream("SELECT 1"))
    with pytest.raises(EngineError):
        mortal.introspect(Table(("people",)), "", Roles())
    with pytest.raises(EngineError):
        mortal.copy_rows(("people",), ("id",), [(1,)])


def test_a_connection_that_is_lost_half_way(mortal: Postgres, admin: psycopg.Connection) -> None:
    [(backend,)] = mortal.run("SELECT pg_backend_pid()")
    stream = mortal.stream(LONG, rows=1000)
    assert [len(next(stream)) for _ in range(3)] == [1000] * 3
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    with pytest.raises(EngineError) as caught:
        next(stream)
    assert list(stream) == []
    assert "connection to the server is gone" in str(caught.value.help)


def test_a_query_that_kills_its_own_server_process(mortal: Postgres) -> None:
    with pytest.raises(EngineError) as caught:
        mortal.run("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")
    assert "connection to the server is gone" in str(caught.value.help)


@pytest.mark.parametrize(("text", "said"), [("\0", r"U\+0000|NUL"), ("\ud800", "surrogate")])
def test_text_that_is_none(engine: Postgres, admin: psycopg.Connection, text: str, said: str) -> None:
    """A query is never cut short: what stands before U+0000 would be another query."""
    admin.execute("CREATE TABLE IF NOT EXISTS texts (a text)")
    for connected in (engine, Postgres(admin)):
        for run in (connected.run, connected.stream):
            with pytest.raises(EngineError, match=said):
                list(run(f"SELECT 1 {text} WHERE false"))
            with pytest.raises(EngineError, match=said):
                list(run("SELECT %(x)s::text", {"x": text}))
        with pytest.raises(EngineError, match=said):
            connected.copy_rows(("texts",), ("a",), [("a",), (text,)])
        assert connected.run("SELECT count(*) FROM texts") == [(0,)]


def test_a_transaction_that_has_failed_before(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with psycopg.connect(url) as connection:
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT 1 / 0")
        with pytest.raises(EngineError) as caught:
            Postgres(connection).run("SELECT 1")
        assert "rollback()" in str(caught.value.help)
        assert not caplog.records, "the driver has nothing to log where nothing is begun"
        connection.rollback()
        assert Postgres(connection).run("SELECT 1") == [(1,)]


def test_a_locked_table(url: str, admin: psycopg.Connection) -> None:
    admin.execute("CREATE TABLE IF NOT EXISTS locked (id int)")
    searched = conninfo_to_dict(url)["options"]
    engine = Postgres.connect(changed_url(url, options=f"{searched} -clock_timeout=50"))
    with admin.transaction():
        admin.execute("LOCK TABLE locked")
        with pytest.raises(EngineError) as caught:
            engine.run("SELECT count(*) FROM locked")
    assert "lock_timeout" in str(caught.value.help)
    assert engine.run("SELECT count(*) FROM locked") == [(0,)]
    engine.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused(url: str, encoding: str) -> None:
    with own_database(url, f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0") as database:
        with pytest.raises(UsageError, match=f"keeps text as {encoding}") as caught:
            Postgres.connect(changed_url(database, options=""))
        assert "ENCODING 'UTF8'" in str(caught.value.help)
