"""An expression as OR of ANDs: `not` goes to the leaves, then AND is distributed over OR.

The size is computed before anything is built, because it grows as a power: a thousand pairs joined by
AND would be 2^1000 segments.
"""

from dataclasses import dataclass, replace
from itertools import product
from math import log10, prod
from typing import assert_never

from audience.diagnostics import Diagnostic
from audience.errors import DefinitionError
from audience.language.nodes import And, Condition, Expression, Nobody, Not, Or, Property
from audience.language.walk import nesting
from audience.limits import CONDITIONS_MAX, TEXT_NESTING_MAX
from audience.operators import BY_TEST, Test

Conjunction = tuple[Condition, ...]

_ID = Property(("id",))
EVERYBODY: tuple[Conjunction, ...] = (
    (Condition(_ID, BY_TEST[Test.EXISTS, False], None),),
    (Condition(_ID, BY_TEST[Test.EXISTS, True], None),),
)
"""`not nobody` has no segment of its own; these two together are true of each person."""


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple["_Positive", ...]


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple["_Positive", ...]


_Positive = Condition | _All | _Any
"""An expression without `not`. No parts in _All is everybody, none in _Any is nobody; both only at the top."""


def or_of_ands(expression: Expression) -> tuple[Conjunction, ...]:
    """The segments that say the same, each with at least one condition, in the order of the source.

    `not` turns an operator into its complement, which need not be one that Knock has. Nothing is merged:
    an OR of ANDs comes back as it is. DefinitionError beyond the limit of conditions.
    """
    if nesting(expression) > TEXT_NESTING_MAX:
        message = f"groups are nested more than {TEXT_NESTING_MAX} levels deep"
        raise DefinitionError([Diagnostic("A902", message, expression.place)])
    positive = _push(expression, negated=False)
    if positive == _All(()):
        return EVERYBODY
    _, count = _size(positive)
    if count > CONDITIONS_MAX:
        message = f"as OR of ANDs this has {_written(count)} conditions, at most {CONDITIONS_MAX:,} are allowed"
        advice = "split it into audiences and refer to them with `member of`"
        raise DefinitionError([Diagnostic("A903", message, expression.place, advice)])
    return _expand(positive)


def _push(expression: Expression, *, negated: bool) -> _Positive:
    """The expression, or its negation, without `not` and with everybody and nobody simplified away."""
    while isinstance(expression, Not):
        expression, negated = expression.operand, not negated
    match expression:
        case Condition():
            return replace(expression, operator=expression.operator.complement) if negated else expression
        case Nobody():
            return _All(()) if negated else _Any(())
        case And(operands):
            return _join(operands, _Any if negated else _All, negated=negated)
        case Or(operands):
            return _join(operands, _All if negated else _Any, negated=negated)
        case _:
            assert_never(expression)


def _join(operands: tuple[Expression, ...], group: type[_All] | type[_Any], *, negated: bool) -> _Positive:
    nothing: tuple[_Positive, ...] = ()
    neutral, decisive = (_All(nothing), _Any(nothing)) if group is _All else (_Any(nothing), _All(nothing))
    parts: list[_Positive] = []
    for operand in operands:
        part = _push(operand, negated=negated)
        if part == decisive:
            return decisive
        if part != neutral:
            parts.append(part)
    return parts[0] if len(parts) == 1 else group(tuple(parts))


def _size(positive: _Positive) -> tuple[int, int]:
    """How many segments and how many conditions an expansion has."""
    match positive:
        case Condition():
            return 1, 1
        case _Any(parts):
            sizes = [_size(part) for part in parts]
            return sum(segments for segments, _ in sizes), sum(conditions for _, conditions in sizes)
        case _All(parts):
            sizes = [_size(part) for part in parts]
            segments = prod(segments for segments, _ in sizes)
            # Each alternative of a part stands beside each combination of the other parts' alternatives.
            return segments, sum(conditions * (segments // alternatives) for alternatives, conditions in sizes)
        case _:
            assert_never(positive)


def _expand(positive: _Positive) -> tuple[Conjunction, ...]:
    match positive:
        case Condition():
            return ((positive,),)
        case _Any(parts):
            return tuple(conjunction for part in parts for conjunction in _expand(part))
        case _All(parts):
            choices = product(*map(_expand, parts))
            return tuple(tuple(condition for chosen in choice for condition in chosen) for choice in choices)
        case _:
            assert_never(positive)


def _written(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"about 10^{int(log10(count))}"
