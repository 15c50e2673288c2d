"""A crowd: people with a JSON document and typed columns, as stores hold them and as the interpreter sees them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from audience.interpreter import DocumentValue, Person, find, read_document
from audience.values import Instant
from tests.fuzz.columns import BY_NAME, COLUMNS, TypedColumn
from tests.fuzz.edges import KEYS, pick_json, pick_moment_text, pick_number, pick_scalar, pick_text
from tests.fuzz.spelling import spell_json

Steps = tuple[str | int, ...]


def _tags(rng: Random) -> object:
    return [pick_scalar(rng) if rng.random() < 0.3 else pick_text(rng) for _ in range(rng.randint(0, 4))]


def _numbers(rng: Random) -> object:
    return [pick_number(rng) for _ in range(rng.randint(0, 4))]


def _address(rng: Random) -> object:
    keys = rng.sample(KEYS, rng.randint(0, 4))
    return {key: pick_json(rng, 1) for key in keys} | {"city": pick_text(rng)}


DOCUMENT_KEYS: dict[str, Callable[[Random], object]] = {
    "plan": pick_text, "Plan": pick_text, "note": pick_text, "mrr": pick_number, "age": pick_number,
    "flag": lambda rng: rng.random() < 0.5, "seen": pick_moment_text, "until": pick_moment_text, "tags": _tags,
    "roles": _tags, "scores": _numbers, "address": _address, "any": pick_json, "other": pick_json, "a.b": pick_json,
    "*": pick_json, "": pick_scalar, "$": pick_scalar, "0": pick_scalar, 'say "hi"': pick_scalar, "it's": pick_scalar,
    "back\\slash": pick_scalar, "🎉": pick_scalar, "größe": pick_scalar, "a b": pick_scalar,
}  # fmt: skip
"""Keys of the documents, and what mostly stands there."""

SHADOWED = ("id", "c_text", "c_ts", "s_one")
"""Keys that documents have now and then although a column, or the id, stands before them."""

BELOW: tuple[Steps, ...] = (
    ("address", "city"), ("address", "a.b"), ("address", "*"), ("address", ""), ("address", "0"), ("address", "A"),
    ("any", "a"), ("any", 0), ("any", "b", 0), ("any", "*"), ("any", "", "*"), ("tags", 0), ("tags", 1),
    ("tags", "0"), ("scores", 0), ("nowhere",), ("plan", "x"), ("*", "*"), ("a.b", "a"), ("any", 10**12),
)  # fmt: skip
BELOW_COLUMNS: tuple[Steps, ...] = (
    ("c_json", "a"), ("c_json", 0), ("c_json", "*"), ("l_text", 0), ("l_big", 1), ("l_ts", 0), ("l_list", 0),
    ("l_list", 0, 0), ("l_json", 0), ("l_json", 0, "a"), ("s_one", "city"), ("s_one", "n"), ("s_one", "at"),
    ("s_one", "it's"), ("m_text", "a"), ("m_text", ""), ("m_text", "it's"), ("m_double", "city"), ("m_tz", "a.b"),
)  # fmt: skip


def _everything(document: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in the order of the table. `rows` has their values as texts, by column; `properties` can be asked.

    The column `doc` has their documents; a crowd for an engine that cannot look into JSON has none.
    """

    people: tuple[Person, ...]
    rows: dict[str, list[str | None]]
    columns: tuple[TypedColumn, ...]
    properties: tuple[Steps, ...]
    _found: dict[Steps, list[DocumentValue]] = field(default_factory=dict)

    def found(self, steps: Steps) -> list[DocumentValue]:
        """What stands at a path, for each of the people."""
        if steps not in self._found:
            self._found[steps] = [find(person, steps) for person in self.people]
        return self._found[steps]

    def only(self, position: int) -> "Crowd":
        """One of the people alone."""
        rows = {name: [texts[position]] for name, texts in self.rows.items()}
        return Crowd((self.people[position],), rows, self.columns, self.properties)


def value_type(value: DocumentValue) -> str:
    """The type of a value, as the coverage matrix names it."""
    match value:
        case None:
            return "absent"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case dict():
            return "object"
        case Instant():
            return "timestamp"


COPIES = 4
"""Values of a document that are copied to another key."""


def pick_document(rng: Random, keys: Sequence[str] = tuple(DOCUMENT_KEYS)) -> dict[str, object]:
    """A document with most of the keys, few of them null, some with a value of an unlikely type."""
    document: dict[str, object] = {}
    for key in keys:
        chance = rng.random()
        if chance < 0.7:
            document[key] = DOCUMENT_KEYS[key](rng)
        elif chance < 0.76:
            document[key] = None
        elif chance < 0.86:
            document[key] = pick_json(rng)
    for _ in range(COPIES if keys else 0):
        # Properties that have a value in common, so that one can equal, contain or precede the other.
        source, target = rng.choice(keys), rng.choice(keys)
        value = document.get(source)
        document[target] = rng.choice(value) if isinstance(value, list) and value and rng.random() < 0.7 else value
    if rng.random() < 0.1:
        document[rng.choice(SHADOWED)] = pick_json(rng)
    return document


def _draw_document(rng: Random, keys: Sequence[str], readable: Callable[[str], bool]) -> str:
    while not readable(document := spell_json(rng, pick_document(rng, keys))):
        pass
    return document


def draw_crowd(
    rng: Random,
    size: int,
    columns: Sequence[TypedColumn] = COLUMNS,
    keys: Sequence[str] = tuple(DOCUMENT_KEYS),
    readable: Callable[[str], bool] | None = _everything,
) -> Crowd:
    """People drawn at random, with documents that are `readable`; with none at all where that is None."""
    rows: dict[str, list[str | None]] = {"id": [f"u{at}" for at in range(size)]}
    properties: list[dict[str, DocumentValue]] = [{} for _ in range(size)]
    if readable is None:
        keys = ()
    else:
        documents = [_draw_document(rng, keys, readable) for _ in range(size)]
        rows["doc"] = list(documents)
        properties = [read_document(document) for document in documents]
    for column in columns:
        given = [column.pick(rng) for _ in range(size)]
        rows[column.name] = [text for text, _ in given]
        for held, (_, value) in zip(properties, given, strict=True):
            held[column.name] = value
    people = tuple(Person(id, held) for id, held in zip(map(str, rows["id"]), properties, strict=True))
    names = {column.name for column in columns}
    paths: list[Steps] = [("id",), *((key,) for key in keys), *((column.name,) for column in columns)]
    paths += [path for path in BELOW if path[0] in keys or path[0] == "nowhere"]
    paths += [path for path in BELOW_COLUMNS if path[0] in names]
    return Crowd(people, rows, tuple(columns), tuple(paths))


def describe(crowd: Crowd) -> str:
    """The first of the people as the parts of a regression line, which names types as DuckDB does where it has them."""
    columns = {
        column.name: [BY_NAME.get(column.name, column).type, crowd.rows[column.name][0]]
        for column in crowd.columns
        if crowd.rows[column.name][0] is not None
    }
    document = crowd.rows["doc"][0] if "doc" in crowd.rows else "{}"
    return json.dumps({"user": document, "columns": columns}, ensure_ascii=False)
