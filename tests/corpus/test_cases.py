"""Every case of the corpus, on the interpreter and on every store, as it stands and through text and JSON."""

import json

import pytest

import audience
from audience.catalog import Catalog, open_catalog
from audience.errors import AudienceError
from audience.interpreter import Person, evaluate, read_document, read_members
from audience.ir import Predicate
from audience.membership.run_inputs import read_now
from audience.resolution import resolve
from tests.corpus.cases import CASES, REGRESSIONS, Case
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores import Store, limited_cases, looks_into_json, users_of

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


# ── stores: everybody of the corpus in one table, and every condition asked about everybody ───────


def documents_of(store: Store, cases: list[Case]) -> list[str]:
    """The documents of cases that the store can hold."""
    return sorted({case.document for case in cases if store.storable(case.document, store.documents[0])})


def load(store: Store, documents: list[str], kind: str | None = None) -> Catalog:
    rows = {"id": [f"{at:04}" for at in range(len(documents))], "doc": documents}
    return store.load(rows, [], document=kind)


USER_IDS = sorted({case.user_id for case in UNTYPED})


@pytest.mark.parametrize("user_id", USER_IDS)
def test_stores(store: Store, user_id: str) -> None:
    """Everybody of one id at once, told apart by a second id, and every condition about each of them."""
    if not looks_into_json(store):
        return
    cases = [case for case in UNTYPED if case.user_id == user_id and case.id not in limited_cases(store)]
    documents = documents_of(store, cases)
    assert {case.document for case in cases} == set(documents), "a case that cannot be stored is a limit"
    people = [Person(f"{at:04}", read_document(document)) for at, document in enumerate(documents)]
    for kind in store.documents:
        catalog = load(store, documents, kind)
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
            run = run_for(store, catalog, instant, everybody)
            reference = ask_interpreter(predicates, people, instant, everybody)
            for extracted in (False, True):
                found = ask_values(store, run, predicates, people, extracted=extracted)
                for case, mine, other in zip(group, found, reference, strict=True):
                    assert mine[documents.index(case.document)] is case.expected, case
                    assert mine == other, case
            for case, predicate, other in zip(group, predicates, reference, strict=True):
                assert ask_filter(store, run, predicate) == ids_where(other, people), case


def test_limits_are_real(store: Store) -> None:
    """What a dialect names as beyond its engine is: another answer, an error, or a person who cannot be stored."""
    known = {case.id: case for case in (*CASES, *REGRESSIONS)}
    assert limited_cases(store) <= known.keys()
    for case in (known[id] for id in sorted(limited_cases(store))):
        assert not case.columns, case.id
        assert _fails(store, case), case.id


def _fails(store: Store, case: Case) -> bool:
    """Whether one of the types of documents cannot hold the person, or gives no right answer about them."""
    if not store.documents:
        return True
    for kind in store.documents:
        if not store.storable(case.document, kind):
            return True
        catalog = store.load({"id": [case.user_id], "doc": [case.document]}, [], document=kind)
        run = run_for(store, catalog, read_now(case.now), read_members(case.members))
        expected = [case.user_id] if case.expected else []
        try:
            if ask_filter(store, run, predicate_of(case)) != expected:
                return True
        except (*store.failures, AudienceError):
            return True
    return False


def test_preview_counts_the_corpus(store: Store) -> None:
    """The public way, one condition a case: as many people as the interpreter finds."""
    if not looks_into_json(store):
        return
    cases = [case for case in UNTYPED if case.id not in limited_cases(store)]
    documents = documents_of(store, cases)
    users = users_of(store, load(store, documents))
    profiles = [read_document(document) for document in documents]
    for case in cases[:: round(5 / store.pace)]:
        result = audience.preview(case.expression, users=users, now=case.now, members=case.members, limit=3)
        people = [Person(f"{at:04}", profile) for at, profile in enumerate(profiles)]
        [answers] = ask_interpreter([predicate_of(case)], people, read_now(case.now), read_members(case.members))
        matching = ids_where(answers, people)
        assert (result.matched, result.total, result.malformed) == (len(matching), len(people), 0), case
        assert [row["id"] for row in result.sample] == matching[:3], case
