"""Which conditions about now can change their answer in a stretch of time, and for whom.

`v >= now - 30 days` holds as long as now is at most `v + 30 days`. So between two instants the answer changes for
those people only whose `v` lies in a stretch of the same length, and a plain condition on `v` finds them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from audience.catalog.kinds import JsonKind
from audience.ir.nodes import And, Compares, ComparesInstant, Constant, Now, Or, Order, Predicate, Property
from audience.ir.walk import leaves
from audience.resolution.normalize import normalize
from audience.values import Instant, Text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FLIPS_AFTER: dict[Order, int] = {
    Order.GREATER: 0,
    Order.LESS_OR_EQUAL: 0,
    Order.GREATER_OR_EQUAL: 1,
    Order.LESS: 1,
}
"""How many microseconds after `v - offset` the first now lies at which `v order now + offset` has its later answer."""


def time_leaves(predicate: Predicate) -> tuple[ComparesInstant, ...]:
    """The conditions that compare with now, each once, in the order in which they are first met."""
    found = (leaf for leaf in leaves(predicate) if isinstance(leaf, ComparesInstant) and isinstance(leaf.bound, Now))
    return tuple(dict.fromkeys(found))


def flip(leaf: ComparesInstant, moment: int) -> int:
    """The now from which on a comparison with now has its later answer, for a value that is this instant.

    Microseconds, all of them: `v > now + d` ends at `v - d`, and `v >= now + d` one microsecond later.
    """
    assert isinstance(leaf.bound, Now), "only a comparison with now changes its answer"
    return moment - leaf.bound.offset + FLIPS_AFTER[leaf.order]


def due(predicates: Iterable[Predicate], after: int, until: int) -> Predicate:
    """Who may have another answer at some now in (after, until] than before: a canonical predicate without now.

    Nobody is missed. Somebody can be named whose answer stays, because other conditions decide it.
    """
    spans: dict[Property, list[tuple[int, int]]] = {}
    if after < until:
        for leaf in dict.fromkeys(leaf for predicate in predicates for leaf in time_leaves(predicate)):
            # The flip of an instant is a fixed distance away from it, so the stretch is moved by that distance.
            distance = flip(leaf, 0)
            spans.setdefault(leaf.property, []).append((after + 1 - distance, until - distance))
    found = [_between(held, first, last) for held, stretches in spans.items() for first, last in _joined(stretches)]
    return normalize(Or(tuple(found))) if found else Constant(False)


def texts_first(found: Predicate) -> Predicate:
    """The same people as `due` names, where a timestamp in JSON is asked for its date before it is decoded.

    A timestamp begins with its date, which an offset moves by one day at most. To compare texts is cheap, and few pass;
    an engine that decodes for every condition anew is many times as fast.
    """
    match found:
        case Or(operands):
            return normalize(Or(tuple(map(texts_first, operands))))
        case And(operands):
            dates = [date for leaf in operands if isinstance(leaf, ComparesInstant) and (date := _by_date(leaf))]
            return normalize(And((*dates, *operands)))
        case _:
            return found


def _by_date(leaf: ComparesInstant) -> Predicate | None:
    """What the date of a text says that passes a comparison with an instant; None where it says nothing."""
    if not isinstance(leaf.property.kind, JsonKind) or not isinstance(leaf.bound, Instant):
        return None
    lower = leaf.order in (Order.GREATER, Order.GREATER_OR_EQUAL)
    try:
        # Whatever is written of the last date comes before the date that follows it.
        date = (EPOCH + timedelta(microseconds=leaf.bound.microseconds) + timedelta(days=-1 if lower else 2)).date()
    except OverflowError:
        return None
    return Compares(leaf.property, Order.GREATER_OR_EQUAL if lower else Order.LESS, Text(date.isoformat()))


def _between(held: Property, first: int, last: int) -> Predicate:
    return And(
        (
            ComparesInstant(held, Order.GREATER_OR_EQUAL, Instant(first)),
            ComparesInstant(held, Order.LESS_OR_EQUAL, Instant(last)),
        )
    )


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same instants in as few stretches as can be, in order. All are of one length, so the later ends later."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined
