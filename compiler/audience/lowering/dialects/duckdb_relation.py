"""How DuckDB names a users relation in FROM: a table, files, or documents read as an id and a JSON column."""

from typing import assert_never

from sqlglot import exp

from audience.catalog import Csv, Documents, Parquet, Relation, Table
from audience.limits import INTEGER_SAFE_MAX
from audience.lowering.build import binary, case, cast, conjunction, function, integer, is_in, string, try_cast

JSON_FORMATS = {".json": "auto"}
"""A .json file is an array, one object, or lines: DuckDB finds out. Any other suffix is one object a line, where
a line that cannot be read spoils no other line."""

NEWLINE_DELIMITED = "newline_delimited"

COMPRESSIONS = (".gz", ".zst")
"""Suffixes after the format's own that DuckDB reads through."""


def relation(source: Relation) -> exp.Expr:
    """The item of FROM that yields the people: a table, a table function, or for documents a subselect."""
    match source:
        case Table(name):
            return _table(name)
        case Csv():
            return exp.Table(this=_read_csv(source))
        case Parquet(path):
            return exp.Table(this=exp.ReadParquet(expressions=[exp.Literal.string(path)]))
        case Documents(path, id):
            return _documents(path, id)
        case _:
            assert_never(source)


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _table(name: tuple[str, ...]) -> exp.Table:
    this, schema, database = [*map(_name, reversed(name)), None, None][:3]
    return exp.Table(this=this, db=schema, catalog=database)


def _option(name: str, value: exp.Expr) -> exp.Expr:
    """A named argument of a table function, `name = value`."""
    return exp.EQ(this=exp.Column(this=exp.to_identifier(name)), expression=value)


def _read_csv(source: Csv) -> exp.Expr:
    """Everything is stated: what DuckDB detects by itself, it detects differently when one line is odd."""
    types = [
        exp.PropertyEQ(this=exp.Literal.string(name), expression=exp.Literal.string(type_name))
        for name, type_name in source.columns
    ]
    quote = exp.Literal.string('"')
    options = [
        _option("auto_detect", exp.false()),
        _option("header", exp.true()),
        _option("delim", exp.Literal.string(source.delimiter)),
        _option("quote", quote),
        _option("escape", quote.copy()),
        # An empty field is absent, a quoted one is the empty text.
        _option("allow_quoted_nulls", exp.false()),
        _option("columns", exp.Struct(expressions=types)),
    ]
    return exp.ReadCSV(this=exp.Literal.string(source.path), expressions=options)


def _documents(path: str, id: str) -> exp.Expr:
    objects = exp.Anonymous(
        this="READ_JSON_OBJECTS",
        expressions=[
            exp.Literal.string(path),
            _option("format", exp.Literal.string(_json_format(path))),
            _option("ignore_errors", exp.true()),
        ],
    )
    document = exp.Column(this=_name("json"))
    columns = [exp.alias_(_document_id(document, id), _name("id")), exp.alias_(document.copy(), _name("properties"))]
    return exp.select(*columns).from_(exp.Table(this=objects)).subquery(_name("documents"))


def _document_id(document: exp.Expr, id: str) -> exp.Expr:
    """The id in a document: a text, or a whole number in decimal (5.0 is 5); anything else is no id."""
    path = _key_path(id)
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
    name = path.lower()
    for compression in COMPRESSIONS:
        name = name.removesuffix(compression)
    return next((found for suffix, found in JSON_FORMATS.items() if name.endswith(suffix)), NEWLINE_DELIMITED)


def _key_path(key: str) -> str:
    """One key as a DuckDB JSON path. The keys "" and "*" mean something else in a path, but not in a pointer."""
    if key in ("", "*"):
        return f"/{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
