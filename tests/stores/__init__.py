"""The engines that the laws run on: the same people and the same questions, one store for each.

`store` is what a law may ask of an engine · `fixtures` opens them for tests · `duckdb` `postgres` and so on are the
engines, imported only when they are opened, because most of their packages are not in the environment of `make test`.

    AUDIENCE_TEST_ENGINES=postgres,spark pytest tests/properties     the laws on these two
    AUDIENCE_TEST_ENGINES=heavy pytest tests/properties              the laws on what `make test-engines` takes
    AUDIENCE_TEST_ENGINES=all pytest tests/properties                the laws on every engine of the table

A store that cannot be opened is an error: nothing is skipped.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from audience.catalog import Catalog
from audience.lowering import find_dialect
from audience.membership.users import Users
from tests.fuzz.columns import TypedColumn
from tests.servers import DEBIAN
from tests.stores.store import Rows, Session, Store

__all__ = [
    "LIGHT",
    "SLOW",
    "STORES",
    "Rows",
    "Session",
    "Store",
    "chosen",
    "column_like",
    "common_columns",
    "holds",
    "limited_cases",
    "looks_into_json",
    "open_store",
    "own",
    "users_of",
]

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

if DEBIAN.is_dir():
    STORES["postgres15"] = "tests.stores.postgres:open_debian"
if shutil.which("java"):
    STORES["pyspark"] = "tests.stores.spark:open_pyspark"

LIGHT = ("duckdb", "postgres")
"""What `make test` runs on; `make test-engines` runs on all others but the slow ones."""

SLOW = ("pyspark",)
"""What takes a second to answer: `make test-engines ENGINES_TRIED=pyspark` runs the laws there, and takes its time."""

CHOICE = "AUDIENCE_TEST_ENGINES"


def chosen() -> tuple[str, ...]:
    """The names of the stores to test, from the environment."""
    choice = os.environ.get(CHOICE, ",".join(LIGHT))
    match choice:
        case "all":
            named = tuple(STORES)
        case "heavy":
            named = tuple(name for name in STORES if name not in (*LIGHT, *SLOW))
        case _:
            named = tuple(filter(None, map(str.strip, choice.split(","))))
    if unknown := [name for name in named if name not in STORES]:
        raise ValueError(f"{CHOICE}: there is no store {', '.join(unknown)}; there are {', '.join(STORES)}")
    if not named:
        raise ValueError(f"{CHOICE} names no store; leave it out for {', '.join(LIGHT)}")
    return named


def open_store(name: str, url: str | None = None) -> Store:
    """Open a store of the table; whoever opens it closes it. `url` is that of a server which runs already."""
    module, _, function = STORES[name].partition(":")
    return getattr(import_module(module), function)(*([] if url is None else [url]))


def own(store: Store, columns: Sequence[TypedColumn]) -> list[TypedColumn]:
    """A store's own columns of the same names."""
    known = {column.name: column for column in store.columns}
    return [known[column.name] for column in columns]


def column_like(store: Store, like: str, name: str) -> TypedColumn:
    """A store's own column of a known name, called otherwise."""
    [known] = [column for column in store.columns if column.name == like]
    return replace(known, name=name)


def looks_into_json(store: Store) -> bool:
    """Whether laws about documents speak of a store; its dialect says the same."""
    assert bool(store.documents) is find_dialect(store.dialect).capabilities.documents
    return bool(store.documents)


def limited_cases(store: Store) -> frozenset[str]:
    """Cases of the corpus that the dialect names as beyond its engine."""
    return frozenset(id for limit in find_dialect(store.dialect).capabilities.limits for id in limit.cases)


def users_of(store: Store, catalog: Catalog) -> Users:
    """What was loaded, as Audience's own functions take it."""
    return Users.of(catalog, store.engine)


def holds(store: Store, columns: Sequence[TypedColumn]) -> bool:
    """Whether values that were drawn for columns can stand in a store's columns of the same names."""
    known = {column.name: column for column in store.columns}
    return all(column.name in known and known[column.name].draws_like(column) for column in columns)


def common_columns(stores: Sequence[Store]) -> tuple[TypedColumn, ...]:
    """The columns of the first store that all the others have as well."""
    return tuple(column for column in stores[0].columns if all(holds(store, [column]) for store in stores))
