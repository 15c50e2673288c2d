"""What was written as CSV is read back, in every delimiter, quoting, line end and encoding that people export."""

import codecs
import csv
import io
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import UsageError
from audience.membership import csv_rows
from audience.membership.csv_import import DELIMITERS, ImportedRow, open_csv
from audience.membership.csv_rows import Row, read_rows
from tests.membership.csv_texts import Pipe, imported, taken, written

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32-le",
    "cp1252": "windows-1252",
}
"""How files are written, and the encoding that is then found."""

loaded = st.sampled_from(
    ['"', '""', ",", ";", "\t", "|", "\n", "\r\n", "\r", " ", ' "', '" ', "é", "'", "\\", "\u2028", "x"]
)
cells = st.lists(loaded, max_size=5).map("".join)
rows = st.lists(st.tuples(cells, cells, cells), max_size=5)
styles = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(DELIMITERS),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
    }
)


def saved(text: str, encoding: str) -> bytes:
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    return mark + text.encode(encoding)


@given(rows, styles, st.sampled_from(sorted(ENCODINGS)))
def test_written_is_read(rows: list[tuple[str, str, str]], style: dict[str, object], encoding: str) -> None:
    if style["quoting"] == csv.QUOTE_MINIMAL:
        # The writer leaves other line ends than its own bare, where no reader can know them from the end of a row.
        rows = [tuple(cell.replace("\r", "").replace("\n", "") for cell in row) for row in rows]  # type: ignore[misc]
    if encoding == "cp1252":
        rows = [tuple(cell.replace("\u2028", "") for cell in row) for row in rows]  # type: ignore[misc]
    header = ("id", "a", "b", "é")
    lines = [header, *((f"u{number}", *row) for number, row in enumerate(rows))]
    data = saved(written(lines, **style).decode(), encoding)
    with open_csv(io.BytesIO(data)) as people:
        assert people.delimiter == style["delimiter"]
        assert people.encoding == ENCODINGS[encoding]
        read = list(people.rows())
    expected = [
        (f"u{number}", {name: cell for name, cell in zip(header[1:], row, strict=True) if cell})
        for number, row in enumerate(rows)
    ]
    assert [(row.id, row.properties) for row in read if isinstance(row, ImportedRow)] == expected


@given(st.lists(loaded | st.sampled_from(["a", "\n", ","]), max_size=20).map("".join), st.sampled_from(DELIMITERS))
def test_both_ways_of_reading_agree(text: str, delimiter: str) -> None:
    """Most lines are read at once; with that turned off, the one that takes every care says the same."""

    def read() -> list[Row] | str:
        try:
            return list(read_rows(io.StringIO(text, newline=""), delimiter))
        except UsageError as error:
            return error.message

    quick = read()
    with patch.object(csv_rows, "_read_at_once", lambda piece, _: None if piece.rstrip("\r\n") else []):
        assert read() == quick


@given(st.lists(loaded, max_size=30).map("".join), st.integers(1, 6), st.integers(1, 6))
def test_small_pieces_find_the_same_rows(text: str, cell: int, row: int) -> None:
    """Rows within the limits read alike whatever the limits are, and behind one that is too large the next begins."""

    def read() -> list[Row] | str:
        try:
            return list(read_rows(io.StringIO(text, newline=""), ","))
        except UsageError as error:
            return error.message

    whole = read()
    with (
        patch.object(csv_rows, "CSV_CELL_CHARACTERS_MAX", cell),
        patch.object(csv_rows, "CSV_ROW_CHARACTERS_MAX", row),
        patch.object(csv_rows, "STANDARD_CHARACTERS_MAX", 0),
    ):
        bounded = read()
    if isinstance(whole, str) or isinstance(bounded, str):
        assert whole == bounded
        return
    assert [found.line for found in bounded] == [found.line for found in whole]
    for found, full in zip(bounded, whole, strict=True):
        if found.problem is None or "closing quote" in found.problem:
            assert found == full
        else:
            assert "more than" in found.problem
            assert len(text) > min(cell, row)
            assert len(found.cells) <= len(full.cells)


def test_lines_are_those_of_an_editor() -> None:
    data = b'id,note\r\nu1,"two\r\nlines"\r\n\r\nu2,x\r\nu3\r\nu4,"a\nb\rc"\r\nu5,x'
    assert [(row.line, getattr(row, "id", None)) for row in imported(data)] == [
        (2, "u1"),
        (5, "u2"),
        (6, None),
        (7, "u4"),
        (10, "u5"),
    ]


def test_lone_carriage_returns_end_lines() -> None:
    assert [(row.line, row.id) for row in taken(b"id,a\ru1,x\ru2,y\r")] == [(2, "u1"), (3, "u2")]


def test_spaces_around_quotes_are_no_part_of_a_cell() -> None:
    assert taken(b'id,a\nu1, "x, y" \nu2, z \n')[0].properties == {"a": "x, y"}
    assert taken(b'id,a\nu1, "x, y" \nu2, z \n')[1].properties == {"a": " z "}


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id;note\nu1;a, b, c\nu2;d, e\n", ";"),
        ('id,note\nu1,"a;b;c"\n', ","),
        ('id;"a,b,c,d";note\nu1;2;3\n', ";"),
        ("id|a,b\nu1|x,y\n", "|"),
        ("User ID;Amount, EUR\nu1;3,5\nu2;1,7\n", ";"),
        ("id\tname\nu1\tAnn, Ltd; Inc | Co\n", "\t"),
        ("id\nu1\nu2\n", ","),
        ("sep=|\nid|a;b;c\nu1|x\n", "|"),
    ],
)
def test_the_delimiter_is_told_from_the_file(text: str, delimiter: str) -> None:
    mapping = ["User ID=id"] if "User ID" in text else []
    with open_csv(io.BytesIO(text.encode()), mapping=mapping) as people:
        assert people.delimiter == delimiter
        assert all(isinstance(row, ImportedRow) for row in people.rows())


@pytest.mark.parametrize(("said", "sign"), [("tab", "\t"), ("\\t", "\t"), ("semicolon", ";"), ("^", "^"), (",", ",")])
def test_a_delimiter_may_be_named(said: str, sign: str) -> None:
    assert taken(f"id{sign}a\nu1{sign}x\n".encode(), delimiter=said)[0].properties == {"a": "x"}


@pytest.mark.parametrize("said", ["", '"', "ab", "\n", " "])
def test_what_cannot_be_a_delimiter(said: str) -> None:
    with pytest.raises(UsageError, match="A707"):
        imported(b"id\nu1\n", delimiter=said)


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis", "utf-16-le", "utf-8", "UTF8"])
def test_an_encoding_may_be_named(encoding: str) -> None:
    name = {"cp1251": "Анна", "shift_jis": "花子"}.get(encoding, "Zoë")
    assert taken(f"id,name\nu1,{name}\n".encode(encoding), encoding=encoding)[0].properties == {"name": name}


def test_a_mark_is_no_part_of_the_first_name() -> None:
    for encoding, asked in [("utf-8-sig", None), ("utf-8-sig", "utf-8"), ("utf-16", None), ("utf-16", "utf-16")]:
        assert taken('"id",a\nu1,x\n'.encode(encoding), encoding=asked)[0].id == "u1"


@pytest.mark.parametrize("position", [5, 300_000])
def test_the_encoding_is_that_of_the_whole_file(position: int) -> None:
    """One letter at the far end decides how all letters are read."""
    data = b"id,name\n" + b"u1,x\n" * (position // 5) + "u2,Zoë\n".encode("cp1252")
    assert taken(data)[-1].properties == {"name": "Zoë"}


def test_a_pipe_is_read_like_a_file() -> None:
    data = "id,name\nu1,Zoë\nu2,Bo\n".encode("cp1252")
    with open_csv(Pipe(data[start : start + 3] for start in range(0, len(data), 3))) as people:  # type: ignore[arg-type]
        assert people.encoding == "windows-1252"
        assert list(people.rows()) == list(people.rows()) == taken(data)


def test_a_stream_is_read_from_where_it_stands_and_left_open() -> None:
    stream = io.BytesIO(b"skipped id\nu1\n")
    stream.seek(len(b"skipped "))
    with open_csv(stream) as people:
        assert [row.line for row in people.rows()] == [2]
    assert not stream.closed


def test_progress_ends_with_everything() -> None:
    data = b"id,name\n" + b"u1,Ann\n" * 100_000
    told: list[tuple[int, int]] = []
    with open_csv(io.BytesIO(data)) as people:
        assert sum(1 for _ in people.rows(lambda done, total: told.append((done, total)))) == 100_000
    assert told == sorted(told)
    assert told[-1] == (len(data), len(data))
    assert 2 < len(told) < 100
