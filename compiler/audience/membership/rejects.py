"""The rows that an import leaves out, and a file of them: line and reason, and what the row itself says.

The file is of the same kind as the one that was imported. One of CSV has its header and delimiter too, so it can be
corrected and imported itself.
"""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TextIO

from audience.errors import UsageError


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is left out, and why. `code` is a row of the table of codes; `cells` are the row's own."""

    line: int
    code: str
    reason: str
    cells: tuple[str, ...]


class Rejecting(Protocol):
    """A file whose rows may be rejected, and how a file of rejects looks for it."""

    @property
    def name(self) -> str:
        """Its path, or what messages call it."""

    def rejects_heading(self) -> str:
        """What the file of rejects begins with."""

    def rejects_row(self, rejected: Rejected) -> str:
        """A row of it, with the line end."""


class RejectsFile:
    """Writes rejects to a file, which is made when the first one comes; `count` says how many came."""

    def __init__(self, path: Path, people: Rejecting) -> None:
        self._path, self._people = path, people
        self._file: TextIO | None = None
        self.count = 0
        if path.exists() and Path(people.name).exists() and path.samefile(people.name):
            raise UsageError("A707", f"{path} is the file that is imported", "name another file for the rejects")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, rejected: Rejected) -> None:
        """Add a row; UsageError A707 where the file cannot be written."""
        try:
            if self._file is None:
                self._file = self._path.open("w", encoding="utf-8", newline="")
                self._file.write(self._people.rejects_heading())
            self._file.write(self._people.rejects_row(rejected))
        except OSError as error:
            raise self._failed(error) from error
        self.count += 1

    def close(self) -> None:
        """Write what is left and close the file."""
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> UsageError:
        return UsageError("A707", f"{self._path} cannot be written: {error.strerror}", "name another file")
