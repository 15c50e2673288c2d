"""CSV files are read as they are written: nothing is guessed, nothing is skipped, an odd line is named."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience.catalog import describe
from audience.errors import EngineError, UsageError
from audience.membership import Users


def open_csv(folder: Path, text: str, name: str = "p.csv") -> Users:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return audience.users(path)


def kinds(people: Users) -> dict[str, str]:
    return {column.property: describe(column.kind) for column in people.catalog.columns}


def count(people: Users, text: str) -> tuple[int, int]:
    preview = audience.preview(audience.parse(text), users=people)
    return preview.matched, preview.total


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["true", "false", ""], "boolean"),
        (["t", "f"], "text"),
        (["yes", "no"], "text"),
        (["0", "1"], "number"),
        (["-5", "12"], "number"),
        (["1.5", "1e3"], "number"),
        (["007", "8"], "text"),
        (["1", "unknown"], "text"),
        (["1,5", "2"], "text"),
        ([" 1", "2"], "text"),
        (["2025-01-02", "2025-01-03"], "text"),
        (["01/02/2025", "12/31/2025"], "text"),
        (["NaN", "1"], "text"),
        (["99999999999999999999", "1"], "number"),
        (["", ""], "text"),
    ],
)
def test_a_type_is_one_that_spells_every_value(tmp_path: Path, values: list[str], kind: str) -> None:
    rows = "".join(f'{index},"{value}"\n' if value else f"{index},\n" for index, value in enumerate(values))
    assert kinds(open_csv(tmp_path, f"id,x\n{rows}")) == {"x": kind}


def test_iso_dates_are_read_where_instants_are_compared(tmp_path: Path) -> None:
    people = open_csv(tmp_path, "id,seen\n1,2025-01-02\n2,01/02/2025\n3,2025-06-01T10:00:00+02:00\n")
    assert count(people, 'seen before "2025-03-01"') == (1, 3)
    assert count(people, "seen is a timestamp") == (2, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    people = open_csv(tmp_path, f'id{delimiter}x\n1{delimiter}"a,b;c|d"\n')
    assert count(people, 'x = "a,b;c|d"') == (1, 1)


def test_an_empty_field_is_absent_and_a_quoted_one_is_the_empty_text(tmp_path: Path) -> None:
    people = open_csv(tmp_path, 'id,x\n1,\n2,""\n3,a\n')
    assert count(people, "x exists") == (2, 3)
    assert count(people, "x is empty") == (2, 3)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert count(open_csv(tmp_path, "\ufeffid,x\n1,2\n"), "x = 2") == (1, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id,plan\n" + "1,pro\n" * 50 + "id,plan,age\n" + "1,pro,3\n" * 5_000, "Line: 52"),
        ("id,a,b\n1,2,3\n2,3\n", "Line: 3"),
        ("id,name\n" + '1,"A ""B"""\n' * 300 + '2,"unclosed\n', "Line: 302"),
        ("My export\n\nid,a\n1,2\n", "Line: 3"),
        ("id,a\n" + "1,2\n" * 30_000 + "3\n" + "1,2\n" * 10, "Line: 30002"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(EngineError) as failed:
        open_csv(tmp_path, text)
    assert line in failed.value.said
    assert "\n" not in failed.value.said
    assert "ignore_errors" not in failed.value.said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("id,,x\n1,2,3\n", "column 2 of"),
        ("id,x,X\n1,2,3\n", "are called `X`"),
    ],
)
def test_a_header_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_csv(tmp_path, text)
    assert refused.value.code == "A701"
    assert message in refused.value.message


def test_files_that_are_read_together_have_one_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,y\n1,2,3\n")
    (tmp_path / "b.csv").write_text("id,y,x\n4,5,6\n")
    with pytest.raises(UsageError) as refused:
        audience.users(tmp_path / "*.csv")
    assert "another header" in refused.value.message
    (tmp_path / "b.csv").write_text("id,x,y\n4,5,6\n")
    assert count(audience.users(tmp_path / "*.csv"), "x = 5") == (1, 2)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\x1f"), min_size=1, max_size=8)


@given(st.lists(texts, min_size=1, max_size=6))
def test_every_text_that_the_csv_module_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, values: list[str]
                                                            ) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("csv") / "p.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([["id", "x"], *([str(index), value] for index, value in enumerate(values))])
    people = audience.users(path)
    expected = [value for value in values if value == values[0]]
    if kinds(people)["x"] == "text":
        wanted = audience.decode({"segments": [{"conditions": [
            {"property": "recipient.x", "operator": "contains", "argument": [values[0]]}]}]})  # fmt: skip
        assert audience.preview(wanted, users=people).matched == len(expected)
