"""A store: one engine as the laws see it. One file beside this one for each; the table of them is in `__init__`.

A store holds people that were drawn at random, in columns of its own types, and answers compiled queries about them in
two ways: as Audience runs them, with the guards of the engine, and bare, as a user would who pastes the text.

Stores share the names of columns, and the spelling of values that is described in `tests/fuzz/columns.py`. A crowd
that was drawn for one store can be loaded into another one that has columns of these names and draws for them: see
`stores.holds`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from audience.catalog import Catalog
from audience.engines import Engine
from audience.engines.engine import Row
from tests.fuzz.columns import TypedColumn

Session = Mapping[str, str]
"""Settings of a session by name."""

Rows = Mapping[str, Sequence[str | None]]
"""The texts of each column by its name, in the order of the people."""


class Store(Protocol):
    """One engine under test."""

    name: str
    """What reports call it, with its version."""

    dialect: str
    """The dialect of its SQL."""

    engine: Engine
    """Runs queries as Audience does."""

    failures: tuple[type[Exception], ...]
    """What the driver raises from `run_bare` and `load`."""

    columns: tuple[TypedColumn, ...]
    """The typed columns that it can hold. Names are those of fuzz/columns and mean the same; types are its own."""

    documents: tuple[str, ...]
    """The types in which it holds JSON documents, the best one first; none where it cannot look into JSON."""

    sessions: tuple[Session, ...]
    """Settings that must change no answer, bare or not: zones west and east, collations, styles, plans; the first is a
    peaceful one, and each of them says all that any of them says."""

    guarded: tuple[Session, ...]
    """Further settings that only the engine's guards make harmless; they hold for `run` alone."""

    pace: float
    """How many of the examples of a law are tried here: 1 for all of them."""

    long_list: int
    """The items of the longest list that a law asks about: fewer than may be where time grows with their square."""

    def enter(self, session: Session) -> None:
        """Take on the settings of a session."""

    def readable(self, document: str) -> bool:
        """Whether it reads all of a document that is I-JSON; others are its named limits, and are not drawn."""

    def storable(self, document: str, kind: str) -> bool:
        """Whether a column of one of the types of `documents` takes a text at all, be it JSON or not."""

    def nameable(self, name: str) -> bool:
        """Whether tables and columns can have a name."""

    def load(
        self,
        rows: Rows,
        columns: Sequence[TypedColumn],
        *,
        document: str | None = None,
        table: str = "people",
        id: str = "id",
        tenant: str | None = None,
    ) -> Catalog:
        """Make the table anew and say what Audience finds in it.

        `rows` has the id (of text, unless `columns` has a column of its name), the documents under `doc` (of the type
        `document`, by default the first of `documents`) where there are any, and the values of all `columns`, which
        are this store's or have its types. Names may be anything that is `nameable`; `tenant` is one of the columns.
        """

    def drop(self, table: str) -> None:
        """Drop a table that was loaded."""

    def run_bare(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the driver alone. Booleans come as bool."""

    def run(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """All rows, by the engine with its guards. Booleans come as bool."""

    def statements(self, sql: str, parameters: Mapping[str, object]) -> int:
        """How many statements the engine's own reader sees in a text."""

    def close(self) -> None:
        """Give everything back."""
