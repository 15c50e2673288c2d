"""One batch: a crowd, conditions about it, the interpreter's answers and those of every store, compared bit by bit."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import audience
from audience.catalog import Catalog
from audience.errors import AudienceError, DefinitionError, UnsupportedByDialect
from audience.interpreter import Members, read_members
from audience.ir import Predicate
from audience.language import Expression
from audience.language.nodes import Argument, Condition, Items, Literal, Property, Relative
from audience.language.walk import conditions
from audience.operators import Takes
from audience.resolution import resolve
from audience.values import Array, write_instant
from tests.fuzz.answers import Answers, ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.columns import TypedColumn
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.coverage import PERSON, Cell
from tests.fuzz.crowd import Crowd, describe, draw_crowd, value_type
from tests.fuzz.edges import NOW
from tests.stores import Store, own

COLUMNS_AT_ONCE = 48
"""Expressions in one SELECT."""

ATTEMPTS = 30
"""How often a condition is written anew when the checker refuses it."""

COMPOUND_SHARE = 0.25


@dataclass(slots=True)
class Tally:
    """What was asked so far and what came of it.

    `expressions` count once however many stores were asked; `evaluations` and `unsupported`, the expressions that an
    engine names as beyond it, count for each store.
    """

    expressions: int = 0
    discriminating: int = 0
    refused: int = 0
    nulls: int = 0
    evaluations: Counter[str] = field(default_factory=Counter)
    unsupported: Counter[str] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression with its meaning for the crowd in each of the stores."""

    expression: Expression
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """A store that holds the crowd of a batch."""

    store: Store
    catalog: Catalog


def draw_members(rng: Random, crowd: Crowd) -> Members:
    """Static audiences of the crowd, one of them of nobody."""
    ids = [str(person.id) for person in crowd.people]
    return read_members({"vip": rng.sample(ids, len(ids) // 3), "core": rng.sample(ids, len(ids) // 2), "none": []})


def run_batch(
    stores: Sequence[Store],
    rng: Random,
    size: int,
    cells: Iterator[Cell],
    count: int,
    tally: Tally,
    columns: Sequence[TypedColumn] | None = None,
) -> None:
    """Ask all stores `count` expressions about the same `size` people, and note what differs.

    The people have the `columns`, by default those of the first store; every store can hold what is drawn for them.
    """
    columns = stores[0].columns if columns is None else columns
    documented = all(store.documents for store in stores)
    for store in stores:
        store.enter(rng.choice(store.sessions))

    def readable(document: str) -> bool:
        return all(store.readable(document) for store in stores)

    crowd = draw_crowd(rng, size, columns, readable=readable if documented else None)
    hosts = [Host(store, load(store, crowd, rng)) for store in stores]
    members = draw_members(rng, crowd)
    author = Author(rng, crowd)
    asked = [_write(author, hosts, cells, tally) for _ in range(count)]
    with ThreadPoolExecutor(len(hosts)) as pool:
        for start in range(0, count, COLUMNS_AT_ONCE):
            _compare(hosts, rng, crowd, members, asked[start : start + COLUMNS_AT_ONCE], tally, pool)


def load(store: Store, crowd: Crowd, rng: Random) -> Catalog:
    """Load a crowd into a store's own columns, its documents in one of the store's types."""
    best = store.documents[:1]
    # The best type comes more often: to look into text takes some engines thirty times as long.
    document = rng.choice((*store.documents, *best, *best)) if best else None
    return store.load(crowd.rows, own(store, crowd.columns), document=document)


def _write(author: Author, hosts: Sequence[Host], cells: Iterator[Cell], tally: Tally) -> Asked:
    """The next expression that the checker accepts, everywhere."""
    while True:
        compound = author.rng.random() < COMPOUND_SHARE
        cell = None if compound else next(cells)
        for _ in range(ATTEMPTS):
            expression = author.expression() if cell is None else author.for_cell(cell)
            try:
                meant = [resolve(expression, host.catalog, static=AUDIENCES).predicate for host in hosts]
            except DefinitionError:
                tally.refused += 1
                continue
            return Asked(expression, tuple(meant))


def _compare(
    hosts: Sequence[Host],
    rng: Random,
    crowd: Crowd,
    members: Members,
    asked: Sequence[Asked],
    tally: Tally,
    pool: Executor,
) -> None:
    forms = [{"extracted": rng.random() < 0.5, "guarded": rng.random() < 0.5} for _ in hosts]
    filtered = rng.randrange(len(asked))
    # The stores are engines of their own or let go of the interpreter's lock, so that they answer while it does.
    waiting = [
        pool.submit(_ask, host, at, crowd, members, asked, form)
        for at, (host, form) in enumerate(zip(hosts, forms, strict=True))
    ]
    reference = ask_interpreter([one.predicates[0] for one in asked], crowd.people, NOW, members)
    for one, answers in zip(asked, reference, strict=True):
        tally.expressions += 1
        tally.discriminating += len(set(answers)) == 2
        note_cells(one.expression, crowd, tally)
    for at, (host, future) in enumerate(zip(hosts, waiting, strict=True)):
        _note_answers(host, at, crowd, members, asked, reference, future, tally)
        if not tally.differences:
            predicate, expected = asked[filtered].predicates[at], ids_where(reference[filtered], crowd.people)
            if _selected(host, predicate, members) not in (expected, None):
                written = audience.format(asked[filtered].expression)
                tally.differences.append(f"{host.store.name}: filter form: {written}")


Found = list[list[bool | None] | str | None]
"""For each expression the answers, or what was said in their stead; None where the dialect names it as beyond it."""


def _ask(host: Host, at: int, crowd: Crowd, members: Members, asked: Sequence[Asked], form: dict[str, bool]) -> Found:
    """The answers of one store; one by one when not all can be had at once."""
    run = run_for(host.store, host.catalog, NOW, members)

    def ask(some: Sequence[Asked]) -> Answers:
        return ask_values(host.store, run, [one.predicates[at] for one in some], crowd.people, **form)

    try:
        return list(ask(asked))
    except (*host.store.failures, AudienceError):
        pass
    found: Found = []
    for one in asked:
        try:
            found += ask([one])
        except UnsupportedByDialect:
            found.append(None)
        except (*host.store.failures, AudienceError) as failure:
            found.append(str(failure)[:300])
    return found


def _selected(host: Host, predicate: Predicate, members: Members) -> list[str] | None:
    try:
        return ask_filter(host.store, run_for(host.store, host.catalog, NOW, members), predicate)
    except UnsupportedByDialect:
        return None


def _note_answers(
    host: Host,
    at: int,
    crowd: Crowd,
    members: Members,
    asked: Sequence[Asked],
    reference: Answers,
    waiting: "Future[Found]",
    tally: Tally,
) -> None:
    for one, mine, other in zip(asked, waiting.result(), reference, strict=True):
        match mine:
            case None:
                tally.unsupported[host.store.name] += 1
            case str(said):
                tally.differences.append(f"{host.store.name}: error: {audience.format(one.expression)}: {said}")
            case _:
                tally.evaluations[host.store.name] += len(other)
                tally.nulls += mine.count(None)
                if mine != other:
                    pairs = enumerate(zip(mine, other, strict=True))
                    position = next(place for place, (left, right) in pairs if left is not right)
                    expected = bool(other[position])
                    line = _reproduction(host.store, crowd, one.expression, position, members, expected)
                    tally.differences.append(line)


# ── coverage ──────────────────────────────────────────────────────────────────────────────────────


def note_cells(expression: Expression, crowd: Crowd, tally: Tally) -> None:
    """The cells that an expression fills with the people of a crowd."""
    for condition in conditions(expression):
        if condition.operator.takes is Takes.AUDIENCE:
            kind = "keys" if isinstance(condition.argument, Items) else "key"
            tally.cells[condition.operator.name, PERSON, kind] += 1
            continue
        subject = [value_type(value) for value in crowd.found(condition.property.steps)]
        for argument in _arguments(condition):
            if isinstance(argument, Property):
                others = [f"path:{value_type(value)}" for value in crowd.found(argument.steps)]
                pairs = set(zip(subject, others, strict=True))
            else:
                kind = _kind(condition, argument)
                pairs = {(value, kind) for value in set(subject)}
            for value, kind in pairs:
                tally.cells[condition.operator.name, value, kind] += 1


def _arguments(condition: Condition) -> tuple[Argument | None, ...]:
    """The bounds of a range in time count for themselves."""
    if condition.operator.takes is Takes.INSTANTS and isinstance(condition.argument, Items):
        return condition.argument.items
    return (condition.argument,)


def _kind(condition: Condition, argument: Argument | None) -> str:
    match argument:
        case None:
            return "none"
        case Relative():
            return "relative"
        case Items((Literal(value), *_)) if condition.operator.takes is Takes.RANGE:
            return f"{type(value).__name__.lower()}s"
        case Items() | Literal(Array()):
            return "list"
        case Literal(value):
            return type(value).__name__.lower()
        case _:
            raise AssertionError(argument)


# ── what to do about a difference ─────────────────────────────────────────────────────────────────


def _reproduction(
    store: Store, crowd: Crowd, expression: Expression, position: int, members: Members, expected: bool
) -> str:
    """A line for fixtures/regressions.jsonl: one person, one condition. See `shrink`."""
    from tests.fuzz.shrink import shrink

    alone, smaller, expected = shrink(store, crowd.only(position), expression, members, expected)
    person = alone.people[0]
    line = json.loads(describe(alone)) | {
        "expression": audience.format(smaller),
        "expected": expected,
        "now": write_instant(NOW),
        "members": {key: [person.id] for key, held in members.items() if (person.id, None) in held},
        "user_id": person.id,
        "rationale": f"the interpreter and {store.name} differ",
    }
    return json.dumps(line, ensure_ascii=False)
