"""Documents outside of I-JSON never make a query fail, and never change the answer about anybody else."""

import json
from random import Random

import duckdb
import pytest
from hypothesis import given

import audience
from audience.catalog import Catalog
from audience.errors import UsageError
from audience.interpreter import Person, read_document
from audience.lowering import count
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.fuzz.edges import NOW
from tests.properties.scene import Scene, examples, randoms, set_scene

ODD_TOKENS = (
    "1e400", "-1e400", "1e-400", "0.1000000000000000055511151231257827", "123456789012345678901234567890", "-0",
    "-0.0e0", '{"a":1,"a":2}', '"\\u0000"', "[1e400]",
    '{"":{"":1e999}}', "0." + "0" * 400 + "1", "1" * 400, "[" * 60 + "]" * 60,
)  # fmt: skip
"""JSON by its grammar, but beyond what every reader agrees on."""

LONE_SURROGATES = ('"\\ud800"', '"\\udc00x"', '"\\ud800\\ud800"', '"\\ud83d"')
"""DuckDB refuses them as JSON; in a text column they make the whole document unreadable there."""

LENIENT = ('{"plan": NaN}', '{"plan": Infinity}', '{"plan": 1,}')
"""No JSON, but DuckDB reads it all the same and counts it as a document. Nobody else's answer may change."""

MALFORMED = (
    "", " ", "{", "}", "null", "[]", "1", '"text"', "true", "{'plan': 1}", '{"plan"}', '{"plan": 01}', '{"plan": +1}',
    '{"plan": .5}', '{"plan": "a\nb"', "nonsense", '{"a":1} x', '{"plan": "\\x"}', '{"plan": tru}', "{,}",
    '{"plan": 1}}',
)  # fmt: skip
"""What is no JSON object. It stands in text columns only: a column of type JSON refuses what is no JSON."""


def with_odd_ones(connection: duckdb.DuckDBPyConnection, documents: list[str]) -> Catalog:
    """The table of a scene with more rows; their ids come after all others."""
    names = [name for name, *_ in connection.execute("DESCRIBE people").fetchall()]
    assert names[:2] == ["id", "doc"]
    connection.execute(
        "INSERT INTO people (id, doc) SELECT unnest($ids), unnest($documents)",
        {"ids": [f"zz{at}" for at in range(len(documents))], "documents": documents},
    )
    return audience.users(connection, table="people", properties="doc").catalog


def odd_document(rng: Random, keys: list[str], tokens: tuple[str, ...]) -> str:
    members = [f"{json.dumps(key)}: {rng.choice(tokens)}" for key in rng.sample(keys, min(len(keys), 3))]
    return "{" + ", ".join(members) + "}"


@pytest.mark.parametrize("kind", ["JSON", "VARCHAR"])
@examples(40)
@given(randoms)
def test_odd_tokens(connection: duckdb.DuckDBPyConnection, kind: str, rng: Random) -> None:
    scene = set_scene(connection, rng, document=kind, typed=0)
    keys = [str(steps[0]) for steps in scene.crowd.properties if len(steps) == 1]
    tokens = ODD_TOKENS if kind == "JSON" else (*ODD_TOKENS, *LONE_SURROGATES)
    documents = [odd_document(rng, keys, tokens) for _ in range(4)] + (
        rng.sample(LENIENT, 1) if kind == "VARCHAR" else []
    )
    with_odd_ones(connection, documents)
    _others_are_untouched(connection, scene)


@examples(40)
@given(randoms)
def test_malformed_documents(connection: duckdb.DuckDBPyConnection, rng: Random) -> None:
    """They are people without properties, and their number is told."""
    scene = set_scene(connection, rng, document="VARCHAR", typed=0)
    documents = [rng.choice(MALFORMED) for _ in range(rng.randint(1, 5))]
    with_odd_ones(connection, documents)
    _others_are_untouched(connection, scene)
    run = run_for(scene.catalog, NOW, scene.members)
    blank = [Person(f"zz{at}", {}) for at in range(len(documents))]
    everybody = [*scene.crowd.people, *blank]
    reference = ask_interpreter(scene.predicates, everybody, NOW, scene.members)
    for extracted in (False, True):
        assert ask_values(connection, run, scene.predicates, everybody, extracted=extracted) == reference
    for outline in scene.outlines:
        counting = count(run, outline)
        [row] = connection.execute(counting.query.sql, counting.query.parameters).fetchall()
        found = dict(zip(counting.names, row, strict=True))
        assert found["total"] == len(everybody)
        assert found.get("malformed", len(documents)) == len(documents)


def _others_are_untouched(connection: duckdb.DuckDBPyConnection, scene: Scene) -> None:
    run = run_for(scene.catalog, NOW, scene.members)
    for predicate, answers in zip(scene.predicates, scene.reference, strict=True):
        kept = [id for id in ask_filter(connection, run, predicate) if not id.startswith("zz")]
        assert kept == ids_where(answers, scene.crowd.people)


@pytest.mark.parametrize("document", MALFORMED)
def test_the_interpreter_refuses_what_the_engine_counts(connection: duckdb.DuckDBPyConnection, document: str) -> None:
    with pytest.raises(UsageError):
        read_document(document)
    connection.execute("CREATE OR REPLACE TABLE people (id VARCHAR, doc VARCHAR)")
    connection.execute("INSERT INTO people VALUES ('bad', ?), ('good', '{\"plan\": 1}'), ('none', NULL)", [document])
    users = audience.users(connection, table="people", properties="doc")
    result = audience.preview(audience.parse("plan = 1 or other exists"), users=users, now=0)
    assert (result.matched, result.total, result.malformed) == (1, 3, 1)
