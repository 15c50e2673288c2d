"""People in a table of the user's own, changed by plain SQL: what each way to refresh sees of it.

A full refresh sees everything. An incremental one sees everybody but those who have lost a row; one of what is due
sees of those who did not change what the others see.
"""

from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.catalog.declare import Roles
from audience.errors import UsageError
from audience.interpreter import Person, evaluate
from audience.interpreter.document import Document
from audience.language import parse_definition
from audience.membership import people, static
from audience.membership.define import define
from audience.membership.environment import Environment, over_table
from audience.membership.refresh import LATENESS, Mode, refresh
from audience.store import Home
from audience.store.ledger import Transition
from audience.values import Instant, write_instant
from tests.homes import SetClock
from tests.membership.ledgers import Members, fold, held, ledger_of
from tests.membership.model import DEFINITIONS, HOUR, STATIC
from tests.properties.law import examples

START = 1_800_000_000_000_000
NUMBERS = count(1)
PACE = {"duckdb": 0.5, "postgres": 1.0}

KEPT = {
    "busy": "visits >= 3",
    "recent": "seen >= 2 hours ago",
    "lately": "seen > 1 hour ago and plan exists",
    "window": "seen <= 1 hour ago and seen > 3 hours ago",
    "old": 'joined < 3 hours ago or plan = "pro"',
    "rest": 'not member of "vip" and not (joined <= 2 hours ago)',
}

IDS = {
    "INTEGER": ("1", "20", "-3", "4"),
    "UUID": tuple(f"{number}0b1a9c0-0000-4000-8000-00000000000{number}" for number in range(1, 5)),
}

CREATE = {
    "INTEGER": """
        CREATE TABLE customers (
          id INTEGER, company VARCHAR(20), plan TEXT, visits BIGINT, seen TIMESTAMPTZ, joined TIMESTAMP,
          changed_at TIMESTAMPTZ
        )
    """,
    "UUID": """
        CREATE TABLE customers (
          id UUID, company VARCHAR(20), plan TEXT, visits BIGINT, seen TIMESTAMPTZ, joined TIMESTAMP,
          changed_at TIMESTAMPTZ
        )
    """,
}
REMOVE = "DELETE FROM customers WHERE CAST(id AS TEXT) = $id AND coalesce(company, '') = $company"
REMOVE_ALL = "DELETE FROM customers"
INSERT = {
    "INTEGER": """
        INSERT INTO customers SELECT CAST($id AS INTEGER), CAST($company AS TEXT), CAST($plan AS TEXT),
          CAST($visits AS BIGINT), CAST($seen AS TIMESTAMPTZ), CAST($joined AS TIMESTAMP), CAST($changed AS TIMESTAMPTZ)
    """,
    "UUID": """
        INSERT INTO customers SELECT CAST($id AS UUID), CAST($company AS TEXT), CAST($plan AS TEXT),
          CAST($visits AS BIGINT), CAST($seen AS TIMESTAMPTZ), CAST($joined AS TIMESTAMP), CAST($changed AS TIMESTAMPTZ)
    """,
}


@dataclass(frozen=True)
class Row:
    """A row but for its key; `late` says how long before the last look `changed_at` lies, None where it is NULL."""

    plan: str | None
    visits: int | None
    seen: int | None
    joined: int | None
    late: int | None = 0


Key = tuple[int, str | None]
"""Which of the ids, and the tenant."""

instants = st.none() | st.builds(
    lambda hours, late: START + hours * HOUR + late, st.integers(-4, 4), st.integers(-1, 1)
)
rows = st.builds(
    Row,
    st.sampled_from(("pro", "free", None)),
    st.none() | st.integers(1, 4),
    instants,
    instants,
    st.sampled_from((None, 0, 1, LATENESS - 1, LATENESS)),
)
keys = st.tuples(st.integers(0, 3), st.sampled_from((None, "t", "u")))
changes = st.dictionaries(keys, st.none() | rows, min_size=1, max_size=3)
"""What becomes of some rows; None for one that is deleted."""

turns = st.lists(
    st.tuples(
        changes,
        st.none() | st.tuples(st.booleans(), st.sets(keys, min_size=1, max_size=2)),
        st.sampled_from((0, 1, HOUR - 1, HOUR, HOUR + 1, 3 * HOUR)),
        st.sampled_from((*Mode, None)),
    ),
    min_size=1,
    max_size=5,
)


@dataclass
class Customers:
    """The table, an environment over it, and what stands in it."""

    home: Home
    clock: SetClock
    environment: Environment
    type: str
    rows: dict[Key, Row] = field(default_factory=dict)
    looked: int = START
    refreshed: int = START
    unseen: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    transitions: list[Transition] = field(default_factory=list)
    members: Members = field(default_factory=dict)

    def change(self, changed: dict[Key, Row | None]) -> None:
        """Write rows as a program would that knows nothing of audiences."""
        for key, row in changed.items():
            id = IDS[self.type][key[0]]
            gone = self.home.database.execute(REMOVE, {"id": id, "company": key[1] or ""})
            assert gone == (key in self.rows)
            if row is None:
                if self.rows.pop(key, None) is not None:
                    self.deleted.add(key[0])
                continue
            self.rows[key] = row
            self.unseen.add(key[0])
            values = {"id": id, "company": key[1], "plan": row.plan, "visits": row.visits}
            moments = {"seen": row.seen, "joined": row.joined, "changed": self._stamp(row)}
            written = {name: None if at is None else write_instant(at) for name, at in moments.items()}
            self.home.database.execute(INSERT[self.type], {**values, **written})

    def _stamp(self, row: Row) -> int | None:
        return None if row.late is None else self.looked - row.late

    def put_in(self, pairs: set[Key], *, entering: bool) -> None:
        """Put people into the static audience, or take them out."""
        change = static.add_members if entering else static.remove_members
        change(self.environment, "vip", [(IDS[self.type][number], tenant) for number, tenant in sorted(pairs, key=str)])
        self.follow()

    def follow(self) -> list[Transition]:
        """Read the ledger on; the tables are its fold."""
        new = ledger_of(self.home.database, self.environment.name, len(self.transitions))
        self.transitions += new
        self.members = fold(new, self.members)
        assert held(self.home.database, self.environment.name) == self.members
        return new

    def refresh(self, mode: Mode | None) -> None:
        """Refresh, and compare what it must have seen with the interpreter."""
        now = refresh(self.environment, mode=mode).now
        if mode is not Mode.DUE:
            self.looked = now
            self.unseen.clear()
        if mode is Mode.FULL:
            self.deleted.clear()
        for moved in self.follow():
            self._check_the_cause(moved, now)
        hidden = {IDS[self.type][number] for number in self.unseen | self.deleted}
        for key, audience in self.environment.known(self.home.database).dynamic.items():
            found = {(id, tenant) for id, tenant in self.members.get(key, set()) if id not in hidden}
            assert found == {
                (person.id, person.tenant)
                for person in map(self.person, self.rows)
                if person.id not in hidden and evaluate(audience.predicate, person, now, self.vip())
            }
        self.refreshed = now

    def _check_the_cause(self, moved: Transition, now: int) -> None:
        """What time did happened when it says, since the last refresh."""
        assert moved.happened_at == now
        assert (moved.cause == "time") is (moved.flipped_at is not None)
        key = (IDS[self.type].index(moved.user_id), moved.tenant)
        if moved.flipped_at is None:
            assert moved.cause == "person"
            return
        assert self.refreshed < moved.flipped_at <= now
        predicate, person = (
            self.environment.known(self.home.database).dynamic[moved.audience].predicate,
            self.person(key),
        )
        after, before = (evaluate(predicate, person, moved.flipped_at - back, self.vip()) for back in (0, 1))
        assert after is (moved.kind == "enter") is not before

    def vip(self) -> dict[str, set[tuple[str, str | None]]]:
        return {"vip": self.members.get("vip", set())}

    def person(self, key: Key) -> Person:
        """Somebody as the interpreter asks of them."""
        row = self.rows[key]
        document: Document = {"plan": row.plan, "visits": row.visits}
        for name, at in (("seen", row.seen), ("joined", row.joined), ("changed_at", self._stamp(row))):
            document[name] = None if at is None else Instant(at)
        return Person(IDS[self.type][key[0]], document, key[1])


@pytest.fixture(params=["INTEGER", "UUID"])
def type(request: pytest.FixtureRequest, home: Home) -> str:
    """The type of the ids of a table that stands beside the home."""
    home.database.execute(CREATE[request.param])
    return str(request.param)


def begun(home: Home, clock: SetClock, type: str) -> Customers:
    """An environment over the table, where nobody is yet."""
    home.database.execute(REMOVE_ALL)
    clock.time, name = START, f"e{next(NUMBERS)}"
    home.add_environment(name)
    environment = over_table(home, ("customers",), Roles(tenant="company"), name=name, changed_at="changed_at")
    define(environment, {key: parse_definition(text) for key, text in KEPT.items()} | {"vip": DEFINITIONS[STATIC]})
    refresh(environment)
    return Customers(home, clock, environment, type)


def test_what_a_refresh_sees_of_a_table(home: Home, clock: SetClock, type: str) -> None:
    @examples(6, PACE[home.database.dialect])
    @given(first=changes, turns=turns)
    def law(
        first: dict[Key, Row | None],
        turns: list[tuple[dict[Key, Row | None], tuple[bool, set[Key]] | None, int, Mode | None]],
    ) -> None:
        customers = begun(home, clock, type)
        customers.change(first)
        customers.refresh(Mode.INCREMENTAL)
        for changed, given_pairs, pause, mode in turns:
            customers.change(changed)
            if given_pairs is not None:
                customers.put_in(given_pairs[1], entering=given_pairs[0])
            clock.time += pause
            customers.refresh(mode)
        customers.refresh(Mode.FULL)
        moved = len(customers.transitions)
        for mode in Mode:
            customers.refresh(mode)
        assert len(customers.transitions) == moved

    law()


ADA = (0, "t")
PRO = Row("pro", 4, START, START)


def test_a_row_that_is_deleted_shows_on_a_full_refresh_alone(home: Home, clock: SetClock, type: str) -> None:
    customers = begun(home, clock, type)
    customers.change({ADA: PRO})
    customers.refresh(None)
    assert customers.members["old"] == {(IDS[type][0], "t")}
    customers.change({ADA: None})
    clock.time += 1
    customers.refresh(Mode.INCREMENTAL)
    assert customers.members["old"] == {(IDS[type][0], "t")}
    customers.refresh(Mode.FULL)
    assert customers.members == {}


def test_a_change_that_is_stamped_before_the_last_look_is_seen(home: Home, clock: SetClock, type: str) -> None:
    """To the microsecond of what is promised, though time has been refreshed since, again and again."""
    customers = begun(home, clock, type)
    clock.time += 2 * LATENESS
    customers.refresh(None)
    customers.change({ADA: replace(PRO, late=LATENESS), (1, None): replace(PRO, late=None)})
    for _ in range(3):
        clock.time += LATENESS
        customers.refresh(Mode.DUE)
    customers.refresh(Mode.INCREMENTAL)
    assert customers.members["busy"] == {(IDS[type][0], "t"), (IDS[type][1], None)}


def test_a_change_that_is_stamped_too_early_shows_on_a_full_refresh_alone(
    home: Home, clock: SetClock, type: str
) -> None:
    """So the boundary of lateness is where it is said to be."""
    customers = begun(home, clock, type)
    clock.time += 2 * LATENESS
    customers.refresh(None)
    customers.change({ADA: replace(PRO, late=LATENESS + 1)})
    customers.unseen.clear()
    customers.deleted.add(ADA[0])  # nobody promises that it is seen
    customers.refresh(Mode.INCREMENTAL)
    assert customers.members == {}
    customers.refresh(Mode.FULL)
    assert {(IDS[type][0], "t")} in customers.members.values()


def test_members_are_of_a_tenant(home: Home, clock: SetClock, type: str) -> None:
    customers = begun(home, clock, type)
    customers.change({(0, "t"): PRO, (0, "u"): replace(PRO, plan="free", visits=1), (0, None): PRO})
    customers.refresh(None)
    id = IDS[type][0]
    found = static.members(customers.environment, "busy")
    assert [(one.user_id, one.tenant) for one in found] == [(id, None), (id, "t")]
    customers.put_in({(0, "t")}, entering=True)
    assert customers.members["rest"] == {(id, None), (id, "u")}


def test_people_of_a_table_are_only_read(home: Home, clock: SetClock, type: str) -> None:
    customers = begun(home, clock, type)
    with pytest.raises(UsageError, match=r"A711.*customers"):
        people.put_person(customers.environment, "1", {})
    with pytest.raises(UsageError, match=r"A711.*customers"):
        people.delete_people(customers.environment, ["1"])


def test_without_a_column_that_tells_who_changed_no_refresh_is_incremental(home: Home, type: str) -> None:
    environment = over_table(home, ("customers",), Roles(tenant="company"))
    with pytest.raises(UsageError, match=r"(?s)A707.*changed_at"):
        refresh(environment, mode=Mode.INCREMENTAL)
    assert refresh(environment).stopped == {}
