"""Rules of the house that a machine can check: size, opening sentence, file names, and no SQL in f-strings."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "compiler").rglob("*.py"), *(ROOT / "grammar").rglob("*.py")])
QUERYING = [
    path
    for path in SOURCES
    if {"lowering", "membership", "engines", "project", "store"} & set(path.relative_to(ROOT).parts)
]

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
WORDS_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "handler", "misc", "base", "common"}

# SQL is written in capitals here, which keeps messages such as "no row from the file" out.
SQL = re.compile(
    r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE|CREATE|DROP|ALTER|ATTACH|COPY|DESCRIBE|PRAGMA|SET|FROM|WHERE|JOIN|"
    r"GROUP BY|ORDER BY|HAVING|LIMIT|UNION|VALUES|CASE WHEN|IS NOT NULL|IS NULL)\s|(^|\s)(AND|OR|NOT IN|IN \()(\s|$)"
)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_a_file_is_tidy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= LINES_MAX, f"over {LINES_MAX} lines: split it by concept"
    assert ast.get_docstring(tree), "a file opens by saying what it is for"
    assert path.stem not in WORDS_THAT_SAY_NOTHING, "a file is named after its concept"
    long = [f"{node.name}:{node.lineno}" for node in functions(tree) if _length(node) > FUNCTION_LINES_MAX]
    assert not long, f"over {FUNCTION_LINES_MAX} lines: {long}"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def composed_sql(source: str) -> list[int]:
    """Lines on which a string that looks like SQL is put together from parts: f-string, +, %, format or join."""
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) if SQL.search(_literal_parts(node))})


def _literal_parts(node: ast.AST) -> str:
    """What a composed string says apart from what is put in; nothing for any other node."""
    match node:
        case ast.JoinedStr(values=values) if any(isinstance(value, ast.FormattedValue) for value in values):
            return "\0".join(str(value.value) for value in values if isinstance(value, ast.Constant))
        case ast.BinOp(left=left, op=ast.Add(), right=right) if not _is_text(left) or not _is_text(right):
            return "\0".join(_text(side) for side in (left, right))
        case ast.BinOp(left=left, op=ast.Mod()):
            return _text(left)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join" | "format_map")):
            return _text(value)
        case _:
            return ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize("path", QUERYING, ids=shown)
def test_sql_is_built_as_trees(path: Path) -> None:
    """A value or a name inside a string of SQL is an injection, or a quoting mistake, that waits for its day."""
    lines = composed_sql(path.read_text(encoding="utf-8"))
    assert not lines, f"{shown(path)}: SQL put together from strings on lines {lines}; build a tree"


@pytest.mark.parametrize(
    "source",
    [
        'f"SELECT {column} FROM t"',
        'f"{a} AND {b}"',
        '"SELECT * FROM " + table',
        '"SELECT * FROM %s" % table',
        '"SELECT * FROM {}".format(table)',
        '" AND ".join(parts)',
        "f\"SET TimeZone = '{zone}'\"",
        'f"DESCRIBE {table}"',
    ],
)
def test_composed_sql_is_found(source: str) -> None:
    assert composed_sql(source)


@pytest.mark.parametrize(
    "source",
    [
        '"SELECT 1 FROM t WHERE x IS NULL"',
        'f"{n} rows from the file {path}"',
        'f"the column {name} and the table {table} have no id"',
        'f"expected {a} or {b}"',
        'f"set {option} in audience.toml, where it is read"',
        '", ".join(names)',
    ],
)
def test_messages_and_fixed_statements_are_left_alone(source: str) -> None:
    assert not composed_sql(source)
