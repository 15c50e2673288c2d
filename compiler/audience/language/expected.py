"""Refuse what is no expression, where a caller of another language would expect a text to do."""

from audience.errors import UsageError
from audience.language.nodes import And, Condition, Definition, Expression, Nobody, Not, Or


def expect_expression(given: object) -> Expression:
    """The expression that was given; UsageError A707 for anything else, with the way to make one of it."""
    match given:
        case Condition() | Not() | And() | Or() | Nobody():
            return given
        case str():
            raise UsageError("A707", "a text is no expression", "`audience.parse(text)` makes one of it")
        case Definition():
            raise UsageError("A707", "a definition is no expression", "its `.expression` is one")
        case dict() | list():
            raise UsageError("A707", "JSON is no expression", "`audience.decode(data)` makes one of it")
        case _:
            raise UsageError("A707", f"a {type(given).__name__} is no expression", "`audience.parse(text)` makes one")


def expect_text(given: object) -> str:
    """The text that was given; UsageError A707 for anything else."""
    if not isinstance(given, str):
        raise UsageError("A707", f"a {type(given).__name__} is no text", "a condition is read from a str")
    return given
