"""A broken text is read to its end: what a comment says, and that there is one, hides no problem."""

import pytest

from audience.errors import DefinitionError
from audience.language import parse

BROKEN = ["plan = ", "mrr > ", "(tags contains ", "id = )"]


@pytest.mark.parametrize("comment", ["", " # why\n", " # and or ( ) [ ]\n", " # one\n # two\n"])
def test_every_problem_is_found(comment: str) -> None:
    text = f"{comment}\nand ".join(BROKEN)
    with pytest.raises(DefinitionError) as refused:
        parse(text)
    found = [
        (problem.code, text[: problem.place.start].rsplit("\nand ", 1)[-1]) for problem in refused.value.diagnostics
    ]
    assert found == [("A104", part.rstrip(") ").rsplit(" ", 1)[0] + " ") for part in BROKEN]
