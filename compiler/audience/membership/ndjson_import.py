"""Read people from NDJSON, a JSON document with an `id` on each line, as they are exported.

As from CSV, a line is a person or a reject with a reason, and memory is bounded by one line of the largest size.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from audience.errors import UsageError
from audience.limits import DOCUMENT_TEXT_BYTES_MAX
from audience.membership.csv_import import ImportedRow
from audience.membership.csv_mapping import REJECT_COLUMNS
from audience.membership.csv_source import CsvBytes, CsvSource, Progress, open_source
from audience.membership.rejects import Rejected
from audience.people import read_person

SHOWN_CHARACTERS_MAX = 100
"""Of a line that is too long only the beginning is kept."""

HELP = 'each line is a person in UTF-8, {"id": "u1", "plan": "pro"}'

TEXT = "text"
"""The key of a reject under which the line stands."""


@dataclass(frozen=True, slots=True)
class NdjsonPeople:
    """An NDJSON file."""

    source: CsvSource

    @property
    def name(self) -> str:
        """The path of the file, or what messages call it."""
        return self.source.name

    def rejects_heading(self) -> str:
        """See `Rejecting`: NDJSON has none."""
        return ""

    def rejects_row(self, rejected: Rejected) -> str:
        """See `Rejecting`: an object with what stands before a row of CSV, and the line itself as `text`."""
        front = zip(REJECT_COLUMNS, (rejected.line, rejected.code, rejected.reason), strict=True)
        return json.dumps({**dict(front), TEXT: rejected.cells[0]}, ensure_ascii=False) + "\n"

    def rows(self, progress: Progress | None = None) -> Iterator[ImportedRow | Rejected]:
        """Every line that is not empty. UsageError A722 for a file that is changed meanwhile."""
        with self.source.text(progress) as text:
            line, piece = 0, text.readline(DOCUMENT_TEXT_BYTES_MAX + 1)
            while piece:
                line += 1
                whole = piece
                while piece and not piece.endswith(("\n", "\r")):
                    piece = text.readline(DOCUMENT_TEXT_BYTES_MAX + 1)
                    if len(whole) <= DOCUMENT_TEXT_BYTES_MAX:
                        whole += piece
                if whole.strip():
                    yield _read(line, whole.strip())
                piece = text.readline(DOCUMENT_TEXT_BYTES_MAX + 1)


def _read(line: int, text: str) -> ImportedRow | Rejected:
    if len(text) > DOCUMENT_TEXT_BYTES_MAX:
        reason = f"the line has more than {DOCUMENT_TEXT_BYTES_MAX:,} characters"
        return Rejected(line, "A907", reason, (text[:SHOWN_CHARACTERS_MAX] + "…",))
    try:
        id, properties = read_person(text)
    except UsageError as error:
        # The reader counts lines within what it is given.
        reason = error.message.replace("at line 1, column", "at column")
        return Rejected(line, error.code, reason, (text,))
    return ImportedRow(line, id, None, properties, (text,))


@contextmanager
def open_ndjson(source: CsvBytes, *, name: str | None = None, bytes_max: int | None = None) -> Iterator[NdjsonPeople]:
    """Open an NDJSON file, which is UTF-8; UsageError A722 where it cannot be read."""
    with ExitStack() as opened:
        try:
            found = opened.enter_context(open_source(source, name=name, encoding="utf-8", bytes_max=bytes_max))
        except UsageError as error:
            raise UsageError(error.code, error.message, HELP if error.code == "A722" else error.help) from error
        yield NdjsonPeople(found)
