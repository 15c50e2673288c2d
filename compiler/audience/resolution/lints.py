"""What is right and surprises all the same: warnings, never another meaning.

A range whose bounds cross is the one place where a finding also settles the answer: nobody.
"""

from typing import assert_never

from audience import ir
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    JsonKind,
    Kind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampKind,
    describe,
)
from audience.diagnostics import Place
from audience.language import nodes as ast
from audience.language.paths import write_path
from audience.operators import Takes, Test
from audience.resolution.arguments import describe_value, show
from audience.resolution.scope import Scope
from audience.resolution.spellings import other_spelling
from audience.values import Array, Boolean, Instant, Null, Number, Object, Text, Value, is_date_only

NOTHING_IS = frozenset({Test.EQUAL_TO, Test.CONTAINS})
"""Tests under which an absent value reads as the empty text, so that "" always has a meaning."""


def review(found: ir.Predicate, subject: ir.Property, condition: ast.Condition, scope: Scope) -> ir.Predicate:
    """The predicate of a condition after its warnings are noted; only an empty range becomes another one."""
    argument = condition.argument
    if condition.operator.takes in (Takes.RANGE, Takes.INSTANTS) and isinstance(found, ir.And):
        if _is_empty_range(found):
            assert argument is not None, "a range has bounds"
            scope.warn(
                "A311",
                f"the lower bound of `{condition.operator.words}` is above the upper one, so nobody is between them",
                argument.place,
                "swap the bounds",
            )
            return ir.Constant(False)
        _ends_at_midnight(condition, scope)
    if condition.operator.test is Test.CONTAINS and _is_blank(argument):
        assert argument is not None, "an empty text is an argument"
        path = write_path(subject.steps)
        scope.warn(
            "A313",
            'every text contains "", and an absent value reads as it',
            argument.place,
            f"write `{path} is not empty` or `{path} is empty`",
        )
    _never_true(subject, condition, scope)
    if scope.lint:
        _includes_absent(subject, condition, scope)
    return found


def review_whole(predicate: ir.Predicate, expression: ast.Expression, scope: Scope) -> None:
    """Warn of a definition that matches nobody or everybody; `nobody` as written is meant so."""
    if isinstance(expression, ast.Nobody):
        return
    if predicate == ir.Constant(False):
        scope.warn("A501", "this matches nobody, whatever the data", expression.place, "write `nobody` if it is meant")
    elif predicate == ir.Constant(True):
        scope.warn("A502", "this matches everybody, whatever the data", expression.place)


def _is_blank(argument: ast.Argument | None) -> bool:
    return isinstance(argument, ast.Literal) and argument.value == Text("")


def _is_empty_range(found: ir.And) -> bool:
    match found.operands:
        case (ir.Compares(_, _, Number(low)), ir.Compares(_, _, Number(high))):
            return low > high
        case (ir.Compares(_, _, Text(first)), ir.Compares(_, _, Text(last))):
            return first > last
        case (ir.ComparesInstant(_, _, Instant(start)), ir.ComparesInstant(_, _, Instant(end))):
            return start > end
        case (ir.ComparesInstant(_, _, ir.Now(start)), ir.ComparesInstant(_, _, ir.Now(end))):
            return start > end
        case _:
            return False


def _ends_at_midnight(condition: ast.Condition, scope: Scope) -> None:
    if condition.operator.takes is not Takes.INSTANTS or not isinstance(condition.argument, ast.Items):
        return
    end = condition.argument.items[1]
    if isinstance(end, ast.Literal) and isinstance(end.value, Text) and is_date_only(end.value.value):
        last = f'"{end.value.value}T23:59:59.999999Z"'
        scope.warn(
            "A312",
            f"{show(end.value)} is the first instant of that day, so the rest of the day is not in the range",
            end.place,
            f"write {last} to include the day",
            last,
        )


def _includes_absent(subject: ir.Property, condition: ast.Condition, scope: Scope) -> None:
    """A negative test that reads as if it asked for something: `plan != "pro"` is true without any plan."""
    operator, argument = condition.operator, condition.argument
    if not operator.negated or operator.test not in NOTHING_IS or argument is None:
        return
    held = argument.items if isinstance(argument, ast.Items) else (argument,)
    if any(isinstance(item, ast.Literal) and item.value in (Text(""), Null()) for item in held):
        return
    path = write_path(subject.steps)
    scope.warn(
        "A316",
        f"people without `{path}` match too",
        condition.place,
        f"add `and {path} exists` to leave them out",
    )


# ── tests that a type rules out ───────────────────────────────────────────────────────────────────


def _never_true(subject: ir.Property, condition: ast.Condition, scope: Scope) -> None:
    """Warn of every literal that no value of the property's type can meet."""
    kind, operator, argument = subject.kind, condition.operator, condition.argument
    if isinstance(kind, JsonKind):
        return
    noun, path = describe(kind), write_path(subject.steps)
    if _needs_instant(condition):
        if not isinstance(kind, TextKind | TimestampKind):
            scope.warn("A314", f"`{path}` is {_a(noun)}, which is never a timestamp", _place(argument, condition))
        return
    if operator.test is Test.CONTAINS_ALL and not isinstance(kind, ArrayKind):
        scope.warn("A314", f"`{path}` is {_a(noun)} and no list, so it never has items", _place(argument, condition))
        return
    listed = isinstance(argument, ast.Items)
    positive = operator.complement.words if operator.negated else operator.words
    words = "in" if listed and operator.test is Test.CONTAINS else positive
    for literal in _literals(argument, operator.test):
        if not _can_meet(kind, operator.test, literal.value, listed=listed):
            advice, fix = other_spelling(subject, operator.test, literal.value, listed=listed)
            scope.warn(
                "A314",
                f"`{path}` is {_a(noun)} and {show(literal.value)} is {describe_value(literal.value)}, "
                f"so `{words}` is never true",
                literal.place or _place(argument, condition),
                advice,
                fix,
            )


def _needs_instant(condition: ast.Condition) -> bool:
    named = condition.operator.test.value.startswith("is_timestamp")
    return named or isinstance(condition.argument, ast.Relative)


def _place(argument: ast.Argument | None, condition: ast.Condition) -> Place | None:
    return argument.place if argument is not None and argument.place is not None else condition.place


def _literals(argument: ast.Argument | None, test: Test) -> tuple[ast.Literal, ...]:
    """What is compared with the value: each item of a list, except where a list is compared as a whole."""
    match argument:
        case ast.Literal():
            return (argument,)
        case ast.Items(items, place):
            held = tuple(item for item in items if isinstance(item, ast.Literal))
            if test is Test.EQUAL_TO:
                return (ast.Literal(Array(tuple(item.value for item in held)), place),)
            return held
        case _:
            return ()


def _can_meet(kind: Kind, test: Test, value: Value, *, listed: bool) -> bool:
    """Whether some value of a kind passes a test with a literal; yes where it is not known."""
    match test:
        case Test.EQUAL_TO:
            return _can_equal(kind, value)
        case Test.CONTAINS if isinstance(kind, ArrayKind):
            return _reads_absent(value, listed) or _can_equal(kind.item, value)
        case Test.CONTAINS if listed:
            return _can_equal(kind, value)
        case Test.CONTAINS:
            return value == Text("") or (isinstance(kind, TextKind) and isinstance(value, Text))
        case Test.CONTAINS_ALL:
            return not isinstance(kind, ArrayKind) or value == Null() or _can_equal(kind.item, value)
        case _:
            return isinstance(value, Number | Text) and _can_equal(kind, value, absent=False)


def _reads_absent(value: Value, listed: bool) -> bool:
    """Whether an absent value passes: it reads as "", and in a list also as null."""
    return value == Text("") or (listed and value == Null())


def _can_equal(kind: Kind, value: Value, *, absent: bool = True) -> bool:
    if absent and value in (Null(), Text("")):
        return True
    match kind:
        case BooleanKind():
            return isinstance(value, Boolean)
        case IntegerKind() | DecimalKind() | DoubleKind():
            return isinstance(value, Number)
        case TextKind() | TimestampKind():
            return isinstance(value, Text)
        case ArrayKind():
            return isinstance(value, Array)
        case StructKind() | MapKind():
            return isinstance(value, Object)
        case JsonKind() | OpaqueKind():
            return True
        case _:
            assert_never(kind)


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"
