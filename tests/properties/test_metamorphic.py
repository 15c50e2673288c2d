"""Relations between answers that need no oracle, asked of the engine: what must follow from what, for everybody.

The numbers M1 to M16 are those of the plan of the proof; M10 and M11 stand in test_rewritten_people.
"""

from collections.abc import Callable
from random import Random

import pytest

import audience
from audience.errors import DefinitionError
from audience.interpreter import evaluate
from audience.ir import Outline, Predicate
from audience.language import Expression, walk
from audience.language.nodes import Condition, Items, Literal, Not, Property
from audience.lowering import Run
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Array, Null, Text, read_instant
from tests.fuzz.answers import ask_values, is_sayable, run_for
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.edges import NOW
from tests.properties.scene import Scene, draw_scene_crowd, law, randoms, set_scene
from tests.stores import Store

Related = list[tuple[str, list[Expression], Callable[..., bool]]]
"""A relation's name, the expressions that it is about, and the relation between their answers for one person."""


def has(steps: tuple[str | int, ...], operator: str, argument: object = None) -> Condition:
    return Condition(Property(steps), BY_NAME[operator], argument)  # type: ignore[arg-type]


def _same(one: bool, other: bool) -> bool:
    return one is other


def boolean_algebra(author: Author) -> Related:
    """M1 to M4: complements, De Morgan, distribution, order and repetition, more conditions and more segments."""
    a, b, c = author.expression(1), author.expression(1), author.condition()
    shuffled = [a, b, c, a]
    author.rng.shuffle(shuffled)
    return [
        ("M1 complement", [a, Not(a)], lambda one, other: one is not other),
        ("M2 double negation", [a, Not(Not(a))], _same),
        ("M2 De Morgan", [Not(walk.all_of([a, b])), walk.any_of([Not(a), Not(b)])], _same),
        ("M2 De Morgan", [Not(walk.any_of([a, b])), walk.all_of([Not(a), Not(b)])], _same),
        ("M2 distribution", [walk.all_of([a, walk.any_of([b, c])]),
                             walk.any_of([walk.all_of([a, b]), walk.all_of([a, c])])], _same),
        ("M3 order and repetition", [walk.any_of([a, b, c]), walk.any_of(shuffled)], _same),
        ("M3 order and repetition", [walk.all_of([a, b, c]), walk.all_of(shuffled)], _same),
        ("M4 a condition more", [walk.all_of([a, b]), a], lambda more, less: less or not more),
        ("M4 a segment more", [walk.any_of([a, b]), a], lambda more, less: more or not less),
    ]  # fmt: skip


def negative_twins(author: Author) -> Related:
    """M1 for operators: every one is true exactly where its complement is not."""
    found: Related = []
    for _ in range(6):
        condition = author.condition()
        twin = Condition(condition.property, condition.operator.complement, condition.argument)
        found.append((f"M1 {condition.operator.name}", [condition, twin], lambda one, other: one is not other))
        found.append((f"M1 not {condition.operator.name}", [Not(condition), twin], _same))
    return found


def lists(author: Author) -> Related:
    """M3 and M5: the items of a list in any order; contains_all is contains of each, contains of a list of any."""
    steps = author.rng.choice(author.crowd.properties)
    one, two = (_literal(author, steps, "contains_all") for _ in range(2))
    pair, reverse = Items((one, two)), Items((two, one, two))
    each = [has(steps, "contains_all", item) for item in (one, two)]
    related: Related = [
        ("M5 contains all", [has(steps, "contains_all", pair), *each], lambda both, x, y: both is (x and y)),
        ("M3 items of contains all", [has(steps, "contains_all", pair), has(steps, "contains_all", reverse)], _same),
        ("M3 items of contains", [has(steps, "contains", pair), has(steps, "contains", reverse)], _same),
        (
            "M5 in list",
            [has(steps, "contains", pair), *(has(steps, "contains", Items((item,))) for item in (one, two))],
            lambda both, x, y: both is (x or y),
        ),
    ]
    if not isinstance(one.value, Array):
        both = [has(steps, "equal_to", one), has(steps, "contains", Items((one,)))]
        related.append(("M9 equal is in list", both, lambda equal, within: within or not equal))
    return related


def _literal(author: Author, steps: tuple[str | int, ...], operator: str) -> Literal:
    kind = author.rng.choice(("text", "text", "number", "boolean", "null"))
    return author._literal(BY_NAME[operator], steps, kind)


def ranges(author: Author) -> Related:
    """M6 and M7: between is two comparisons; before and on-or-after are the timestamps, and grow with the bound."""
    steps = author.rng.choice(author.crowd.properties)
    low, high = (author._literal(BY_NAME["is_between"], steps, "number") for _ in range(2))
    start, end = sorted((author._moment(steps) for _ in range(2)), key=read_instant)
    first, last = Literal(Text(start)), Literal(Text(end))
    within = has(steps, "is_timestamp_between", Items((first, last)))
    before, after = has(steps, "is_timestamp_before", first), has(steps, "is_timestamp_on_or_after", first)
    before_last = has(steps, "is_timestamp_before", last)
    at_last = has(steps, "is_timestamp_between", Items((last, last)))
    found: Related = [
        ("M6 timestamps", [within, after, before_last, at_last], lambda within, a, b, at: within is ((a and b) or at)),
        ("M7 timestamps", [before, after, has(steps, "is_timestamp")], lambda b, a, is_one: (b or a) is is_one),
        ("M7 disjoint", [before, after], lambda b, a: not (b and a)),
        ("M7 monotone", [before, before_last], lambda earlier, later: later or not earlier),
        ("M7 now", [has(steps, "is_timestamp_before_now"), has(steps, "is_timestamp_on_or_after_now"),
                    has(steps, "is_timestamp")], lambda b, a, is_one: (b or a) is is_one and not (b and a)),
    ]  # fmt: skip
    bounds = [has(steps, "greater_than_or_equal_to", low), has(steps, "less_than_or_equal_to", high)]
    found.append(("M6 numbers", [has(steps, "is_between", Items((low, high))), *bounds],
                  lambda within, a, b: within is (a and b)))  # fmt: skip
    return found


def presence(author: Author) -> Related:
    """M8 and M9: empty is absent, "" or []; existing is not being null."""
    steps = author.rng.choice([steps for steps in author.crowd.properties if steps[0] != "c_time"])
    blank, nothing, null = Literal(Text("")), Items(()), Literal(Null())
    parts = [has(steps, "not_exists"), has(steps, "equal_to", blank), has(steps, "equal_to", nothing)]
    return [
        ("M8 empty", [has(steps, "empty"), *parts], lambda empty, *any_of: empty is any(any_of)),
        ("M9 exists", [has(steps, "exists"), has(steps, "equal_to", null)], lambda one, other: one is not other),
    ]


FAMILIES = [boolean_algebra, negative_twins, lists, ranges, presence]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@law(30, rng=randoms)
def test_relations(store: Store, family: Callable[[Author], Related], rng: Random) -> None:
    crowd = draw_scene_crowd(store, rng, 7, 5)
    catalog = store.load(crowd.rows, crowd.columns)
    members = {"vip": frozenset({("u1", None)}), "core": frozenset({("u2", None), ("u3", None)}), "none": frozenset()}
    run = run_for(store, catalog, NOW, members)
    related, predicates = [], []
    for relation in family(Author(rng, crowd)):
        meant = [_resolved(expression, run) for expression in relation[1]]
        accepted = [one for one in meant if one is not None]
        if len(accepted) == len(meant):
            related.append(relation)
            predicates.extend(accepted)
    answers = iter(ask_values(store, run, predicates, crowd.people))
    for name, expressions, holds in related:
        columns = [next(answers) for _ in expressions]
        for at, row in enumerate(zip(*columns, strict=True)):
            assert holds(*row), (name, [audience.format(one) for one in expressions], crowd.people[at])


def _resolved(expression: Expression, run: Run) -> Predicate | None:
    """The meaning of an expression that the checker accepts and the dialect can say."""
    try:
        predicate = resolve(expression, run.catalog, static=AUDIENCES).predicate
    except DefinitionError:
        return None
    return predicate if is_sayable(run, predicate) else None


# ── meaning survives every change of form ─────────────────────────────────────────────────────────


@law(50, rng=randoms)
def test_normalizing_keeps_the_meaning(store: Store, rng: Random) -> None:
    """The canonical predicate of the whole answers as its conditions do, joined as they were written."""
    scene = set_scene(store, rng, depth=3)
    for outline, answers in zip(scene.outlines, scene.reference, strict=True):
        for at, person in enumerate(scene.crowd.people):

            def joined(node: Outline) -> bool:
                parts = [joined(part) for part in node.parts]
                match node.kind:
                    case "condition":
                        return evaluate(node.predicate, person, NOW, scene.members)  # noqa: B023
                    case "not":
                        return not parts[0]
                    case "and":
                        return all(parts)
                    case "or":
                        return any(parts)
                    case _:
                        return False

            assert joined(outline) is answers[at], outline.text


@law(50, rng=randoms)
def test_text_and_json_keep_the_meaning(store: Store, rng: Random) -> None:
    """M15: through the text, and through the JSON form, people get the same answers."""
    scene = set_scene(store, rng)
    for expression, answers in zip(scene.expressions, scene.reference, strict=True):
        for again in (audience.parse(audience.format(expression)), audience.decode(audience.encode(expression))):
            assert _answers(scene, again) == answers, audience.format(expression)


def _answers(scene: Scene, expression: Expression) -> list[bool]:
    predicate = resolve(expression, scene.catalog, static=AUDIENCES).predicate
    return [evaluate(predicate, person, NOW, scene.members) for person in scene.crowd.people]


@law(40, rng=randoms)
def test_references(store: Store, rng: Random) -> None:
    """M13: a dynamic audience is what its conditions are, and what a static one with the same members would be."""
    scene = set_scene(store, rng, expressions=3)
    run = run_for(store, scene.catalog, NOW, scene.members)
    for expression, answers in zip(scene.expressions, scene.reference, strict=True):
        named = has((), "is_audience_member", Literal(Text("named")))
        other = walk.any_of([named, has((), "is_audience_member", Literal(Text("vip")))])
        chosen = {(str(person.id), None) for person, answer in zip(scene.crowd.people, answers, strict=True) if answer}
        asked, audiences = (named, Not(named), other), {"named": expression}
        inlined = [resolve(one, scene.catalog, audiences=audiences, static=AUDIENCES).predicate for one in asked]
        stored = [resolve(one, scene.catalog, static=(*AUDIENCES, "named")).predicate for one in asked]
        first = ask_values(store, run, inlined, scene.crowd.people)
        materialised = run_for(store, scene.catalog, NOW, {**scene.members, "named": frozenset(chosen)})
        assert first == ask_values(store, materialised, stored, scene.crowd.people)
        assert first[0] == answers
        assert first[1] == [not answer for answer in answers]
