"""A crowd: people with a JSON document and typed columns, as DuckDB holds them and as the interpreter sees them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import duckdb

import audience
from audience.catalog import Catalog
from audience.interpreter import DocumentValue, Person, find, read_document
from audience.project import UsersConfig
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

FIRST_COLUMNS = ("id", "doc")


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in the order of the table. `table` has their rows as texts, by column; `properties` can be asked."""

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


def draw_crowd(
    rng: Random,
    size: int,
    columns: Sequence[TypedColumn] = COLUMNS,
    keys: Sequence[str] = tuple(DOCUMENT_KEYS),
) -> Crowd:
    """People drawn at random."""
    documents = [spell_json(rng, pick_document(rng, keys)) for _ in range(size)]
    rows: dict[str, list[str | None]] = {"id": [f"u{at}" for at in range(size)], "doc": list(documents)}
    properties: list[dict[str, DocumentValue]] = [read_document(document) for document in documents]
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


def load(connection: duckdb.DuckDBPyConnection, crowd: Crowd, table: str = "people", document: str = "JSON") -> Catalog:
    """Create the table of a crowd, and say what Audience finds there."""
    names = list(crowd.rows)
    definitions = [f"id VARCHAR, doc {document}", *(f"{column.name} {column.type}" for column in crowd.columns)]
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({', '.join(definitions)})")
    values = ", ".join(_cast(name) for name in names)
    given = ", ".join(f"unnest(${name}) AS {name}" for name in names)
    # The session's zone must not matter: every zoned text names its offset.
    connection.execute(f"INSERT INTO {table} SELECT {values} FROM (SELECT {given})", dict(crowd.rows))
    epochs = {column.name: column.epoch for column in crowd.columns if column.epoch}
    config = UsersConfig(table=table, id="id", properties="doc", epochs=epochs)
    return audience.users(connection, config=config).catalog


def _cast(name: str) -> str:
    """The text of a value as the value of its column."""
    if name in FIRST_COLUMNS:
        return name
    column = BY_NAME[name]
    type_name = column.type.removesuffix(" COLLATE NOCASE")
    match column.via:
        case "VARCHAR":
            inner = name
        case "JSON":
            inner = f"CAST({name} AS JSON)"
        case via:
            inner = f"CAST(CAST({name} AS JSON) AS {via})"
    return f"CAST({inner} AS {type_name})"


def describe(crowd: Crowd) -> str:
    """The first of the people as the parts of a regression line."""
    columns = {
        column.name: [column.type, crowd.rows[column.name][0]]
        for column in crowd.columns
        if crowd.rows[column.name][0] is not None
    }
    return json.dumps({"user": crowd.rows["doc"][0], "columns": columns}, ensure_ascii=False)
