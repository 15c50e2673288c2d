"""OR of ANDs: the same truth, the order of the source, and a size that is known before it is built."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import DefinitionError
from audience.language.nodes import And, Condition, Expression, Literal, Nobody, Not, Or, Property
from audience.operators import BY_NAME, BY_TEST, Test
from audience.values import Number
from audience.wire import or_of_ands
from tests.strategies.wire import expressions


def leaf(name: str, operator: str = "exists") -> Condition:
    row = BY_NAME[operator]
    return Condition(Property((name,)), row, Literal(Number(1)) if row.name != "exists" else None)


A, B, C, D = (leaf(name) for name in "abcd")
EVERYBODY = tuple((Condition(Property(("id",)), BY_TEST[Test.EXISTS, negated], None),) for negated in (False, True))


def negation(condition: Condition) -> Condition:
    return Condition(condition.property, condition.operator.complement, condition.argument)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (A, ((A,),)),
        (Nobody(), ()),
        (Or((A, A)), ((A,), (A,))),
        (And((A, A)), ((A, A),)),
        (Or((And((A, B)), C)), ((A, B), (C,))),
        (And((A, Or((B, C)), D)), ((A, B, D), (A, C, D))),
        (And((Or((A, B)), Or((C, D)))), ((A, C), (A, D), (B, C), (B, D))),
        (Not(A), ((negation(A),),)),
        (Not(Not(A)), ((A,),)),
        (Not(And((A, Or((B, C))))), ((negation(A),), (negation(B), negation(C)))),
        (Not(Nobody()), EVERYBODY),
        (And((A, Nobody())), ()),
        (And((A, Not(Nobody()))), ((A,),)),
        (Or((A, Nobody())), ((A,),)),
        (Or((A, Not(Nobody()))), EVERYBODY),
        (And((Not(Nobody()), Not(Nobody()))), EVERYBODY),
    ],
)
def test_examples(expression: Expression, expected: object) -> None:
    assert or_of_ands(expression) == expected


def truth(expression: Expression, of: dict[tuple[Property, Test], bool]) -> bool:
    match expression:
        case Condition(property, operator):
            return of[property, operator.test] != operator.negated
        case Nobody():
            return False
        case Not(operand):
            return not truth(operand, of)
        case And(operands):
            return all(truth(operand, of) for operand in operands)
        case Or(operands):
            return any(truth(operand, of) for operand in operands)


ATOMS = [(Property((name,)), Test.EQUAL_TO) for name in "abcd"]
atoms = st.builds(
    lambda atom, negated: Condition(atom[0], BY_TEST[atom[1], negated], Literal(Number(1))),
    st.sampled_from(ATOMS),
    st.booleans(),
)


@given(expressions(atoms, max_leaves=10), st.lists(st.booleans(), min_size=4, max_size=4), st.booleans())
def test_truth_is_preserved(expression: Expression, answers: list[bool], identified: bool) -> None:
    of = dict(zip(ATOMS, answers, strict=True)) | {(Property(("id",)), Test.EXISTS): identified}
    segments = or_of_ands(expression)
    assert all(segments), "every segment has a condition"
    assert any(all(truth(condition, of) for condition in segment) for segment in segments) == truth(expression, of)


def pairs(count: int) -> Expression:
    return And(tuple(Or((leaf(f"a{index}"), leaf(f"b{index}"))) for index in range(count)))


def test_the_size_is_known_before_it_is_built() -> None:
    assert len(or_of_ands(pairs(7))) == 128  # 128 segments of 7 are 896 conditions
    started = time.perf_counter()
    for count, named in ((8, "2,048 conditions"), (1000, "about 10^304 conditions")):
        with pytest.raises(DefinitionError) as caught:
            or_of_ands(pairs(count))
        (found,) = caught.value.diagnostics
        assert found.code == "A903"
        assert named in found.message
    assert time.perf_counter() - started < 1


def test_the_limit_counts_conditions_and_not_segments() -> None:
    assert len(or_of_ands(Or((A,) * 1000))) == 1000
    with pytest.raises(DefinitionError):
        or_of_ands(Or((A,) * 1001))
    with pytest.raises(DefinitionError):
        or_of_ands(And((A,) * 1001))


def test_depth_is_refused_and_never_a_recursion_error() -> None:
    deep: Expression = A
    for _ in range(99):
        deep = Not(And((deep, B)))
    assert or_of_ands(Or((A, Not(Not(A)))))
    with pytest.raises(DefinitionError) as caught:
        or_of_ands(Not(Not(Not(deep))))
    assert [found.code for found in caught.value.diagnostics] == ["A902"]
    for _ in range(100_000):
        deep = Not(deep)
    with pytest.raises(DefinitionError) as caught:
        or_of_ands(deep)
    assert [found.code for found in caught.value.diagnostics] == ["A902"]
    # Taking such a tree apart would itself recurse, which is Python's business and not the compiler's.
    while isinstance(deep, Not):
        deep = deep.operand
