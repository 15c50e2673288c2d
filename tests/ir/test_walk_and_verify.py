"""Readers of the IR see everything once, and `verify` refuses every form that is not canonical."""

import pytest
from hypothesis import given

from audience.catalog.kinds import ANY, TextKind
from audience.errors import CompilerBug
from audience.ir import (
    And,
    ComparesInstant,
    Constant,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    Not,
    Now,
    Or,
    Order,
    Property,
    children,
    depth,
    leaves,
    map_leaves,
    meaning,
    properties,
    uses_now,
    verify,
)
from audience.ir.order import predicate_key
from audience.ir.walk import members
from audience.values import Null, Number, Text
from tests.strategies.predicates import predicates

X, Y = Property(("x",), ANY), Property(("y",), ANY)
A = Equals(X, (Text("a"),))
PINNED = "1ccfdbbbe4f4d144a7b7f7f88924a0d7162e50065f9fb98dee773d4e3c1eac22"
LATER = ComparesInstant(X, Order.GREATER, Now(5))

NOT_CANONICAL = [
    And((A,)),
    Or(()),
    And((And((A, Exists(X))), IsEmpty(Y))),
    And((Exists(X), A)),
    And((A, A)),
    And((A, Not(A))),
    And((Constant(True), A)),
    Not(Not(A)),
    Not(And((A, Exists(X)))),
    Equals(X, ()),
    Equals(X, (Null(),)),
    Equals(X, (Text("b"), Text("a"))),
    Equals(X, (Text("a"), Text("a"))),
    ContainsAny(X, ()),
    ContainsAll(X, (Text("b"), Text("a"))),
    Not(Equals(X, (Null(),))),
]


@pytest.mark.parametrize("predicate", NOT_CANONICAL, ids=str)
def test_other_forms_are_refused(predicate):
    with pytest.raises(CompilerBug):
        verify(predicate)


@pytest.mark.parametrize("predicate", [Constant(True), A, Not(A), And((A, Exists(X))), ContainsAll(X, ())], ids=str)
def test_canonical_forms_pass(predicate):
    verify(predicate)


def test_readers():
    tree = Or((And((A, Equals(Y, (X,)))), Not(LATER), IsMember("vip"), Constant(False)))
    assert list(leaves(tree)) == [A, Equals(Y, (X,)), LATER, IsMember("vip")]
    assert properties(tree) == (X, Y)
    assert members(tree) == ("vip",)
    assert depth(tree) == 2
    assert depth(A) == 0
    assert children(Not(A)) == (A,)
    assert uses_now(tree)
    assert not uses_now(A)


@given(predicates())
def test_mapping_with_nothing_to_change_is_the_identity(predicate):
    assert map_leaves(predicate, lambda leaf: leaf) == predicate


@given(predicates(), predicates())
def test_a_key_is_equal_exactly_when_the_predicate_is(one, other):
    assert (predicate_key(one) == predicate_key(other)) == (one == other)


def test_keys_of_any_two_predicates_can_be_compared():
    steps = [("x",), (0,), ("x", 0), ("x", "0")]
    every = [Exists(Property(path, ANY)) for path in steps]
    every += [Equals(X, (operand,)) for operand in (Null(), Number(1), Number(1.5), Text("1"), X, Property((0,), ANY))]
    assert len(sorted(map(predicate_key, every))) == len(every)


def test_the_meaning_ignores_kinds_and_is_stable():
    assert meaning(Exists(X)) == meaning(Exists(Property(("x",), TextKind())))
    assert meaning(Exists(X)) != meaning(Not(Exists(X)))
    # A change of this hash makes every stored meaning stale: raise MEANING_VERSION and say so in the changelog.
    assert meaning(And((A, Exists(X)))) == PINNED
