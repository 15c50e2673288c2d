"""A home filled with a population, and beside it the same people in tables of somebody who does without Audience."""

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from audience.language import parse_definition
from audience.membership.define import define
from audience.membership.environment import Environment
from audience.membership.run_inputs import read_now
from audience.store import Home, open_home
from benchmarks.by_hand import ByHand, where_of
from benchmarks.people import INSTANT, people_file
from benchmarks.postgres import documents_into
from tests.servers import running_server

AUDIENCES = Path(__file__).with_name("membership.toml")

MAIN, IMPORTS = "development", "imports"
"""The environment with the population, and an empty one that files are imported into."""

NUMBER = "CAST(substr(id, 2) AS BIGINT)"
"""The number of a person of a population, which its id ends with."""

OWN = (
    """
    INSERT INTO audience.person (environment, id, user_no)
    SELECT 'development', id, row_number() OVER (ORDER BY id) FROM hand.people
    """,
    """
    INSERT INTO audience.users (environment, id, user_no, properties, created_at, updated_at, change)
    SELECT 'development', people.id, person.user_no, properties, 0, 0, person.user_no
    FROM hand.people AS people JOIN audience.person AS person ON person.id = people.id ORDER BY person.user_no
    """,
    """
    UPDATE audience.environment SET user_no = counted.people, change = counted.people
    FROM (SELECT count(*) AS people FROM hand.people) AS counted WHERE name = 'development'
    """,
)

START = read_now(INSTANT)


class Both:
    """The same people kept by Audience and by hand; every change is made to both."""

    def __init__(self, home: Home, hand: ByHand, people: int, address: str) -> None:
        self.home, self.hand, self.people, self.address = home, hand, people, address
        self.environment, self.now, self.turn = Environment(home), START, 0
        home.clock = lambda: self.now

    def define(self, audiences: dict[str, tuple[str, str]]) -> None:
        """Define audiences, each a condition and the WHERE clause for it, which nobody has asked about yet."""
        self.hand.wheres |= {key: where for key, (_, where) in audiences.items()}
        define(self.environment, {key: parse_definition(text, key) for key, (text, _) in audiences.items()})

    def change(self, every: int) -> None:
        """Give one in so many people other properties, as somebody does who writes to the tables alone."""
        self.turn, self.now = self.turn + 1, self.now + 1_000_000
        self.hand.run(self.hand.change("hand.people", NUMBER, every, self.turn))
        change = self.hand.change("audience.users", NUMBER, every, self.turn)
        first = self.hand.run("SELECT change FROM audience.environment WHERE name = 'development'")[0][0]
        self.hand.run(
            change.replace(" SET ", f" SET change = {first} + {NUMBER}, ") + " AND environment = 'development'"
        )
        self.hand.run(f"UPDATE audience.environment SET change = {first} + {self.people} WHERE name = 'development'")

    def later(self, minutes: int) -> None:
        """Let time pass."""
        self.now += minutes * 60_000_000

    def forget(self) -> None:
        """Nobody is a member, and no audience has begun."""
        for table in ("hand.members", "hand.events", "audience.dynamic_member", "audience.transition"):
            self.hand.run(f"DELETE FROM {table}")
        self.hand.run("UPDATE audience.audience SET activated_at = NULL, meaning = '', refreshed_at = NULL")

    def expect_same(self) -> tuple[int, int]:
        """How many members there are, and how many events; both sides have the same."""
        ours = """
            SELECT member.audience, person.id FROM audience.dynamic_member AS member
            JOIN audience.person AS person
              ON person.user_no = member.user_no AND person.environment = member.environment
        """
        hand = "SELECT audience, id FROM hand.members"
        differ = f"SELECT * FROM (({ours} EXCEPT {hand}) UNION ALL ({hand} EXCEPT {ours})) AS x LIMIT 5"
        assert not (found := self.hand.run(differ)), f"these are members on one side alone: {found}"
        [(events,)] = self.hand.run("SELECT count(*) FROM audience.transition")
        assert [(events,)] == self.hand.run("SELECT count(*) FROM hand.events"), "one side has other events"
        return self.hand.run("SELECT count(*) FROM hand.members")[0][0], events

    def close(self) -> None:
        """Leave the home to another process."""
        self.vacuum()
        self.home.close()
        self.hand.connection.close()

    def vacuum(self) -> None:
        """What a server does by itself, so that it does not do it while something is measured."""
        self.hand.run("VACUUM ANALYZE" if self.hand.dialect == "postgres" else "CHECKPOINT")


def read_audiences(dialect: str) -> dict[str, tuple[str, str]]:
    """The audiences of membership.toml: the condition of each, and its WHERE clause."""
    entries = tomllib.loads(AUDIENCES.read_text(encoding="utf-8"))["audience"]
    return {f"audience-{at}": (entry["condition"], where_of(entry, dialect)) for at, entry in enumerate(entries)}


def further_audiences(number: int) -> dict[str, tuple[str, str]]:
    """Audiences that have few members, no two of which are the same."""
    return {
        f"further-{at}": (
            f"logins_30d > {300 + at} and mrr > {at}",
            f"""
            CAST((properties->>'logins_30d') AS DOUBLE PRECISION) > {300 + at}
            AND CAST((properties->>'mrr') AS DOUBLE PRECISION) > {at}
            """,
        )
        for at in range(number)
    }


@contextmanager
def duckdb_home(people: int, cache: Path) -> Iterator[Both]:
    """In a file of its own."""
    source = people_file(people, cache)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        file = Path(folder) / "home.duckdb"
        with open_home(file, create=True) as home, duckdb.connect(str(file)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            hand = ByHand(connection, "duckdb")
            hand.create()
            connection.execute(f"ATTACH '{source}' AS population (READ_ONLY)")
            connection.execute("INSERT INTO hand.people SELECT id, properties FROM population.people")
            connection.execute("DETACH population")
            yield _filled(home, hand, people, str(file))


@contextmanager
def postgres_home(people: int, cache: Path) -> Iterator[Both]:
    """On a server of our own, with the settings that it comes with but for fsync, which is off."""
    with (
        running_server("main") as url,
        psycopg.connect(url, autocommit=True) as connection,
        open_home(url, create=True) as home,
    ):
        connection.execute("SET TimeZone = 'UTC'")
        hand = ByHand(connection, "postgres")
        hand.create()
        documents_into(connection, "hand.people", people, cache)
        yield _filled(home, hand, people, url)


HOMES = {"duckdb": duckdb_home, "postgres": postgres_home}


def _filled(home: Home, hand: ByHand, people: int, address: str) -> Both:
    home.add_environment(IMPORTS)
    for statement in OWN:
        hand.run(statement)
    both = Both(home, hand, people, address)
    both.vacuum()
    return both
