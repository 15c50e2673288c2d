"""The stores as fixtures: each opened once in a worker, when it is first asked for."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.stores import Store, chosen, open_store

SERVERS = {"postgres": "postgres_url", "postgres15": "debian15_url"}
"""Stores that work on a server which other tests use as well, and the fixture that has its URL."""


class Opened:
    """The stores that are open so far."""

    def __init__(self, urls: Mapping[str, str], closing: ExitStack) -> None:
        self._urls, self._closing, self._stores = urls, closing, dict[str, Store]()

    def __getitem__(self, name: str) -> Store:
        if name not in self._stores:
            self._stores[name] = open_store(name, self._urls.get(name))
            self._closing.callback(self._stores[name].close)
        return self._stores[name]


@pytest.fixture(scope="session")
def opened_stores(request: pytest.FixtureRequest) -> Iterator[Opened]:
    """What `store` and `stores` choose from."""
    # The servers are started before and not on the way, so that they are stopped after their stores are closed.
    urls = {name: request.getfixturevalue(SERVERS[name]) for name in chosen() if name in SERVERS}
    with ExitStack() as closing:
        yield Opened(urls, closing)


@pytest.fixture(scope="session", params=chosen())
def store(request: pytest.FixtureRequest, opened_stores: Opened) -> Store:
    """Each of the chosen stores in its turn."""
    return opened_stores[request.param]


@pytest.fixture(scope="session")
def stores(opened_stores: Opened) -> list[Store]:
    """All chosen stores at once."""
    return [opened_stores[name] for name in chosen()]
