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
        """The warnings of reading and those of resolving."""
        return (*self.read.warnings, *sourced(found, self.read.written.source))


def ask(given: str, audiences: Path | None, members: Path | None) -> Asked:
    """Read a condition and what it may refer to; every reference has to have its members."""
    asked = Asked(read(given), read_references(audiences, members))
    asked.references.require_members(asked.expression)
    return asked
