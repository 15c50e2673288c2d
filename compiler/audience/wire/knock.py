"""What of an expression Knock would not take, and what to write there instead.

Knock has the operators that the table marks with `knock`. Our complements of the others differ from any
Knock form in the people whose value cannot be compared at all, so each finding says who is lost.
"""

from dataclasses import replace

from audience.diagnostics import Diagnostic
from audience.errors import DefinitionError
from audience.language.formatter import format_condition
from audience.language.nodes import Condition, Expression, Items, Or, Relative
from audience.language.paths import write_path
from audience.language.walk import any_of
from audience.operators import BY_TEST, Test
from audience.wire.arguments import shown
from audience.wire.distribute import or_of_ands

OPPOSITE: dict[Test, Test] = {
    Test.GREATER_THAN: Test.LESS_THAN_OR_EQUAL_TO,
    Test.GREATER_THAN_OR_EQUAL_TO: Test.LESS_THAN,
    Test.LESS_THAN: Test.GREATER_THAN_OR_EQUAL_TO,
    Test.LESS_THAN_OR_EQUAL_TO: Test.GREATER_THAN,
    Test.IS_TIMESTAMP_BEFORE: Test.IS_TIMESTAMP_ON_OR_AFTER,
    Test.IS_TIMESTAMP_ON_OR_AFTER: Test.IS_TIMESTAMP_BEFORE,
    Test.IS_TIMESTAMP_BEFORE_NOW: Test.IS_TIMESTAMP_ON_OR_AFTER_NOW,
    Test.IS_TIMESTAMP_ON_OR_AFTER_NOW: Test.IS_TIMESTAMP_BEFORE_NOW,
}
"""The test that is false where this one is true, among values that can be compared."""

OUTSIDE: dict[Test, tuple[Test, Test]] = {
    Test.IS_BETWEEN: (Test.LESS_THAN, Test.GREATER_THAN),
    # Knock has nothing strictly after an instant; the finding says that the end itself is included.
    Test.IS_TIMESTAMP_BETWEEN: (Test.IS_TIMESTAMP_BEFORE, Test.IS_TIMESTAMP_ON_OR_AFTER),
}
"""The tests that hold below and above a range."""

SYSTEM_PROPERTIES = frozenset({"created_at", "updated_at"})
"""Properties that Knock keeps itself and does not allow in the conditions of audiences."""


def check_knock(expression: Expression) -> tuple[Diagnostic, ...]:
    """Errors for everything that Knock would refuse, in the order of the source; none when it would take it all.

    It is the OR-of-ANDs form that is looked at, since that is what is sent: a `not` over a group may bring in
    a complement that nobody wrote.
    """
    try:
        segments = or_of_ands(expression)
    except DefinitionError as error:
        return error.diagnostics
    # Distribution repeats conditions; each is reported once, at its place.
    once = {(condition, condition.place): condition for segment in segments for condition in segment}
    return tuple(problem for condition in once.values() for problem in _problems(condition))


def _problems(condition: Condition) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    if len(condition.property.steps) == 1 and condition.property.steps[0] in SYSTEM_PROPERTIES:
        message = f"`{write_path(condition.property.steps)}` cannot be used in an audience of Knock"
        advice = "store the time as a custom property and ask for that one"
        problems.append(Diagnostic("A204", message, condition.property.place or condition.place, advice))
    if not condition.operator.knock:
        message = f"Knock has no operator `{condition.operator.name}`"
        problems.append(Diagnostic("A601", message, condition.place, _advice(condition)))
    elif condition.operator.test is Test.IS_TIMESTAMP_BETWEEN:
        problems.extend(_relative_bounds(condition))
    return problems


def _relative_bounds(condition: Condition) -> list[Diagnostic]:
    if not isinstance(condition.argument, Items):
        return []
    message = f"Knock takes no relative time in `{condition.operator.name}`"
    advice = "write two conditions, one `on or after` the start and one `before` the end"
    return [
        Diagnostic("A602", message, item.place or condition.place, advice)
        for item in condition.argument.items
        if isinstance(item, Relative)
    ]


def nearest(condition: Condition) -> Expression:
    """The expression of Knock's operators that comes closest to one of our complements.

    It holds for everybody for whom the complement holds, those excepted whose value is there and cannot be
    compared.
    """
    empty = replace(condition, operator=BY_TEST[Test.EMPTY, False], argument=None)
    test = condition.operator.test
    if test in OPPOSITE:
        return any_of([replace(condition, operator=BY_TEST[OPPOSITE[test], False]), empty])
    if test in OUTSIDE and isinstance(condition.argument, Items) and len(condition.argument.items) == 2:
        sides = zip(OUTSIDE[test], condition.argument.items, strict=True)
        return any_of(
            [*(replace(condition, operator=BY_TEST[side, False], argument=bound) for side, bound in sides), empty]
        )
    return empty


def _text(expression: Expression) -> str:
    """A condition, or conditions joined by OR, on one line."""
    if isinstance(expression, Or):
        return " or ".join(map(_text, expression.operands))
    assert isinstance(expression, Condition), "the nearest form is one condition or alternatives"
    return format_condition(expression)


def _advice(condition: Condition) -> str:
    test = condition.operator.test
    lost = "can be compared with it"
    if test.name.startswith("IS_TIMESTAMP"):
        lost = "is a timestamp"
    advice = f"the nearest form in Knock is `{shown(_text(nearest(condition)), 400)}`"
    if test is Test.IS_TIMESTAMP_BETWEEN:
        advice += ", which adds people exactly at the end;"
    return f"{advice}; it loses people who have a value, but none that {lost}"
