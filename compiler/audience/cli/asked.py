"""A condition, the people it is asked of, and the audiences it may refer to: what `preview` and `compile` run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audience.cli.definitions import Read, read, sourced
from audience.cli.references import References, read_references
from audience.diagnostics import Diagnostic
from audience.errors import DefinitionError
from audience.language import Expression


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


def ask(given: str, audiences: Path | None, members: Path | None) -> Asked:
    """Read a condition and what it may refer to; what it refers to has to be there and right."""
    asked = Asked(read(given), read_references(audiences, members))
    asked.references.require(asked.expression)
    return asked
