"""When the people are others than before, or a column of theirs is away: nothing that happens meanwhile is lost."""

import pytest

import audience
from audience.catalog.declare import Roles
from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.membership.environment import Environment, over_table
from audience.membership.people import put_person
from audience.membership.refresh import Mode, refresh
from audience.membership.static import add_members
from audience.store import Home, ledger
from tests.homes import SetClock

HOUR = 3_600_000_000
PRO = {"pro": parse_definition('plan = "pro"')}
VIP = {"vip": Definition("VIP", None, None), "both": parse_definition('member of "vip" and plan = "pro"')}


def foreign(home: Home) -> Environment:
    return over_table(home, ("customers",), Roles("id"), changed_at="changed")


@pytest.fixture
def customers(home: Home, clock: SetClock) -> Home:
    clock.time = 1_800_000_000_000_000
    home.database.execute("CREATE TABLE customers (id TEXT, plan TEXT, changed TIMESTAMP)")
    home.database.execute("INSERT INTO customers VALUES ('a', 'pro', TIMESTAMP '2020-01-01')")
    return home


def test_people_of_another_table(customers: Home) -> None:
    """Everybody is asked, whatever the mode: those who were members are nobody there."""
    put_person(Environment(customers), "me", {"plan": "pro"})
    refresh(Environment(customers), definitions=PRO)
    done = refresh(foreign(customers), mode=Mode.INCREMENTAL)
    assert (done.moved["pro"].entered, done.moved["pro"].left) == (1, 1)
    assert done.full == {"pro"}
    last = ledger.read(customers.database, "development")[-2:]
    assert {(moved.kind, moved.user_id, str(moved.cause)) for moved in last} == {
        ("enter", "a", "definition"),
        ("exit", "me", "definition"),
    }


def test_a_static_change_while_a_column_is_away(customers: Home, clock: SetClock) -> None:
    refresh(foreign(customers), definitions=VIP)
    customers.database.execute("ALTER TABLE customers RENAME COLUMN plan TO plan_of_old")
    add_members(foreign(customers), "vip", ["a"])
    customers.database.execute("ALTER TABLE customers RENAME COLUMN plan_of_old TO plan")
    clock.time += HOUR
    assert refresh(foreign(customers), mode=Mode.INCREMENTAL).moved["both"].entered == 1


def test_a_wrong_file_goes_on_stopping_its_audience(customers: Home) -> None:
    """A run that reads no definitions does not know that they are right again."""
    environment = Environment(customers)
    refresh(environment, definitions=PRO)
    refresh(environment, definitions={}, broken={"pro": "it cannot be read"})
    put_person(environment, "u2", {"plan": "pro"})
    assert refresh(environment, mode=Mode.DUE).stopped == {"pro": "it cannot be read"}
    assert refresh(environment, definitions=PRO).moved["pro"].entered == 1


def test_dates_do_not_tell_when_somebody_changed(home: Home) -> None:
    home.database.execute("CREATE TABLE customers (id TEXT, plan TEXT, changed DATE)")
    with pytest.raises(audience.UsageError, match="holds dates"):
        foreign(home)


@pytest.mark.parametrize("members", ["abc", [("a",)], [("a", "t", "x")], [None], ["\0"]])
def test_what_is_no_member(customers: Home, members: object) -> None:
    refresh(foreign(customers), definitions=VIP)
    with pytest.raises(audience.UsageError):
        add_members(foreign(customers), "vip", members)  # type: ignore[arg-type]
