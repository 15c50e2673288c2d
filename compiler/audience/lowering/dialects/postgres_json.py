"""PostgreSQL's leaves for JSON.

A node is `jsonb`, which Postgres compares by value; a number of one is `numeric`, which holds every JSON number as it
was written.

Traps that shaped them, each found by running it: AND does not guard, only CASE does; `->` with a number looks into
scalars, and `#>` takes the key "0" for an index; `["x"] @> "x"` holds at the root of a value; the type `json` stores
what `jsonb` refuses.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.lowering.build import (
    binary,
    case,
    cast,
    coalesce,
    column,
    conjunction,
    disjunction,
    double,
    function,
    integer,
    is_in,
    is_not_null,
    name,
    negation,
    paren,
    select,
    string,
    text_value,
)
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.shared_leaves import SharedLeaves, free_variable
from audience.values import Array, Boolean, Null, Number, Text, Value, write_json

CONTAINED_MAX = 16
"""So many containments are asked one by one, each by an index; a longer list is one IN."""

INDEX_MAX = 2**31 - 1
"""An index beyond it is no operand of `->`."""


class PostgresJson(SharedLeaves):
    """The leaves that look into JSON."""

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Text, and the type json, are read where they can be; json also holds what jsonb cannot."""
        if not text:
            return operand
        written = cast(operand, "TEXT")
        return case([(function("pg_input_is_valid", written, string("jsonb")), cast(written.copy(), "JSONB"))])

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """One `->` a step: a text is always a key, and a number an index only of an array."""
        found = document
        for step in steps:
            match step:
                case str() if "\0" in step:
                    return cast(exp.Null(), "JSONB")
                case str():
                    found = _arrow(found, string(step))
                case int() if step > INDEX_MAX:
                    return cast(exp.Null(), "JSONB")
                case int():
                    found = case([(self.is_node(found, "list"), _arrow(found.copy(), integer(step)))])
        return found

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """By the name of its type."""
        return _has_type(node, {"text": "string", "list": "array", "object": "object"}[form])

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """A JSON null has a type of its own."""
        return binary(exp.EQ, coalesce(function("jsonb_typeof", node), string("null")), string("null"))

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Jsonb compares by value."""
        return is_in(node, [_jsonb(value) for value in values])

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """By comparison: a cast would raise for other types."""
        return case([(_has_type(node, "boolean"), binary(exp.EQ, node.copy(), cast(string("true"), "JSONB")))])

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """The text of a scalar; of the last step of a path, `->>` is one call where two take longer."""
        if isinstance(node, exp.JSONExtract):
            return exp.JSONExtractScalar(this=node.this, expression=node.expression, only_json_types=True)
        return exp.JSONBExtractScalar(this=paren(node), expression=string("{}"))

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """NUMERIC, as it was written."""
        return case([(_has_type(node, "number"), cast(node.copy(), "DECIMAL"))])

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """Guarded, because it raises for what is no array."""
        return case([(self.is_node(node, "list"), function("jsonb_array_length", node.copy()))])

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """Guarded, because it raises for what is no object."""
        keys = function("jsonb_object_keys", node.copy())
        counted = exp.Subquery(this=select([function("count", exp.Star())], _rows(keys, "key"), alias="keys"))
        return case([(self.is_node(node, "object"), counted)])

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Containment of a list of one scalar is membership; of a list in a list it is less than equality."""
        scalars = all(isinstance(value, Text | Boolean | Null) for value in values)
        if scalars and len(values) <= CONTAINED_MAX:
            return disjunction([_contains(node.copy(), write_json(Array((value,)))) for value in values])
        return self.node_some_item(node, lambda item: self.node_is_any(item, values))

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:
        """As many different ones are found as are wanted; numbers as DOUBLE, where they can be looked up."""
        numbers = [double(value.value) for value in values if isinstance(value, Number)]
        if numbers:

            def read_number(item: exp.Expr) -> exp.Expr:
                return self.number_double(self.node_number(item))

            return all_unfolded(self._unfolded(node), read_number, numbers)
        return all_unfolded(self._unfolded(node), lambda item: item, [_jsonb(value) for value in values])

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """EXISTS over the items; of what is no list there are none."""
        return some_unfolded(self._unfolded(node), test, others)

    def _unfolded(self, node: exp.Expr) -> exp.Expr:
        items = case([(self.is_node(node, "list"), node.copy())], cast(string("[]"), "JSONB"))
        return function("jsonb_array_elements", items)

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """As JSON text."""
        return cast(node, "TEXT")

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """What cannot be read has no type."""
        form = coalesce(function("jsonb_typeof", self.document(operand, text)), string(""))
        return conjunction([is_not_null(operand.copy()), negation(binary(exp.EQ, form, string("object")))])

    def indexed_equality(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """Containment of an object with the one key; at the root of a value it would look into arrays, too."""
        if not _is_path_of_keys(steps) or len(values) > CONTAINED_MAX:
            return None
        return disjunction([_contains(document.copy(), _nested(steps, value)) for value in values])

    def indexed_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """Containment of an object whose key holds a list of the one scalar."""
        if not _is_path_of_keys(steps) or len(values) > CONTAINED_MAX or any(isinstance(v, Array) for v in values):
            return None
        return disjunction([_contains(document.copy(), _nested(steps, Array((value,)))) for value in values])

    def indexed_all_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:
        """One containment of them all: each of several would be checked once more in every row that is found."""
        return _contains(document, _nested(steps, Array(tuple(values)))) if _is_path_of_keys(steps) else None


def all_unfolded(unfolded: exp.Expr, read: Test, wanted: Sequence[exp.Expr]) -> exp.Expr:
    """Whether the rows that a function unfolds have every one of several different literals."""
    variable = free_variable([])
    different = exp.Count(this=exp.Distinct(expressions=[read(column(variable))]))
    found = select([different], _rows(unfolded, variable), is_in(read(column(variable)), wanted), alias="items")
    return binary(exp.EQ, exp.Subquery(this=found), integer(len(wanted)))


def some_unfolded(unfolded: exp.Expr, test: Test, others: Sequence[exp.Expr]) -> exp.Expr:
    """Whether one of the rows that a function unfolds passes a test."""
    variable = free_variable(others)
    return exp.Exists(this=select([integer(1)], _rows(unfolded, variable), test(column(variable)), alias="items"))


def _rows(unfolded: exp.Expr, alias: str) -> exp.Select:
    """A column of what a function unfolds; after FROM it would fall apart into the fields of a composite."""
    return exp.Select(expressions=[exp.Alias(this=unfolded, alias=name(alias))])


def _arrow(node: exp.Expr, step: exp.Expr) -> exp.Expr:
    return exp.JSONExtract(this=paren(node), expression=step, only_json_types=True)


def _has_type(node: exp.Expr, type_name: str) -> exp.Expr:
    return binary(exp.EQ, function("jsonb_typeof", node.copy()), string(type_name))


def _jsonb(value: Value) -> exp.Expr:
    return cast(text_value(write_json(value)), "JSONB")


def _contains(node: exp.Expr, text: str) -> exp.Expr:
    return exp.ArrayContainsAll(this=paren(node), expression=cast(text_value(text), "JSONB"))


def _is_path_of_keys(steps: Steps) -> bool:
    return bool(steps) and all(isinstance(step, str) and "\0" not in step for step in steps)


def _nested(steps: Steps, value: Value) -> str:
    """The text of an object that has a value at a path of keys."""
    text = write_json(value)
    for step in reversed(steps):
        text = f"{{{write_json(Text(str(step)))}: {text}}}"
    return text
