"""The stores as fixtures: each opened once in a worker, when it is first asked for."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stores import Store, chosen, open_store

SERVERS = {"postgres": "postgres_url"}
"""Stores that work on a server which other tests use as well, and the fixture that has its URL."""


class Opened:
    """The stores that are open so far."""

    def __init__(self, request: pytest.FixtureRequest, closing: ExitStack) -> None:
        self._request, self._closing, self._stores = request, closing, dict[str, Store]()

    def __getitem__(self, name: str) -> Store:
        if name not in self._stores:
            url = self._request.getfixturevalue(SERVERS[name]) if name in SERVERS else None
            self._stores[name] = open_store(name, url)
            self._closing.callback(self._stores[name].close)
        return self._stores[name]


@pytest.fixture(scope="session")
def opened_stores(request: pytest.FixtureRequest) -> Iterator[Opened]:
    """What `store` and `stores` choose from."""
    with ExitStack() as closing:
        yield Opened(request, closing)


@pytest.fixture(scope="session", params=chosen())
def store(request: pytest.FixtureRequest, opened_stores: Opened) -> Store:
    """Each of the chosen stores in its turn."""
    return opened_stores[request.param]


@pytest.fixture(scope="session")
def stores(opened_stores: Opened) -> list[Store]:
    """All chosen stores at once."""
    return [opened_stores[name] for name in chosen()]
