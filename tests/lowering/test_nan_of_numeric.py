"""A NaN of a NUMERIC column is greater than every bound to PostgreSQL, and is ordered with nothing."""

import audience
from audience.interpreter import Person, read_profile
from audience.resolution import resolve
from tests.fuzz.answers import ask_filter, ask_interpreter, ask_values, ids_where, run_for
from tests.stores import column_like
from tests.stores.fixtures import Opened

WRITTEN = ("NaN", "Infinity", "-Infinity", "0", "1.5", "1e300", None)
ASKED = [
    f"{negation}n {order} {bound}"
    for negation in ("", "not ")
    for order in ("=", "<", "<=", ">", ">=")
    for bound in ("0", "1.5", "1e300", "1.7976931348623157e308")
] + ["n between 0 and 1e308", "n not between 0 and 1.5", "n exists"]


def test_answers_as_the_interpreter_does(opened_stores: Opened) -> None:
    store = opened_stores["postgres"]
    ids = [f"u{at}" for at in range(len(WRITTEN))]
    catalog = store.load({"id": ids, "n": list(WRITTEN)}, [column_like(store, "c_numeric", "n")])
    values = [None if text is None else float(text) for text in WRITTEN]
    people = [Person(id, read_profile({"n": value})) for id, value in zip(ids, values, strict=True)]
    predicates = [resolve(audience.parse(text), catalog).predicate for text in ASKED]
    run, reference = run_for(store, catalog, 0), ask_interpreter(predicates, people, 0)
    found = ask_values(store, run, predicates, people)
    assert dict(zip(ASKED, found, strict=True)) == dict(zip(ASKED, reference, strict=True))
    for text, predicate, expected in zip(ASKED, predicates, reference, strict=True):
        assert ask_filter(store, run, predicate) == ids_where(expected, people), text
