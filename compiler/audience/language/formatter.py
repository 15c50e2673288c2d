"""Write an expression as canonical text: one way to write each tree, comments kept.

One line where it fits; otherwise one operand a line, the connective in front, groups in parentheses.
`and` inside `or` is always in parentheses, so nobody needs to know which binds tighter.
"""

import json
import re
from typing import assert_never

from audience.language.expected import expect_expression
from audience.language.nodes import (
    And,
    Argument,
    Comments,
    Condition,
    Definition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Or,
    Property,
    Relative,
    Steps,
)
from audience.language.paths import SCOPES, write_path
from audience.operators import Operator, Takes, Test
from audience.values import Array, write_json

LINE_WIDTH = 88
INDENT = "  "

BARE_FIRST_KEY = re.compile(r"[^\W\d][\w-]*")
"""A first key that may stand without its scope at the left of a condition."""

RESERVED = frozenset({*SCOPES, "and", "or", "not", "nobody", "true", "false", "null"})
"""First keys that would read as another word there."""

UNPRINTABLE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters that JSON leaves as they are, but that break a line, turn its direction or cannot be saved."""


def format_expression(expression: Expression) -> str:
    """The canonical text of an expression, without a final newline."""
    return "\n".join(_layout(expect_expression(expression), "", ""))


def format_definition(definition: Definition) -> str:
    """The canonical text of an `.audience` file: comments, header lines, a blank line, the condition."""
    header = [
        *(_comment(line) for comment in definition.comments for line in comment.split("\n")),
        *(
            f"{word} {_quote(text)}"
            for word, text in (("name", definition.name), ("description", definition.description))
            if text is not None
        ),
    ]
    body = [] if definition.expression is None else [format_expression(definition.expression)]
    gap = [""] if header and body else []
    return "\n".join([*header, *gap, *body]) + "\n"


def format_condition(condition: Condition) -> str:
    """A condition on one line, its comments left out."""
    operator, argument = condition.operator, condition.argument
    subject = [] if operator.takes is Takes.AUDIENCE else [format_subject(condition.property.steps)]
    if argument is None or operator.takes is Takes.NOTHING:
        return " ".join([*subject, operator.words])
    return " ".join([*subject, _words(operator, argument), _argument(operator, argument)])


def format_subject(steps: Steps) -> str:
    """A property as it stands at the left of a condition: its scope only where it must be."""
    match steps:
        case (str() as first, *_) if BARE_FIRST_KEY.fullmatch(first) and first.lower() not in RESERVED:
            return _escape(write_path(steps, ""))
        case _:
            return _escape(write_path(steps))


def format_argument(argument: Argument) -> str:
    """An argument as it stands at the right of an operator."""
    match argument:
        case Literal(value):
            return _escape(write_json(value))
        case Property(steps):
            return _escape(write_path(steps))
        case Relative(amount, unit):
            shown = unit.removesuffix("s") if abs(amount) == 1 else unit
            return f"{abs(amount)} {shown} {'from now' if amount > 0 else 'ago'}"
        case Items(items):
            return f"[{', '.join(format_argument(item) for item in items)}]"
        case _:
            assert_never(argument)


def _words(operator: Operator, argument: Argument) -> str:
    if operator.test is Test.CONTAINS and isinstance(argument, Items):
        return "not in" if operator.negated else "in"
    return operator.words


def _argument(operator: Operator, argument: Argument) -> str:
    if operator.takes in (Takes.RANGE, Takes.INSTANTS):
        match argument:
            # A list as a bound would read as the list of both bounds.
            case Items((first, second)) if not any(_is_list(bound) for bound in (first, second)):
                return f"{format_argument(first)} and {format_argument(second)}"
            case _:
                pass
    return format_argument(argument)


def _is_list(argument: Argument) -> bool:
    return isinstance(argument, Literal) and isinstance(argument.value, Array)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────


def _layout(expression: Expression, prefix: str, indent: str) -> list[str]:
    """The lines of an expression; `prefix` stands before its first line that is no comment."""
    if not _has_comments(expression):
        line = indent + prefix + _one_line(expression)
        if len(line) <= LINE_WIDTH:
            return [line]
    match expression:
        case Condition() | Nobody():
            return _leaf(expression, prefix, indent)
        case Not(operand):
            if _needs_group(operand, under_not=True):
                return _group(operand, f"{prefix}not ", indent)
            return _layout(operand, f"{prefix}not ", indent)
        case And(operands) | Or(operands):
            connective = "and " if isinstance(expression, And) else "or "
            lines = []
            for index, operand in enumerate(operands):
                # The prefix of a group in the file is its opening parenthesis, so only the first line has one.
                front = connective if index else prefix
                grouped = _needs_group(operand)
                lines += _group(operand, front, indent) if grouped else _layout(operand, front, indent)
            return lines
        case _:
            assert_never(expression)


def _group(operand: Expression, prefix: str, indent: str) -> list[str]:
    """An operand in parentheses: on one line where it fits, else indented between them."""
    if not _has_comments(operand):
        line = f"{indent}{prefix}({_one_line(operand)})"
        if len(line) <= LINE_WIDTH:
            return [line]
    return [f"{indent}{prefix}(", *_layout(operand, "", indent + INDENT), f"{indent})"]


def _leaf(leaf: Condition | Nobody, prefix: str, indent: str) -> list[str]:
    comments: Comments = leaf.comments
    line = indent + prefix + _one_line(leaf)
    if comments.beside is not None:
        line += INDENT + _comment(comments.beside.replace("\n", " "))
    before, after = (
        [indent + _comment(line) for comment in texts for line in comment.split("\n")]
        for texts in (comments.before, comments.after)
    )
    return [*before, line, *after]


def _one_line(expression: Expression) -> str:
    match expression:
        case Condition():
            return format_condition(expression)
        case Nobody():
            return "nobody"
        case Not(operand):
            inner = _one_line(operand)
            return f"not ({inner})" if _needs_group(operand, under_not=True) else f"not {inner}"
        case And(operands) | Or(operands):
            connective = " and " if isinstance(expression, And) else " or "
            return connective.join(
                f"({_one_line(operand)})" if _needs_group(operand) else _one_line(operand) for operand in operands
            )
        case _:
            assert_never(expression)


def _needs_group(operand: Expression, under_not: bool = False) -> bool:
    match operand:
        case And() | Or():
            return True
        case Condition():
            # `not member of` is an operator of its own.
            return under_not and operand.operator.takes is Takes.AUDIENCE and not operand.operator.negated
        case Not() | Nobody():
            return False
        case _:
            assert_never(operand)


def _has_comments(expression: Expression) -> bool:
    match expression:
        case Condition() | Nobody():
            return bool(expression.comments.all())
        case Not(operand):
            return _has_comments(operand)
        case And(operands) | Or(operands):
            return any(_has_comments(operand) for operand in operands)
        case _:
            assert_never(expression)


def _comment(text: str) -> str:
    return f"# {text.strip()}".rstrip()


def _quote(text: str) -> str:
    return _escape(json.dumps(text, ensure_ascii=False))


def _escape(text: str) -> str:
    """JSON strings inside a text with the unprintable characters escaped; they stand nowhere else in it."""
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
