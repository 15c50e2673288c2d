"""Everything that is wrong with a definition that could not be read as a whole, in one go.

The conditions that could be read are resolved on their own; what reading found and what resolving finds is
one report. Findings about the whole are left out, because the whole is not known.
"""

import re
from collections.abc import Collection, Mapping

from audience.catalog import Catalog
from audience.diagnostics import Diagnostic, Pointer, Severity, Span
from audience.errors import DefinitionError
from audience.language.nodes import Expression
from audience.language.partly_read import PartlyRead
from audience.limits import DIAGNOSTICS_MAX
from audience.resolution.resolve import NO_AUDIENCES, resolve

OF_THE_WHOLE = frozenset({"A501", "A502", "A902", "A903"})
"""Codes of findings that speak of all conditions together."""


def resolve_refused(
    error: DefinitionError,
    catalog: Catalog,
    *,
    audiences: Mapping[str, Expression] = NO_AUDIENCES,
    static: Collection[str] = (),
    own_people: bool = False,
    lint: bool = False,
) -> DefinitionError:
    """The error of reading a definition, with what resolving says about the conditions that could be read.

    Each condition has the findings of one stage only: a broken one is not resolved. Errors come before
    warnings, both in the order of the source. Arguments are those of `resolve`.
    """
    if not isinstance(error, PartlyRead):
        return error
    source = error.diagnostics[0].source
    try:
        found = resolve(
            error.partial,
            catalog,
            audiences=audiences,
            static=static,
            source=source,
            own_people=own_people,
            lint=lint,
        ).warnings
    except DefinitionError as refused:
        found = refused.diagnostics
    about_one = [problem for problem in found if problem.code not in OF_THE_WHOLE]
    merged = sorted(dict.fromkeys((*error.diagnostics, *about_one)), key=_order)
    return DefinitionError(merged[:DIAGNOSTICS_MAX])


def _order(problem: Diagnostic) -> tuple[bool, tuple[int, ...]]:
    """Errors first; then by the place in the text, or by the segment and the condition of a document."""
    where: tuple[int, ...] = ()
    match problem.place:
        case Span(start, _):
            where = (start,)
        case Pointer(text):
            where = tuple(int(step) for step in re.findall(r"(?<=/)[0-9]+(?=/|$)", text))
        case None:
            pass
    return problem.severity is not Severity.ERROR, where
