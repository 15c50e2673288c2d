"""Printed SQL nests as the tree that was built: no parenthesis is missing."""

from random import Random

import pytest
import sqlglot
from hypothesis import given
from sqlglot import exp

from audience.lowering.build import integer
from audience.lowering.scope import InlineScope
from tests.fuzz.answers import run_for
from tests.fuzz.edges import NOW
from tests.properties.scene import examples, randoms, set_scene
from tests.stores import Store
from tests.stores.fixtures import Opened

OPERATORS = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Is, exp.Collate, exp.Case)


def wrapped(tree: exp.Expr) -> exp.Expr:
    """Every operand of every operator in parentheses of its own."""
    copy = tree.copy()
    for node in list(copy.walk()):
        parent = node.parent
        is_operand = isinstance(parent, OPERATORS) and not isinstance(parent, exp.Paren)
        if is_operand and isinstance(node, OPERATORS) and not isinstance(node, exp.Paren):
            node.replace(exp.Paren(this=node.copy()))
    return copy


def reread(tree: exp.Expr) -> exp.Expr:
    """What a parser makes of the printed tree, without parentheses."""
    found = sqlglot.parse_one(tree.sql(dialect="duckdb", identify=True), dialect="duckdb")
    whole = exp.Paren(this=found)
    for node in reversed(list(found.find_all(exp.Paren))):
        node.replace(node.this)
    return whole.this


@pytest.fixture(scope="module")
def duckdb(opened_stores: Opened) -> Store:
    """The one dialect whose text sqlglot is asked to read again."""
    return opened_stores["duckdb"]


@examples(60)
@given(randoms)
def test_parentheses(duckdb: Store, rng: Random) -> None:
    scene = set_scene(duckdb, rng, expressions=5)
    run = run_for(duckdb, scene.catalog, NOW, scene.members)
    lowering = run.lowering(InlineScope(scene.catalog, run.dialect))
    for predicate in scene.predicates:
        for tree in (lowering.value(predicate), lowering.filter(predicate)):
            assert reread(tree) == reread(wrapped(tree)), tree.sql(dialect="duckdb")


def test_the_law_sees_a_lost_parenthesis() -> None:
    """A tree built without the builder prints as another tree, and the law tells."""
    one, two, three = (exp.Column(this=exp.to_identifier(name)) for name in "abc")
    wrong = exp.And(this=exp.Or(this=one, expression=two), expression=three)
    assert reread(wrong) != reread(wrapped(wrong))
    wrong = exp.Not(this=exp.EQ(this=exp.Or(this=one.copy(), expression=two.copy()), expression=integer(1)))
    assert reread(wrong) != reread(wrapped(wrong))
