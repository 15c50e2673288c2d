"""Conditions about other audiences: dynamic ones are inlined, static ones are asked for by key."""

from audience import ir
from audience.diagnostics import Diagnostic, Place, did_you_mean
from audience.language import nodes as ast
from audience.limits import CONDITIONS_MAX, REFERENCE_DEPTH_MAX
from audience.resolution.arguments import check_length, describe_argument, describe_value, wrong_shape
from audience.resolution.scope import Referred, Scope
from audience.values import Text

OWN_WORDS = frozenset({"A402", "A906"})
"""Codes whose message names the audiences already."""


def members_of(condition: ast.Condition, scope: Scope) -> ir.Predicate | None:
    """True of the members of any of the audiences that the argument names; None after an error."""
    keys = _keys(condition, scope)
    if keys is None:
        return None
    found = [_member_of(key, place or condition.place, scope) for key, place in keys]
    predicates = tuple(predicate for predicate in found if predicate is not None)
    if len(predicates) != len(found):
        return None
    if not predicates:
        return ir.Constant(False)
    return predicates[0] if len(predicates) == 1 else ir.Or(predicates)


def _keys(condition: ast.Condition, scope: Scope) -> list[tuple[str, Place | None]] | None:
    operator, argument = condition.operator, condition.argument
    items: tuple[ast.Literal | ast.Property | ast.Relative, ...]
    match argument:
        case None:
            scope.error(
                "A301",
                f"`{operator.words}` needs an argument",
                condition.place,
                f"it takes {operator.takes.value}; for example: {operator.example}",
            )
            return None
        case ast.Items():
            if not check_length(argument, scope):
                return None
            items = argument.items
        case _:
            items = (argument,)
    keys: list[tuple[str, Place | None]] = []
    for item in items:
        match item:
            case ast.Literal(Text(key), place):
                keys.append((key, place))
            case ast.Literal(value, place):
                wrong_shape(operator, describe_value(value), place, scope)
            case _:
                wrong_shape(operator, describe_argument(item), item.place, scope)
    return keys if len(keys) == len(items) else None


def _member_of(key: str, place: Place | None, scope: Scope) -> ir.Predicate | None:
    scope.references[key] = None
    if key in scope.static:
        return ir.IsMember(key)
    if key not in scope.audiences:
        scope.error("A401", f"unknown audience `{key}`", place, did_you_mean(key, (*scope.audiences, *scope.static)))
        return None
    if key in scope.trail:
        way = " → ".join((*scope.trail[scope.trail.index(key) :], key))
        scope.error("A402", f"the audience `{key}` depends on itself: {way}", place, "remove one of the references")
        return None
    height = scope.known[key].height if key in scope.known else 0
    if len(scope.trail) + 1 + height > REFERENCE_DEPTH_MAX:
        scope.error(
            "A906",
            f"the audience `{key}` is reached through more than {REFERENCE_DEPTH_MAX} references",
            place,
            "repeat the conditions instead of referring to them",
        )
        return None
    referred = _referred(key, scope)
    for problem in referred.problems:
        message = problem.message if problem.code in OWN_WORDS else f"in the audience `{key}`: {problem.message}"
        scope.error(problem.code, message, place, problem.help)
    scope.conditions += referred.conditions
    scope.height = max(scope.height, referred.height + 1)
    return referred.predicate


def _referred(key: str, scope: Scope) -> Referred:
    """The audience behind a key, resolved once however often it is referred to."""
    if key not in scope.known:
        inner = scope.below(key)
        predicate = scope.resolve(scope.audiences[key], inner)
        if inner.conditions > CONDITIONS_MAX and not inner.errors():
            inner.error("A903", f"it has {inner.conditions:,} conditions, at most {CONDITIONS_MAX:,} are allowed", None)
        problems = _distinct(inner.errors())
        scope.known[key] = Referred(None if problems else predicate, inner.conditions, inner.height, problems)
    return scope.known[key]


def _distinct(problems: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """One of each message: audiences that refer to each other twice would double their problems at every step."""
    return tuple({(problem.code, problem.message): problem for problem in problems}.values())
