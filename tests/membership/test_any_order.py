"""Whatever happens to an environment, in any order: its tables and its ledger are those of the model."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Definition
from audience.membership import people, settle, static
from audience.membership.audiences import read_kept
from audience.membership.define import archive, define
from audience.membership.environment import Environment
from audience.membership.refresh import Mode, refresh
from audience.store import Home, open_home
from audience.store.home import MEMORY
from audience.store.ledger import Transition, members_as_of
from audience.values import write_instant
from tests.homes import DATABASES, SetClock
from tests.membership.crashing import Crash, CrashingDatabase
from tests.membership.ledgers import Members, fold, held, ledger_of
from tests.membership.model import DEFINITIONS, HOUR, MINUTE, STATIC, Model, Move
from tests.properties.law import examples
from tests.servers import own_database

PACE = {"duckdb": 0.4, "postgres": 1.0}
"""A statement costs DuckDB three times as much, however little it does."""

WINDOW = "seen <= 1 hour ago and seen > 3 hours ago"

START = 1_800_000_000_000_000
NUMBERS = count(1)

IDS = st.sampled_from(("ada", "bob", "cyd", "dan", "eve"))
DYNAMIC_KEYS = ("a", "b", "c", "d")
STATIC_KEYS = ("vip", "beta")
EITHER = "e"

PAIRS = st.lists(st.tuples(IDS, st.sampled_from((None, None, "t", ""))), min_size=1, max_size=3)
CRASHES = st.none() | st.none() | st.integers(0, 60)
FEW = st.sampled_from((settle.FEW, 0))

conditions = st.sampled_from([text for text in DEFINITIONS if text != STATIC])
dynamic_definitions = st.dictionaries(st.sampled_from((*DYNAMIC_KEYS, EITHER)), conditions, max_size=3)
static_definitions = st.dictionaries(st.sampled_from((*STATIC_KEYS, EITHER)), st.just(STATIC), max_size=2)
definitions = st.builds(lambda one, other: {**one, **other}, dynamic_definitions, static_definitions)

moments = st.builds(lambda hours, late: (hours * HOUR, late), st.integers(-4, 2), st.integers(-1, 1))
"""How far from the clock something lies: whole hours, and a microsecond beside them."""

plans = st.sampled_from(("pro", "free", None))
documents = st.fixed_dictionaries(
    {},
    optional={
        "plan": plans,
        "seen": moments | st.sampled_from((None, "soon", 7)),
        "address": st.fixed_dictionaries({}, optional={"city": st.sampled_from(("Rome", "Oslo")), "since": moments})
        | st.just("unknown"),
    },
)


def read(given: dict[str, str]) -> dict[str, Definition]:
    """The definitions that texts stand for."""
    return {key: DEFINITIONS[text] for key, text in given.items()}


def at(document: dict[str, Any], now: int) -> dict[str, Any]:
    """A document with its moments written as instants."""
    return {key: _at(value, now) for key, value in document.items()}


def _at(value: object, now: int) -> object:
    match value:
        case (hours, late):
            return write_instant(now + hours + late)
        case dict():
            return at(value, now)
        case _:
            return value


class AnyOrder(RuleBasedStateMachine):
    """Does the same to an environment of a home and to the model, and compares after every step."""

    def __init__(self, home: Home, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.clock, self.monkeypatch = clock, monkeypatch
        self.database = CrashingDatabase(home.database)
        self.name = f"e{next(NUMBERS)}"
        clock.time = START
        home.add_environment(self.name)
        self.environment = self.fresh()
        self.model = Model(self.environment.catalog)
        self.transitions: list[Transition] = []
        self.members: Members = {}
        self.texts: dict[str, str] = {}
        self.replaced: dict[str, str] = {}

    def fresh(self) -> Environment:
        """What another process would see: nothing is known yet."""
        return Environment(Home(self.database, self.clock), self.name)

    def step(self, crash: int | None, real: Callable[[], object], model: Callable[[], list[Move]]) -> None:
        """Do it, perhaps crashing on the way; then nothing of it must have happened."""
        self.database.left = crash
        try:
            real()
        except Crash:
            self.environment = self.fresh()
            expected = []
        else:
            self.model.now = max(self.model.now, self.clock.time)
            expected = model()
        finally:
            self.database.left = None
        self.compare(expected)

    def refused(self, code: str, real: Callable[[], object]) -> None:
        """Do what is refused, and leaves everything as it is."""
        with pytest.raises((UsageError, DefinitionError), match=code):
            real()
        self.compare([])

    def remember(self, given: dict[str, str]) -> None:
        """Keep what definitions replace, so that it can come back."""
        self.replaced |= {key: self.texts[key] for key, text in given.items() if self.texts.get(key, text) != text}
        self.texts |= given

    def compare(self, expected: list[Move]) -> None:
        """The ledger has grown by what was expected, and the tables are its fold and the model's members."""
        new = ledger_of(self.database, self.name, len(self.transitions))
        moved = Counter(
            Move(one.kind, one.audience, one.user_id, one.tenant, one.flipped_at, one.meaning, one.cause, one.notify)
            for one in new
        )
        assert moved == Counter(expected)
        assert all(one.happened_at == self.model.now for one in new)
        self.transitions += new
        self.members = fold(new, self.members)
        assert held(self.database, self.name) == self.members
        dynamic = {key: {(id, None) for id in ids} for key, ids in self.model.members.items() if ids}
        assert self.members == dynamic | {key: pairs for key, pairs in self.model.static.items() if pairs}

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    @initialize(
        known=st.dictionaries(IDS, documents, min_size=3),
        defined=st.dictionaries(st.sampled_from(DYNAMIC_KEYS), conditions, min_size=3),
        emit=st.booleans(),
        few=FEW,
    )
    def begin(self, known: dict[str, dict[str, Any]], defined: dict[str, str], emit: bool, few: int) -> None:
        for room in (settle, people, static):
            self.monkeypatch.setattr(room, "FEW", few)
        self.put(list(known.items()), None)
        self.refresh(Mode.FULL, set(), {**defined, "vip": STATIC, "beta": STATIC}, emit, None)

    @rule(given=st.lists(st.tuples(IDS, documents), min_size=1, max_size=4), crash=CRASHES)
    def put(self, given: list[tuple[str, dict[str, Any]]], crash: int | None) -> None:
        read = [(id, at(document, self.clock.time)) for id, document in given]
        self.step(
            crash,
            lambda: people.put_people(self.environment, [{"id": id, **document} for id, document in read]),
            lambda: self.model.put(read),
        )

    @rule(ids=st.sets(IDS, min_size=1, max_size=2), crash=CRASHES)
    def delete(self, ids: set[str], crash: int | None) -> None:
        self.step(crash, lambda: people.delete_people(self.environment, ids), lambda: self.model.delete(ids))

    @rule(primary=IDS, secondary=IDS, crash=CRASHES)
    def merge(self, primary: str, secondary: str, crash: int | None) -> None:
        def merge() -> None:
            people.merge_person(self.environment, primary, secondary)

        if primary == secondary or not {primary, secondary} <= self.model.people.keys():
            self.refused("A720", merge)
        else:
            self.step(crash, merge, lambda: self.model.merge(primary, secondary))

    @rule(key=st.sampled_from((*STATIC_KEYS, *STATIC_KEYS, EITHER)), pairs=PAIRS, entering=st.booleans(), crash=CRASHES)
    def change(self, key: str, pairs: list[tuple[str, str | None]], entering: bool, crash: int | None) -> None:
        def change() -> None:
            (static.add_members if entering else static.remove_members)(self.environment, key, pairs)

        if key not in self.model.static:
            self.refused("A710" if key in self.model.dynamic else "A401", change)
        else:
            given = [(id, tenant or None) for id, tenant in pairs]
            self.step(crash, change, lambda: self.model.change(key, given, entering=entering))

    @rule(given=definitions, crash=CRASHES)
    def define(self, given: dict[str, str], crash: int | None) -> None:
        def store() -> None:
            define(self.environment, read(given))

        if self.model.changes_type(read(given)):
            self.refused("A710", store)
        elif self.model.breaks(read(given)):
            self.refused("A4", store)
        else:
            self.remember(given)
            self.step(crash, store, lambda: self.model.define(read(given)) or [])

    @rule(key=st.sampled_from(DYNAMIC_KEYS))
    def define_as_before(self, key: str) -> None:
        if key in self.replaced:
            self.define({key: self.replaced[key]}, None)

    @rule(
        mode=st.sampled_from((*Mode, None)),
        keys=st.just(set()) | st.sets(st.sampled_from(DYNAMIC_KEYS), max_size=2),
        given=st.just({}) | definitions,
        emit=st.booleans(),
        crash=CRASHES,
    )
    def refresh(self, mode: Mode | None, keys: set[str], given: dict[str, str], emit: bool, crash: int | None) -> None:
        given = {key: text for key, text in given.items() if not self.model.changes_type(read({key: text}))}
        self.remember(given)

        def run() -> None:
            refresh(self.environment, keys, definitions=read(given), mode=mode, emit_initial=emit)

        def expected() -> list[Move]:
            self.model.define(read(given))
            return self.model.refresh(keys, emit_initial=emit)

        if not keys <= self.model.dynamic.keys() | given.keys():
            self.refused("A401", run)
        else:
            self.step(crash, run, expected)

    @rule(first=st.sampled_from((*Mode, None)), again=st.sampled_from((*Mode, None)))
    def refresh_twice(self, first: Mode | None, again: Mode | None) -> None:
        self.refresh(first, set(), {}, False, None)
        before = len(self.transitions)
        self.refresh(again, set(), {}, True, None)
        assert len(self.transitions) == before

    @rule(
        which=st.integers(0, 5), mode=st.sampled_from((Mode.INCREMENTAL, Mode.DUE)), key=st.sampled_from(DYNAMIC_KEYS)
    )
    def refresh_on_both_sides_of_a_flip(self, which: int, mode: Mode, key: str) -> None:
        """One audience before all others, so that they are not equally far."""
        ahead = [flip for flip in self.model.flips() if flip > self.model.now]
        if which < len(ahead):
            for self.clock.time in (ahead[which] - 1, ahead[which]):
                if key in self.model.dynamic:
                    self.refresh(mode, {key}, {}, False, None)
                self.refresh(mode, set(), {}, False, None)

    @rule(id=IDS, mode=st.sampled_from((*Mode, None)))
    def outlive_a_window(self, id: str, mode: Mode | None) -> None:
        """Somebody enters after a refresh, because they changed, and time takes them out before the next."""
        self.let_time_pass(5 * HOUR)
        self.refresh(mode, set(), {"window": WINDOW}, False, None)
        self.let_time_pass(HOUR)
        self.put([(id, {"seen": (-2 * HOUR, 0)})], None)
        self.let_time_pass(5 * HOUR)
        self.refresh(mode, set(), {}, False, None)

    @rule(
        which=st.integers(0, 4),
        text=st.sampled_from(('plan = "pro"', 'member of "vip"', "seen <= 2 hours ago")),
        id=IDS,
        deleted=st.booleans(),
    )
    def define_and_back(self, which: int, text: str, id: str, deleted: bool) -> None:
        """What happens in between must not be forgotten, though in the end nothing was edited."""
        keys = sorted(self.model.dynamic.keys() & self.texts.keys())
        if not keys or self.model.breaks(read({(key := keys[which % len(keys)]): text})):
            return
        before = self.texts[key]
        self.define({key: text}, None)
        if deleted:
            self.delete({*sorted(self.model.members[key])[:1], id}, None)
        elif "vip" in self.model.static:
            self.change("vip", [(id, None)], (id, None) not in self.model.static["vip"], None)
        self.define({key: before}, None)
        self.refresh(Mode.INCREMENTAL, set(), {}, False, None)

    @rule(key=st.sampled_from((*DYNAMIC_KEYS, *STATIC_KEYS, EITHER)), crash=CRASHES)
    def archive(self, key: str, crash: int | None) -> None:
        def end() -> None:
            archive(self.environment, key)

        if key not in self.model.dynamic and key not in self.model.static:
            self.refused("A401", end)
        elif self.model.is_named(key):
            self.refused("A710", end)
        else:
            self.step(crash, end, lambda: self.model.archive(key))

    @rule(by=st.sampled_from((0, 1, 15 * MINUTE, HOUR, HOUR, 5 * HOUR, -HOUR)))
    def let_time_pass(self, by: int) -> None:
        self.clock.time += by

    @rule(which=st.integers(0, 5), late=st.sampled_from((0, 0, -1, 1)))
    def go_to_a_flip(self, which: int, late: int) -> None:
        ahead = [flip for flip in self.model.flips() if flip > self.model.now]
        if which < len(ahead):
            self.clock.time = ahead[which] + late

    # ── what holds in the end ─────────────────────────────────────────────────────────────────────

    def teardown(self) -> None:
        stored = {one.id: one.properties for one in people.list_people(self.environment, limit=100)}
        assert stored == self.model.people
        kept = {row.key: row for row in read_kept(self.database, self.name)}
        assert kept.keys() == self.model.dynamic.keys() | self.model.static.keys()
        assert {key for key, row in kept.items() if row.error} == {
            key for key, one in self.model.dynamic.items() if one.stopped
        }
        self._compare_the_past()

    def _compare_the_past(self) -> None:
        instants = sorted({one.happened_at for one in self.transitions})
        for key in {one.audience for one in self.transitions}:
            for instant in instants[-3:]:
                folded = fold(one for one in self.transitions if one.happened_at <= instant)
                found = [one for batch in members_as_of(self.database, self.name, key, instant) for one in batch]
                assert {(one.user_id, one.tenant) for one in found} == folded.get(key, set())
                assert len(found) == len(folded.get(key, set()))


@pytest.mark.parametrize("database", DATABASES)
def test_any_order(database: str, clock: SetClock, request: pytest.FixtureRequest) -> None:
    with (
        place_for(database, request) as address,
        open_home(address, create=True, clock=clock) as home,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        run_state_machine_as_test(lambda: AnyOrder(home, clock, monkeypatch), settings=paced(PACE[database]))


def paced(pace: float) -> settings:
    """So many steps in so many orders."""
    return settings(examples(24, pace), stateful_step_count=30)


@contextmanager
def place_for(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a home can be made that no other process has to see."""
    if database == "duckdb":
        yield MEMORY
    else:
        with own_database(request.getfixturevalue("postgres_url")) as url:
            yield url
