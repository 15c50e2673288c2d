"""Say which indexes audiences would use, and ask the planner whether that is so."""

from collections.abc import Mapping
from dataclasses import dataclass

from audience.catalog import Table
from audience.engines.plans import PROBE, Asked, Check, PlansIndexes, Proposed, Trial
from audience.errors import UsageError
from audience.language import Expression
from audience.lowering import Dialect, Query, Run, find_dialect, select_ids
from audience.lowering.indexes import Candidates, Index, Unserved, analyze, candidate_indexes
from audience.membership.run_inputs import GivenMembers, Now, clock, expect_users, read_now, resolve_run
from audience.membership.users import Users


@dataclass(frozen=True, slots=True)
class IndexAdvice:
    """One index, and what is known of it.

    `serves` has the audiences that it could serve, with the conditions of each; `used_by` those whose plan uses it,
    as `check` knows it. `there` names an index of the table that begins with the same key. `refused` says why the
    engine would not create it.
    """

    name: str
    statement: str
    serves: Mapping[str, tuple[str, ...]]
    used_by: tuple[str, ...]
    check: Check
    there: str | None = None
    refused: str | None = None

    @property
    def is_advised(self) -> bool:
        """Whether to create it: it is not there, and nothing is known against it."""
        known_to_be_used = bool(self.used_by) or self.check is Check.NONE
        return self.there is None and self.refused is None and known_to_be_used

    def to_json(self) -> dict[str, object]:
        """As plain data."""
        return {
            "name": self.name,
            "statement": self.statement,
            "advised": self.is_advised,
            "serves": {audience: list(conditions) for audience, conditions in self.serves.items()},
            "used_by": list(self.used_by),
            "check": self.check.value,
            "there": self.there,
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class Advice:
    """The indexes that audiences could use, and for each audience that no index serves what is in the way.

    `afterwards` is the statement that gathers statistics, to be run when the indexes are there; empty where none is
    advised. `nobody` has the audiences that match nobody whatever the data, and need no index. `plans` names the
    indexes that the plan of each audience uses already and that are none of `indexes`: a read-only session cannot
    compare the two.
    """

    indexes: tuple[IndexAdvice, ...]
    unserved: Mapping[str, tuple[Unserved, ...]]
    nobody: tuple[str, ...]
    plans: Mapping[str, tuple[str, ...]]
    afterwards: str

    @property
    def statements(self) -> tuple[str, ...]:
        """The SQL to run."""
        advised = tuple(index.statement for index in self.indexes if index.is_advised)
        return (*advised, self.afterwards) if advised else ()

    def to_json(self) -> dict[str, object]:
        """As plain data."""
        return {
            "indexes": [index.to_json() for index in self.indexes],
            "unserved": {
                audience: [{"condition": part.condition, "reason": part.reason} for part in parts]
                for audience, parts in self.unserved.items()
            },
            "nobody": list(self.nobody),
            "plans": {audience: list(names) for audience, names in self.plans.items()},
            "statements": list(self.statements),
        }


@dataclass(frozen=True, slots=True)
class _Audience:
    """One audience, lowered."""

    candidates: Candidates
    query: Query


def advise(
    asked: Mapping[str, Expression],
    *,
    users: Users,
    now: Now | None = None,
    audiences: Mapping[str, Expression] | None = None,
    members: GivenMembers | None = None,
    tenant: str | None = None,
    create: bool = False,
) -> Advice:
    """The indexes that the queries of expressions would use; `asked` has them by the names that the answer uses.

    Without `create` nothing is created on the table of the people: an index that is not there is checked where the
    extension hypopg is installed, and else not. With it, each is created in a transaction that is rolled back; until
    then nobody else can write to the table. UsageError for people on an engine without such indexes, or in no table.
    """
    expect_users(users)
    engine, catalog = users.open_engine(), users.catalog
    dialect = find_dialect(engine.dialect)
    if dialect.capabilities.indexing is None or not isinstance(engine, PlansIndexes):
        known = dialect.capabilities
        raise UsageError("A707", f"no index is advised for {known.title}", known.instead_of_indexes)
    assert isinstance(catalog.relation, Table)
    instant = clock() if now is None else read_now(now)
    found: dict[str, _Audience] = {}
    for name, expression in asked.items():
        resolved = resolve_run(expression, catalog, audiences, members)
        run = Run(catalog, dialect, instant, resolved.members, tenant or None)
        predicate = resolved.resolution.predicate
        found[name] = _Audience(candidate_indexes(run, predicate), select_ids(run, predicate))
    indexes = {index.name: index for audience in found.values() for index in audience.candidates.indexes}
    proposed = [_proposed(index, dialect, catalog.relation) for index in indexes.values()]
    queries = [Asked(audience.query.sql, audience.query.parameters) for audience in found.values()]
    analysis = analyze(dialect, catalog.relation)
    trial = engine.try_indexes(catalog.relation, proposed, queries, analysis, create=create)
    judged = tuple(
        _judged(index, index.statement(dialect, catalog.relation, concurrently=not trial.partitioned), found, trial)
        for index in indexes.values()
    )
    told = {name for index in judged for name in (index.name, index.there)}
    plans = {name: tuple(sorted(used - told)) for name, used in zip(found, trial.used, strict=True) if used - told}
    return Advice(
        judged,
        {name: audience.candidates.unserved for name, audience in found.items() if audience.candidates.unserved},
        tuple(name for name, audience in found.items() if audience.candidates == Candidates()),
        plans,
        analysis,
    )


def _proposed(index: Index, dialect: Dialect, relation: Table) -> Proposed:
    on_table = index.statement(dialect, relation, concurrently=False)
    return Proposed(index.name, on_table, index.statement(dialect, PROBE, concurrently=False))


def _judged(index: Index, statement: str, found: Mapping[str, _Audience], trial: Trial) -> IndexAdvice:
    serves = {
        name: mine.serves
        for name, audience in found.items()
        for mine in audience.candidates.indexes
        if mine.name == index.name
    }
    there = trial.there.get(index.name)
    wanted = index.name if there is None else there
    used_by = tuple(name for name, used in zip(found, trial.used, strict=True) if wanted in used)
    check = trial.checked.get(index.name, Check.NONE)
    return IndexAdvice(index.name, statement, serves, used_by, check, there, trial.refused.get(index.name))
