"""Documents outside of I-JSON never make a query fail, and never change the answer about anybody else."""

import json
from random import Random

import pytest
from hypothesis import strategies as st

import audience
from audience.errors import UsageError
from audience.interpreter import Person, read_document
from audience.lowering import count
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.edges import NOW
from tests.properties.scene import Scene, law, randoms, set_scene
from tests.stores import Store, looks_into_json, users_of

ODD_TOKENS = (
    "1e400", "-1e400", "1e-400", "0.1000000000000000055511151231257827", "123456789012345678901234567890", "-0",
    "-0.0e0", '{"a":1,"a":2}', '"\\u0000"', "[1e400]", '"\\ud800"', '"\\udc00x"', '"\\ud800\\ud800"', '"\\ud83d"',
    '{"":{"":1e999}}', "0." + "0" * 400 + "1", "1" * 400, "[" * 60 + "]" * 60, "1e131072", "1e-16400",
)  # fmt: skip
"""JSON by its grammar, but beyond what every reader agrees on. Some types refuse some of it when it is stored."""

LENIENT = ('{"plan": NaN}', '{"plan": Infinity}', '{"plan": 1,}')
"""No JSON, but DuckDB reads it all the same and counts it as a document. Nobody else's answer may change."""

MALFORMED = (
    "", " ", "{", "}", "null", "[]", "1", '"text"', "true", "{'plan': 1}", '{"plan"}', '{"plan": 01}', '{"plan": +1}',
    '{"plan": .5}', '{"plan": "a\nb"', "nonsense", '{"a":1} x', '{"plan": "\\x"}', '{"plan": tru}', "{,}",
    '{"plan": 1}}',
)  # fmt: skip
"""What is no JSON object. A column of a JSON type takes only what is JSON."""


def with_odd_ones(store: Store, scene: Scene, documents: list[str], kind: str) -> None:
    """The table of a scene with more rows; their ids come after all others."""
    rows = {
        "id": [*scene.crowd.rows["id"], *(f"zz{at}" for at in range(len(documents)))],
        "doc": [*scene.crowd.rows["doc"], *documents],
    }
    store.load(rows, [], document=kind)


def odd_document(rng: Random, keys: list[str]) -> str:
    members = [f"{json.dumps(key)}: {rng.choice(ODD_TOKENS)}" for key in rng.sample(keys, min(len(keys), 3))]
    return "{" + ", ".join(members) + "}"


@law(80, rng=randoms, data=st.data())
def test_odd_tokens(store: Store, rng: Random, data: st.DataObject) -> None:
    if not looks_into_json(store):
        return
    kind = data.draw(st.sampled_from(store.documents))
    scene = set_scene(store, rng, document=kind, typed=0)
    keys = [str(steps[0]) for steps in scene.crowd.properties if len(steps) == 1]
    documents = [*(odd_document(rng, keys) for _ in range(6)), rng.choice(LENIENT)]
    with_odd_ones(store, scene, [document for document in documents if store.storable(document, kind)], kind)
    _others_are_untouched(store, scene)


@law(60, rng=randoms, data=st.data())
def test_malformed_documents(store: Store, rng: Random, data: st.DataObject) -> None:
    """They are people without properties, and their number is told."""
    if not looks_into_json(store):
        return
    kind = data.draw(st.sampled_from(store.documents))
    known = [document for document in MALFORMED if store.storable(document, kind)]
    scene = set_scene(store, rng, document=kind, typed=0)
    documents = [rng.choice(known) for _ in range(rng.randint(1, 5))] if known else []
    with_odd_ones(store, scene, documents, kind)
    _others_are_untouched(store, scene)
    run = run_for(store, scene.catalog, NOW, scene.members)
    blank = [Person(f"zz{at}", {}) for at in range(len(documents))]
    everybody = [*scene.crowd.people, *blank]
    reference = ask_interpreter(scene.predicates, everybody, NOW, scene.members)
    for extracted in (False, True):
        assert ask_values(store, run, scene.predicates, everybody, extracted=extracted) == reference
    for outline in scene.outlines:
        counting = count(run, outline)
        [row] = store.run(counting.query.sql, counting.query.parameters)
        found = dict(zip(counting.names, row, strict=True))
        assert found["total"] == len(everybody)
        assert found.get("malformed", len(documents)) == len(documents)


def _others_are_untouched(store: Store, scene: Scene) -> None:
    run = run_for(store, scene.catalog, NOW, scene.members)
    for predicate, answers in zip(scene.predicates, scene.reference, strict=True):
        kept = [id for id in ask_filter(store, run, predicate) if not id.startswith("zz")]
        assert kept == ids_where(answers, scene.crowd.people)


@pytest.mark.parametrize("document", MALFORMED)
def test_the_interpreter_refuses_what_the_engine_counts(store: Store, document: str) -> None:
    with pytest.raises(UsageError):
        read_document(document)
    for kind in store.documents:
        if store.storable(document, kind):
            rows = {"id": ["bad", "good", "none"], "doc": [document, '{"plan": 1}', None]}
            users = users_of(store, store.load(rows, [], document=kind))
            result = audience.preview(audience.parse("plan = 1 or other exists"), users=users, now=0)
            assert (result.matched, result.total, result.malformed) == (1, 3, 1)
