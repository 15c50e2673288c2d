"""One batch: a crowd, conditions about it, the interpreter's answers and DuckDB's, compared bit by bit."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import duckdb

import audience
from audience.catalog import Catalog
from audience.errors import AudienceError, DefinitionError
from audience.interpreter import Members, read_members
from audience.ir import Predicate
from audience.language import Expression
from audience.language.nodes import Argument, Condition, Items, Literal, Property, Relative
from audience.language.walk import conditions
from audience.operators import Takes
from audience.resolution import resolve
from audience.values import Array, write_instant
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.conditions import Author
from tests.fuzz.coverage import PERSON, Cell
from tests.fuzz.crowd import Crowd, describe, draw_crowd, load, value_type
from tests.fuzz.edges import NOW

COLUMNS_AT_ONCE = 48
"""Expressions in one SELECT."""

ATTEMPTS = 30
"""How often a condition is written anew when the checker refuses it."""

COMPOUND_SHARE = 0.25

SESSIONS = (
    {"TimeZone": "UTC", "default_collation": ""},
    {"TimeZone": "America/New_York", "default_collation": "nocase"},
    {"TimeZone": "Asia/Kolkata", "default_collation": "nocase.noaccent"},
)
"""Batches take turns; none of this may change an answer."""


@dataclass(slots=True)
class Tally:
    """What was asked so far and what came of it."""

    expressions: int = 0
    evaluations: int = 0
    discriminating: int = 0
    refused: int = 0
    nulls: int = 0
    cells: Counter[Cell] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression with its meaning for the crowd."""

    expression: Expression
    predicate: Predicate


def draw_members(rng: Random, crowd: Crowd) -> Members:
    """Static audiences of the crowd, one of them of nobody."""
    ids = [str(person.id) for person in crowd.people]
    return read_members({"vip": rng.sample(ids, len(ids) // 3), "core": rng.sample(ids, len(ids) // 2), "none": []})


def run_batch(
    connection: duckdb.DuckDBPyConnection, rng: Random, size: int, cells: Iterator[Cell], count: int, tally: Tally
) -> None:
    """Ask `count` expressions about `size` people, and note what differs."""
    settings = rng.choice(SESSIONS)
    connection.execute("SET TimeZone = $zone", {"zone": settings["TimeZone"]})
    connection.execute("SET default_collation = $collation", {"collation": settings["default_collation"]})
    crowd = draw_crowd(rng, size)
    catalog = load(connection, crowd, document=rng.choice(("JSON", "VARCHAR")))
    members = draw_members(rng, crowd)
    author = Author(rng, crowd)
    asked = [_write(author, catalog, cells, tally) for _ in range(count)]
    for start in range(0, count, COLUMNS_AT_ONCE):
        _compare(connection, rng, crowd, catalog, members, asked[start : start + COLUMNS_AT_ONCE], tally)


def _write(author: Author, catalog: Catalog, cells: Iterator[Cell], tally: Tally) -> Asked:
    """The next expression that the checker accepts."""
    while True:
        compound = author.rng.random() < COMPOUND_SHARE
        cell = None if compound else next(cells)
        for _ in range(ATTEMPTS):
            expression = author.expression() if cell is None else author.for_cell(cell)
            try:
                resolution = resolve(expression, catalog, static=("vip", "core", "none"))
            except DefinitionError:
                tally.refused += 1
                continue
            return Asked(expression, resolution.predicate)


def _compare(
    connection: duckdb.DuckDBPyConnection,
    rng: Random,
    crowd: Crowd,
    catalog: Catalog,
    members: Members,
    asked: Sequence[Asked],
    tally: Tally,
) -> None:
    predicates = [one.predicate for one in asked]
    run = run_for(catalog, NOW, members)
    reference = ask_interpreter(predicates, crowd.people, NOW, members)
    extracted = rng.random() < 0.5
    guarded = rng.random() < 0.5
    try:
        found = ask_values(connection, run, predicates, crowd.people, extracted=extracted, guarded=guarded)
    except (duckdb.Error, AudienceError):
        found = [_ask_alone(connection, catalog, crowd, members, one, tally) for one in asked]
    for one, mine, other in zip(asked, found, reference, strict=True):
        tally.expressions += 1
        tally.evaluations += len(other)
        tally.discriminating += len(set(other)) == 2
        tally.nulls += mine.count(None)
        note_cells(one.expression, crowd, tally)
        if mine != other:
            position = next(at for at, pair in enumerate(zip(mine, other, strict=True)) if pair[0] is not pair[1])
            tally.differences.append(_reproduction(crowd, one.expression, position, members, bool(other[position])))
    at = rng.randrange(len(asked))
    if not tally.differences and ask_filter(connection, run, predicates[at]) != ids_where(reference[at], crowd.people):
        tally.differences.append(f"filter form: {audience.format(asked[at].expression)}")


def _ask_alone(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, crowd: Crowd, members: Members, asked: Asked, tally: Tally
) -> list[bool | None]:
    """One expression of a batch whose query failed; an error counts as a difference for everybody."""
    try:
        [found] = ask_values(connection, run_for(catalog, NOW, members), [asked.predicate], crowd.people)
    except (duckdb.Error, AudienceError) as failure:
        tally.differences.append(f"error: {audience.format(asked.expression)}: {str(failure)[:300]}")
        return ask_interpreter([asked.predicate], crowd.people, NOW, members)[0]
    return found


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


def _reproduction(crowd: Crowd, expression: Expression, position: int, members: Members, expected: bool) -> str:
    """A line for fixtures/regressions.jsonl: one person, one condition. See `shrink`."""
    from tests.fuzz.shrink import shrink

    alone, smaller, expected = shrink(crowd.only(position), expression, members, expected)
    person = alone.people[0]
    line = json.loads(describe(alone)) | {
        "expression": audience.format(smaller),
        "expected": expected,
        "now": write_instant(NOW),
        "members": {key: [person.id] for key, held in members.items() if (person.id, None) in held},
        "user_id": person.id,
        "rationale": "the interpreter and the engine differ",
    }
    return json.dumps(line, ensure_ascii=False)
