"""Leaves about JSON for engines that have a type for JSON values: nodes are values of that type.

Such an engine tells a value's form by a word, and gives the text, the boolean and the items of a value. A plain
value is compared by what it is, never by how it is written, so that no two spellings of a text can differ.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from audience.lowering.build import (
    binary,
    coalesce,
    conjunction,
    constant,
    disjunction,
    false,
    integer,
    is_in,
    is_not_null,
    negation,
    string,
    text_value,
)
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.shared_leaves import SharedLeaves
from audience.values import Array, Boolean, Null, Text, Value


class NativeNodes(SharedLeaves, ABC):
    """JSON leaves in terms of a value's form, text and boolean."""

    forms: ClassVar[Mapping[str, str]]
    """The engine's words for `text`, `list`, `object` and `null`."""

    @abstractmethod
    def node_form(self, node: exp.Expr) -> exp.Expr:
        """The engine's word for what a node is; NULL for no node."""

    @abstractmethod
    def node_text(self, node: exp.Expr) -> exp.Expr:
        """The text of a text node, NULL for every other node."""

    @abstractmethod
    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """The boolean of a node, NULL unless it is one."""

    @abstractmethod
    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has."""

    @abstractmethod
    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """The node at a path."""

    @abstractmethod
    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Whether some item passes a test."""

    @abstractmethod
    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """A JSON column, ready for `node`."""

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """By the engine's word."""
        return binary(exp.EQ, self.node_form(node), string(self.forms[form]))

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """No node and null read alike."""
        null = self.forms["null"]
        return binary(exp.EQ, coalesce(self.node_form(node), string(null)), string(null))

    def is_empty_node(self, node: exp.Expr) -> exp.Expr:
        """A number is neither text nor list, and the comparison with both NULL."""
        holds_nothing = constant(self.node_is_any(node.copy(), [Text(""), Array(())]))
        return disjunction([self.is_absent_node(node), coalesce(holds_nothing, false())])

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """NULL is no timestamp, either."""
        return self.node_text(node)

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Texts as one IN, booleans and null by themselves, lists item by item."""
        texts = [text_value(value.value) for value in values if isinstance(value, Text)]
        tests = [is_in(self.text(self.node_text(node.copy())), texts)] if texts else []
        for value in values:
            match value:
                case Boolean(held):
                    tests.append(binary(exp.EQ, self.node_boolean(node.copy()), exp.Boolean(this=held)))
                case Null():
                    tests.append(binary(exp.EQ, self.node_form(node.copy()), string(self.forms["null"])))
                case Array(items):
                    is_list = self.is_node(node.copy(), "list")
                    length = binary(exp.EQ, self.node_length(node.copy()), integer(len(items)))
                    same = [self.node_is_any(self.node(node.copy(), (at,)), [item]) for at, item in enumerate(items)]
                    tests.append(conjunction([is_list, length, *same]))
                case _:
                    pass
        return disjunction(tests)

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Item by item."""
        return self.node_some_item(node, lambda item: self.node_is_any(item, values))

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """What is no JSON has no form."""
        form = coalesce(self.node_form(self.document(operand, text)), string(""))
        is_object = binary(exp.EQ, form, string(self.forms["object"]))
        return conjunction([is_not_null(operand.copy()), negation(is_object)])
