"""`audience convert`: from text to JSON and back."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
from audience.cli.options import Given, JsonOption

if TYPE_CHECKING:
    from audience.cli.definitions import Read


class To(StrEnum):
    """The two forms of a definition."""

    TEXT = "text"
    JSON = "json"


@reported
def convert(
    given: Given,
    to: Annotated[
        To | None, typer.Option(help="The form to write. Default: the other one.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Convert a definition from text to JSON, or back.

    A file, or a text with a `name`, becomes a whole audience.json; a bare condition becomes its segments. JSON has
    no place for comments, and a `not` over a group goes to its conditions, so that converting back gives the same
    people and may give another text.
    """
    from audience.cli.definitions import read
    from audience.cli.output import write_findings, write_json, write_text
    from audience.errors import DefinitionError
    from audience.language import format_definition

    definition = read(given)
    write_findings(() if json else definition.warnings)
    target = to or (To.TEXT if definition.written.form == "json" else To.JSON)
    try:
        if target is To.JSON:
            write_json(_encoded(definition))
            return
        assert definition.expression is not None, "a static audience is refused"
        text = format_definition(definition.definition)
    except DefinitionError as error:
        raise error.within(definition.written.source) from error
    if json:
        write_json({"text": text})
    else:
        write_text(text)


def _encoded(read: "Read") -> dict[str, object]:
    from audience.cli.output import write_note
    from audience.language.walk import conditions
    from audience.wire import encode, encode_definition

    definition = read.definition
    if definition.comments or (
        definition.expression is not None
        and any(condition.comments.all() for condition in conditions(definition.expression))
    ):
        write_note("JSON has no place for comments; they are left out")
    if definition.name is None and definition.key is None:
        return encode(read.expression)
    return encode_definition(definition)
