"""Parse text into the AST, or refuse it with everything that is wrong with it.

Survey the text (limits, brackets, comments) → parse → build → check limits → attach the comments. A text
that does not parse is cut at its connectives, so that every broken condition is reported.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from audience.diagnostics import Diagnostic, Source, Span
from audience.errors import DefinitionError
from audience.language import grammar
from audience.language.builder import Builder
from audience.language.comments import attach
from audience.language.expected import expect_text
from audience.language.nodes import Definition, Expression
from audience.language.partly_read import refuse
from audience.language.survey import Chunk, Survey, chunks, survey, too_many_conditions
from audience.language.syntax import explain
from audience.language.walk import children, conditions
from audience.limits import CONDITIONS_MAX, DIAGNOSTICS_MAX, NESTING_MAX

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

PIECES_MAX = 2 * CONDITIONS_MAX
"""Pieces of a broken text that are looked at: more than a definition can have."""

NOTHING = Diagnostic(
    "A107",
    "the text has no condition",
    help='for example `plan = "pro"`; an audience of nobody is written `nobody`',
)
TOO_DEEP = Diagnostic(
    "A902",
    f"groups nest more than {NESTING_MAX} deep",
    help="make inner groups audiences of their own and ask `member of` them",
)


def parse(text: str, name: str = "<text>") -> Expression:
    """The expression of a text; header lines are allowed and dropped. DefinitionError when it is refused."""
    expression = parse_definition(text, name).expression
    assert expression is not None
    return expression


def parse_definition(text: str, name: str = "<text>") -> Definition:
    """The definition of an `.audience` text: header lines and a condition. DefinitionError when it is refused.

    `name` is what reports call the text. The definition's key stays unknown.
    """
    source = Source(name, expect_text(text))
    found = survey(text)
    _refuse(found.exceeded, source)
    builder = Builder(source)
    try:
        expression = builder.build(grammar.parse_tree(text, grammar.DEFINITION))
    except _unexpected_input() as error:
        problems, sound = _recover(found, error, source)
        _refuse(problems, source, sound)
        raise
    if builder.problems:
        _refuse(builder.problems, source, _sound(expression, builder))
    if expression is None:
        raise DefinitionError([replace(NOTHING, source=source)])
    _refuse(_exceeded(expression), source)
    head = [comment for comment in found.comments if _belongs_to_header(comment.start, found, text)]
    body = found.comments[len(head) :]
    return Definition(
        builder.header.get("name"),
        builder.header.get("description"),
        attach(expression, body, text) if body else expression,
        comments=tuple(comment.text for comment in head),
    )


def _refuse(problems: list[Diagnostic], source: Source, sound: Iterable[Expression] = ()) -> None:
    """Raise when there are problems, in the order of the text, with the conditions that have none."""
    if problems:
        ordered = sorted(dict.fromkeys(problems), key=_start)
        raise refuse(ordered, sound).within(source)


def _sound(expression: Expression | None, builder: Builder) -> list[Expression]:
    """The conditions that no problem stands in."""
    places = [problem.place for problem in builder.problems if isinstance(problem.place, Span)]
    return [
        condition
        for condition in (conditions(expression) if expression is not None else ())
        if isinstance(condition.place, Span)
        and not any(condition.place.start <= place.start <= condition.place.end for place in places)
    ]


def _start(problem: Diagnostic) -> int:
    return problem.place.start if isinstance(problem.place, Span) else 0


def _unexpected_input() -> type["UnexpectedInput"]:
    # lark is imported when something is parsed, not before.
    from lark.exceptions import UnexpectedInput

    return UnexpectedInput


def _belongs_to_header(start: int, found: Survey, text: str) -> bool:
    """Whether a comment stands before the end of the header, or beside its last line."""
    return start < found.body or (found.body > 0 and text[found.body : start].strip(" \t") == "")


def _exceeded(expression: Expression) -> list[Diagnostic]:
    """The limits that the finished expression breaks."""
    count = sum(1 for _ in conditions(expression))
    if count > CONDITIONS_MAX:
        return [too_many_conditions(count, Span(0, 0))]
    stack = [(expression, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > NESTING_MAX:
            return [replace(TOO_DEEP, place=node.place)]
        stack.extend((child, depth + 1) for child in reversed(children(node)))
    return []


# ── a text that does not parse ────────────────────────────────────────────────────────────────────


def _recover(found: Survey, error: "UnexpectedInput", source: Source) -> tuple[list[Diagnostic], list[Expression]]:
    """Every problem of a text that does not parse: of its pieces, of its brackets, or else of its structure.

    And the conditions of the pieces that do.
    """
    text = source.text
    problems: list[Diagnostic] = []
    sound: list[Expression] = []
    if found.body:
        problems += _piece(Span(0, found.body), grammar.DEFINITION, source, sound)
    for number, chunk in enumerate(chunks(text, found.body)):
        if number >= PIECES_MAX or len(problems) >= DIAGNOSTICS_MAX:
            break
        if not chunk.blank:
            problems += _piece(chunk.span, grammar.OPERAND, source, sound)
        elif _lacks_condition(chunk, text):
            problems.append(_lacking(chunk, source))
    if all(problem.code != "A102" for problem in problems):
        # A text without end may hide the partner of a bracket, and an unpaired bracket leaves its value unfinished.
        opened = [_start(problem) for problem in found.unpaired if text[_start(problem)] in "[{"]
        problems = [
            problem
            for problem in problems
            if problem.code != "A104" or not any(start < _start(problem) for start in opened)
        ] + found.unpaired
    return problems or [explain(error, text, 0, source)], sound


def _piece(span: Span, start: str, source: Source, sound: list[Expression]) -> list[Diagnostic]:
    """The problems of a piece; what can be read of it is added to `sound`."""
    text = source.text[span.start : span.end]
    builder = Builder(source, span.start)
    try:
        expression = builder.build(grammar.parse_tree(text, start))
    except _unexpected_input() as error:
        return [explain(error, text, span.start, source)]
    sound += _sound(expression, builder)
    return builder.problems


def _lacks_condition(chunk: Chunk, text: str) -> bool:
    if chunk.after == "(" or chunk.before == ")":
        return False
    alone = not chunk.before and not chunk.after
    return not alone or "not" in text[chunk.span.start : chunk.span.end].lower()


def _lacking(chunk: Chunk, source: Source) -> Diagnostic:
    if chunk.before == "(" and chunk.after == ")":
        message = "the parentheses are empty"
    elif chunk.before:
        message = f"after `{chunk.before}` a condition is missing"
    else:
        message = (
            f"before `{chunk.after}` a condition is missing" if chunk.after else "after `not` a condition is missing"
        )
    start, end = chunk.span.start, chunk.span.end
    if chunk.before:
        place = Span(start - len(chunk.before), start)
    elif chunk.after:
        place = Span(end, end + len(chunk.after))
    else:
        first = source.text.lower().find("not", start)
        place = Span(first, first + len("not"))
    return Diagnostic("A104", message, place, 'for example `plan = "pro"`', source=source)
