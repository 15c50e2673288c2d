"""Warn of properties that nobody has: on people with documents a slip in a name is no error, it only finds nobody."""

from collections.abc import Iterator

from audience.catalog import Catalog
from audience.diagnostics import Diagnostic, Severity, did_you_mean
from audience.ir import Outline
from audience.language.nodes import Expression
from audience.language.paths import write_path
from audience.language.walk import conditions
from audience.membership.counts import NodeCounts
from audience.membership.statistics import statistics
from audience.membership.users import Users

LOOKED_AT = 1_000
"""People whose keys are offered as what was meant; only looked at when something is unknown."""


def warn_of_unknown(
    users: Users, expression: Expression, outline: Outline, counts: NodeCounts, total: int
) -> tuple[Diagnostic, ...]:
    """One warning for each condition whose property is absent for all of `total` people, at the property's place."""
    written, leaves = conditions(expression), tuple(_conditions(outline))
    places = [next(written).property.place if leaf.kind == "condition" else None for leaf in leaves]
    unknown = [
        (place, steps)
        for node, place, counted in zip(leaves, places, counts.leaves(), strict=True)
        if total and counted.absent == total and (steps := _in_document(node, users.catalog)) is not None
    ]
    if not unknown:
        return ()
    known = {item.property for item in statistics(users, rows=LOOKED_AT) if item.absent < 1}
    return tuple(
        Diagnostic(
            "A201",
            f"nobody has `{write_path(steps)}`",
            place,
            did_you_mean(write_path(steps, ""), known),
            severity=Severity.WARNING,
        )
        for place, steps in unknown
    )


def _conditions(outline: Outline) -> Iterator[Outline]:
    if not outline.parts:
        yield outline
    for part in outline.parts:
        yield from _conditions(part)


def _in_document(node: Outline, catalog: Catalog) -> tuple[str | int, ...] | None:
    """The path of a condition's property where it stands in a JSON document, so that it may be unknown."""
    if not node.properties:
        return None
    location = catalog.locate(node.properties[0].steps)
    return node.properties[0].steps if location is not None and location.json else None
