"""Which of the two bounds on nesting a text goes beyond: that of a value, wherever it stands, or that of conditions."""

import pytest

from audience.errors import DefinitionError
from audience.language import parse
from audience.limits import VALUE_NESTING_MAX


@pytest.mark.parametrize("around", ["{}", "({})", "((plan exists or {}))", "not (not ({}))"])
@pytest.mark.parametrize("opening", ["[", '{"a": '])
def test_a_value_is_too_deep_inside_parentheses_as_well(around: str, opening: str) -> None:
    depth = VALUE_NESTING_MAX + 2
    value = opening * depth + "1" + ("]" if opening == "[" else "}") * depth
    with pytest.raises(DefinitionError) as refused:
        parse(around.replace("{}", f"tags = {value}"))
    (problem,) = refused.value.diagnostics
    assert problem.code == "A902"
    assert problem.message == f"the value nests more than {VALUE_NESTING_MAX} lists and objects"


@pytest.mark.parametrize("opening", ["(", "not "])
def test_conditions_are_too_deep(opening: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(opening * 500 + "tags = [1]")
    assert refused.value.diagnostics[0].code == "A902"
    assert "parentheses or `not`" in refused.value.diagnostics[0].message
