"""How DuckDB writes JSON: paths into a document, and values as its own writer puts them.

A quoted path label `"*"` is still a wildcard and `""` is a syntax error, so those two keys go by JSON pointer.
"""

import re
from itertools import groupby

from sqlglot import exp

from audience.lowering.build import cast, column, function, name, string, text_value
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.shared_leaves import free_variable
from audience.values import Boolean, Null, Text, Value, write_json

PLAIN_TEXT = re.compile(r"[^\x00-\x1f\"\\\x7f]*")
"""Texts that JSON writers put between quotes as they are."""

POINTER_KEYS = ("", "*")
"""Keys that a DuckDB JSON path cannot name."""


def node_literal(value: Value) -> exp.Expr:
    """A plain value as DuckDB's own writer puts it, so that both sides escape alike.

    Texts without anything to escape are spelled out, which plans faster in long lists.
    """
    match value:
        case Text(text) if PLAIN_TEXT.fullmatch(text):
            return text_value(f'"{text}"')
        case Text(text):
            return cast(function("to_json", text_value(text)), "VARCHAR")
        case Boolean() | Null():
            return string(write_json(value))
        case _:
            return cast(function("json", text_value(write_json(value))), "VARCHAR")


def items_of(node: exp.Expr) -> exp.Expr:
    """The items of a list node as a list of nodes; empty for everything that is no list."""
    return cast(function("json_extract", node, string("$[*]")), "VARCHAR[]")


def transformed(items: exp.Expr, read: Test) -> exp.Expr:
    """A list with what is read from each of its items."""
    variable = free_variable([])
    return function("list_transform", items, exp.Lambda(this=read(column(variable)), expressions=[name(variable)]))


def json_paths(steps: Steps) -> list[str]:
    """A path as DuckDB JSON paths to be applied one after the other; most are one run."""
    runs: list[str] = []
    for pointer, group in groupby(steps, key=lambda step: step in POINTER_KEYS):
        if pointer:
            runs.extend(f"/{step}" for step in group)
        else:
            runs.append("$" + "".join(_label(step) for step in group))
    return runs or ["$"]


def _label(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{min(step, 2**62)}]"
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'."{escaped}"'
