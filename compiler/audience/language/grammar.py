"""Load the grammar, once and only when something is parsed: the parser generator is slow to import."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

DEFINITION = "definition"
"""The start rule of a whole text."""

OPERAND = "negation_or_condition"
"""The start rule of one condition with any `not` before it, for what is left of a broken text."""


@cache
def load() -> "Lark":
    """The LALR parser of audience.lark."""
    from lark import Lark

    return Lark.open_from_package(
        "audience_grammar",
        "audience.lark",
        ("",),
        parser="lalr",
        lexer="contextual",
        start=[DEFINITION, OPERAND],
        maybe_placeholders=False,
    )


def parse_tree(text: str, start: str) -> "Tree[Token]":
    """The tree of a text under a start rule; raises lark's UnexpectedInput when the text is not of the language."""
    return load().parse(text, start=start)
