"""Conditions about a crowd: for a wanted cell of the coverage table, or whatever comes.

Arguments come from the people: half of them are what somebody has, a third is nearly that, the rest is anything.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from audience.interpreter import DocumentValue
from audience.interpreter.instants import instant_of
from audience.language import walk
from audience.language.nodes import Argument, Condition, Expression, Items, Literal, Not, Property, Relative, Unit
from audience.operators import BY_NAME, OPERATORS, Operator, Takes, Test
from audience.values import Array, Instant, Number, Text, from_json, read_instant
from tests.fuzz.coverage import ARGUMENT_KINDS, PERSON, Cell
from tests.fuzz.crowd import DOCUMENT_KEYS, Crowd, Steps, value_type
from tests.fuzz.edges import KEYS, NOW, pick_json, pick_moment, pick_number, pick_text, spell_moment
from tests.fuzz.near import near, near_moment

AUDIENCES = ("vip", "core", "none")
"""Keys of the static audiences that conditions refer to."""

OPAQUE = {"c_time"}
"""Columns about which only `exists` can be asked."""

TESTS_OF_ITEMS = (Test.CONTAINS, Test.CONTAINS_ALL)
ORDERED_TAKES = (Takes.ORDERED, Takes.RANGE)

ORDERED_TYPES = frozenset({"number", "text", "timestamp"})
FITTING: dict[Test, frozenset[str]] = {
    Test.GREATER_THAN: ORDERED_TYPES,
    Test.GREATER_THAN_OR_EQUAL_TO: ORDERED_TYPES,
    Test.LESS_THAN: ORDERED_TYPES,
    Test.LESS_THAN_OR_EQUAL_TO: ORDERED_TYPES,
    Test.CONTAINS: frozenset({"list", "text"}),
    Test.CONTAINS_ALL: frozenset({"list"}),
}
"""Types of which a test can be true."""

LIKELY_BOUNDS = ("text", "text", "relative", "path:text", "path:timestamp")

UNITS: tuple[Unit, ...] = ("minutes", "hours", "days", "weeks")


@dataclass(slots=True)
class Author:
    """Writes conditions about one crowd."""

    rng: Random
    crowd: Crowd
    _types: dict[Steps, frozenset[str]] = field(default_factory=dict)
    _timely: set[Steps] = field(default_factory=set)
    _candidates: dict[tuple[Steps, str], dict[str, list[object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for steps in self.crowd.properties:
            self._types[steps] = frozenset(map(value_type, self.crowd.found(steps)))
            if any(instant_of(value) is not None for value in self.crowd.found(steps)):
                self._timely.add(steps)

    def expression(self, depth: int = 2) -> Expression:
        """Conditions joined by `and`, `or` and `not`."""
        chance = self.rng.random()
        if depth == 0 or chance < 0.4:
            return self.condition()
        if chance < 0.55:
            return Not(self.expression(depth - 1))
        operands = [self.expression(depth - 1) for _ in range(self.rng.randint(2, 3))]
        return walk.all_of(operands) if chance < 0.78 else walk.any_of(operands)

    def condition(self, operator: Operator | None = None, subject: Steps | None = None) -> Condition:
        """Any condition; of an operator or about a property where one is given."""
        operator = operator or self.rng.choice(OPERATORS)
        kind = self.rng.choice(ARGUMENT_KINDS[operator.takes])
        if operator.takes is Takes.AUDIENCE:
            return self.for_cell((operator.name, PERSON, kind))
        return self._about(operator, subject or self._subject(operator, kind, None), kind)

    def for_cell(self, cell: Cell) -> Condition:
        """A condition that fills a cell with somebody of the crowd, as far as the crowd allows."""
        name, wanted, kind = cell
        operator = BY_NAME[name]
        if operator.takes is Takes.AUDIENCE:
            keys = [Literal(Text(key)) for key in self.rng.sample(AUDIENCES, self.rng.randint(1, 2))]
            return Condition(Property(()), operator, keys[0] if kind == "key" else Items(tuple(keys)))
        return self._about(operator, self._subject(operator, kind, wanted), kind, wanted)

    def _about(self, operator: Operator, subject: Steps, kind: str, wanted: str | None = None) -> Condition:
        argument = None if operator.takes is Takes.NOTHING else self._argument(operator, subject, kind, wanted)
        return Condition(Property(subject), operator, argument)

    # ── properties ────────────────────────────────────────────────────────────────────────────────

    def _subject(self, operator: Operator, kind: str, wanted: str | None) -> Steps:
        """A property that is of the wanted type for somebody, and mostly one of which the test can be true."""
        known = [
            steps
            for steps, types in self._types.items()
            if (wanted is None or wanted in types) and (operator.test is Test.EXISTS or steps[0] not in OPAQUE)
        ]
        known = known or [("nowhere",)]
        if self.rng.random() < 0.9:
            fitting = [steps for steps in known if self._can_hold(operator, steps, kind)]
            return self.rng.choice(fitting or known)
        return self.rng.choice(known)

    def _can_hold(self, operator: Operator, subject: Steps, kind: str) -> bool:
        """Whether the test could be true of somebody, going by types."""
        types = self._types[subject]
        match operator.takes:
            case Takes.INSTANT | Takes.INSTANTS:
                return subject in self._timely
            case Takes.ORDERED if kind == "relative":
                return subject in self._timely
            case _ if kind.startswith("path:"):
                return bool(types & FITTING[operator.test]) if operator.test in FITTING else True
            case Takes.VALUE | Takes.ITEMS | Takes.ORDERED | Takes.RANGE:
                if operator.takes is Takes.ITEMS and kind == "list":
                    return bool(types & FITTING[operator.test])
                return bool(self._known(operator, subject, kind.removesuffix("s")))
            case _:
                return True

    def _path(self, operator: Operator, subject: Steps, kind: str, wanted: str | None) -> Property:
        """Another property that is of the wanted type for somebody whose subject is of its type."""
        other = kind.removeprefix("path:")
        if self.rng.random() < 0.1 and other in self._types.get(subject, ()):
            return Property(subject)
        known = [steps for steps, types in self._types.items() if other in types and steps[0] not in OPAQUE]
        fitting = [steps for steps in known if self._can_meet(operator, subject, steps)]
        found = subject
        for _ in range(12):
            found = self.rng.choice(fitting if fitting and self.rng.random() < 0.9 else known or [subject])
            pairs = zip(self.crowd.found(subject), self.crowd.found(found), strict=True)
            if any(value_type(two) == other and wanted in (None, value_type(one)) for one, two in pairs):
                break
        return Property(found)

    def _can_meet(self, operator: Operator, subject: Steps, other: Steps) -> bool:
        """Whether two properties could be ordered, or one within the other, going by types."""
        match operator.takes:
            case Takes.INSTANT | Takes.INSTANTS:
                return other in self._timely
            case Takes.ORDERED:
                return bool(self._types[subject] & self._types[other] & FITTING[operator.test])
            case _:
                return isinstance(other[0], str) and other[0] in DOCUMENT_KEYS

    # ── arguments ─────────────────────────────────────────────────────────────────────────────────

    def _argument(self, operator: Operator, subject: Steps, kind: str, wanted: str | None) -> Argument:
        match operator.takes, kind:
            case Takes.RANGE, _:
                low, high = self._literal(operator, subject, kind[:-1]), self._literal(operator, subject, kind[:-1])
                return Items(_in_order(low, high) if self.rng.random() < 0.9 else (high, low))
            case Takes.INSTANTS, _:
                one = self._bound(operator, subject, kind, wanted)
                other = self._bound(operator, subject, self.rng.choice(LIKELY_BOUNDS), None)
                return Items(_in_order(one, other) if self.rng.random() < 0.85 else (one, other))
            case Takes.INSTANT, _:
                return self._bound(operator, subject, kind, wanted)
            case _, "relative":
                return self._relative()
            case _, _ if kind.startswith("path:"):
                return self._path(operator, subject, kind, wanted)
            case _, "list":
                return self._items(operator, subject)
            case _:
                return self._literal(operator, subject, kind)

    def _bound(
        self, operator: Operator, subject: Steps, kind: str, wanted: str | None
    ) -> Literal | Property | Relative:
        if kind == "relative":
            return self._relative()
        if kind.startswith("path:"):
            return self._path(operator, subject, kind, wanted)
        return Literal(Text(self._moment(subject)))

    def _moment(self, subject: Steps) -> str:
        """A timestamp near those that people have at a property, but on the calendar."""

        known = [moment for value in self.crowd.found(subject) if (moment := instant_of(value)) is not None]
        moment = near_moment(self.rng, self.rng.choice(known)) if known else pick_moment(self.rng)
        moment = min(max(moment, -62_135_596_800_000_000), 253_402_300_799_999_999)
        return spell_moment(self.rng, moment)

    def _relative(self) -> Relative:
        """30 days ago is in the pools of instants; so are others."""
        if self.rng.random() < 0.4:
            return Relative(-30, "days")
        amount = self.rng.choice((15, 24, 30, 300, 1_440))
        return Relative(self.rng.choice((1, -1)) * amount, self.rng.choice(UNITS))

    def _items(self, operator: Operator, subject: Steps) -> Items:
        if operator.takes is Takes.VALUE:
            whole = self._literal(operator, subject, "list").value
            held = whole.items if isinstance(whole, Array) else ()
            return Items(tuple(Literal(item) for item in held))
        kinds = [self.rng.choice(("null", "boolean", "number", "text", "text", "object", "list")) for _ in range(3)]
        most = self.rng.choice(kinds)
        count = self.rng.choice((0, 1, 1, 2, 2, 3))
        return Items(tuple(self._literal(operator, subject, self.rng.choice((most, kinds[0]))) for _ in range(count)))

    def _literal(self, operator: Operator, subject: Steps, kind: str) -> Literal:
        """A literal of a kind: what somebody has, nearly that, or anything."""
        chance = self.rng.random()
        if chance < 0.85:
            known = self._known(operator, subject, kind)
            if known:
                value = self.rng.choice(known)
                other = near(self.rng, value) if chance > 0.5 else value
                return Literal(from_json(other if _kind(other) == kind else value))
        if kind == "text" and operator.takes in ORDERED_TAKES and subject in self._timely:
            return Literal(Text(self._moment(subject)))
        return Literal(from_json(POOLS[kind](self.rng)))

    def _known(self, operator: Operator, subject: Steps, kind: str) -> list[object]:
        """What the people have at a property, or below it where the operator looks at items and parts."""
        key = (subject, operator.test if operator.test in TESTS_OF_ITEMS else "")
        if key not in self._candidates:
            found: dict[str, list[object]] = {}
            for value in self.crowd.found(subject)[:CANDIDATES]:
                for one in self._parts(operator, value):
                    literal = _writable(self.rng, one)
                    if literal is not NOTHING:
                        found.setdefault(_kind(literal), []).append(literal)
            self._candidates[key] = found
        return self._candidates[key].get(kind, [])

    def _parts(self, operator: Operator, value: DocumentValue) -> list[DocumentValue]:
        """A value, or what a test that looks into it finds there."""
        if operator.test not in TESTS_OF_ITEMS:
            return [value]
        if isinstance(value, list):
            return value
        if operator.test is Test.CONTAINS and isinstance(value, str):
            start = self.rng.randrange(len(value)) if value else 0
            return [value, value[start : start + self.rng.randint(0, 2)]]
        return []


CANDIDATES = 250
"""People whose values are looked at for arguments."""

POOLS: dict[str, Callable[[Random], object]] = {
    "null": lambda rng: None,
    "boolean": lambda rng: rng.random() < 0.5,
    "number": pick_number,
    "text": pick_text,
    "list": lambda rng: [pick_json(rng, 1) for _ in range(rng.randint(0, 3))],
    "object": lambda rng: {rng.choice(KEYS): pick_json(rng, 1) for _ in range(rng.randint(0, 2))},
}

NOTHING = object()
"""What no literal can say: a NaN, an infinite timestamp."""


def _writable(rng: Random, value: DocumentValue) -> object:
    """A value as JSON, timestamps as texts."""
    match value:
        case float() if not math.isfinite(value):
            return NOTHING
        case Instant(moment):
            if not -62_135_596_800_000_000 <= moment <= 253_402_300_799_999_999:
                return NOTHING
            return spell_moment(rng, moment)
        case list():
            items = [_writable(rng, item) for item in value]
            return NOTHING if any(item is NOTHING for item in items) else items
        case dict():
            members = {key: _writable(rng, item) for key, item in value.items()}
            return NOTHING if any(item is NOTHING for item in members.values()) else members
        case _:
            return value


def _kind(value: object) -> str:
    return value_type(value).replace("absent", "null")  # type: ignore[arg-type]


Bound = Literal | Property | Relative


def _in_order(one: Bound, other: Bound) -> tuple[Bound, Bound]:
    """Two bounds, the lower first where both are literals or relative times."""

    def key(bound: Bound) -> tuple[int, float, str]:

        match bound:
            case Literal(Number(number)):
                return 0, number, ""
            case Literal(Text(text)):
                moment = read_instant(text)
                return (0, float(moment), "") if moment is not None else (1, 0.0, text)
            case Relative():
                return 0, float(NOW + bound.minutes * 60_000_000), ""
            case _:
                return 0, 0.0, ""

    return (one, other) if key(one) <= key(other) else (other, one)
