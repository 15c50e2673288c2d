"""Numbers at the end of what can be stored: the largest are read, and one digit more is refused."""

import sys

import pytest

from audience.errors import DefinitionError
from audience.language import parse
from audience.language.nodes import Condition, Literal
from audience.values import Number

LARGEST = int(sys.float_info.max)


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, 10**308, -(10**308)], ids=["max", "-max", "1e308", "-1e308"])
def test_the_largest_whole_numbers_are_read(value: int) -> None:
    expression = parse(f"mrr = {value}")
    assert isinstance(expression, Condition)
    assert expression.argument == Literal(Number(value))


@pytest.mark.parametrize(
    "value", [10**309, -(10**309), 2 * LARGEST, 9 * 10**4000], ids=["1e309", "-1e309", "twice", "long"]
)
def test_larger_ones_are_refused(value: int) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(f"mrr = {value}")
    assert [problem.code for problem in refused.value.diagnostics] == ["A308"]
