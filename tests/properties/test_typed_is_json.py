"""The same data as typed columns and as one JSON document gives the same answers, where the semantics say so.

Left out are what JSON cannot hold (NaN, infinities, integers beyond 2^53) and timestamps, which order and compare as
instants in a column and as text in a document.
"""

import json
import math
from random import Random

from audience.errors import DefinitionError
from audience.interpreter import DocumentValue, Person, read_document
from audience.resolution import resolve
from audience.values import Instant
from tests.fuzz.answers import ask_interpreter, ask_values, is_sayable, run_for
from tests.fuzz.columns import TypedColumn
from tests.fuzz.conditions import Author
from tests.fuzz.crowd import Crowd, draw_crowd
from tests.fuzz.edges import NOW
from tests.properties.scene import law, randoms, seeds
from tests.stores import Store, looks_into_json

TIMELY = ("date", "ts", "tz", "ns", "_s", "_ms", "epoch", "time", "s_one")
"""Parts of the names of columns that hold timestamps."""


def timeless(store: Store) -> list[TypedColumn]:
    return [column for column in store.columns if not any(word in column.name for word in TIMELY)]


def in_json(value: DocumentValue) -> bool:
    """Whether JSON holds a value exactly."""
    match value:
        case float():
            return math.isfinite(value)
        case int() if not isinstance(value, bool):
            return abs(value) < 2**53
        case list():
            return all(map(in_json, value))
        case dict():
            return all(map(in_json, value.values()))
        case Instant():
            return False
        case _:
            return True


def as_documents(crowd: Crowd) -> Crowd:
    """The people of typed columns with all their values in the document."""
    documents = [json.dumps(person.properties, ensure_ascii=False) for person in crowd.people]
    people = tuple(Person(one.id, read_document(text)) for one, text in zip(crowd.people, documents, strict=True))
    return Crowd(people, {"id": crowd.rows["id"], "doc": list(documents)}, (), crowd.properties)


def only_what_json_holds(crowd: Crowd) -> Crowd:
    """Values that JSON cannot hold become NULL, or empty where a column is never NULL."""
    rows, people = dict(crowd.rows), list(crowd.people)
    for column in crowd.columns:
        texts = list(rows[column.name])
        for at, person in enumerate(people):
            if not in_json(person.properties[column.name]):
                value = person.properties[column.name]
                text, held = (None, None) if column.nullable else ("[]", []) if isinstance(value, list) else ("{}", {})
                texts[at], people[at] = text, Person(person.id, {**person.properties, column.name: held})
        rows[column.name] = texts
    return Crowd(tuple(people), rows, crowd.columns, crowd.properties)


@law(60, rng=randoms)
def test_typed_columns_and_documents(store: Store, rng: Random) -> None:
    if not looks_into_json(store):
        return
    typed = only_what_json_holds(draw_crowd(rng, 8, rng.sample(timeless(store), 6), (), store.readable))
    documents = as_documents(typed)
    catalogs = (
        store.load(typed.rows, typed.columns, table="typed"),
        store.load(documents.rows, (), table="documents"),
    )
    author, pairs = Author(rng, documents), []
    for _ in range(10):
        expression = author.expression(1)
        try:
            pairs.append([resolve(expression, catalog, static=("vip", "core", "none")) for catalog in catalogs])
        except DefinitionError:
            continue  # A literal that only one of the two can hold.
    members = {"vip": {("u1", None)}, "core": {("u2", None), ("u3", None)}, "none": set()}
    in_columns = [one.predicate for one, _ in pairs]
    in_documents = [other.predicate for _, other in pairs]
    typed_answers = ask_values(store, run_for(store, catalogs[0], NOW, members), in_columns, typed.people)
    json_answers = ask_values(store, run_for(store, catalogs[1], NOW, members), in_documents, documents.people)
    assert typed_answers == json_answers
    assert typed_answers == ask_interpreter(in_columns, typed.people, NOW, members)


@law(60, rng=seeds)
def test_every_type_is_the_interpreter(store: Store, rng: Random) -> None:
    """All columns at once, timestamps of every precision among them, in every comparison with one another."""
    crowd = draw_crowd(rng, 10, store.columns, (), store.readable if store.documents else None)
    catalog = store.load(crowd.rows, crowd.columns)
    members = {"vip": {("u1", None)}, "core": {("u2", None)}, "none": set()}
    run = run_for(store, catalog, NOW, members)
    author, predicates = Author(rng, crowd), []
    for _ in range(16):
        try:
            predicate = resolve(author.condition(), catalog, static=("vip", "core", "none")).predicate
        except DefinitionError:
            continue
        if is_sayable(run, predicate):
            predicates.append(predicate)
    found = ask_values(store, run, predicates, crowd.people, guarded=False)
    assert found == ask_interpreter(predicates, crowd.people, NOW, members)
