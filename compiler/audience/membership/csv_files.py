"""Decide how a CSV file is read: its delimiter and names from the first line, its types from all values.

Engines detect these by themselves, and detect something else when a line is odd: they skip lines that do not
fit, change the quoting of the whole file, read 01/02/2025 as a date of one order or the other. Here the first
line is the header, quotes are double quotes, and a column is typed only when every value is spelled as JSON
spells that type. Everything else stays text, dates included, which conditions read as instants by themselves.
"""

import csv
import glob
from collections.abc import Collection

from sqlglot import exp

from audience.catalog import Csv
from audience.engines import Engine
from audience.errors import UsageError
from audience.lowering.build import (
    binary,
    case,
    column,
    conjunction,
    function,
    integer,
    is_null,
    name,
    select,
    string,
    try_cast,
)
from audience.lowering.dialects import DIALECTS
from audience.lowering.dialects.duckdb_relation import relation
from audience.lowering.query import render

DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"
"""A character that no line holds: with it, a line is read as one field."""

WHOLE_NUMBER = "-?(0|[1-9][0-9]*)"
NUMBER = f"{WHOLE_NUMBER}([.][0-9]+)?([eE][+-]?[0-9]+)?"
TRUTHS = "true|false"


def look_at_csv(engine: Engine, path: str, text: Collection[str]) -> Csv:
    """The files of a path as a relation; the columns named in `text` are text whatever they hold.

    Raises UsageError A701 for a file without a header that can be used, EngineError for lines that do not fit.
    """
    files = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  # the engine takes the same pattern
    first = _first_line(engine, glob.escape(files[0]))
    for other in files[1:]:
        # Columns go by their position, so files in another order would be read as something else.
        if _first_line(engine, glob.escape(other)) != first:
            raise UsageError(
                "A701",
                f"{other} has another header than {files[0]}",
                "files that are read together have the same columns in the same order",
            )
    delimiter = max(DELIMITERS, key=lambda sign: (len(_fields(first, sign)), -DELIMITERS.index(sign)))
    names = _fields(first, delimiter)
    _check_header(names, path)
    texts = Csv(path, delimiter, tuple((held, "VARCHAR") for held in names))
    looked_at = [held for held in names if held not in text]
    found = dict.fromkeys(names, "VARCHAR") | dict(zip(looked_at, _types(engine, texts, looked_at), strict=True))
    return Csv(path, delimiter, tuple(found.items()))


def _first_line(engine: Engine, path: str) -> str:
    lines = select([column("line")], relation(Csv(path, NO_DELIMITER, (("line", "VARCHAR"),))))
    reader = lines.find(exp.ReadCSV)
    assert reader is not None, "a Csv is read by ReadCSV"
    for option in reader.expressions:
        if option.this.name == "header":
            option.set("expression", exp.false())
        elif option.this.name in ("quote", "escape"):
            option.set("expression", string(""))
    lines.set("limit", exp.Limit(expression=integer(1)))
    rows = engine.run(render(lines, DIALECTS["duckdb"]), doing=f"reading the header of {path}")
    if not rows or rows[0][0] is None:
        raise UsageError("A701", f"{path} is empty", "the first line names the columns")
    return str(rows[0][0]).removeprefix("\ufeff")


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _check_header(names: list[str], path: str) -> None:
    for position, held in enumerate(names):
        if not held:
            raise UsageError("A701", f"column {position + 1} of {path} has no name", "the first line names the columns")
        if held.casefold() in {other.casefold() for other in names[:position]}:
            raise UsageError("A701", f"two columns of {path} are called `{held}`", "rename one in the first line")


def _types(engine: Engine, texts: Csv, names: list[str]) -> list[str]:
    """The type of each column: the narrowest one that spells every value as it stands in the file."""
    if not names:
        return []
    query = select([_type(held) for held in names], relation(texts))
    (row,) = engine.run(render(query, DIALECTS["duckdb"]), doing=f"looking at the values of {texts.path}")
    return [str(found) for found in row]


def _type(held: str) -> exp.Expr:
    def every(test: exp.Expr) -> exp.Expr:
        return binary(exp.EQ, function("count_if", test), function("count", column(held)))

    def is_spelled(pattern: str) -> exp.Expr:
        return function("regexp_full_match", column(held), string(pattern))

    def is_cast(type_name: str) -> exp.Expr:
        return exp.Not(this=is_null(try_cast(column(held), type_name)))

    whole = conjunction([is_spelled(WHOLE_NUMBER), is_cast("BIGINT")])
    number = conjunction([is_spelled(NUMBER), is_cast("DOUBLE")])
    nothing = binary(exp.EQ, function("count", column(held)), integer(0))
    chosen = case(
        [
            (nothing, string("VARCHAR")),
            (every(is_spelled(TRUTHS)), string("BOOLEAN")),
            (every(whole), string("BIGINT")),
            (every(number), string("DOUBLE")),
        ],
        string("VARCHAR"),
    )
    return exp.Alias(this=chosen, alias=name(held))
