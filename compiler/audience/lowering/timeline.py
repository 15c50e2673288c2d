"""The query that tells what a person's answers depend on, so that they are known for every now at once.

A condition about now holds of an instant of the person's, and the answer at any now is arithmetic on that instant;
every other condition has one answer. See `analysis.timeline`, which reads the rows.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.ir.nodes import ComparesInstant, Leaf, Now, Property
from audience.lowering.build import aliased, binary, case, cast, function, integer, select
from audience.lowering.materialize import keys_of_person
from audience.lowering.predicate import Lowering
from audience.lowering.query import Query, compose
from audience.lowering.scope import ExtractedScope, InlineScope
from audience.lowering.selection import Run

MICROSECONDS_LAST = 2**63 - 1
"""What BIGINT holds; the instants of an epoch column can lie beyond, where every now of ours is on one side of them."""

COARSE = (TimestampForm.EPOCH_SECONDS, TimestampForm.EPOCH_MILLISECONDS)


def select_facts(run: Run, leaves: Sequence[Leaf]) -> Query:
    """One row a person: the id and the tenant (or the empty text) as text, then a fact for each of the leaves.

    For a comparison with now it is the instant of the property in microseconds, NULL where it has none; for every
    other leaf whether it holds, never NULL.
    """
    extracts = run.dialect.capabilities.extracts
    scope = ExtractedScope(run.catalog, run.dialect) if extracts else InlineScope(run.catalog, run.dialect)
    lowering = run.lowering(scope)
    keys = zip(("person_id", "person_tenant"), keys_of_person(scope), strict=True)
    columns = [aliased(key, called) for called, key in keys]
    columns += [aliased(_fact(lowering, leaf), f"fact_{at}") for at, leaf in enumerate(leaves)]
    if isinstance(scope, ExtractedScope):
        tree = select(columns, scope.extraction(run.people(scope)), alias="people")
    else:
        tree = select(columns, run.dialect.relation(run.catalog.relation), run.people(scope))
    return compose(tree, run.dialect, parameters=lowering.members.parameters)


def select_next(run: Run, wanted: Sequence[tuple[Property, int]]) -> Query:
    """One row: for each property the least instant after the one beside it, over all people; NULL without one.

    Instants are microseconds. One scan answers for all of them.
    """
    extracts = run.dialect.capabilities.extracts
    scope = ExtractedScope(run.catalog, run.dialect) if extracts else InlineScope(run.catalog, run.dialect)
    lowering = run.lowering(scope)
    columns = [
        aliased(function("min", _beyond(_microseconds(lowering, held), after)), f"next_{at}")
        for at, (held, after) in enumerate(wanted)
    ]
    if isinstance(scope, ExtractedScope):
        tree = select(columns, scope.extraction(run.people(scope)), alias="people")
    else:
        tree = select(columns, run.dialect.relation(run.catalog.relation), run.people(scope))
    return compose(tree, run.dialect)


def _beyond(moment: exp.Expr, after: int) -> exp.Expr:
    return case([(binary(exp.GT, moment, integer(after)), moment.copy())])


def _fact(lowering: Lowering, leaf: Leaf) -> exp.Expr:
    match leaf:
        case ComparesInstant(held, _, Now()):
            return _microseconds(lowering, held)
        case _:
            return lowering.value(leaf)


def _microseconds(lowering: Lowering, held: Property) -> exp.Expr:
    """The instant of a property as BIGINT; what lies beyond is taken for the end, which orders it as before."""
    moment, location = lowering.moment(held), lowering.scope.catalog.locate(held.steps)
    if moment is None or location is None:
        return cast(exp.Null(), "BIGINT")
    if not isinstance(location.kind, TimestampKind) or location.kind.form not in COARSE:
        return cast(moment, "BIGINT")
    first, last = integer(-MICROSECONDS_LAST), integer(MICROSECONDS_LAST)
    within = case(
        [(binary(exp.GT, moment, last), last.copy()), (binary(exp.LT, moment.copy(), first), first.copy())],
        moment.copy(),
    )
    return cast(within, "BIGINT")
