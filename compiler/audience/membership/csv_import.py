"""Read people, and members with their tenants, from a CSV file of any delimiter and encoding, row by row.

A row is a person with properties or a reject with a reason; none is lost. Values are text, and empty cells say
nothing, so they overwrite nothing. Memory is bounded by one row, whatever the size of the file.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from audience.errors import UsageError
from audience.limits import PROPERTIES_BYTES_MAX
from audience.membership.csv_cells import READERS, CellType
from audience.membership.csv_mapping import (
    REJECT_COLUMNS,
    Columns,
    Target,
    choose_columns,
    looks_like_header,
    read_mapping,
)
from audience.membership.csv_rows import Row, read_rows
from audience.membership.csv_source import CsvBytes, CsvSource, Progress, changed, open_source
from audience.membership.rejects import Rejected
from audience.people import Document, check_size, read_person_id, read_tenant_id

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}

SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 50
"""The delimiter is told from the beginning of a file; the header and a few rows show it."""

DELIMITER_LINE = re.compile(r'sep=([^" \r\n])[\r\n]+')
"""How a file tells Excel its delimiter, in a line before the header."""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A person of a file: `tenant` is None where the row names none. `cells` are the row's own."""

    line: int
    id: str
    tenant: str | None
    properties: Document
    cells: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class CsvPeople:
    """A CSV file whose header is understood: how it is written, and what its columns become.

    With `ids_only` people are not ours: their ids follow no rules of ours, and nothing else is read.
    """

    source: CsvSource
    delimiter: str
    columns: Columns
    has_delimiter_line: bool
    ids_only: bool = False

    @property
    def name(self) -> str:
        """The path of the file, or what messages call it."""
        return self.source.name

    @property
    def encoding(self) -> str:
        """The encoding that the file was found to have, or was said to have."""
        return self.source.encoding

    def rows(self, progress: Progress | None = None) -> Iterator[ImportedRow | Rejected]:
        """Every row below the header; again from the first at each call.

        Raises UsageError A722 for a quote that is not closed, which would swallow all rows that follow, and for a
        file that is changed meanwhile.
        """
        try:
            with self.source.text(progress) as text:
                rows = read_rows(text, self.delimiter)
                for _ in range(2 if self.has_delimiter_line else 1):
                    next(rows)
                for row in rows:
                    yield self._read(row)
        except UnicodeDecodeError as error:
            raise changed(self.source.name) from error
        except UsageError as error:
            raise _of(self.source, error) from error

    def rejects_heading(self) -> str:
        """See `Rejecting`: spreadsheets take a file for UTF-8 by its byte order mark only."""
        return "\ufeff" + self._written(REJECT_COLUMNS, self.columns.headers)

    def rejects_row(self, rejected: Rejected) -> str:
        """See `Rejecting`."""
        return self._written((str(rejected.line), rejected.code, rejected.reason), rejected.cells)

    def _written(self, front: Sequence[str], cells: Sequence[str]) -> str:
        # Of a corrected file of rejects the columns in front are left out, or they would be there twice.
        dropped = {position for position, name in enumerate(self.columns.headers) if name in REJECT_COLUMNS}
        kept = (cell for position, cell in enumerate(cells) if position not in dropped)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter).writerow([*front, *kept])
        return text.getvalue()

    def _read(self, row: Row) -> ImportedRow | Rejected:
        columns, cells = self.columns, row.cells
        expected = len(columns.headers)
        problem = row.problem
        if problem is None and len(cells) != expected:
            problem = f"the row has {_count(len(cells), 'cell')}, and the header has {expected:,}"
        if problem is not None:
            return _rejected(row, "A724", problem)
        try:
            id = cells[columns.id].strip()
            if not id:
                return _rejected(row, "A720", f"the row has no id: `{columns.headers[columns.id]}` is empty")
            tenant = None if columns.tenant is None else cells[columns.tenant].strip() or None
            if self.ids_only:
                return ImportedRow(row.line, id, tenant, {}, tuple(cells))
            read = read_person_id(id), read_tenant_id(tenant)
            return ImportedRow(row.line, *read, self._properties(cells), tuple(cells))
        except UsageError as error:
            return _rejected(row, error.code, error.message)

    def _properties(self, cells: list[str]) -> Document:
        properties: Document = {}
        for position, name, type in self.columns.properties:
            cell = cells[position]
            if not cell:
                continue
            try:
                properties[name] = cell if type is CellType.TEXT else READERS[type](cell)
            except UsageError as error:
                shown = f"{cell[:40]}…" if len(cell) > 40 else cell
                raise UsageError(error.code, f"`{name}`: `{shown}` {error.message}", error.help) from error
        # As JSON a character is six bytes at most, so only a large row can be too large.
        if sum(map(len, cells)) > PROPERTIES_BYTES_MAX // 12:
            check_size(properties)
        return properties


def _rejected(row: Row, code: str, reason: str) -> Rejected:
    return Rejected(row.line, code, reason, tuple(row.cells))


def _of(source: CsvSource, error: UsageError) -> UsageError:
    """The same error, saying of which file it is."""
    if error.message.startswith(f"{source.name} "):
        return error
    return UsageError(error.code, f"{source.name}: {error.message}", error.help)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@contextmanager
def open_csv(
    source: CsvBytes,
    *,
    mapping: Iterable[str] = (),
    tenants: bool = True,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    bytes_max: int | None = None,
    ids_only: bool = False,
) -> Iterator[CsvPeople]:
    """Open a CSV file and understand its header; UsageError where that is not possible.

    `mapping` has entries such as "User ID=id", "Seats=seats:number" and "Notes=". Without `tenants` no column is
    the tenant. `name` is what errors call a stream; `encoding` and `delimiter` are told from the file where they are
    not given. `ids_only` reads ids and tenants alone, and any text is an id.
    """
    targets = read_mapping(mapping)
    given = None if delimiter is None else _read_delimiter(delimiter)
    with open_source(source, name=name, encoding=encoding, bytes_max=bytes_max) as opened:
        try:
            people = _understand(opened, targets, given, tenants)
        except UsageError as error:
            raise _of(opened, error) from error
        yield replace(people, ids_only=ids_only)


def _read_delimiter(said: str) -> str:
    sign = DELIMITER_NAMES.get(said, said)
    if len(sign) != 1 or sign in '" \r\n':
        raise UsageError("A707", f"`{said}` cannot be a delimiter", "name one character, or `tab`")
    return sign


def _understand(source: CsvSource, targets: dict[str, Target], given: str | None, tenants: bool) -> CsvPeople:
    with source.text() as text:
        sample = text.read(SAMPLE_CHARACTERS)
    line = DELIMITER_LINE.match(sample)
    delimiter = given or (line.group(1) if line else _told_delimiter(sample, targets))
    with source.text() as text:
        rows = read_rows(text, delimiter)
        header = next(rows, None)
        if line is not None:
            header = next(rows, None)
    if header is None:
        raise UsageError("A722", "there is no header", "the first line names the columns")
    if header.problem is not None:
        raise UsageError("A723", f"the header cannot be read: {header.problem}", "the first line names the columns")
    return CsvPeople(source, delimiter, choose_columns(header.cells, targets, tenants=tenants), line is not None)


def _told_delimiter(sample: str, targets: dict[str, Target]) -> str:
    """The sign that divides the header, and the rows like the header; a known name in the header settles it."""

    def fit(sign: str) -> tuple[bool, float, int]:
        header, *rows = _sample_rows(sample, sign) or [[""]]
        alike = sum(len(row) == len(header) for row in rows) / len(rows) if rows else 1.0
        divides = len(header) > 1
        return divides and looks_like_header(header, targets), alike * divides, len(header)

    return max(DELIMITERS, key=fit)  # the first of those that fit alike


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in read_rows(io.StringIO(sample, newline=""), delimiter):
            found.append(row.cells)
            if len(found) > SAMPLE_ROWS:
                return found
    except UsageError:
        return found  # the sample ends inside quotes
    # The last row of a sample may be cut.
    return found[:-1] if len(sample) == SAMPLE_CHARACTERS and len(found) > 1 else found
