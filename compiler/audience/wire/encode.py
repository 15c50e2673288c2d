"""AST to JSON: any expression as segments, in the barest spelling that decodes equal.

Everything written is read back at once. What would come back as another condition is refused, because a
silent change here selects the wrong people.
"""

from dataclasses import replace

from audience.diagnostics import Diagnostic, Pointer, Severity
from audience.errors import DefinitionError
from audience.language.expected import expect_expression
from audience.language.nodes import Condition, Definition, Expression, Property
from audience.language.paths import write_path
from audience.operators import Takes
from audience.wire.arguments import encode_argument, shown
from audience.wire.decode import decode_condition
from audience.wire.distribute import or_of_ands

WHOLE_PERSON = "recipient"


def encode(expression: Expression) -> dict[str, object]:
    """The expression as `{"segments": [...]}`; groups become OR of ANDs, comments are lost.

    DefinitionError where a condition has no spelling, or where there are too many after distribution.
    """
    problems: list[Diagnostic] = []
    segments = [
        {"conditions": [_encode_condition(condition, problems) for condition in conjunction]}
        for conjunction in or_of_ands(expect_expression(expression))
    ]
    if problems:
        raise DefinitionError(dict.fromkeys(problems))
    return {"segments": segments}


def encode_definition(definition: Definition) -> dict[str, object]:
    """The definition as Knock's file holds it. An audience without a name is named by its key.

    A definition without an expression is a static audience.
    """
    name = definition.name if definition.name is not None else definition.key
    if name is None:
        message = "a stored audience has a name, and this one has neither a name nor a key"
        raise DefinitionError([Diagnostic("A109", message, None, 'write `name "…"` before the condition')])
    document: dict[str, object] = {
        "name": name,
        "type": "static" if definition.expression is None else "dynamic",
        "description": definition.description,
    }
    if definition.expression is not None:
        document |= encode(definition.expression)
    if definition.key is not None:
        document["__readonly"] = {"key": definition.key}
    return document


def _encode_condition(condition: Condition, problems: list[Diagnostic]) -> dict[str, object]:
    membership = condition.operator.takes is Takes.AUDIENCE
    encoded: dict[str, object] = {
        "property": WHOLE_PERSON if membership else write_path(condition.property.steps),
        "operator": condition.operator.name,
    }
    if condition.argument is not None:
        encoded["argument"] = encode_argument(condition.argument, condition.operator)
    expected = replace(condition, property=Property(())) if membership else condition
    decoded, found = decode_condition(encoded, Pointer())
    if decoded != expected:
        errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
        problems.extend(replace(error, place=condition.place) for error in errors)
        if not errors:
            problems.append(_no_spelling(condition, encoded))
    return encoded


def _no_spelling(condition: Condition, encoded: dict[str, object]) -> Diagnostic:
    written = shown(repr(encoded.get("argument")))
    message = f"the argument of `{condition.operator.name}` has no JSON form: {written} would read as something else"
    return Diagnostic("A303", message, condition.place)
