"""A CSV file of the rows that an import left out: line and reason, and behind them the row's own cells.

The file has the header and the delimiter of the file that was imported, so it can be corrected and imported itself.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from audience.errors import UsageError
from audience.membership.csv_import import CsvPeople, Rejected
from audience.membership.csv_mapping import REJECT_COLUMNS


class RejectsFile:
    """Writes rejects to a file, which is made when the first one comes; `count` says how many came."""

    def __init__(self, path: Path, people: CsvPeople) -> None:
        self._path = path
        self._headers, self._delimiter = people.columns.headers, people.delimiter
        # Of a corrected file of rejects the columns in front are left out, or they would be there twice.
        self._dropped = {position for position, name in enumerate(self._headers) if name in REJECT_COLUMNS}
        self._file: TextIO | None = None
        self.count = 0
        if path.exists() and Path(people.source.name).exists() and path.samefile(people.source.name):
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
                # Spreadsheets take a file for UTF-8 by its byte order mark only.
                self._file = self._path.open("w", encoding="utf-8-sig", newline="")
                self._write(REJECT_COLUMNS, self._headers)
            self._write((str(rejected.line), rejected.code, rejected.reason), rejected.cells)
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

    def _write(self, front: Sequence[str], cells: Sequence[str]) -> None:
        assert self._file is not None
        kept = (cell for position, cell in enumerate(cells) if position not in self._dropped)
        csv.writer(self._file, delimiter=self._delimiter).writerow([*front, *kept])

    def _failed(self, error: OSError) -> UsageError:
        return UsageError("A707", f"{self._path} cannot be written: {error.strerror}", "name another file")
