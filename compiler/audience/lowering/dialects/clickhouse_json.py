r"""How ClickHouse looks into JSON that stands in a String column.

A node is a JSON text as ClickHouse itself writes it, so that both sides of a comparison escape alike. What is missing
is `''` for the JSON functions, and NULL here. Index 1 of an object would be its first member, so an index is taken of
the items of a list, which an object has not.
"""

import re
from collections.abc import Sequence

from sqlglot import exp

from audience.lowering.build import (
    binary,
    case,
    coalesce,
    column,
    conjunction,
    false,
    function,
    integer,
    is_in,
    is_not_null,
    name,
    negation,
    string,
    text_value,
)
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.common import CommonLeaves, free_variable
from audience.values import Boolean, Null, Text, Value, write_json

LONG_NUMBER = "[0-9]{19}"
LONG_INTEGER = "^-?[0-9]{19,}$"
TOKENS = r'"(?:[^"\\]|\\.)*"|[-0-9][-+.0-9eE]*|[^"0-9-]+|"'
"""Cuts every text into JSON texts, numbers and the rest, with nothing left out."""

BYTE_ORDER_MARK = "\ufeff"
"""The reader skips it, and JSON does not allow it."""

PLAIN_TEXT = re.compile('[^\x00-\x1f"\\\\\u2028\u2029]*')
"""Texts that the JSON functions put between quotes as they are."""

INDEX_LAST = 2**62
"""Indexes beyond it are beyond the end of every list, and one more would not fit into 64 bits."""


READABLE = "readable"
"""Under this key an expression's own notes say that its long numbers were marked already."""


class JsonInText(CommonLeaves):
    """The JSON leaves."""

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:  # noqa: ARG002  # JSON always stands in a text
        """The text, made readable, NULL where it begins with a byte order mark."""
        has_mark = function("startsWith", operand, string(BYTE_ORDER_MARK))
        found = case([(has_mark, exp.Null()), _long_number(operand.copy())], operand.copy())
        found.meta[READABLE] = True
        return found

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """Keys are followed in one call, up to an index, which takes an item of a list."""
        found, keys = document, list[exp.Expr]()
        for step in steps:
            if isinstance(step, str):
                keys.append(string(step))
                continue
            items = function("JSONExtractArrayRaw", coalesce(_readable(found), string("")), *keys)
            found, keys = function("arrayElement", items, integer(min(step, INDEX_LAST) + 1)), []
        if keys or not steps:
            found = function("JSONExtractRaw", _readable(found), *keys)
        return function("nullIf", found, string(""))

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """The first character of a JSON text tells what it is."""
        return function("startsWith", node, string({"text": '"', "list": "[", "object": "{"}[form]))

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """NULL and null read alike."""
        return binary(exp.EQ, coalesce(node, string("null")), string("null"))

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Plain values compare as their JSON text."""
        return is_in(node, [_literal(value) for value in values])

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """Two words that no text is written as."""
        is_boolean = is_in(node, [string("true"), string("false")])
        return case([(is_boolean, binary(exp.EQ, node.copy(), string("true")))])

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """Texts decoded, everything else as it is written."""
        return function("JSONExtractString", node)

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """Only a number's JSON text reads as Float64: texts carry quotes, true and null do not parse."""
        return function("toFloat64OrNull", node)

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has."""
        return function("JSONLength", node)

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """How many members an object node has."""
        return function("JSONLength", node)

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Items compare as their JSON text."""
        literals = [_literal(value) for value in values]
        if len(literals) == 1:
            return function("has", _items(node), literals[0])
        return function("hasAny", _items(node), exp.Array(expressions=literals))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A lambda over the items."""
        variable = free_variable(others)
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return function("arrayExists", passing, _items(node))

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """What cannot be read has no type."""
        form = function("JSONType", self.document(operand, text))
        is_object = binary(exp.EQ, form, string("Object"))
        return conjunction([is_not_null(operand.copy()), negation(coalesce(is_object, false()))])


def _readable(text: exp.Expr) -> exp.Expr:
    """A JSON text, with an exponent after each whole number of 19 digits or more.

    Beyond 64 bits such a number would come out as a text; with an exponent it is read as the binary64 it is. ClickHouse
    itself writes binary64 below 1e21 with all digits, so what was read once needs it as well. A text that is more than
    the name of a column is bound by a lambda, because it would be written three times.
    """
    if text.meta.get(READABLE):
        return text
    if isinstance(text, exp.Column):
        return case([_long_number(text)], text.copy())
    bound = column("written")
    marked = exp.Lambda(this=case([_long_number(bound)], bound.copy()), expressions=[name("written")])
    return function("arrayElement", function("arrayMap", marked, function("array", text)), integer(1))


def _long_number(text: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """The branch of a CASE for texts that have a long number."""
    token = column("token")
    exact = function(
        "if", function("match", token, string(LONG_INTEGER)), function("concat", token, string("e0")), token
    )
    tokens = function("extractAll", function("assumeNotNull", text), string(TOKENS))
    marked = function("arrayMap", exp.Lambda(this=exact, expressions=[name("token")]), tokens)
    return function("match", text.copy(), string(LONG_NUMBER)), function("arrayStringConcat", marked)


def _items(node: exp.Expr) -> exp.Expr:
    """The items of a list node; empty for everything that is no list."""
    return function("JSONExtractArrayRaw", coalesce(_readable(node), string("")))


def _literal(value: Value) -> exp.Expr:
    """A plain value as ClickHouse writes it; texts without anything to escape are spelled out."""
    match value:
        case Text(text) if PLAIN_TEXT.fullmatch(text):
            return text_value(f'"{text}"')
        case Boolean() | Null():
            return string(write_json(value))
        case _:
            return function("JSONExtractRaw", text_value(write_json(value)))
