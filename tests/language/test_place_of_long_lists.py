"""A list that is too long is marked from its first bracket to its last, whatever stands behind it."""

import pytest

from audience.errors import DefinitionError
from audience.language import parse
from audience.limits import LIST_ITEMS_MAX


@pytest.mark.parametrize("behind", ["", " and id exists", " or plan"])
def test_the_whole_list_is_marked(behind: str) -> None:
    written = f"[{', '.join(['1'] * (LIST_ITEMS_MAX + 1))}]"
    text = f"plan in {written}{behind}"
    with pytest.raises(DefinitionError) as refused:
        parse(text)
    problem = refused.value.diagnostics[0]
    assert problem.code == "A904"
    assert text[problem.place.start : problem.place.end] == written
