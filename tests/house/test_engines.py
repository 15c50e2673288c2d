"""What the table of engines says of itself holds: cases exist, and what it tells to install can be installed."""

import re
import tomllib
from pathlib import Path

import pytest

from audience.lowering import DIALECTS
from tests.corpus.cases import CASES, REGRESSIONS

ROOT = Path(__file__).parents[2]
KNOWN = {case.id for case in (*CASES, *REGRESSIONS)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("name", DIALECTS)
def test_limits_name_cases_of_the_corpus(name: str) -> None:
    limits = DIALECTS[name].capabilities.limits
    assert {case for limit in limits for case in limit.cases} <= KNOWN


@pytest.mark.parametrize("name", DIALECTS)
def test_the_driver_is_an_extra_of_this_package(name: str) -> None:
    driver = DIALECTS[name].capabilities.driver
    if driver in ("", PROJECT["name"]):
        return
    named = re.fullmatch(r"([\w-]+)\[(\w+)\]", driver)
    assert named is not None
    assert named[1] == PROJECT["name"]
    assert PROJECT["optional-dependencies"][named[2]]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_goes_by_its_name(name: str) -> None:
    assert DIALECTS[name].name == name
