"""constraints.txt: pins only, without addresses, and inside the ranges that pyproject.toml promises."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = {
    canonicalize_name(name): Version(version)
    for name, version in (line.split("==") for line in LINES if line[0] != "#")
}


def test_the_file_holds_pins_and_nothing_else() -> None:
    assert [line for line in LINES if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)] == []
    assert "://" not in "".join(LINES)


def test_the_pins_are_sorted() -> None:
    pins = [line.lower() for line in LINES if line[0] != "#"]
    assert pins == sorted(pins)


def test_every_requirement_admits_its_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in map(Requirement, declared):
        pin = PINS.get(canonicalize_name(requirement.name))
        assert pin, f"run `make constraints`: {requirement.name} has no pin"
        assert pin in requirement.specifier, f"{requirement} does not admit {pin}"


def test_what_the_requirements_bring_is_pinned_too() -> None:
    """An unpinned release two steps away could turn CI red on a day when nobody changed anything."""
    for distribution in distributions():
        if canonicalize_name(distribution.name) not in PINS:
            continue
        for requirement in map(Requirement, distribution.requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in PINS, f"{distribution.name} brings {requirement.name}"
