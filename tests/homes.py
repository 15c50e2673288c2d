"""Homes for tests: an address on each database, where nothing is yet, and a clock that stands where it is set."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audience.store import Home, open_home
from tests.servers import own_database

DATABASES = ("duckdb", "postgres")


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a home can be made."""
    if request.param == "duckdb":
        yield str(tmp_path / "home.duckdb")
    else:
        with own_database(request.getfixturevalue("postgres_url")) as url:
            yield url


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.time = 1_000_000

    def __call__(self) -> int:
        return self.time


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def open_again(address: str, clock: SetClock) -> Iterator[Callable[[], Home]]:
    """Opens the home once more, on a connection of its own; all are closed in the end."""
    opened: list[Home] = []

    def again() -> Home:
        opened.append(open_home(address, create=True, clock=clock))
        return opened[-1]

    yield again
    for home in opened:
        home.close()


@pytest.fixture
def home(open_again: Callable[[], Home]) -> Home:
    return open_again()
