"""Every case of the corpus, on the interpreter and on DuckDB, as it stands and after a trip through text and JSON."""

import json
from collections.abc import Iterator

import duckdb
import pytest

import audience
from audience.catalog import open_catalog
from audience.interpreter import Person, evaluate, read_document, read_members
from audience.ir import Predicate
from audience.membership.run_inputs import read_now
from audience.resolution import resolve
from tests.corpus.cases import CASES, REGRESSIONS, Case
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for

UNTYPED = [case for case in (*CASES, *REGRESSIONS) if not case.columns]

each = pytest.mark.parametrize("case", UNTYPED, ids=lambda case: case.id)


def predicate_of(case: Case) -> Predicate:
    return resolve(case.expression, open_catalog(), static=case.members).predicate


@each
def test_interpreter(case: Case) -> None:
    person = Person(case.user_id, read_document(case.document))
    answer = evaluate(predicate_of(case), person, read_now(case.now), read_members(case.members))
    assert answer is case.expected, case.rationale


@each
def test_through_text(case: Case) -> None:
    again = audience.parse(audience.format(case.expression))
    assert again == case.expression
    assert asked(again, case) is case.expected, case.rationale


@each
def test_through_the_wire(case: Case) -> None:
    again = audience.decode(json.loads(json.dumps(audience.encode(case.expression))))
    assert asked(again, case) is case.expected, case.rationale


def asked(expression: audience.Expression, case: Case) -> bool:
    return audience.evaluate(expression, case.document, now=case.now, user_id=case.user_id, members=case.members)


@pytest.mark.parametrize("case", [case for case in UNTYPED if case.warnings], ids=lambda case: case.id)
def test_warnings(case: Case) -> None:
    raised = {warning.code for warning in resolve(case.expression, open_catalog()).warnings}
    assert raised >= set(case.warnings)


# ── DuckDB: everybody of the corpus in one table, and every condition asked about everybody ───────


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


KINDS = ["JSON", "VARCHAR"]


def load(connection: duckdb.DuckDBPyConnection, kind: str, people: list[tuple[str, str]]) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE people (id VARCHAR, properties {kind})")
    connection.execute(
        "INSERT INTO people SELECT unnest($ids), unnest($documents)",
        {"ids": [id for id, _ in people], "documents": [document for _, document in people]},
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("user_id", sorted({case.user_id for case in UNTYPED}))
def test_duckdb(connection: duckdb.DuckDBPyConnection, kind: str, user_id: str) -> None:
    """Everybody of one id at once, told apart by a second id, and every condition about each of them."""
    cases = [case for case in UNTYPED if case.user_id == user_id]
    documents = sorted({case.document for case in cases})
    people = [Person(f"{at:04}", read_document(document)) for at, document in enumerate(documents)]
    load(connection, kind, [(person.id or "", document) for person, document in zip(people, documents, strict=True)])
    catalog = audience.users(connection, table="people", properties="properties").catalog
    for now, members in sorted({(case.now, json.dumps(case.members)) for case in cases}):
        # The people are renamed, so that each is a row of its own; members are renamed with them.
        group = [case for case in cases if (case.now, json.dumps(case.members)) == (now, members)]
        everybody = read_members(
            {
                key: [person.id for person in people] if user_id in ids else []
                for key, ids in json.loads(members).items()
            }
        )
        instant = read_now(now)
        predicates = [predicate_of(case) for case in group]
        run = run_for(catalog, instant, everybody)
        reference = ask_interpreter(predicates, people, instant, everybody)
        for extracted in (False, True):
            found = ask_values(connection, run, predicates, people, extracted=extracted)
            for case, mine, other in zip(group, found, reference, strict=True):
                assert mine[documents.index(case.document)] is case.expected, case
                assert mine == other, case
        for case, predicate, other in zip(group, predicates, reference, strict=True):
            assert ask_filter(connection, run, predicate) == ids_where(other, people), case


def test_preview_counts_the_corpus(connection: duckdb.DuckDBPyConnection) -> None:
    """The public way, one condition a case: as many people as the interpreter finds."""
    documents = sorted({case.document for case in UNTYPED})
    load(connection, "JSON", [(f"{at:04}", document) for at, document in enumerate(documents)])
    users = audience.users(connection, table="people", properties="properties")
    profiles = [read_document(document) for document in documents]
    for case in UNTYPED[::5]:
        result = audience.preview(case.expression, users=users, now=case.now, members=case.members, limit=3)
        people = [Person(f"{at:04}", profile) for at, profile in enumerate(profiles)]
        [answers] = ask_interpreter([predicate_of(case)], people, read_now(case.now), read_members(case.members))
        matching = ids_where(answers, people)
        assert (result.matched, result.total, result.malformed) == (len(matching), len(people), 0), case
        assert [row["id"] for row in result.sample] == matching[:3], case
