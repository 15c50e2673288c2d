"""A property that nobody knows: refused where all are known, and asked all the same where it may come later."""

import pytest

from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import ANY, JsonKind, TextKind
from audience.errors import DefinitionError
from audience.ir import Exists, Not, Property
from audience.language import parse
from audience.resolution import resolve

ID = Column("id", "id", TextKind())


def known(*names: str, document: Column | None = None) -> Catalog:
    return Catalog(Table(("people",)), ID, tuple(Column(name, name, TextKind()) for name in names), document)


@pytest.mark.parametrize("text", ["plan.x exists", "not plan.x exists", "people.plan.x exists"])
def test_on_an_open_relation_it_is_asked(text: str) -> None:
    """Nobody has it, so that its condition has an answer; dropped, it would change the answer of its group."""
    resolved = resolve(parse(text), known("plan", document=Column("props", "props", JsonKind())))
    steps = tuple(text.removeprefix("not ").removesuffix(" exists").split("."))
    exists = Exists(Property(steps, ANY))
    assert resolved.predicate == (Not(exists) if text.startswith("not") else exists)


@pytest.mark.parametrize(
    ("names", "help"),
    [
        ("", "known here: `id`"),
        ("abcd", "known here: `id`, `a`, `b`, `c`, `d`"),
        ("abcde", "known here: `id`, `a`, `b`, `c`, `d` and 1 more"),
        ("abcdefgh", "known here: `id`, `a`, `b`, `c`, `d` and 4 more"),
    ],
)
def test_the_first_names_are_shown(names: str, help: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        resolve(parse("unheard exists"), known(*names))
    assert [problem.help for problem in refused.value.diagnostics] == [help]
