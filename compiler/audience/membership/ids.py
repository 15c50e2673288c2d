"""Check the ids of a relation: rows without one, and ids that stand twice."""

from dataclasses import dataclass

from audience.engines import Engine, Progress
from audience.lowering import Run, count_null_ids, count_rows, duplicate_ids, find_dialect
from audience.membership.users import Users

EXAMPLES = 10
"""Duplicate ids that a report shows: enough to find the cause, few enough to read."""


@dataclass(frozen=True, slots=True)
class IdReport:
    """What is wrong with the ids. With a tenant column an id is duplicate when it stands twice in one tenant.

    `rows` could be read, and `null_ids` of them have no id; lines of a file that could not be read are in neither.
    `examples` are (id, tenant or None, times it stands there), the most frequent first.
    """

    rows: int
    null_ids: int
    duplicate_ids: int
    examples: tuple[tuple[str, str | None, int], ...]

    @property
    def fine(self) -> bool:
        """Whether every row is one person."""
        return self.null_ids == 0 and self.duplicate_ids == 0


def check_ids(users: Users, *, examples: int = EXAMPLES, progress: Progress | None = None) -> IdReport:
    """Count the rows without an id and the ids that stand more than once; reads the whole relation."""
    engine = users.open_engine()
    doing, dialect, catalog = "checking the ids", find_dialect(engine.dialect), users.catalog
    [(rows,)] = engine.run(count_rows(dialect, catalog.relation).sql, doing=doing, progress=progress)
    null_ids, unread_lines = rows_without_id(Run(catalog, dialect), engine)
    found = engine.run(duplicate_ids(dialect, catalog, max(examples, 1)).sql, doing=doing, progress=progress)
    return IdReport(
        rows=_int(rows) - unread_lines,
        null_ids=null_ids,
        duplicate_ids=_int(found[0][3]) if found else 0,
        examples=tuple(
            (str(user), None if tenant is None else str(tenant), _int(times)) for user, tenant, times, _ in found
        ),
    )


def rows_without_id(run: Run, engine: Engine) -> tuple[int, int]:
    """How many rows have no id though they could be read, and how many lines of a file could not be read."""
    if not run.catalog.id.nullable:
        return 0, 0
    (row,) = engine.run(count_null_ids(run).sql, doing="counting rows without an id")
    rows, unreadable = (int(str(value or 0)) for value in row)
    return rows - unreadable, unreadable


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
