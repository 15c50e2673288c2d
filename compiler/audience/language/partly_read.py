"""The error of a definition of which some conditions could be read."""

from collections.abc import Iterable

from audience.diagnostics import Diagnostic, Source
from audience.errors import DefinitionError
from audience.language.nodes import Expression
from audience.language.walk import all_of, conditions
from audience.limits import CONDITIONS_MAX, DIAGNOSTICS_MAX


class PartlyRead(DefinitionError):
    """A definition is refused, and some of its conditions could be read.

    `partial` are those, joined by AND: enough to look at each of them, and not what the definition means.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], partial: Expression) -> None:
        self.partial = partial
        super().__init__(diagnostics)

    def within(self, source: Source) -> "PartlyRead":
        """The same error, its diagnostics tied to the text they speak of."""
        return PartlyRead(super().within(source).diagnostics, self.partial)


def refuse(problems: Iterable[Diagnostic], sound: Iterable[Expression]) -> DefinitionError:
    """The error of a definition, with the conditions that have no problem; as much of both as somebody reads."""
    found = [condition for expression in sound for condition in conditions(expression)]
    shown = tuple(problems)[:DIAGNOSTICS_MAX]
    return PartlyRead(shown, all_of(found[:CONDITIONS_MAX])) if found else DefinitionError(shown)
