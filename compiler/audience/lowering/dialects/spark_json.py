r"""How Spark looks into JSON that stands in a STRING.

Spark's JSON functions hand out a text without its quotes, so that "5" and 5 would be one, and print numbers anew. So
the text of a document is **marked** before they read it: a text becomes ":text" and a number "number:", a string that
they hand out as it is. A node is what they hand out: `:pro`, `5e3:`, `true`, `[":a","1:",null]`, `{":k":":v"}`; its
first character, and for a number its last one, tell what it is. Nothing is left of null, which is absent anyway.

Marking needs no parser: once `\\` and `\"` are spelled `\u005c` and `\u0022`, every `"` begins or ends a string, and
what lies outside of strings is marked where the grammar of JSON has a number.

The parser stops after the first value of a text and never sees what follows. So it reads the document as the first item
of a list that ends with an object which no marked text can hold, for its 7 is no string.

VARIANT is read by way of its text.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.errors import CompilerBug
from audience.lowering.build import (
    binary,
    case,
    column,
    conjunction,
    constant,
    disjunction,
    double,
    function,
    integer,
    is_in,
    is_not_null,
    is_null,
    name,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.shared_leaves import SharedLeaves, free_variable
from audience.values import Array, Boolean, Null, Number, Text, Value

MARK = ":"
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?"
TOKENS = f'"([^"]*)"|({NUMBER})'
MARKED = f'"$2{MARK}$1"'
"""What replaces a token. One of its two groups is empty: a number ends with the mark, a text begins with it."""

MARKED_NUMBER = f'"(-?[0-9][^"]*){MARK}"'
MARKED_TEXT = f'"{MARK}([^"]*)"'

PARSER = "from_json"

FIRST, END = "[", ',{"":7}]'
END_MEMBER, END_TEXT = "7", '{"":7}'

OBJECTS, TEXTS, MEMBERS = "array<map<string,string>>", "array<string>", "map<string,string>"

INDEX_LAST = 2**31 - 2
"""Lists have no items beyond it, and `get` takes an INT."""

MARKED_DOCUMENT = "marked_document"
"""Under this key an expression's own notes say that it is what `document` returned."""


class MarkedNodes(SharedLeaves):
    """The JSON leaves."""

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """The text of a list of the marked document and of its end."""
        written = operand if text else function("to_json", operand)
        found = function("concat", string(FIRST), function(
            "regexp_replace", _unescaped(written), string(TOKENS), string(MARKED)), string(END))  # fmt: skip
        found.meta[MARKED_DOCUMENT] = True
        return found

    def nodes(self, document: exp.Expr, paths: Sequence[Steps]) -> exp.Expr | None:
        """The members of the document, parsed once; None where a path does not begin with a key."""
        return _members(document) if all(path and isinstance(path[0], str) for path in paths) else None

    def node_of(self, nodes: exp.Expr, index: int, steps: Steps) -> exp.Expr:  # noqa: ARG002  # they are all the same
        """The path, from the members."""
        return self.node(_member(nodes, str(steps[0])), steps[1:])

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """One parser a step."""
        found, rest = document, steps
        if document.meta.get(MARKED_DOCUMENT):
            if steps and isinstance(steps[0], str):
                found, rest = _member(_members(document), steps[0]), steps[1:]
            else:
                found = _root(document, TEXTS, lambda end: binary(exp.EQ, end, string(END_TEXT)))
        for step in rest:
            if isinstance(step, str):
                found = _member(function(PARSER, found, string(MEMBERS)), step)
            else:
                found = function("get", _items(found), integer(min(step, INDEX_LAST)))
        return found

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """By the first character."""
        return function("startswith", node, string({"text": MARK, "list": "[", "object": "{"}[form]))

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """Nothing stands for null."""
        return is_null(node)

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Scalars as their nodes, lists part by part: how text is escaped in a list is the engine's own affair."""
        scalars = [_scalar(value) for value in values if isinstance(value, Boolean | Text)]
        parts = [is_in(node, scalars)] if scalars else []
        parts += [self._equals(node.copy(), value) for value in values if not isinstance(value, Boolean | Text)]
        return disjunction(parts)

    def _equals(self, node: exp.Expr, value: Value) -> exp.Expr:
        match value:
            case Array(held):
                return bound(node, lambda known: self._is_list(known, held))
            case Null():
                return is_null(node)
            case _:
                return binary(exp.EQ, node, _scalar(value))

    def _is_list(self, node: exp.Expr, held: Sequence[Value]) -> exp.Expr:
        """Beginning with what is false for every other node, where the rest is NULL."""
        items = function(PARSER, node, string(TEXTS))
        parts = [self.is_node(node.copy(), "list")]
        parts.append(binary(exp.EQ, function("array_size", items), integer(len(held))))
        parts += [self._equals(function("get", items.copy(), integer(at)), one) for at, one in enumerate(held)]
        return conjunction(parts)

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """Two words that no text and no number is written as."""

        def read(known: exp.Expr) -> exp.Expr:
            is_boolean = is_in(known, [string("true"), string("false")])
            return case([(is_boolean, binary(exp.EQ, known.copy(), string("true")))])

        return bound(node, read)

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """A text without its mark; every other node ends with a sign that no timestamp ends with."""
        return function("substr", node, integer(2))

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """Without marks at its end only a number reads as DOUBLE: a text begins with one, a list with a bracket."""
        return try_cast(function("rtrim", string(MARK), node), "DOUBLE")

    def number_is_any(self, number: exp.Expr, values: Sequence[float]) -> exp.Expr:
        """To add zero takes the sign from zero, which IN would mind on Sail."""
        literals: list[exp.Expr] = [double(value) for value in values]
        if len(literals) > 1:
            number = binary(exp.Add, number, constant(double(0)))
        return is_in(number, literals)

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has."""
        return function("json_array_length", node)

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """How many members an object node has."""
        return function("array_size", function("json_object_keys", node))

    def has_key(self, node: exp.Expr, key: str) -> exp.Expr | None:
        """Nothing is left of a null but its key."""
        return function("array_contains", function("json_object_keys", node), string(f"{MARK}{key}"))

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Scalars in one pass."""
        if not all(isinstance(value, Boolean | Text) for value in values):
            return self.node_some_item(node, lambda item: self.node_is_any(item, values))
        literals = [_scalar(value) for value in values]
        if len(literals) == 1:
            return function("array_contains", _items(node), literals[0])
        return function("arrays_overlap", _items(node), function("array", *literals))

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:
        """As many different ones are found as are wanted."""
        variable = free_variable([node])
        if numbers := [double(value.value) for value in values if isinstance(value, Number)]:
            # A zero with a sign is the same number, and would be counted as another one.
            number = binary(exp.Add, self.number_double(self.node_number(column(variable))), double(0.0))
            read = function("transform", _items(node), exp.Lambda(this=number, expressions=[name(variable)]))
            wanted: list[exp.Expr] = list(numbers)
        elif all(isinstance(value, Boolean | Text) for value in values):
            read, wanted = _items(node), [_scalar(value) for value in values]
        else:
            return None
        is_wanted = exp.Lambda(this=is_in(column(variable), wanted), expressions=[name(variable)])
        found = function("size", function("array_distinct", function("filter", read, is_wanted)))
        return binary(exp.EQ, found, integer(len(wanted)))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A lambda over the items."""
        variable = free_variable([node, *others])
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return function("exists", _items(node), passing)

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """The marks taken off."""
        return bound(node, self._unmarked)

    def _unmarked(self, node: exp.Expr) -> exp.Expr:
        listed = function("concat", string("["), function("to_json", function("array", node.copy())), string("]"))
        is_text = self.is_node(node.copy(), "text")
        quoted = case([(is_text, listed)], function("concat", string("[["), node, string("]]")))
        numbers = function("regexp_replace", _unescaped(quoted), string(MARKED_NUMBER), string("$1"))
        bare = function("regexp_replace", numbers, string(MARKED_TEXT), string('"$1"'))
        # A number that is not inside of anything has no quotes.
        number = function("rtrim", string(MARK), node.copy())
        is_number = is_not_null(self.node_number(node.copy()))
        inner = function("regexp_extract", bare, string("(?s)^..(.*)..$"), integer(1))
        return case([(is_null(node.copy()), exp.Null()), (is_number, number)], inner)

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """What is no object has no members."""
        members = _members(self.document(operand.copy(), text))
        return conjunction([is_not_null(operand), is_null(members)])


def _unescaped(text: exp.Expr) -> exp.Expr:
    """A JSON text in which a quote always begins or ends a string."""
    without_backslash = function("replace", text, string("\\\\"), string("\\u005c"))
    return function("replace", without_backslash, string('\\"'), string("\\u0022"))


def bound(operand: exp.Expr, body: Test) -> exp.Expr:
    """An expression that names its operand more than once: what has a parser in it is bound by a lambda."""
    if not any(called.name == PARSER for called in operand.find_all(exp.Anonymous)):
        return body(operand)
    variable = free_variable([operand])
    lambda_ = exp.Lambda(this=body(column(variable)), expressions=[name(variable)])
    return function("get", function("transform", function("array", operand), lambda_), integer(0))


def _root(document: exp.Expr, type_name: str, is_end: Test) -> exp.Expr:
    """The document itself, if the list that it was put into ends where it should."""
    options = [part for option in ("allowSingleQuotes", "allowNonNumericNumbers")
               for part in (string(option), string("false"))]  # fmt: skip
    parsed = function(PARSER, document, string(type_name), function("map", *options))

    def checked(known: exp.Expr) -> exp.Expr:
        end = is_end(function("get", known, integer(1)))
        return case([(end, function("get", known.copy(), integer(0)))])

    return bound(parsed, checked)


def _members(document: exp.Expr) -> exp.Expr:
    """The members of a marked document, NULL where it is no object."""
    return _root(document, OBJECTS, lambda end: binary(
        exp.EQ, function("try_element_at", end, string("")), string(END_MEMBER)))  # fmt: skip


def _member(members: exp.Expr, key: str) -> exp.Expr:
    return function("try_element_at", members, string(f"{MARK}{key}"))


def _items(node: exp.Expr) -> exp.Expr:
    """The items of a list node, NULL for everything else; Sail would make a list of an object."""

    def only_list(known: exp.Expr) -> exp.Expr:
        return case([(function("startswith", known, string("[")), known.copy())])

    return function(PARSER, bound(node, only_list), string(TEXTS))


def _scalar(value: Value) -> exp.Expr:
    match value:
        case Text(text):
            return text_value(f"{MARK}{text}")
        case Boolean(held):
            return string("true" if held else "false")
        case _:
            raise CompilerBug(f"{value} is neither a text nor a boolean")
