"""Read one definition out of JSON: a whole audience, or the bare segments of one."""

from dataclasses import dataclass

from audience.diagnostics import Diagnostic, Pointer
from audience.errors import DefinitionError
from audience.language.nodes import Definition

DOCUMENT_MEMBERS = frozenset({"type", "name", "$schema", "__readonly"})
"""Members that only whole audiences have; without any of them JSON is bare segments."""

SHAPE = 'write {"segments": [{"conditions": [...]}]}; an audience of nobody is {"segments": []}'


@dataclass(frozen=True, slots=True)
class ReadJson:
    """A definition, and what reading it warned of. The key is the one that the document states, if any."""

    definition: Definition
    warnings: tuple[Diagnostic, ...] = ()


def read_json_definition(text: str, name: str) -> ReadJson:
    """The definition in a JSON text, the same for every way it comes in; DefinitionError with all problems."""
    from audience.wire import decode_definition, decode_segments, load_json

    document = load_json(text, name)
    if isinstance(document, dict) and document.keys() & DOCUMENT_MEMBERS:
        decoded = decode_definition(text, name)
        return ReadJson(decoded.definition, decoded.warnings)
    # Of what is no audience at all, nothing is said about segments: it must not come to mean nobody.
    if isinstance(document, dict) and "segments" not in document:
        raise DefinitionError([Diagnostic("A109", "the object has no `segments`", Pointer(), SHAPE)])
    if not isinstance(document, dict | list):
        message = "a definition is a JSON object or a list of segments"
        raise DefinitionError([Diagnostic("A109", message, Pointer(), SHAPE)])
    expression, warnings = decode_segments(text, name)
    return ReadJson(Definition(None, None, expression), warnings)
