"""The engines that the laws run on: the same people and the same questions, one store for each.

`store` is what a law may ask of an engine · `duckdb` `postgres` and so on are the engines, imported only when they are
opened, because most of their packages are not in the environment of `make test`.

    AUDIENCE_TEST_ENGINES=postgres,spark pytest tests/properties     the laws on these two
    AUDIENCE_TEST_ENGINES=all pytest tests/properties                the laws on every engine of the table

A store that cannot be opened is an error: nothing is skipped.
"""

import os
from collections.abc import Sequence
from importlib import import_module

from tests.fuzz.columns import TypedColumn
from tests.stores.store import Rows, Session, Store

__all__ = ["LIGHT", "STORES", "Rows", "Session", "Store", "chosen", "common_columns", "holds", "open_store", "own"]

STORES = {
    "duckdb": "tests.stores.duckdb:open_store",
    "postgres": "tests.stores.postgres:open_store",
    "clickhouse": "tests.stores.clickhouse:open_store",
    "spark": "tests.stores.spark:open_store",
    "bigquery": "tests.stores.bigquery:open_store",
    "sqlite": "tests.stores.sqlite:open_store",
    "datafusion": "tests.stores.datafusion:open_store",
}
"""Every store, and the function that opens it: `module:function`."""

LIGHT = ("duckdb", "postgres")
"""What `make test` runs on; `make test-engines` runs on all."""

CHOICE = "AUDIENCE_TEST_ENGINES"


def chosen() -> tuple[str, ...]:
    """The names of the stores to test, from the environment."""
    choice = os.environ.get(CHOICE, ",".join(LIGHT))
    named = tuple(STORES if choice == "all" else filter(None, map(str.strip, choice.split(","))))
    if unknown := [name for name in named if name not in STORES]:
        raise ValueError(f"{CHOICE}: there is no store {', '.join(unknown)}; there are {', '.join(STORES)}")
    if not named:
        raise ValueError(f"{CHOICE} names no store; leave it out for {', '.join(LIGHT)}")
    return named


def open_store(name: str) -> Store:
    """Open a store of the table; whoever opens it closes it."""
    module, _, function = STORES[name].partition(":")
    return getattr(import_module(module), function)()


def own(store: Store, columns: Sequence[TypedColumn]) -> list[TypedColumn]:
    """A store's own columns of the same names."""
    known = {column.name: column for column in store.columns}
    return [known[column.name] for column in columns]


def holds(store: Store, columns: Sequence[TypedColumn]) -> bool:
    """Whether values that were drawn for columns can stand in a store's columns of the same names."""
    known = {column.name: column for column in store.columns}
    return all(column.name in known and known[column.name].draw is column.draw for column in columns)


def common_columns(stores: Sequence[Store]) -> tuple[TypedColumn, ...]:
    """The columns of the first store that all the others have as well."""
    return tuple(column for column in stores[0].columns if all(holds(store, [column]) for store in stores))
