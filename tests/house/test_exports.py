"""The front door: `audience` offers the documented names, and nothing by accident."""

import inspect

import pytest

import audience

NAMES = {
    # from text or JSON and back
    "parse",
    "parse_definition",
    "decode",
    "format",
    "encode",
    "Expression",
    "Definition",
    # meaning
    "evaluate",
    # people
    "users",
    "Users",
    # SQL and answers
    "compile",
    "preview",
    "Query",
    "Preview",
    # members that stay true
    "open_home",
    "Home",
    "Environment",
    # what is raised
    "AudienceError",
    "CompilerBug",
    "DefinitionError",
    "EngineError",
    "UnsupportedByDialect",
    "UsageError",
}


def test_the_public_names_are_the_documented_ones() -> None:
    assert set(audience.__all__) == NAMES
    assert len(audience.__all__) == len(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_is_there_and_explains_itself(name: str) -> None:
    assert inspect.getdoc(getattr(audience, name)), f"help(audience.{name}) says nothing"


@pytest.mark.parametrize("name", ["evaluate", "compile", "preview"])
def test_options_are_given_by_name(name: str) -> None:
    """A position would freeze the order of options for ever."""
    _, *options = inspect.signature(getattr(audience, name)).parameters.values()
    positional = {option.name for option in options if option.kind is not inspect.Parameter.KEYWORD_ONLY}
    assert positional <= {"profile"}
    assert {"audiences", "members", "tenant", "now"} <= {option.name for option in options}


def test_a_name_that_does_not_exist_is_an_ordinary_error() -> None:
    """Names that are imported on first use must not turn a spelling mistake into something else."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = audience.no_such_name
