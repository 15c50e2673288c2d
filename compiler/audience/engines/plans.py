"""What a planner says of indexes: which ones a query uses as things are, and which it would use if they were there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from audience.catalog import Table

PROBE = Table(("pg_temp", "audience_index_probe"))
"""An empty copy of a table, which only the session sees: the indexes of two tables are compared on it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that somebody is going to run."""

    sql: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proposed:
    """An index that is not there, by the statements that create it on the table and on PROBE."""

    name: str
    on_table: str
    on_probe: str


class Check(StrEnum):
    """How it is known whether a plan uses an index."""

    EXISTING = "existing"
    """It is there."""
    CREATED = "created"
    """It was created, and the transaction rolled back."""
    HYPOTHETICAL = "hypothetical"
    """The extension hypopg told the planner of it."""
    NONE = "none"
    """It is not known."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of proposed indexes.

    `there` names the index that begins with the same key, by the name of the proposed one; `refused` says why the
    engine does not create it; `used` has the names of the indexes that the plan of each query uses, those of proposed
    ones if `checked` says how they could be known.
    """

    there: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, Check] = field(default_factory=dict)
    used: Sequence[frozenset[str]] = ()
    partitioned: bool = False


@runtime_checkable
class PlansIndexes(Protocol):
    """An engine that can say which indexes its plans use."""

    def try_indexes(
        self, table: Table, proposed: Sequence[Proposed], asked: Sequence[Asked], analysis: str, *, create: bool
    ) -> Trial:
        """What would come of the indexes; nothing of them stays.

        With `create` they are created on the table in a transaction that is rolled back: until then, nobody else can
        write to the table. `analysis` is the statement that then gathers statistics.
        """
