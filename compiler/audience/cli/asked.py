"""A condition, the people it is asked of, and the audiences it may refer to: what `preview` and `compile` run on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audience.cli.definitions import Read, read, sourced
from audience.cli.references import References, read_references
from audience.diagnostics import Diagnostic
from audience.errors import AudienceError, DefinitionError
from audience.language import Expression

if TYPE_CHECKING:
    from audience.membership import Users


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, read."""

    read: Read
    references: References

    @property
    def expression(self) -> Expression:
        """The condition."""
        return self.read.expression

    @contextmanager
    def places(self) -> Iterator[None]:
        """Tie the problems that come up inside to the text that was given."""
        try:
            yield
        except DefinitionError as error:
            raise self.references.advise(error).within(self.read.written.source) from error

    def warnings(self, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """The warnings of reading, those of resolving, and one about files that are wrong and not referred to."""
        return (
            *self.read.warnings,
            *sourced(found, self.read.written.source),
            *self.references.warn_of_broken(),
        )


def ask(given: str, audiences: Path | None, members: Path | None, people: "Callable[[], Users]") -> Asked:
    """Read a condition and what it may refer to; what it refers to has to be there and right.

    `people` opens the people, which happens here only to say what else is wrong with a broken condition.
    """
    try:
        found = read(given)
    except DefinitionError as error:
        raise _with_names(error, audiences, members, people) from error
    asked = Asked(found, read_references(audiences, members))
    asked.references.require(asked.expression)
    return asked


def _with_names(
    error: DefinitionError, audiences: Path | None, members: Path | None, people: "Callable[[], Users]"
) -> DefinitionError:
    """The error of reading, with what is wrong with the names of the conditions that could be read."""
    from audience.resolution import resolve_refused

    try:
        catalog, references = people().catalog, read_references(audiences, members)
    except AudienceError:
        return error  # what is wrong with the people is said when the condition can be read
    static = {*references.members, *references.memberless, *references.broken} - references.audiences.keys()
    return references.advise(resolve_refused(error, catalog, audiences=references.audiences, static=static))
