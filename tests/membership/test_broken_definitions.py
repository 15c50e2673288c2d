"""A definition that cannot be read stops its audience and those that refer to it, and no other."""

import pytest

from audience.errors import UsageError
from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.membership.audiences import Kept
from audience.membership.environment import Environment
from audience.membership.people import put_person
from audience.membership.refresh import Mode, refresh
from audience.membership.status import status
from audience.store import Home
from tests.membership.ledgers import held

DEFINITIONS = {
    key: parse_definition(text)
    for key, text in {
        "pro": 'plan = "pro"',
        "paying": 'member of "pro" and seats >= 1',
        "big": 'member of "paying" and seats >= 10',
        "other": "seats exists",
        "asks": 'member of "vip"',
    }.items()
} | {"vip": Definition("vip", "VIP", None)}


@pytest.fixture
def environment(home: Home) -> Environment:
    found = Environment(home)
    refresh(found, definitions=DEFINITIONS)
    return found


def kept(environment: Environment) -> dict[str, Kept]:
    return {found.kept.key: found.kept for found in status(environment, due=False)}


def test_it_stops_with_all_that_rely_on_it_and_keeps_its_members(environment: Environment) -> None:
    put_person(environment, "u1", {"plan": "pro", "seats": 10})
    rest = {key: held for key, held in DEFINITIONS.items() if key != "pro"}
    done = refresh(environment, definitions=rest, broken={"pro": "no words"})
    assert done.stopped == {
        "pro": "no words",
        "paying": "`paying` refers to `pro`, which stands still",
        "big": "`big` refers to `paying`, which stands still",
    }
    put_person(environment, "u2", {"plan": "pro", "seats": 20})
    refresh(environment, ["other"], broken={"pro": "no words"})
    members = held(environment.home.database, environment.name)
    assert members == {key: {("u1", None)} for key in ("pro", "paying", "big")} | {
        "other": {("u1", None), ("u2", None)}
    }
    assert {key: row.error for key, row in kept(environment).items() if row.error} == done.stopped


@pytest.mark.parametrize("mode", list(Mode))
def test_it_goes_on_when_it_is_mended(environment: Environment, mode: Mode) -> None:
    refresh(environment, broken={"pro": "no words"})
    put_person(environment, "u1", {"plan": "pro", "seats": 10})
    done = refresh(environment, definitions=DEFINITIONS, mode=mode)
    assert done.stopped == {}
    assert done.full >= {"pro", "paying", "big"}
    assert held(environment.home.database, environment.name)["big"] == {("u1", None)}
    assert not any(row.error for row in kept(environment).values())


def test_of_what_was_never_read_nothing_is_kept(environment: Environment) -> None:
    done = refresh(environment, broken={"new": "no words"})
    assert done.stopped == {"new": "no words"}
    assert kept(environment).keys() == DEFINITIONS.keys()
    assert refresh(environment, ["new"], broken={"new": "no words"}).stopped == {"new": "no words"}
    with pytest.raises(UsageError, match="no audience has the key `new`"):
        refresh(environment, ["new"])


def test_a_static_audience_is_right_about_its_members_whatever_its_file_says(environment: Environment) -> None:
    assert refresh(environment, broken={"vip": "no words"}).stopped == {"vip": "no words"}
    assert kept(environment)["vip"].error == "no words"
    assert refresh(environment, definitions=DEFINITIONS).stopped == {}
    assert kept(environment)["vip"].error is None


def test_a_definition_of_the_other_type_stops_one_audience(environment: Environment) -> None:
    changed = DEFINITIONS | {"pro": Definition("pro", "Pros", None), "other": parse_definition("seats >= 5")}
    done = refresh(environment, definitions=changed)
    assert done.stopped.keys() == {"pro", "paying", "big"}
    assert "A710" in done.stopped["pro"]
    assert kept(environment)["other"].stored == "seats >= 5\n"
    put_person(environment, "u1", {"seats": 5})
    assert held(environment.home.database, environment.name) == {"other": {("u1", None)}}
