"""CSV files for tests: written by the standard writer, read by the import."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from audience.membership.csv_import import ImportedRow, open_csv
from audience.membership.rejects import Rejected


def written(rows: Sequence[Sequence[str]], encoding: str = "utf-8", **style: Any) -> bytes:
    """A CSV file as bytes; `style` is that of `csv.writer`."""
    text = io.StringIO(newline="")
    csv.writer(text, **style).writerows(rows)
    return text.getvalue().encode(encoding)


def imported(data: bytes, **options: Any) -> list[ImportedRow | Rejected]:
    with open_csv(io.BytesIO(data), **options) as people:
        return list(people.rows())


def taken(data: bytes, **options: Any) -> list[ImportedRow]:
    """The rows of a file that has no rejects."""
    rows = imported(data, **options)
    assert [row for row in rows if isinstance(row, Rejected)] == []
    return [row for row in rows if isinstance(row, ImportedRow)]


class Pipe(io.RawIOBase):
    """A stream that can be read once, forwards, as standard input is."""

    def __init__(self, pieces: Any) -> None:
        self._pieces, self._rest = iter(pieces), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
