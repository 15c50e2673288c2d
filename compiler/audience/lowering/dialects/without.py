# ruff: noqa: ARG002  # every leaf is refused, whatever it is asked with
"""Leaves that an engine lacks: what asks for one of them is refused with the reason, never approximated."""

from collections.abc import Sequence
from typing import NoReturn

from sqlglot import exp

from audience.errors import UnsupportedByDialect
from audience.lowering.dialect import Steps, Test
from audience.lowering.dialects.shared_leaves import SharedLeaves
from audience.values import Value


class WithoutLists(SharedLeaves):
    """The leaves of list columns."""

    def _refuse_list(self) -> NoReturn:
        raise UnsupportedByDialect(self.name, "it has no columns of lists")

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """Refused."""
        self._refuse_list()

    def length(self, operand: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_list()

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_list()

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """Refused."""
        self._refuse_list()

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Refused."""
        self._refuse_list()


class WithoutStructs(SharedLeaves):
    """The leaves of struct columns."""

    def _refuse_struct(self) -> NoReturn:
        raise UnsupportedByDialect(self.name, "it has no columns of objects")

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """Refused."""
        self._refuse_struct()


class WithoutDocuments(SharedLeaves):
    """The leaves of JSON."""

    def _refuse_document(self) -> NoReturn:
        raise UnsupportedByDialect(self.name, "it cannot look into JSON: keep properties in typed columns")

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def is_empty_node(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Refused."""
        self._refuse_document()

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Refused."""
        self._refuse_document()
