"""What the columns of a CSV file become, and which rows are left out and why."""

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from audience.errors import UsageError
from audience.limits import CSV_CELL_CHARACTERS_MAX, PROPERTIES_BYTES_MAX
from audience.membership.csv_import import ImportedRow, open_csv
from audience.membership.rejects import Rejected, RejectsFile
from tests.membership.csv_texts import Pipe, imported, taken, written


def only(data: bytes, **options: object) -> ImportedRow:
    (row,) = taken(data, **options)
    return row


def test_columns_become_properties_by_their_names() -> None:
    row = only(b"id, a.b ,tenant_id,plan,empty\n u1 ,x,acme , pro,\n")
    assert row == ImportedRow(2, "u1", "acme", {"a.b": "x", "plan": " pro"})


def test_a_mapping_names_ids_properties_and_what_is_left_out() -> None:
    data = b"User ID,Company,Seats,Notes,a=b\nu1,acme,12,x,y\nu2,,,,\n"
    mapping = ["User ID=id", "Company = tenant_id", "Seats=seats:number", "Notes=", "a=b=c"]
    assert taken(data, mapping=mapping) == [
        ImportedRow(2, "u1", "acme", {"seats": 12, "c": "y"}),
        ImportedRow(3, "u2", None, {}),
    ]


def test_without_tenants_the_column_is_a_property() -> None:
    assert only(b"id,tenant_id\nu1,acme\n", tenants=False) == ImportedRow(2, "u1", None, {"tenant_id": "acme"})


@pytest.mark.parametrize(
    ("type", "cell", "value"),
    [
        ("text", "12", "12"),
        ("number", "12", 12),
        ("number", " -1.50 ", -1.5),
        ("number", "+007", 7),
        ("number", "1e3", 1000.0),
        ("number", "12345678901234567890", 12345678901234567890),
        ("number", "1.0", 1.0),
        ("boolean", "TRUE", True),
        ("boolean", "no", False),
        ("boolean", "1", True),
        ("timestamp", "2025-01-02", "2025-01-02"),
        ("timestamp", " 2025-01-02T03:04:05+02:00", "2025-01-02T03:04:05+02:00"),
        ("json", '{"a": [1, 1.5, null]}', {"a": [1, 1.5, None]}),
        ("json", "null", None),
    ],
)
def test_typed_columns(type: str, cell: str, value: object) -> None:
    row = only(written([("id", "x"), ("u1", cell)]), mapping=[f"x=x:{type}"])
    assert repr(row.properties) == repr({"x": value})


def test_a_property_with_a_colon() -> None:
    assert only(b"id,x\nu1,y\n", mapping=["x=utm:source:text"]).properties == {"utm:source": "y"}


LONG = "x" * (CSV_CELL_CHARACTERS_MAX + 1)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (",x", "A720", "the row has no id: `id` is empty"),
        ("  ,x", "A720", "no id"),
        ("a/b,x", "A720", "holds `/`"),
        ("a#b,x", "A720", "holds `#`"),
        ("i" * 257 + ",x", "A720", "257 characters"),
        ("u1", "A724", "1 cell, and the header has 2"),
        ("u1,x,y", "A724", "3 cells, and the header has 2"),
        ("u1,x,", "A724", "3 cells, and the header has 2"),
        ('u1,"x"y', "A724", "cell 2 goes on behind its closing quote"),
        ('"u1" x,y', "A724", "cell 1 goes on behind"),
        ("u1," + LONG, "A724", "cell 2 has more than 256,000 characters"),
        ('u1,"' + LONG.replace("x", "\n") + '"', "A724", "cell 2 has more than 256,000 characters"),
        ("u1" + "," * 1_000_001, "A724", "cells, and the header has 2"),
        ("u1," + "é" * (PROPERTIES_BYTES_MAX // 2), "A907", "custom properties are"),
        ("u1,many", "A725", "`x`: `many` is no number"),
        ("u1,1,5", "A724", "3 cells"),
        ('u1,"1,5"', "A725", "is no number"),
        ("u1,1e999", "A725", "beyond the range of numbers"),
        ("u1," + "9" * 5000, "A725", "beyond the range of numbers"),
        ("u1,٣", "A725", "is no number"),
    ],
    ids=lambda value: value if len(value) < 50 else value[:10],
)
def test_a_row_is_left_out_and_the_next_one_is_not(row: str, code: str, words: str) -> None:
    mapping = ["x=x:number"] if code == "A725" else []
    first, rejected, last = imported(f"id,x\nu0,1\n{row}\nu9,9\n".encode(), mapping=mapping)
    assert isinstance(first, ImportedRow)
    assert isinstance(rejected, Rejected)
    assert isinstance(last, ImportedRow)
    assert (last.id, last.properties) == ("u9", {"x": 9 if mapping else "9"})
    assert (rejected.line, rejected.code) == (3, code)
    if len(row) < 1_000_000:
        assert words in rejected.reason
        assert rejected.cells
    assert len(rejected.reason) < 300


@pytest.mark.parametrize(
    ("type", "cell", "words"),
    [
        ("boolean", "maybe", "is neither true nor false"),
        ("timestamp", "02/01/2025", "is no timestamp"),
        ("json", '{"a": 1, "a": 2}', "`/a`: the key is given twice"),
        ("json", '{"a": "\\u0000"}', "U+0000"),
        ("json", "[" * 5000, "nested"),
        ("json", "{", "not JSON"),
    ],
)
def test_cells_of_another_type(type: str, cell: str, words: str) -> None:
    (rejected,) = imported(written([("id", "x"), ("u1", cell)]), mapping=[f"x=x:{type}"])
    assert isinstance(rejected, Rejected)
    assert rejected.code == "A725"
    assert words in rejected.reason


XLSX = b"PK\x03\x04\x14\x00\x06\x00"


@pytest.mark.parametrize(
    ("data", "options", "code", "words"),
    [
        (b"", {}, "A722", "people.csv is empty"),
        (b"\n\r\n\n", {}, "A722", "people.csv: there is no header"),
        (b"\xef\xbb\xbf", {}, "A722", "there is no header"),
        (XLSX, {}, "A722", "Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", {}, "A722", "holds U+0000"),
        ("id\nu1\n".encode("utf-16-le"), {}, "A722", "UTF-16 without a byte order mark"),
        (b"id\nu1\nu\x002\n", {}, "A722", "holds U+0000"),
        ("id\nu\x001".encode("utf-16"), {}, "A722", "holds U+0000"),
        ("id\nu1\n".encode("utf-16")[:-1], {}, "A722", "people.csv is no utf-16-le on line 2"),
        (b"\xef\xbb\xbfid\nu1\nu\xe9\n", {}, "A722", "is no utf-8 on line 3"),
        ("id\nÄé\nüß\n".encode() + b"u\xe9\n", {}, "A722", "UTF-8 but for 1 bytes, the first of them on line 4"),
        (b"id\nu\x81\n", {}, "A722", "neither UTF-8 nor windows-1252 on line 2"),
        (b"id\nu\xe9\n", {"encoding": "utf-8"}, "A722", "is no utf-8 on line 2"),
        (b"id\nu1\n", {"encoding": "klingon"}, "A707", "`klingon` is no encoding"),
        (b"id\nu1\n", {"encoding": "base64"}, "A707", "`base64` is no encoding"),
        (b'id,a\nu1,x\nu2,"y\nu3,z\n', {}, "A722", "people.csv: the quote that opens on line 3 is not closed"),
        (b'"id,a\nu1,x\n', {}, "A722", "opens on line 1"),
        (b"id,a,b,a\n", {}, "A723", "more than one column is called `a`"),
        (b"id,a, a\n", {}, "A723", "more than one column is called `a`"),
        (b"id,,b\n", {}, "A723", "column 2 has no name"),
        (b'id,a"b"\n', {"mapping": ["x=y"]}, "A723", "no column is called `x`"),
        (b'id,"a"b\n', {}, "A723", "the header cannot be read: cell 2 goes on behind"),
        (b"u1,Ann\nu2,Bo\n", {}, "A723", "no column holds the ids of the people: `u1`, `Ann`"),
        (b"User ID,a\n", {}, "A723", 'did you mean `User ID`? map it with "User ID=id"'),
        (b"a,userId\n", {}, "A723", '"userId=id"'),
        (b"a,user_id\n", {}, "A723", '"user_id=id"'),
        (b"a,ID\n", {}, "A723", '"ID=id"'),
        (b"id,a\n", {"mapping": ["id="]}, "A723", "no column holds the ids"),
        (b"id,plan\n", {"mapping": ["plna=x"]}, "A723", "did you mean `plan`?"),
        (b"id,a\n", {"mapping": ["a=id"]}, "A723", "the columns `id` and `a` both become `id`"),
        (b"id,a,b\n", {"mapping": ["a=b"]}, "A723", "both become `b`"),
        (b"id,a\n", {"mapping": ["a=b", "a=c"]}, "A723", "`a` is mapped twice"),
        (b"id,a\n", {"mapping": ["a"]}, "A723", "`a` maps no column"),
        (b"id,a\n", {"mapping": ["=a"]}, "A723", "maps no column"),
        (b"id,a\n", {"mapping": ["a=b:numbr"]}, "A723", "did you mean `number`?"),
        (b"id,a\n", {"mapping": ["a=utm:source"]}, "A723", "`source` is no type"),
        (b"x,a\n", {"mapping": ["x=id:number"]}, "A723", "`id` is a text and no number"),
        (b"id,preferences\n", {}, "A723", 'leave the column out with "preferences="'),
        (b"id\n" + b"u1\n" * 100, {"bytes_max": 302}, "A909", "more than 302 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_is_refused_with_one_clear_error(data: bytes, options: dict[str, object], code: str, words: str) -> None:
    for stream in (io.BytesIO(data), Pipe([data])):
        with pytest.raises(UsageError) as caught, open_csv(stream, name="people.csv", **options) as people:  # type: ignore[arg-type]
            list(people.rows())
        assert caught.value.code == code
        assert words in str(caught.value)
        assert caught.value.help


def test_a_file_as_large_as_allowed() -> None:
    assert len(taken(b"id\n" + b"u1\n" * 100, bytes_max=303)) == 100


def test_an_endless_upload_is_refused_soon() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"u1\n" * 1000

    with pytest.raises(UsageError, match="A909"), open_csv(Pipe(endless()), bytes_max=1_000_000):  # type: ignore[arg-type]
        pass


def test_only_a_header_is_nobody() -> None:
    assert taken(b"id,name\n") == taken(b"id,name") == []


def test_names_that_look_like_others_are_offered() -> None:
    with open_csv(io.BytesIO(b"id,E-Mail,Company,plan\n")) as people:
        assert people.columns.suggested == {"E-Mail": "email", "Company": "tenant_id"}
    with open_csv(io.BytesIO(b"id,email,E-Mail\n"), mapping=["E-Mail="]) as people:
        assert people.columns.suggested == {}


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_path_that_cannot_be_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="A722"), open_csv(tmp_path / path):
        pass


@pytest.mark.parametrize("after", [b"id\nu1\nu2\n", b"id\n", b"id\nu\xe9\n"])
def test_a_file_that_is_changed_meanwhile_is_noticed(tmp_path: Path, after: bytes) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"id\nu1\n")
    with open_csv(path) as people:
        path.write_bytes(after)
        with pytest.raises(UsageError, match="was changed while it was read"):
            list(people.rows())


def test_rejects_are_a_file_that_can_be_corrected_and_imported(tmp_path: Path) -> None:
    source, rejects, again = tmp_path / "people.csv", tmp_path / "rejects.csv", tmp_path / "again.csv"
    source.write_bytes(b'id;note;x\nu1;ok;1\n;"a;""b""\nc";\nu2\nu3;x;y;z\n')
    with open_csv(source) as people, RejectsFile(rejects, people) as file:
        for row in people.rows():
            if isinstance(row, Rejected):
                file.write(row)
        assert file.count == 3
    text = rejects.read_bytes().decode("utf-8-sig")
    assert text.startswith("reject_line;reject_code;reject_reason;id;note;x\r\n3;A720;")
    with open_csv(rejects) as people, RejectsFile(again, people) as file:
        rows = list(people.rows())
        assert [len(row.cells) for row in rows if isinstance(row, Rejected)] == [6, 4, 7]
        for row in rows:
            file.write(row)  # type: ignore[arg-type]
    assert again.read_bytes().decode("utf-8-sig").splitlines()[-2:][0].endswith(";u2")
    rejects.write_bytes(text.replace(';;"a;', ';u7;"a;').encode())
    (first, *_) = imported(rejects.read_bytes())
    assert isinstance(first, ImportedRow)
    assert (first.id, first.properties) == ("u7", {"note": 'a;"b"\nc'})


def test_no_rejects_no_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with open_csv(io.BytesIO(b"id\nu1\n")) as people, RejectsFile(path, people):
        pass
    assert not path.exists()


def test_rejects_never_overwrite_the_source(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"id\n\nu1\n")
    with open_csv(path) as people, pytest.raises(UsageError, match="A707"):
        RejectsFile(path, people)
    assert path.read_bytes() == b"id\n\nu1\n"


def test_rejects_that_cannot_be_written(tmp_path: Path) -> None:
    path, rejected = tmp_path / "no" / "rejects.csv", Rejected(2, "A724", "…", ("u1",))
    with (
        open_csv(io.BytesIO(b"id,a\nu1\n")) as people,
        RejectsFile(path, people) as file,
        pytest.raises(UsageError, match=r"A707.* cannot be written"),
    ):
        file.write(rejected)


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(traced: None) -> None:
    def file() -> Iterator[bytes]:
        yield b"id,name,city\n"
        for start in range(0, 200_000, 1000):
            yield b"".join(b'u%d,"Ann, %d",Oslo\n' % (number, number) for number in range(start, start + 1000))

    with open_csv(Pipe(file())) as people:  # type: ignore[arg-type]
        assert people.source.size > 5_000_000
        assert sum(isinstance(row, ImportedRow) for row in people.rows()) == 200_000
    assert tracemalloc.get_traced_memory()[1] < 4_000_000


@pytest.mark.parametrize("around", ["", '"'])
def test_a_cell_of_50_megabytes_takes_no_memory(traced: None, around: str) -> None:
    def file() -> Iterator[bytes]:
        yield f"id,a\nu1,{around}".encode()
        for _ in range(500):
            yield b"x" * 100_000
        yield f"{around}\nu2,y\n".encode()

    with open_csv(Pipe(file())) as people:  # type: ignore[arg-type]
        rejected, last = people.rows()
    assert isinstance(rejected, Rejected)
    assert rejected.cells == ("u1", "x" * 100 + "…")
    assert last == ImportedRow(3, "u2", None, {"a": "y"})
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
