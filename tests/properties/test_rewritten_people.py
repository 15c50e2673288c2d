"""M10 and M11: documents rewritten, and everything moved in time, change no answer."""

import json
from random import Random

from audience.catalog import open_catalog
from audience.errors import DefinitionError
from audience.interpreter import Document, DocumentValue, Person, read_document
from audience.language import Expression, walk
from audience.language.nodes import And, Argument, Condition, Items, Literal, Not, Or, Property, Relative
from audience.operators import OPERATORS
from audience.resolution import resolve
from audience.values import Text, read_instant, write_instant
from tests.fuzz.answers import ask_values, run_for
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.crowd import Crowd, draw_crowd
from tests.fuzz.edges import NOW
from tests.fuzz.spelling import spell_json
from tests.properties.scene import law, randoms, seeds
from tests.stores import Store, looks_into_json

KEYS = ("plan", "mrr", "seen", "until", "tags", "address", "any", "a.b", "*", "")
OPEN = open_catalog()
NOBODY = {"vip": frozenset(), "core": frozenset(), "none": frozenset()}


def with_documents(crowd: Crowd, texts: list[str]) -> Crowd:
    people = tuple(Person(one.id, read_document(text)) for one, text in zip(crowd.people, texts, strict=True))
    return Crowd(people, {"id": crowd.rows["id"], "doc": list(texts)}, (), crowd.properties)


def mapped(expression: Expression, change) -> Expression:
    """The expression with each condition changed."""
    match expression:
        case Condition():
            return change(expression)
        case Not(operand):
            return Not(mapped(operand, change))
        case And(operands):
            return walk.all_of([mapped(one, change) for one in operands])
        case Or(operands):
            return walk.any_of([mapped(one, change) for one in operands])
        case _:
            return expression


def answers(store: Store, crowd: Crowd, expressions: list[Expression], now: int = NOW):
    catalog = store.load(crowd.rows, crowd.columns)
    predicates = [resolve(one, catalog, static=AUDIENCES).predicate for one in expressions]
    return ask_values(store, run_for(store, catalog, now, NOBODY), predicates, crowd.people)


def written(rng: Random, crowd: Crowd, count: int) -> list[Expression]:
    author, found = Author(rng, crowd), []
    for _ in range(count):
        expression = author.expression(1)
        try:
            resolve(expression, OPEN, static=AUDIENCES)
        except DefinitionError:
            continue
        found.append(expression)
    return found


def finite(value: DocumentValue) -> bool:
    match value:
        case list():
            return all(map(finite, value))
        case dict():
            return all(map(finite, value.values()))
        case float():
            return abs(value) != float("inf")
        case _:
            return True


@law(50, rng=seeds)
def test_documents_rewritten(store: Store, rng: Random) -> None:
    """M10: other spellings of the same values, keys that nobody asks for, and everything one level deeper."""
    if not looks_into_json(store):
        return
    crowd = draw_crowd(rng, 6, (), KEYS, store.readable)
    expressions = written(rng, crowd, 6)
    before = answers(store, crowd, expressions)
    respelled = [spell_json(rng, {**person.properties, "unasked": [person.id]}) for person in crowd.people]
    assert answers(store, with_documents(crowd, respelled), expressions) == before
    nested = [spell_json(rng, {"in.side": [0, person.properties]}) for person in crowd.people]
    deeper = [mapped(one, _below("in.side", 1)) for one in expressions]
    assert answers(store, with_documents(crowd, nested), deeper) == before


def _below(*prefix: str | int):
    def moved(found: Property) -> Property:
        # The id is the person's own and moves nowhere.
        return found if not found.steps or found.steps[0] == "id" else Property((*prefix, *found.steps))

    def change(condition: Condition) -> Condition:
        argument: Argument | None = condition.argument
        match argument:
            case Property():
                argument = moved(argument)
            case Items(items):
                argument = Items(tuple(moved(item) if isinstance(item, Property) else item for item in items))
        return Condition(moved(condition.property), condition.operator, argument)

    return change


DAY = 86_400_000_000
SHIFTS = (1, -1, 3_600_000_000, 19_800_000_000, DAY, -31 * DAY, 366 * DAY + 1)
TIMELY = ("is_timestamp_before", "is_timestamp_on_or_after", "is_timestamp_between", "is_timestamp_before_now",
          "is_timestamp_on_or_after_now", "is_timestamp")  # fmt: skip


@law(50, rng=randoms)
def test_everything_moved_in_time(store: Store, rng: Random) -> None:
    """M11: timestamps, bounds and now moved by the same time; under the operators that read text as time."""
    if not looks_into_json(store):
        return
    crowd = draw_crowd(rng, 6, (), ("seen", "until"), store.readable)
    crowd = with_documents(crowd, [json.dumps(_calm(person.properties)) for person in crowd.people])
    author, expressions = Author(rng, crowd), []
    for _ in range(8):
        operator = rng.choice([one for one in OPERATORS if one.test.value in TIMELY])
        condition = author.condition(operator, rng.choice((("seen",), ("until",))))
        if all(calm is not None for calm in _bounds(condition)):
            expressions.append(condition)
    delta = rng.choice(SHIFTS)
    before = answers(store, crowd, expressions)
    moved = [json.dumps({key: _shift(value, delta) for key, value in one.properties.items()}) for one in crowd.people]
    later = [mapped(one, lambda condition: _shift_bounds(condition, delta)) for one in expressions]
    assert answers(store, with_documents(crowd, moved), later, NOW + delta) == before


EDGE = 400 * DAY


def _within(moment: int) -> bool:
    """Whether an instant can be moved and stay on the calendar."""
    return -62_135_596_800_000_000 + EDGE < moment < 253_402_300_799_999_999 - EDGE


def _calm(properties: Document) -> Document:
    """Texts at the ends of the calendar, which cannot move, become texts that are no time."""
    return {key: _calm_value(value) for key, value in properties.items()}


def _calm_value(value: DocumentValue) -> DocumentValue:
    moment = read_instant(value) if isinstance(value, str) else None
    if moment is not None and not _within(moment):
        return "no time"
    return value if finite(value) else None


def _shift(value: DocumentValue, delta: int) -> DocumentValue:
    moment = read_instant(value) if isinstance(value, str) else None
    return value if moment is None else write_instant(moment + delta)


def _bounds(condition: Condition) -> list[int | None]:
    """The bounds that can be moved; None for one that cannot."""
    items = condition.argument.items if isinstance(condition.argument, Items) else (condition.argument,)
    found: list[int | None] = []
    for item in items:
        match item:
            case Literal(Text(text)):
                moment = read_instant(text)
                found.append(moment if moment is not None and _within(moment) else None)
    return found


def _shift_bounds(condition: Condition, delta: int) -> Condition:
    def moved(item: Literal | Property | Relative) -> Literal | Property | Relative:
        match item:
            case Literal(Text(text)):
                moment = read_instant(text)
                assert moment is not None
                return Literal(Text(write_instant(moment + delta)))
            case _:
                return item

    match condition.argument:
        case None:
            argument: Argument | None = None
        case Items(items):
            argument = Items(tuple(map(moved, items)))
        case single:
            argument = moved(single)
    return Condition(condition.property, condition.operator, argument)
