"""What an environment with people of our own must hold: dicts, and the interpreter asked of one person at a time.

The model says of every step exactly which transitions it writes. It is told the instant of a run and works out the
rest: who moves, why, and at which microsecond time moved them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from audience.catalog import Catalog
from audience.errors import DefinitionError
from audience.interpreter import Person, evaluate, read_document
from audience.interpreter.instants import instant_of
from audience.ir import IsMember, Predicate, leaves, meaning
from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.language.walk import named_audiences
from audience.people import to_json
from audience.resolution import resolve

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE

STATIC = ""

DEFINITIONS: Mapping[str, Definition] = {STATIC: Definition(None, None, None)} | {
    text: parse_definition(text)
    for text in (
        'plan = "pro"',
        "plan does not exist",
        'not (plan = "pro" and address.city = "Rome")',
        "seen >= 2 hours ago",
        "seen > 1 hour ago and plan exists",
        "seen <= 2 hours ago",
        'seen < 3 hours ago or plan = "pro"',
        "seen <= 1 hour ago and seen > 3 hours ago",
        "not (seen < 15 minutes from now)",
        'seen >= 1 hour ago or not (seen >= 2 hours ago) and plan != "pro"',
        "not (seen is a timestamp) or address.since <= 1 hour ago",
        'member of "vip"',
        'not member of "vip" and plan exists',
        'member of "vip" or member of "beta" and seen < 1 hour ago',
        'member of "a"',
        'not member of "b" and plan exists',
        'member of "c" or seen > 2 hours ago',
        'not member of "d" and not member of "beta"',
        'member of "nowhere"',
    )
}
"""By their text: times with all four orders; references to each other, and to an audience that there is not."""

OFFSETS = (-3 * HOUR, -2 * HOUR, -HOUR, 15 * MINUTE)
"""How far from now the conditions look, in microseconds."""


class Move(NamedTuple):
    """A transition, without its number and the instant of its run."""

    kind: str
    audience: str
    user_id: str
    tenant: str | None
    flipped_at: int | None
    meaning: str
    cause: str
    notify: bool


@dataclass
class Kept:
    """A dynamic audience: how far its members are those of its definition."""

    definition: Definition
    meaning: str = ""
    refreshed_at: int | None = None
    edited: bool = False
    """Its meaning was another one since the last refresh, if only for a while."""
    stopped: bool = False

    def stands(self, held: str) -> bool:
        """Whether its members are those of this meaning, which it has; only then people move in it at once."""
        return self.refreshed_at is not None and self.meaning == held and not self.edited and not self.stopped


@dataclass(frozen=True)
class Resolved:
    """What dynamic audiences mean, and which are not right."""

    predicates: Mapping[str, Predicate]
    references: Mapping[str, tuple[str, ...]]
    broken: frozenset[str]


@dataclass
class Model:
    """The state, and what each operation does to it. Operations answer with the moves that they cause."""

    catalog: Catalog
    now: int = 0
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    static: dict[str, set[tuple[str, str | None]]] = field(default_factory=dict)
    dynamic: dict[str, Kept] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)

    # ── what is known ─────────────────────────────────────────────────────────────────────────────

    def resolved(self, definitions: Mapping[str, Definition] | None = None) -> Resolved:
        """What all audiences mean, with some definitions instead of or beside those that are kept."""
        wanted = {key: kept.definition for key, kept in self.dynamic.items()} | {
            key: definition for key, definition in (definitions or {}).items() if definition.expression is not None
        }
        static = self.static.keys() | {key for key, given in (definitions or {}).items() if given.expression is None}
        expressions = {key: one.expression for key, one in wanted.items() if one.expression is not None}
        predicates, references = {}, {}
        for key, expression in expressions.items():
            try:
                found = resolve(expression, self.catalog, audiences=expressions, static=static, own_people=True)
            except DefinitionError:
                continue
            predicates[key], references[key] = found.predicate, found.references
        return Resolved(predicates, references, frozenset(expressions.keys() - predicates.keys()))

    def is_named(self, key: str) -> bool:
        """Whether another audience names one, be it right or wrong."""
        others = (kept.definition.expression for other, kept in self.dynamic.items() if other != key)
        return any(key in named_audiences(expression) for expression in others if expression is not None)

    def person(self, id: str) -> Person:
        """Somebody as the interpreter asks of them."""
        return Person(id, read_document(to_json(self.people[id])))

    def holds(self, predicate: Predicate, id: str, now: int) -> bool:
        """Whether somebody who may be nobody matches at an instant."""
        return id in self.people and evaluate(predicate, self.person(id), now, self.static)

    def flips(self) -> list[int]:
        """The instants, in order, at which time may change an answer."""
        return sorted({instant for id in self.people for instant in self._flips_of(id)})

    def _flips_of(self, id: str) -> set[int]:
        document = self.people[id]
        address = document.get("address")
        values = [document.get("seen"), address.get("since") if isinstance(address, dict) else None]
        moments = [moment for value in values if (moment := instant_of(value)) is not None]
        return {moment - offset + late for moment in moments for offset in OFFSETS for late in (0, 1)}

    def last_flip(self, predicate: Predicate, id: str, after: int, until: int) -> int | None:
        """The last instant in (after, until] whose answer is not that of the microsecond before."""
        for moment in sorted(self._flips_of(id), reverse=True) if id in self.people else ():
            if after < moment <= until and self.holds(predicate, id, moment) != self.holds(predicate, id, moment - 1):
                return moment
        return None

    # ── people and static members ─────────────────────────────────────────────────────────────────

    def put(self, given: Iterable[tuple[str, dict[str, Any]]]) -> list[Move]:
        """Merge properties into people."""
        before = dict(self.people)
        for id, document in given:
            self.people[id] = merged(self.people.get(id, {}), document)
        return self._settle([id for id in self.people if self.people[id] != before.get(id)], "person")

    def delete(self, ids: Collection[str]) -> list[Move]:
        """Forget people."""
        for id in ids:
            self.people.pop(id, None)
        return self._settle(ids, "person")

    def merge(self, primary: str, secondary: str) -> list[Move]:
        """Make two people one."""
        moves = []
        self.people[primary] = merged(self.people[secondary], self.people[primary])
        for key, pairs in self.static.items():
            for tenant in {tenant for id, tenant in pairs if id == secondary}:
                moves += self._move_static(key, [(secondary, tenant)], "person", entering=False)
                moves += self._move_static(key, [(primary, tenant)], "person", entering=True)
        del self.people[secondary]
        return moves + self._settle([primary, secondary], "person")

    def change(self, key: str, pairs: Iterable[tuple[str, str | None]], *, entering: bool) -> list[Move]:
        """Put pairs into a static audience, or take them out."""
        moves = self._move_static(key, pairs, "static", entering=entering)
        return moves + self._settle({move.user_id for move in moves}, "static", of=key)

    def _move_static(
        self, key: str, pairs: Iterable[tuple[str, str | None]], cause: str, *, entering: bool
    ) -> list[Move]:
        moving = {pair for pair in pairs if (pair in self.static[key]) is not entering}
        self.static[key] ^= moving
        kind = "enter" if entering else "exit"
        return [Move(kind, key, id, tenant, None, "", cause, id in self.people) for id, tenant in moving]

    def _settle(self, ids: Collection[str], cause: str, of: str | None = None) -> list[Move]:
        """The moves of some people in the audiences that stand, or in those that ask about a static one."""
        moves = []
        for key, predicate in self.resolved().predicates.items():
            if not self.dynamic[key].stands(meaning(predicate)) or (of is not None and of not in asked(predicate)):
                continue
            moves += [
                self._move(key, id, None, meaning(predicate), cause, notify=True)
                for id in ids
                if self.holds(predicate, id, self.now) is not (id in self.members[key])
            ]
        return moves

    def _move(self, key: str, id: str, flipped: int | None, held: str, cause: str, *, notify: bool) -> Move:
        self.members[key] ^= {id}
        kind = "enter" if id in self.members[key] else "exit"
        return Move(kind, key, id, None, flipped, held, cause, notify)

    # ── definitions and refreshes ─────────────────────────────────────────────────────────────────

    def changes_type(self, definitions: Mapping[str, Definition]) -> bool:
        """Whether one of these is kept as another type."""
        return any(
            key in (self.static if definition.expression is not None else self.dynamic)
            for key, definition in definitions.items()
        )

    def breaks(self, definitions: Mapping[str, Definition]) -> bool:
        """Whether one of these is wrong, or makes another wrong."""
        broken = self.resolved(definitions).broken
        return bool(broken & definitions.keys() or broken - self.resolved().broken)

    def define(self, definitions: Mapping[str, Definition]) -> None:
        """Store definitions; nobody moves."""
        before = self.resolved().predicates
        for key, definition in definitions.items():
            if definition.expression is None:
                self.static.setdefault(key, set())
            elif key in self.dynamic:
                self.dynamic[key].definition = definition
            else:
                self.dynamic[key], self.members[key] = Kept(definition), set()
        after = self.resolved().predicates
        for key in before.keys() & after.keys():
            self.dynamic[key].edited |= before[key] != after[key]

    def refresh(self, keys: Collection[str] = (), *, emit_initial: bool = False) -> list[Move]:
        """Bring some audiences up to date, or all of them; which people are asked must not matter."""
        resolved, moves = self.resolved(), []
        for key, predicate in resolved.predicates.items():
            kept, held = self.dynamic[key], meaning(predicate)
            waits = kept.refreshed_at is not None and not kept.stands(held)
            if not (not keys or key in keys or waits):
                continue
            for id in sorted(self.people.keys() | self.members[key]):
                if self.holds(predicate, id, self.now) is not (id in self.members[key]):
                    flipped, cause = self._why(key, predicate, id)
                    notify = emit_initial or cause != "activation"
                    moves.append(self._move(key, id, flipped, held, cause, notify=notify))
            kept.meaning, kept.refreshed_at, kept.edited, kept.stopped = held, self.now, False, False
        for key in resolved.broken:
            self.dynamic[key].stopped = True
        return moves

    def _why(self, key: str, predicate: Predicate, id: str) -> tuple[int | None, str]:
        """Why somebody moves in a refresh, and when where time moved them."""
        kept, entering = self.dynamic[key], id not in self.members[key]
        if kept.refreshed_at is None:
            return None, "activation"
        if kept.meaning != meaning(predicate):
            return None, "definition"
        flipped = self.last_flip(predicate, id, kept.refreshed_at, self.now)
        if kept.stands(kept.meaning):
            assert flipped is not None, "whoever changes is moved at once"
            return flipped, "time"
        # Nothing moved in it meanwhile, so people and time may both have.
        alone = flipped is not None and self.holds(predicate, id, kept.refreshed_at) is not entering
        return (flipped, "time") if alone else (None, "person")

    def archive(self, key: str) -> list[Move]:
        """End an audience."""
        if key in self.static:
            pairs = self.static.pop(key)
            return [Move("exit", key, id, tenant, None, "", "archive", False) for id, tenant in pairs]
        kept, members = self.dynamic.pop(key), self.members.pop(key)
        return [Move("exit", key, id, None, None, kept.meaning, "archive", False) for id in members]


def asked(predicate: Predicate) -> set[str]:
    """The static audiences that a predicate asks about."""
    return {leaf.audience for leaf in leaves(predicate) if isinstance(leaf, IsMember)}


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Objects merge, everything else is replaced."""
    both = {key for key in old.keys() & new.keys() if isinstance(old[key], dict) and isinstance(new[key], dict)}
    return {**old, **new, **{key: merged(old[key], new[key]) for key in both}}
