"""How DuckDB names a users relation in FROM: a table, files, or documents read as an id and a JSON column."""

from typing import assert_never

from sqlglot import exp

from audience.catalog import Csv, Documents, Parquet, Relation, Table
from audience.limits import INTEGER_SAFE_MAX
from audience.lowering.build import (
    aliased,
    binary,
    case,
    cast,
    column,
    conjunction,
    function,
    integer,
    is_in,
    name,
    select,
    string,
    try_cast,
)
from audience.lowering.dialects.duckdb_json import json_paths
from audience.lowering.dialects.shared_leaves import table

JSON_FORMATS = {".json": "auto"}
"""A .json file is an array, one object, or lines: DuckDB finds out. Any other suffix is one object a line, where
a line that cannot be read spoils no other line."""

NEWLINE_DELIMITED = "newline_delimited"

COMPRESSIONS = (".gz", ".zst")
"""Suffixes after the format's own that DuckDB reads through."""


def relation(source: Relation) -> exp.Expr:
    """The item of FROM that yields the people: a table, a table function, or for documents a subselect."""
    match source:
        case Table(parts):
            return table(parts)
        case Csv():
            return exp.Table(this=_read_csv(source))
        case Parquet(path):
            return exp.Table(this=exp.ReadParquet(expressions=[string(path)]))
        case Documents(path, id):
            return _documents(path, id)
        case _:
            assert_never(source)


def _option(option: str, value: exp.Expr) -> exp.Expr:
    """A named argument of a table function, `name = value`."""
    return exp.EQ(this=column(option), expression=value)


def _read_csv(source: Csv) -> exp.Expr:
    """Everything is stated: what DuckDB detects by itself, it detects differently when one line is odd."""
    types = [exp.PropertyEQ(this=string(held), expression=string(type_name)) for held, type_name in source.columns]
    quote = string('"')
    options = [
        _option("auto_detect", exp.false()),
        _option("header", exp.true()),
        _option("delim", string(source.delimiter)),
        _option("quote", quote),
        _option("escape", quote.copy()),
        # An empty field is absent, a quoted one is the empty text.
        _option("allow_quoted_nulls", exp.false()),
        _option("columns", exp.Struct(expressions=types)),
    ]
    return exp.ReadCSV(this=string(source.path), expressions=options)


def _documents(path: str, id: str) -> exp.Expr:
    """A subselect with two columns, `id` and `properties`."""
    objects = function(
        "READ_JSON_OBJECTS",
        string(path),
        _option("format", string(_json_format(path))),
        _option("ignore_errors", exp.true()),
    )
    document = column("json")
    columns = [aliased(_document_id(document, id), "id"), aliased(document.copy(), "properties")]
    return exp.Subquery(this=select(columns, exp.Table(this=objects)), alias=exp.TableAlias(this=name("documents")))


def _document_id(document: exp.Expr, id: str) -> exp.Expr:
    """The id in a document: a text, or a whole number in decimal (5.0 is 5); anything else is no id."""
    [path] = json_paths((id,))
    form = function("JSON_TYPE", function("JSON_EXTRACT", document.copy(), string(path)))
    text = function("JSON_EXTRACT_STRING", document.copy(), string(path))
    number = try_cast(text.copy(), "DOUBLE")
    is_whole = binary(exp.EQ, function("TRUNC", number), number.copy())
    is_exact = binary(exp.LTE, function("ABS", number.copy()), integer(INTEGER_SAFE_MAX))
    is_decimal = binary(exp.EQ, form.copy(), string("DOUBLE"))
    return case(
        [
            (is_in(form, [string("VARCHAR"), string("UBIGINT"), string("BIGINT")]), text),
            (conjunction([is_decimal, is_whole, is_exact]), cast(cast(number.copy(), "BIGINT"), "VARCHAR")),
        ]
    )


def _json_format(path: str) -> str:
    file = path.lower()
    for compression in COMPRESSIONS:
        file = file.removesuffix(compression)
    return next((found for suffix, found in JSON_FORMATS.items() if file.endswith(suffix)), NEWLINE_DELIMITED)
