"""The rows of a CSV text, of any delimiter, with the line on which each begins.

Quotes are double quotes, and a quote inside quotes is written twice. A row that cannot be understood is still a row:
it says what is wrong with it, and reading goes on behind it. Memory is bounded by one row of the largest size.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TextIO, assert_never

from audience.errors import UsageError
from audience.limits import CSV_CELL_CHARACTERS_MAX, CSV_ROW_CHARACTERS_MAX

SHOWN_CHARACTERS_MAX = 100
"""Of a cell that is too large only the beginning is kept."""

STANDARD_CHARACTERS_MAX = 100_000
"""Rows up to here are left to the standard reader, whose own limit of a cell lies above."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line on which it begins. With a problem, `cells` are what could be made of it."""

    line: int
    cells: list[str]
    problem: str | None = None


def read_rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    """Each row of a text that is open with newline="". Empty lines are no rows.

    Raises UsageError A722, naming the line, where a quote is not closed: all that follows it is one cell then.
    """
    lines = _Lines(text)
    while piece := lines.read():
        line = lines.number
        cells = _read_at_once(piece, delimiter)
        if cells is not None:
            if cells:
                yield Row(line, cells)
            continue
        row = _OpenRow(delimiter, line)
        while not row.take(piece, line=lines.number) and (piece := lines.read()):
            pass
        yield row.close()


class _Lines:
    """A text line by line; a line that is longer than any row may be comes in pieces."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._ended, self._ahead = True, ""
        self.number = 0
        """The line of the piece that was read last, counted from 1."""

    def read(self) -> str:
        piece, self._ahead = self._ahead, ""
        if piece != "\r":
            piece += self._text.readline(CSV_ROW_CHARACTERS_MAX + 1)
        if piece.endswith("\r") and (piece == "\r" or len(piece) > CSV_ROW_CHARACTERS_MAX):
            # The piece may end between the two characters of one line end.
            behind = self._text.read(1)
            piece, self._ahead = (piece + behind, "") if behind == "\n" else (piece, behind)
        if self._ended:
            self.number += 1
        self._ended = piece.endswith(("\n", "\r"))
        return piece


def _read_at_once(piece: str, delimiter: str) -> list[str] | None:
    """The cells of a line that needs no care, or None. An empty line has none."""
    bare = piece.rstrip("\r\n")
    if not bare:
        return []
    if len(piece) > STANDARD_CHARACTERS_MAX:
        return None
    if '"' not in piece:
        return bare.split(delimiter)
    if ' "' in piece or '" ' in piece:
        return None  # spaces around quotes are no part of a cell here
    try:
        return next(csv.reader((piece,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _behind_spaces(piece: str, position: int, end: int) -> int:
    while position < end and piece[position] == " ":
        position += 1
    return position


class _At(Enum):
    START = auto()
    BARE = auto()
    QUOTED = auto()
    BEHIND_QUOTE = auto()
    CLOSED = auto()


class _OpenRow:
    """A row whose lines are still coming in."""

    def __init__(self, delimiter: str, line: int) -> None:
        self._delimiter, self._line = delimiter, line
        self._at = _At.START
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._row_size = self._cell_size = self._spaces = 0
        self._number = 1
        self._quoted_since = line
        self._problem: str | None = None
        self._too_large = False

    def take(self, piece: str, line: int) -> bool:
        """Take the next piece of the row; whether the row ends with it."""
        end = len(piece) - (2 if piece.endswith("\r\n") else 1 if piece.endswith(("\n", "\r")) else 0)
        position: int | None = 0
        while position is not None:
            match self._at:
                case _At.START:
                    position = self._start(piece, position, end, line)
                case _At.BARE:
                    position = self._go_on(piece, position, end)
                case _At.QUOTED:
                    position = self._find_quote(piece, position)
                case _At.BEHIND_QUOTE:
                    position = self._look_behind_quote(piece, position)
                case _At.CLOSED:
                    position = self._find_delimiter(piece, position, end)
                case _:
                    assert_never(self._at)
        return self._at is not _At.QUOTED and end < len(piece)

    # Each of these goes on from a position, and says where the next one does: None where the piece is used up.

    def _start(self, piece: str, position: int, end: int, line: int) -> int | None:
        opening = _behind_spaces(piece, position, end)
        self._spaces += opening - position
        if opening == len(piece):
            return None  # whether the cell is quoted shows in the next piece
        if opening < end and piece[opening] == '"':
            self._at, self._spaces, self._quoted_since = _At.QUOTED, 0, line
            return opening + 1
        self._keep_spaces()
        self._at = _At.BARE
        return opening

    def _go_on(self, piece: str, position: int, end: int) -> int | None:
        stop = piece.find(self._delimiter, position, end)
        self._keep(piece[position : end if stop < 0 else stop])
        if stop < 0:
            return None
        self._end_cell()
        return stop + 1

    def _find_quote(self, piece: str, position: int) -> int | None:
        stop = piece.find('"', position)
        self._keep(piece[position:] if stop < 0 else piece[position:stop])
        if stop < 0:
            return None
        self._at = _At.BEHIND_QUOTE
        return stop + 1

    def _look_behind_quote(self, piece: str, position: int) -> int | None:
        if position == len(piece):
            return None
        if piece[position] == '"':
            self._keep('"')
            self._at = _At.QUOTED
            return position + 1
        self._at = _At.CLOSED
        return position

    def _find_delimiter(self, piece: str, position: int, end: int) -> int | None:
        position = _behind_spaces(piece, position, end)
        if position == end:
            return None
        if piece[position] == self._delimiter:
            self._end_cell()
            return position + 1
        self._problem = self._problem or f"cell {self._number} goes on behind its closing quote"
        self._at = _At.BARE
        return position

    def close(self) -> Row:
        """The row, when its last piece was taken."""
        if self._at is _At.QUOTED:
            raise UsageError(
                "A722",
                f"the quote that opens on line {self._quoted_since:,} is not closed",
                'a quote inside quotes is written twice: "the ""best"" one"',
            )
        self._keep_spaces()
        self._end_cell()
        return Row(self._line, self._cells, self._problem)

    def _keep_spaces(self) -> None:
        """Keep the spaces in front of a cell that turned out to have no quotes."""
        self._keep(" " * min(self._spaces, CSV_CELL_CHARACTERS_MAX + 1))
        self._spaces = 0

    def _keep(self, part: str) -> None:
        self._row_size += len(part)
        self._cell_size += len(part)
        if self._too_large:
            return
        self._parts.append(part)
        if self._cell_size > CSV_CELL_CHARACTERS_MAX:
            self._give_up(f"cell {self._number} has more than {CSV_CELL_CHARACTERS_MAX:,} characters")
        elif self._row_size > CSV_ROW_CHARACTERS_MAX:
            self._give_up(f"the row has more than {CSV_ROW_CHARACTERS_MAX:,} characters")

    def _give_up(self, problem: str) -> None:
        """From here on only the end of the row is looked for."""
        self._too_large, self._problem = True, problem
        self._cells.append("".join(self._parts)[:SHOWN_CHARACTERS_MAX] + "…")
        self._parts = []

    def _end_cell(self) -> None:
        if not self._too_large:
            self._cells.append("".join(self._parts))
            self._parts = []
        self._at = _At.START
        self._row_size += 1
        self._cell_size = 0
        self._number += 1
