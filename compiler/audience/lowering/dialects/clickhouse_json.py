r"""How ClickHouse looks into JSON that stands in a String column.

A node is a JSON text as ClickHouse itself writes it, so that both sides of a comparison escape alike. What is missing
is `''` for the JSON functions, and NULL here. Index 1 of an object would be its first member, so an index is taken of
the items of a list, which an object has not.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

from sqlglot import exp

from audience.lowering.build import (
    binary,
    case,
    coalesce,
    column,
    conjunction,
    double,
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
from audience.lowering.dialects.shared_leaves import SharedLeaves, free_variable
from audience.values import Boolean, Null, Number, Text, Value, write_json

LONG_NUMBER = "[0-9]{19}"
LONG_TEXT = '"-?[0-9]{19}'
LONG_INTEGER = "^-?[0-9]{19,}$"
TOKENS = r'"(?:[^"\\]|\\.)*"|[-0-9][-+.0-9eE]*|[^"0-9-]+|"'
"""Cuts every text into JSON texts, numbers and the rest, with nothing left out."""

PLAIN_TEXT = re.compile('[^\x00-\x1f"\\\\\u2028\u2029]*')
"""Texts that the JSON functions put between quotes as they are."""

INDEX_LAST = 2**62
"""Indexes beyond it are beyond the end of every list, and one more would not fit into 64 bits."""


SHORT = "short"
"""Under this key an expression's own notes say that it may be written several times."""


class JsonInText(SharedLeaves):
    """The JSON leaves."""

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:  # noqa: ARG002  # JSON always stands in a text
        """The text, behind a space: the reader skips a byte order mark at the very start, and JSON allows none."""
        found = function("concat", string(" "), operand)
        found.meta[SHORT] = isinstance(operand, exp.Column)
        return found

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """What stands at a path as it is, unless it might hold a long number: then the path is walked with care."""

        def found(text: exp.Expr) -> exp.Expr:
            plain = _walk(text, steps, lambda read: read)
            has_long = function("match", plain.copy(), string(LONG_TEXT))
            return case([(has_long, _walk(text.copy(), steps, partial(_with_exponents, steps=steps)))], plain)

        return function("nullIf", _bound(document, found), string(""))

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

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:
        """Texts in one pass over both lists; of numbers, as many different ones are found as are wanted."""
        numbers: list[exp.Expr] = [double(value.value) for value in values if isinstance(value, Number)]
        if not numbers:
            return function("hasAll", _items(node), exp.Array(expressions=[_literal(value) for value in values]))
        variable = free_variable([])
        # A zero with a sign is the same number, and would be counted as another one.
        number = binary(exp.Add, self.number_double(self.node_number(column(variable))), double(0.0))
        read = function("arrayMap", exp.Lambda(this=number, expressions=[name(variable)]), _items(node))
        wanted = exp.Lambda(this=is_in(column(variable), numbers), expressions=[name(variable)])
        found = function("length", function("arrayDistinct", function("arrayFilter", wanted, read)))
        return binary(exp.EQ, found, integer(len(numbers)))

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


def _walk(text: exp.Expr, steps: Steps, read: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Keys are followed in one call, up to an index, which takes an item of a list; `''` where nothing is.

    `read` prepares each text that is parsed.
    """
    found, keys = text, list[exp.Expr]()
    for step in steps:
        if isinstance(step, str):
            keys.append(string(step))
            continue
        items = function("JSONExtractArrayRaw", coalesce(read(found), string("")), *keys)
        found, keys = function("arrayElement", items, integer(min(step, INDEX_LAST) + 1)), []
    return function("JSONExtractRaw", read(found), *keys) if keys or not steps else found


def _bound(text: exp.Expr, use: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """What is made of a text, where a text that is long to write is named by a lambda once."""
    if isinstance(text, exp.Column) or text.meta.get(SHORT):
        return use(text)
    made = exp.Lambda(this=use(column("written")), expressions=[name("written")])
    return function("arrayElement", function("arrayMap", made, function("array", text)), integer(1))


def _with_exponents(text: exp.Expr, *, steps: Steps) -> exp.Expr:
    """A JSON text with an exponent after each whole number of 19 digits or more.

    Beyond 64 bits such a number would come out as a text; with an exponent it is read as the binary64 it is. ClickHouse
    itself writes binary64 below 1e21 with all digits, so what it has written needs the same.

    ClickHouse would do this for every row if two branches had it in common. Each says its path in place of a NULL,
    which never gets here, so that no two are alike.
    """
    token = column("token")
    longer = function("concat", token, string("e0"))
    exact = function("if", function("match", token, string(LONG_INTEGER)), longer, token)
    tokens = function("extractAll", coalesce(text, string(repr(steps))), string(TOKENS))
    return function(
        "arrayStringConcat", function("arrayMap", exp.Lambda(this=exact, expressions=[name("token")]), tokens)
    )


def _items(node: exp.Expr) -> exp.Expr:
    """The items of a list node; empty for everything that is no list."""

    def readable(text: exp.Expr) -> exp.Expr:
        return case(
            [(function("match", text, string(LONG_NUMBER)), _with_exponents(text.copy(), steps=()))], text.copy()
        )

    return function("JSONExtractArrayRaw", coalesce(_bound(node, readable), string("")))


def _literal(value: Value) -> exp.Expr:
    """A plain value as ClickHouse writes it; texts without anything to escape are spelled out."""
    match value:
        case Text(text) if PLAIN_TEXT.fullmatch(text):
            return text_value(f'"{text}"')
        case Boolean() | Null():
            return string(write_json(value))
        case _:
            return function("JSONExtractRaw", text_value(write_json(value)))
