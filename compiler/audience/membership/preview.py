"""Preview: how many match, who they are, and what each condition did, from one counting scan and one sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from audience.catalog import Catalog
from audience.catalog.kinds import JsonKind, Kind
from audience.diagnostics import Diagnostic
from audience.engines import Engine, Progress
from audience.errors import UsageError
from audience.ir import Outline, Property
from audience.language import Expression
from audience.language.paths import write_path
from audience.limits import SAMPLE_ROWS_DEFAULT, SAMPLE_ROWS_MAX
from audience.lowering import Run, count, count_malformed, find_dialect, select_ids, select_sample
from audience.lowering.counting import MALFORMED, TOTAL
from audience.membership.counts import NodeCounts, fold_counts
from audience.membership.ids import rows_without_id
from audience.membership.notebook import write_html
from audience.membership.output import read_output
from audience.membership.run_inputs import GivenMembers, Now, clock, expect_users, read_now, resolve_run
from audience.membership.unknown import warn_of_unknown
from audience.membership.users import Users
from audience.values import write_instant

SAMPLE_COLUMNS = 6
"""Properties shown of a person: those that the conditions read, then others up to so many."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a definition does to the people as they are now.

    `sample` holds the first matching people by id: their id, their tenant where the relation has one, the
    properties that the conditions read, and some others. `malformed` counts people whose document is no
    JSON object (they have no properties), and the `unread_lines` of files, which are no JSON object and nobody.
    `null_ids` rows could be read and have no id; they are nobody either, and in no other number. `sql` selects the
    matching ids.
    """

    matched: int
    total: int
    sample: tuple[dict[str, object], ...]
    conditions: NodeCounts
    malformed: int
    null_ids: int
    now: str
    sql: str
    warnings: tuple[Diagnostic, ...] = field(default=(), repr=False)
    unread_lines: int = 0

    @property
    def share(self) -> float:
        """The matched part of the total, from 0 to 1; 0 when there is nobody."""
        return self.matched / self.total if self.total else 0.0

    def to_json(self) -> dict[str, object]:
        """Everything as plain data."""
        return {
            "matched": self.matched,
            "total": self.total,
            "share": self.share,
            "sample": list(self.sample),
            "conditions": self.conditions.to_json(),
            "malformed": self.malformed,
            "unread_lines": self.unread_lines,
            "null_ids": self.null_ids,
            "now": self.now,
            "sql": self.sql,
            "warnings": [warning.to_json() for warning in self.warnings],
        }

    def _repr_html_(self) -> str:
        """A notebook shows the preview as a table."""
        notes = [f"{warning.code}: {warning.message}" for warning in self.warnings]
        if self.malformed:
            notes.append(f"A705: {self.malformed:,} documents or lines are no JSON object")
        if self.null_ids:
            notes.append(f"A704: {self.null_ids:,} rows have no id and are in no other number")
        return write_html(self.conditions, self.total, self.now, self.sample, notes)


def preview(
    expression: Expression,
    *,
    users: Users,
    now: Now | None = None,
    limit: int = SAMPLE_ROWS_DEFAULT,
    audiences: Mapping[str, Expression] | None = None,
    members: GivenMembers | None = None,
    tenant: str | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Count and sample the people who match, and count what each condition did.

    `now` is the clock's when it is not given. `limit` is the number of people in the sample. Raises DefinitionError
    for a wrong expression, UsageError for people that are only declared, EngineError when the engine fails.
    """
    expect_users(users)
    if not isinstance(limit, int) or not 0 <= limit <= SAMPLE_ROWS_MAX:
        raise UsageError(
            "A707", f"a sample of {limit!r} people cannot be shown", f"a number from 0 to {SAMPLE_ROWS_MAX:,}"
        )
    catalog = users.catalog
    # A wrong definition is told before people that are missing: it can be mended without them.
    resolved = resolve_run(expression, catalog, audiences, members)
    engine = users.open_engine()
    instant = clock() if now is None else read_now(now)
    run = Run(catalog, find_dialect(engine.dialect), instant, resolved.members, tenant or None)
    outline, predicate = resolved.resolution.outline, resolved.resolution.predicate
    counting = count(run, outline)
    (row,) = engine.run(
        counting.query.sql, counting.query.parameters, doing="counting what each condition did", progress=progress
    )
    counts = {name: int(str(value or 0)) for name, value in zip(counting.names, row, strict=True)}
    tree = fold_counts(outline, counts)
    shown = _shown(outline, catalog)
    sample: tuple[dict[str, object], ...] = ()
    if limit and tree.true:
        query = select_sample(run, predicate, shown, limit)
        rows = engine.run(query.sql, query.parameters, doing="taking a sample of the people who match")
        sample = tuple(_person(row, catalog, shown) for row in rows)
    null_ids, unread_lines = rows_without_id(run, engine)
    return Preview(
        matched=tree.true,
        total=counts[TOTAL],
        sample=sample,
        conditions=tree,
        malformed=_malformed(run, engine, counts) + unread_lines,
        null_ids=null_ids,
        now=write_instant(instant),
        sql=select_ids(run, predicate).sql,
        warnings=(*resolved.resolution.warnings, *warn_of_unknown(users, expression, outline, tree, counts[TOTAL])),
        unread_lines=unread_lines,
    )


def _shown(outline: Outline, catalog: Catalog) -> list[Property]:
    """The properties of the sample: those of the conditions in order, then columns of the relation."""
    found: dict[tuple[str | int, ...], Property] = {}
    stack = [outline]
    while stack:
        node = stack.pop()
        for held in node.properties:
            if held.steps != ("id",):
                found.setdefault(held.steps, held)
        stack.extend(reversed(node.parts))
    for column in catalog.columns:
        if len(found) >= SAMPLE_COLUMNS:
            break
        if not any(steps[0] == column.property for steps in found):
            found[column.property,] = Property((column.property,), column.kind)
    return list(found.values())


def _person(row: tuple[object, ...], catalog: Catalog, shown: list[Property]) -> dict[str, object]:
    values = iter(row)
    person: dict[str, object] = {"id": next(values)}
    if catalog.tenant is not None:
        person["tenant"] = next(values)
    for held in shown:
        location = catalog.locate(held.steps)
        kind: Kind = location.kind if location is not None else JsonKind()
        scope = "" if isinstance(held.steps[0], str) and write_path(held.steps[:1], "").isidentifier() else "recipient"
        person[write_path(held.steps, scope)] = read_output(kind, next(values))
    return person


def _malformed(run: Run, engine: Engine, counts: Mapping[str, int]) -> int:
    """People whose document is no JSON object: counted along where a condition read it, by itself where none did."""
    if MALFORMED in counts or run.catalog.document is None:
        return counts.get(MALFORMED, 0)
    (row,) = engine.run(count_malformed(run).sql, doing="counting documents that cannot be read")
    return int(str(row[0] or 0))
