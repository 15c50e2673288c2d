"""Triggers keep members true: whoever writes to the table, a full refresh afterwards finds nothing to do."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from audience.catalog.declare import Roles
from audience.errors import EngineError, UsageError
from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.membership.define import archive, define
from audience.membership.environment import Environment, over_table
from audience.membership.refresh import Mode, refresh
from audience.membership.static import add_members
from audience.membership.triggers import install_triggers, remove_triggers
from audience.store import Home, ledger, open_home
from audience.store.ledger import Cause
from audience.store.members import Moved
from tests.servers import POSTGRES_SERVERS, changed_url, own_database, own_role

Connection = psycopg.Connection[Any]

CONDITIONS = {
    "paying": 'plan = "pro" or plan contains "plus"',
    "large": "seats > 4 and country exists",
    "recent": "seen >= 3 days ago",
    "dormant": "seen < 5 days ago and day < 2 days ago",
    "signed": "signed_up >= 2 days ago",
    "tagged": 'tags contains "a" and not plan = "free"',
    "chosen": 'member of "vip" or score in [1, 3, 5]',
    "both": 'member of "paying" and member of "recent"',
}

IDS: dict[str, Callable[[int], str]] = {
    "bigint": lambda number: str(number * 10**9),
    "text": lambda number: f"user's {number} %s $1 \\",
    "uuid": lambda number: f"00000000-0000-4000-8000-{number:012x}",
    'varchar(40) COLLATE "POSIX"': lambda number: f"p{number}",
    "char(12)": lambda number: f"c{number}",
}


def definitions(**texts: str) -> dict[str, Definition]:
    return {key: parse_definition(text) for key, text in texts.items()}


@dataclass(frozen=True)
class Site:
    """A home with its environment over a table, and a writer that knows nothing of it."""

    url: str
    home: Home
    environment: Environment
    writer: Connection

    def full(self) -> dict[str, Moved]:
        """What a full refresh finds to do."""
        found = refresh(self.environment, mode=Mode.FULL)
        assert not found.stopped
        return {key: moved for key, moved in found.moved.items() if moved != Moved()}

    def errors(self) -> list[str]:
        rows = self.home.database.rows("SELECT error FROM audience.audience WHERE error IS NOT NULL ORDER BY key")
        return [str(error) for (error,) in rows]

    def members(self) -> set[tuple[str, str, str]]:
        rows = self.home.database.rows("""
            SELECT audience, id, tenant FROM audience.dynamic_member AS member
            JOIN audience.person AS person
              ON person.environment = member.environment AND person.user_no = member.user_no
        """)
        return {(str(key), str(id), str(tenant)) for key, id, tenant in rows}

    def of(self, key: str) -> list[str]:
        return sorted(id for found, id, _ in self.members() if found == key)

    def told(self) -> set[tuple[str, str, str]]:
        """Who are members as the ledger tells it; every step of it is one that can be taken."""
        found: set[tuple[str, str, str]] = set()
        transitions = ledger.read(self.home.database, self.environment.name, 0, 100_000)
        assert [one.sequence for one in transitions] == list(range(1, len(transitions) + 1))
        assert [one.happened_at for one in transitions] == sorted(one.happened_at for one in transitions)
        for one in transitions:
            row = (one.audience, one.user_id, one.tenant or "")
            assert (one.kind == "exit") is (row in found)
            found ^= {row}
        return {row for row in found if row[0] != "vip"}


@contextmanager
def opened(url: str, table: tuple[str, ...] = ("people",), roles: Roles | None = None, **texts: str) -> Iterator[Site]:
    with open_home(url, create=True) as home, psycopg.connect(url, autocommit=True) as writer:
        environment = over_table(home, table, roles or Roles("id"))
        define(environment, definitions(**texts))
        refresh(environment)
        yield Site(url, home, environment, writer)


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    """People with a plan, and one audience of those who pay."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (id text PRIMARY KEY, plan text, seats int, tenant text)")
        connection.execute("INSERT INTO people VALUES ('a', 'pro', 1), ('b', 'free', 2)")
    with opened(url, paying='plan = "pro"', many="seats > 3") as site:
        install_triggers(site.environment)
        yield site


# ── the law ───────────────────────────────────────────────────────────────────────────────────────

COLUMNS = ("id", "team", "plan", "seats", "seen", "day", "signed_up", "tags", "attributes")


def row(rng: Random, id: str) -> list[object]:
    """Somebody; no instant of theirs is within hours of one that a condition asks about."""

    def ago() -> str:
        return f"{rng.randint(0, 7) * 24 + 12} hours"

    [seen, day] = [f"now() - interval '{ago()}'" for _ in range(2)]
    attributes = {"country": rng.choice(["de", None, "fr"]), "score": rng.randint(0, 6), "signed_up": rng.randint(0, 9)}
    plan = rng.choice(["pro", "free", "a plus", None])
    return [
        id,
        rng.choice(["x", "y"]),
        plan,
        rng.randint(0, 9),
        seen,
        day,
        rng.choice([["a"], ["b"], None]),
        attributes,
    ]


def values(rng: Random, ids: list[str]) -> tuple[str, list[object]]:
    """The rows of an INSERT, and what is bound in them."""
    texts, bound = [], list[object]()
    for id in ids:
        key, team, plan, seats, seen, day, tags, attributes = row(rng, id)
        texts.append(f"(%s, %s, %s, %s, {seen}, CAST({day} AS date), %s, %s)")
        bound += [key, team, plan, seats, tags, Jsonb(attributes)]
    return ", ".join(texts), bound


def statement(rng: Random, id_of: Callable[[int], str], key: str) -> tuple[str, list[object]]:
    """One change of some people by SQL."""
    ids = [id_of(number) for number in rng.sample(range(30), rng.choice([1, 1, 1, 2, 7]))]
    rows, bound = values(rng, ids)
    insert = f"INSERT INTO people (id, team, plan, seats, seen, day, tags, attributes) VALUES {rows}"
    conflict = f"{insert} ON CONFLICT ({key}) DO"
    changes = "plan = excluded.plan, seats = excluded.seats, seen = excluded.seen, attributes = excluded.attributes"
    match rng.randrange(9):
        case 0 | 1 | 2:
            return f"{conflict} UPDATE SET {changes}", bound
        case 3:
            return f"{conflict} NOTHING", bound
        case 4:
            return "UPDATE people SET plan = %s, seats = seats + 1 WHERE id = %s", [rng.choice(["pro", "free"]), ids[0]]
        case 5:
            # The id itself changes, of several at once: everybody's who is in the first half takes a free one.
            free = "NOT EXISTS (SELECT 1 FROM people AS other WHERE other.id = %s)"
            return f"UPDATE people SET id = %s WHERE id = %s AND {free}", [id_of(40), ids[0], id_of(40)]
        case 6:
            return "DELETE FROM people WHERE id = %s OR seats = %s", [ids[0], rng.randint(0, 9)]
        case 7:
            return "UPDATE people SET attributes = attributes || %s, tags = NULL WHERE seats < 5", [Jsonb({"score": 3})]
        case _:
            change = "UPDATE SET seats = given.seats, plan = 'pro'"
            return (
                (
                    "MERGE INTO people USING (SELECT CAST(%s AS text) AS id, 7 AS seats) AS given"
                    " ON CAST(people.id AS text) = given.id"
                    f" WHEN MATCHED AND people.plan = 'free' THEN DELETE WHEN MATCHED THEN {change}"
                ),
                [ids[0]],
            )


@pytest.mark.parametrize("tenants", [False, True])
@pytest.mark.parametrize("type", IDS)
def test_a_full_refresh_finds_nothing_to_do(url: str, type: str, tenants: bool) -> None:
    change_people(url, type, tenants)


@pytest.mark.parametrize("server", [server for server in POSTGRES_SERVERS if server != "main"])
@pytest.mark.parametrize("type", ["bigint", "text COLLATE folding", "citext"])
def test_the_same_on_the_oldest_release(request: pytest.FixtureRequest, server: str, type: str) -> None:
    with own_database(request.getfixturevalue(f"{server}_url")) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            folding = "CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
            connection.execute(folding)
            connection.execute("CREATE EXTENSION citext")
        change_people(url, type, tenants=True)


def change_people(url: str, type: str, tenants: bool) -> None:
    """People with ids of a type, changed by SQL over and over."""
    rng, id_of, key = Random(f"{type} {tenants}"), IDS.get(type, IDS["text"]), "id, team" if tenants else "id"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"""
            CREATE TABLE people (
              id {type} NOT NULL, team text NOT NULL, plan text, seats int, seen timestamptz, day date,
              signed_up timestamp DEFAULT localtimestamp - interval '36 hours', tags text[], attributes jsonb,
              PRIMARY KEY ({key}))
        """)
    with opened(url, ("people",), Roles("id", "attributes", "team" if tenants else None)) as built:
        environment, writer = built.environment, built.writer
        define(environment, definitions(**CONDITIONS) | {"vip": Definition("vip", "VIP", None)})
        add_members(
            environment, "vip", [(id_of(number), "x") if tenants else id_of(number) for number in range(0, 30, 4)]
        )
        refresh(environment)
        install_triggers(environment)
        for turn in range(45):
            before = built.members()
            with writer.transaction(force_rollback=rng.random() < 0.2) as transaction:
                for _ in range(rng.choice([1, 1, 3])):
                    sql, bound = statement(rng, id_of, key)
                    writer.execute(sql, bound)
                if turn % 15 == 14:
                    writer.execute("TRUNCATE people" if turn == 29 else "DELETE FROM people")
            if transaction.status.name != "COMMITTED":
                assert built.members() == before
            assert not built.errors()
            members = built.members()
            assert members == built.told()
            if turn % 5 == 0:
                assert built.full() == {}, turn
                assert built.members() == members
        assert built.full() == {}
        causes = {one.cause for one in ledger.read(built.home.database, environment.name, 0, 100_000)}
        assert causes <= {Cause.PERSON, Cause.STATIC, Cause.ACTIVATION}
        assert {key for key, _, _ in built.members() | before} >= {"paying", "recent", "chosen"}


# ── one statement each ────────────────────────────────────────────────────────────────────────────


def test_copy_and_truncate(site: Site) -> None:
    with site.writer.cursor().copy("COPY people (id, plan, seats) FROM STDIN") as copy:
        for number in range(12_000):
            copy.write_row((f"c{number}", "pro", number % 5))
    assert len(site.of("paying")) == 12_001
    assert len(site.of("many")) == 2_400
    assert site.full() == {}
    site.writer.execute("TRUNCATE people")
    assert site.members() == set() == site.told()
    assert site.full() == {}


def test_a_statement_that_touches_nobody_writes_nothing(site: Site) -> None:
    counters = "SELECT now, sequence, user_no FROM audience.environment"
    before = site.home.database.rows(counters)
    site.writer.execute("UPDATE people SET plan = 'pro' WHERE id = 'nobody'")
    site.writer.execute("INSERT INTO people SELECT * FROM people WHERE FALSE")
    assert site.home.database.rows(counters) == before


def test_a_person_whose_id_changes(site: Site) -> None:
    site.writer.execute("UPDATE people SET id = 'z' WHERE id = 'a'")
    last = ledger.read(site.home.database, "development", 1)
    assert [(one.kind, one.user_id, one.cause, one.notify) for one in last] == [
        ("exit", "a", Cause.PERSON, True),
        ("enter", "z", Cause.PERSON, True),
    ]
    assert site.full() == {}


def test_what_is_rolled_back_never_was(site: Site) -> None:
    before = (site.members(), site.told())
    with site.writer.transaction(force_rollback=True):
        site.writer.execute("UPDATE people SET plan = 'pro'")
        with site.writer.transaction(force_rollback=True):
            site.writer.execute("DELETE FROM people")
        site.writer.execute("INSERT INTO people VALUES ('n', 'pro', 9)")
    assert (site.members(), site.told()) == before
    site.writer.execute("INSERT INTO people VALUES ('n', 'pro', 9)")
    assert site.of("paying") == ["a", "n"]
    assert site.told() == site.members()


def test_rows_without_an_id_are_nobody(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (id text, plan text)")
    with opened(url, paying='plan = "pro"') as site:
        install_triggers(site.environment)
        site.writer.execute("INSERT INTO people VALUES (NULL, 'pro'), ('a', 'pro'), ('a', 'free')")
        assert site.of("paying") == ["a"]
        site.writer.execute("DELETE FROM people WHERE plan = 'pro'")
        assert site.of("paying") == []
        assert site.full() == {}


# ── writers of every kind ─────────────────────────────────────────────────────────────────────────


def test_a_writer_without_rights_and_with_hostile_settings(site: Site) -> None:
    grants = ("SELECT, INSERT, UPDATE, DELETE ON people", "CREATE ON SCHEMA public")
    with own_role(site.url, *grants) as stranger, psycopg.connect(stranger, autocommit=True) as writer:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute("SELECT * FROM audience.environment")
        for setting in (
            "search_path = pg_temp, public, pg_catalog",
            "standard_conforming_strings = off",
            "DateStyle = 'SQL, DMY'",
            "TimeZone = 'Asia/Kolkata'",
            "transform_null_equals = on",
            "row_security = off",
            "plpgsql.variable_conflict = error",
        ):
            writer.execute(f"SET {setting}")
        writer.execute("CREATE TEMP TABLE audience_moved (a int); CREATE TEMP TABLE people_of_mine (id text)")
        writer.execute("""
            CREATE FUNCTION public.hashtextextended(text, int) RETURNS bigint LANGUAGE sql AS 'SELECT 1 / 0';
            CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE sql AS 'SELECT CAST(1 / 0 AS text)'
        """)
        writer.execute("INSERT INTO public.people VALUES ('s', 'pro', 4)")
        writer.execute("UPDATE public.people SET plan = 'free' WHERE id = 'a'")
    assert site.of("paying") == ["s"]
    assert site.of("many") == ["s"]
    assert site.errors() == []
    assert site.full() == {}


def test_nobody_can_call_the_procedure_for_a_table_of_theirs(site: Site) -> None:
    [(name,)] = site.home.database.rows("SELECT proname FROM pg_catalog.pg_proc WHERE proname LIKE 'settle_dev%'")
    grants = ("USAGE ON SCHEMA audience", "CREATE ON SCHEMA public")
    with own_role(site.url, *grants) as stranger, psycopg.connect(stranger, autocommit=True) as writer:
        writer.execute("CREATE TABLE public.trap (id text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute(
                "CREATE TRIGGER t AFTER DELETE ON public.trap REFERENCING OLD TABLE AS audience_old"
                f" FOR EACH STATEMENT EXECUTE FUNCTION audience.{name}()"
            )


def in_threads(*work: Callable[[], None]) -> None:
    """Run all at once; a failure is raised."""
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(one) for one in work]:
            done.result()


def test_writers_of_several_statements_do_not_wait_for_each_other(site: Site) -> None:
    """The first one changes what the second one is about to change, which without the triggers would do as well."""
    with psycopg.connect(site.url, autocommit=True) as first, psycopg.connect(site.url, autocommit=True) as second:
        with first.transaction():
            first.execute("UPDATE people SET plan = 'pro' WHERE id = 'a'")
            thread = threading.Thread(target=second.execute, args=("UPDATE people SET seats = 9 WHERE id = 'b'",))
            thread.start()
            waiting(site.url)
            first.execute("UPDATE people SET plan = 'pro' WHERE id = 'b'")
        thread.join()
    assert site.of("paying") == ["a", "b"]
    assert site.of("many") == ["b"]
    assert site.full() == {}


def test_writers_at_once_lose_nothing(site: Site) -> None:
    """Each changes people of its own and people of all, in transactions of several statements, beside refreshes."""

    def write(seed: int) -> None:
        rng = Random(seed)
        with psycopg.connect(site.url, autocommit=True) as writer:
            for number in range(25):
                with writer.transaction():
                    writer.execute("INSERT INTO people VALUES (%s, 'pro', 1)", (f"{seed}-{number}",))
                    writer.execute(
                        "UPDATE people SET seats = seats + 1, plan = %s WHERE id = 'a'", (rng.choice(["pro", "free"]),)
                    )
                    writer.execute("DELETE FROM people WHERE id = %s", (f"{seed}-{number - 2}",))

    def refresh_often() -> None:
        with open_home(site.url) as home:
            other = over_table(home, ("people",), Roles("id"))
            for _ in range(10):
                refresh(other, mode=Mode.FULL)

    in_threads(lambda: write(1), lambda: write(2), lambda: write(3), refresh_often)
    assert site.members() == site.told()
    assert len([id for id in site.of("paying") if "-" in id]) == 6
    assert site.errors() == []
    assert site.full() == {}


def waiting(url: str) -> None:
    """Until some session waits for a lock."""
    with psycopg.connect(url, autocommit=True) as watching:
        for _ in range(500):
            found = watching.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall()
            if found:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_the_second_writer_waits_and_sees_what_the_first_did(site: Site) -> None:
    """Two rows of one person, each changed by another transaction: who is second finds the person without any."""
    with psycopg.connect(site.url, autocommit=True) as writer:
        writer.execute("ALTER TABLE people DROP CONSTRAINT people_pkey; INSERT INTO people VALUES ('a', 'pro', 5)")

        def second() -> None:
            with psycopg.connect(site.url, autocommit=True) as other:
                other.execute("UPDATE people SET plan = 'free' WHERE id = 'a' AND seats = 5")

        with writer.transaction():
            writer.execute("UPDATE people SET plan = 'free' WHERE id = 'a' AND seats = 1")
            thread = threading.Thread(target=second)
            thread.start()
            waiting(site.url)
        thread.join()
    assert site.of("paying") == []
    assert site.full() == {}


def test_one_who_waits_settles_by_the_definitions_that_come_meanwhile(site: Site) -> None:
    """Also in a session that has the procedure of before prepared."""
    with psycopg.connect(site.url, autocommit=True) as writer:
        writer.execute("UPDATE people SET seats = 2 WHERE id = 'b'")
        thread = threading.Thread(target=writer.execute, args=("UPDATE people SET plan = 'new' WHERE id = 'b'",))

        def start(share: float, key: str) -> None:
            if thread.ident is None:
                thread.start()
                waiting(site.url)

        refresh(site.environment, definitions=definitions(paying='plan = "new"'), progress=start)
        thread.join()
    assert site.errors() == []
    assert site.of("paying") == ["b"]
    assert site.full() == {}


# ── definitions change ────────────────────────────────────────────────────────────────────────────


def test_edited_new_and_archived_audiences(site: Site) -> None:
    define(site.environment, definitions(paying='plan = "free"', fresh="seats = 7"))
    site.writer.execute("INSERT INTO people VALUES ('n', 'free', 7)")
    assert site.of("paying") == ["a"], "an edited audience stands still until it is refreshed"
    assert site.of("many") == ["n"]
    refresh(site.environment)
    assert site.of("paying") == ["b", "n"]
    assert site.of("fresh") == ["n"]
    site.writer.execute("UPDATE people SET plan = 'free', seats = 7 WHERE id = 'a'")
    assert site.of("paying") == ["a", "b", "n"]
    assert site.of("fresh") == ["a", "n"]
    archive(site.environment, "many")
    site.writer.execute("UPDATE people SET seats = 5")
    assert site.of("many") == []
    assert site.of("fresh") == []
    assert site.members() == site.told()
    assert site.errors() == []
    assert site.full() == {}


def test_definitions_that_came_another_way_stop_the_audiences_and_not_the_writer(site: Site) -> None:
    site.writer.execute("UPDATE audience.audience SET stored = 'plan = \"free\"' WHERE key = 'paying'")
    site.writer.execute("UPDATE people SET plan = 'pro'")
    assert site.of("paying") == ["a"]
    assert all("other definitions" in error for error in site.errors())
    assert len(site.errors()) == 2
    refresh(site.environment)
    assert site.errors() == []
    assert site.of("paying") == []
    site.writer.execute("UPDATE people SET plan = 'free' WHERE id = 'a'")
    assert site.of("paying") == ["a"]
    assert site.full() == {}


def test_a_column_that_goes_stops_the_audiences_and_not_the_writer(site: Site) -> None:
    site.writer.execute("ALTER TABLE people DROP COLUMN seats")
    site.writer.execute("UPDATE people SET plan = 'pro'")
    assert site.of("paying") == ["a"]
    assert len(site.errors()) == 2
    assert all("seats" in error for error in site.errors())
    again = over_table(site.home, ("people",), Roles("id"))
    assert set(refresh(again).stopped) == {"many"}
    assert site.of("paying") == ["a", "b"], "what is right again asks everybody"
    site.writer.execute("UPDATE people SET plan = 'free' WHERE id = 'a'")
    assert site.of("paying") == ["b"]


def test_a_writer_that_may_not_wait_is_refused(site: Site) -> None:
    """Nothing can be written beside the environment's lock, so its timeout is the writer's."""
    with site.environment.home.writing("development"):
        site.writer.execute("SET lock_timeout = '20ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            site.writer.execute("UPDATE people SET plan = 'pro'")
    assert site.full() == {}


# ── tables ────────────────────────────────────────────────────────────────────────────────────────


def test_partitions(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            CREATE TABLE people (id bigint, plan text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
            CREATE TABLE low PARTITION OF people FOR VALUES FROM (0) TO (100);
            CREATE TABLE high PARTITION OF people FOR VALUES FROM (100) TO (200);
        """)
    with opened(url, paying='plan = "pro"') as site:
        assert len(install_triggers(site.environment).tables) == 3
        site.writer.execute("INSERT INTO people VALUES (1, 'pro'), (101, 'pro')")
        site.writer.execute("INSERT INTO high VALUES (102, 'pro'), (103, 'free')")
        assert site.of("paying") == ["1", "101", "102"]
        site.writer.execute("UPDATE people SET id = 150 WHERE id = 1")
        assert site.of("paying") == ["101", "102", "150"]
        site.writer.execute("TRUNCATE low")
        site.writer.execute("CREATE TABLE more PARTITION OF people FOR VALUES FROM (200) TO (300)")
        assert len(install_triggers(site.environment).tables) == 4
        site.writer.execute("INSERT INTO more VALUES (201, 'pro')")
        site.writer.execute("TRUNCATE high")
        assert site.of("paying") == ["201"]
        assert site.full() == {}
        low = over_table(site.home, ("low",), Roles("id"))
        with pytest.raises(UsageError, match="a part of another table") as refused:
            install_triggers(low)
        assert refused.value.code == "A712"


def test_inheritance(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            CREATE TABLE people (id text PRIMARY KEY, plan text);
            CREATE TABLE children (toy text) INHERITS (people);
        """)
    with opened(url, paying='plan = "pro"') as site:
        install_triggers(site.environment)
        site.writer.execute("INSERT INTO children VALUES ('c', 'free', 'ball')")
        site.writer.execute("UPDATE people SET plan = 'pro'")
        assert site.of("paying") == ["c"]
        site.writer.execute("DELETE FROM children")
        assert site.of("paying") == []
        assert site.full() == {}


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_what_can_have_no_trigger_is_refused(site: Site, kind: str) -> None:
    site.writer.execute(f"CREATE {kind} seen AS SELECT * FROM people")
    environment = over_table(site.home, ("seen",), Roles("id"), name="development")
    with pytest.raises(UsageError, match=f"public.seen is a {kind.lower()}") as refused:
        install_triggers(environment)
    assert refused.value.code == "A712"


def test_homes_and_people_without_triggers_are_refused(site: Site, tmp_path: Path) -> None:
    with open_home(tmp_path / "home.duckdb", create=True) as home:
        home.database.execute("CREATE TABLE people (id TEXT)")
        with pytest.raises(UsageError, match="no PostgreSQL database"):
            install_triggers(over_table(home, ("people",), Roles("id")))
        assert remove_triggers(Environment(home)) == ()
    with pytest.raises(UsageError, match="the home's own"):
        install_triggers(Environment(site.home))


def test_a_schema_that_has_to_be_quoted(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            CREATE SCHEMA "My ""Schema%";
            CREATE TABLE "My ""Schema%"."Audience_Settling" (
              "Id %s" text, keys text, instant timestamptz, audience text, answers text, "a $1" text, native int
            )
        """)
    roles = Roles("Id %s")
    table = ('My "Schema%', "Audience_Settling")
    with opened(url, table, roles, old="instant < 1 day ago", odd='keys contains "%s$$"') as site:
        install_triggers(site.environment)
        site.writer.execute(
            """INSERT INTO "My ""Schema%"."Audience_Settling"
               VALUES ('a', '%s$$', now() - interval '2 days', 'x', 'y')"""
        )
        assert site.of("old") == ["a"] == site.of("odd")
        assert site.errors() == []
        assert site.full() == {}


def test_installed_again_and_removed(site: Site) -> None:
    assert install_triggers(site.environment).tables == ("public.people",)
    assert remove_triggers(site.environment) == ("public.people",)
    assert remove_triggers(site.environment) == ()
    site.writer.execute("UPDATE people SET plan = 'pro'")
    assert site.of("paying") == ["a"]
    assert site.full() == {"paying": Moved(entered=1)}


def test_triggers_of_two_environments_on_one_table(site: Site) -> None:
    long = "e" * 64
    site.home.add_environment(long)
    other = over_table(site.home, ("people",), Roles("id"), name=long)
    define(other, definitions(all="seats > 0"))
    refresh(other)
    install_triggers(other)
    site.writer.execute("INSERT INTO people VALUES ('n', 'pro', 1)")
    assert site.of("all") == ["a", "b", "n"]
    assert site.of("paying") == ["a", "n"]
    remove_triggers(other)
    site.writer.execute("DELETE FROM people")
    assert site.of("all") == ["a", "b", "n"]
    assert site.of("paying") == []


def test_nothing_is_written_where_nothing_has_changed(site: Site) -> None:
    """A refresh of no new definition leaves the procedure alone, so that sessions keep their plans."""
    version = "SELECT xmin FROM pg_catalog.pg_proc WHERE proname LIKE 'settle_dev%'"
    [before] = site.writer.execute(version).fetchall()
    refresh(site.environment)
    assert site.writer.execute(version).fetchall() == [before]


def test_somebody_who_does_not_own_the_table_is_told(site: Site) -> None:
    with own_role(
        site.url, "ALL ON ALL TABLES IN SCHEMA audience", "ALL ON SCHEMA audience", "SELECT ON people"
    ) as url:
        remove_triggers(site.environment)
        with open_home(changed_url(url)) as home, pytest.raises(EngineError, match="permission denied"):
            install_triggers(over_table(home, ("people",), Roles("id")))
    assert site.home.database.rows("SELECT 1 FROM pg_catalog.pg_proc WHERE proname LIKE 'settle_dev%'") == []
