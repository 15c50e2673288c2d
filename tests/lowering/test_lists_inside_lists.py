"""A list is an item of a list only when the two are equal: what holds more, less or another order is no such item."""

import json
from itertools import permutations, product

import audience
from audience.interpreter import Person, read_document
from audience.resolution import resolve
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores.fixtures import Opened

ITEMS = ("a", "b", 1, None)
LISTS = [list(items) for length in range(3) for items in product(ITEMS, repeat=length)]
LISTS += [list(items) for items in permutations(("a", "b", 1))]
WANTED = ([], ["a"], ["a", "b"], ["b", "a"], ["a", "a"], [1], [None])
ASKED = [f"tags {operator} {json.dumps([wanted])}" for operator in ("contains", "contains all") for wanted in WANTED]
ASKED += [f"not {text}" for text in ASKED] + [
    'tags contains [["a"], ["b", "a"]]',
    'tags contains all [["a"], ["b"]]',
    'tags contains [["a"], "a"]',
]


def test_answers_as_the_interpreter_does(opened_stores: Opened) -> None:
    tags = [*LISTS, *([one] for one in LISTS), *([[], one] for one in LISTS), [["a"], ["b"]], [[["a"]]], "a", None]
    documents = [json.dumps({"tags": held}) for held in tags]
    ids = [f"u{at}" for at in range(len(documents))]
    people = [Person(id, read_document(document)) for id, document in zip(ids, documents, strict=True)]
    for engine in ("duckdb", "postgres"):
        store = opened_stores[engine]
        catalog = store.load({"id": ids, "doc": documents}, ())
        predicates = [resolve(audience.parse(text), catalog).predicate for text in ASKED]
        run, reference = run_for(store, catalog, 0), ask_interpreter(predicates, people, 0)
        found = ask_values(store, run, predicates, people)
        for text, predicate, answer, expected in zip(ASKED, predicates, found, reference, strict=True):
            assert answer == expected, (engine, text)
            assert ask_filter(store, run, predicate) == ids_where(expected, people), (engine, text)
