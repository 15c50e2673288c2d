"""The databases that Audience writes to, as the laws about its statements see them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from audience.lowering import Query
from tests.stores import LIGHT, Store

WRITTEN = LIGHT
"""The stores whose engines keep members."""

MEMBERS = "written_members"


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """A transaction of which nothing stays, with a table for members that have the keys of every audience."""
    execute(store, "BEGIN")
    try:
        execute(store, f"CREATE TABLE {MEMBERS} (tenant varchar, user_id varchar, audience varchar)")
        yield
    finally:
        execute(store, "ROLLBACK")


def execute(store: Store, sql: str, parameters: dict[str, object] | None = None) -> None:
    """Run a statement; nothing comes back."""
    store.connection.execute(sql.encode() if store.dialect == "postgres" else sql, parameters or None)  # type: ignore[attr-defined]


def run(store: Store, query: Query) -> None:
    """Run a compiled statement."""
    execute(store, query.sql, query.parameters)


def insert_rows(store: Store, table: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Insert rows of texts, in the order of the columns."""
    names = ", ".join(columns)
    marks = ", ".join(f"%({name})s" if store.dialect == "postgres" else f"${name}" for name in columns)
    for row in rows:
        execute(store, f"INSERT INTO {table} ({names}) VALUES ({marks})", dict(zip(columns, row, strict=True)))


def written(store: Store) -> list[tuple[str, str, str]]:
    """What was written into the table of members, in order."""
    rows = store.run_bare(f"SELECT audience, user_id, tenant FROM {MEMBERS}", {})
    return sorted((str(audience), str(user), str(tenant)) for audience, user, tenant in rows)
