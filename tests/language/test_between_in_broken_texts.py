"""The `and` of `between` belongs to it, and the `and` behind its list does not, in broken texts as well."""

import pytest

from audience.errors import DefinitionError
from audience.language import parse


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mrr between [1, 2] and plan", 27),
        ("mrr between 1 and 2 and plan", 28),
        ("mrr between [1, 2] and seats between 3 and 4 and plan", 53),
    ],
)
def test_only_the_last_condition_is_unfinished(text: str, place: int) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(text)
    assert [(problem.code, problem.place.start) for problem in refused.value.diagnostics] == [("A104", place)]
