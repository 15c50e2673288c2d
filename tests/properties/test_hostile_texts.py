"""Texts and names that look like SQL are texts and names: read back equal, no row, column or statement more."""

import json
from random import Random

from hypothesis import assume, reject
from hypothesis import strategies as st

import audience
from audience.interpreter import Person
from audience.language.nodes import Condition, Literal, Property
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Text
from tests.fuzz.answers import ask_values, run_for, value_query
from tests.fuzz.edges import TEXTS
from tests.properties.scene import law
from tests.stores import Store, column_like, looks_into_json, users_of

ATTACKS = (
    "'; DROP TABLE people; --", '"; DROP TABLE people; --', "x' OR '1'='1", "\\'; SELECT 1; --", "$now", "$$", "$1",
    "?", ":now", "/*", "*/", "--", "E'\\n'", "U&'\\0041'", "{{ var('x') }}", "%s", "{0}", "#{x}", "a''b", 'a""b',
    "`x`", "[x]", "x;y", "select", "id", "properties", "people", "a.b", "people.id", "\r\n", "\x1b[0m", "ﬀ", "\u202e",
    "𝒳", "𒐫", "e\u0301", "\ufeff", "\x7f", "${env:HOME}", "${a}", "%(now)s", "%", "%%", "\\' OR 1=1 --", "\\\\", "@now",
    "$x$", "x') OR ('1'='1", "{now:String}", "\\x41", "\\u0041", "&amp;", "0x41", "-- \n 1", "*/ 1 /*",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(ATTACKS),
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.builds(str.__add__, st.sampled_from(ATTACKS), st.sampled_from(TEXTS)),
)
names = texts.filter(bool)
"""No column and no table has the empty name."""


def condition(steps: tuple[str | int, ...], operator: str, text: str) -> Condition:
    return Condition(Property(steps), BY_NAME[operator], Literal(Text(text)))


def selected(store: Store, query: audience.Query) -> list[object]:
    """The ids, the same bare and guarded; one statement, and one column."""
    assert store.statements(query.sql, query.parameters) == 1
    names, rows = store.engine.run_named(query.sql, query.parameters)
    assert len(names) == 1
    ids = sorted(row[0] for row in rows)
    assert sorted(row[0] for row in store.run_bare(query.sql, query.parameters)) == ids
    return ids


@law(60, held=st.lists(texts, min_size=2, max_size=6, unique=True), data=st.data())
def test_texts_as_values_and_ids(store: Store, held: list[str], data: st.DataObject) -> None:
    """Each text is the value of one person, in a column and in JSON, and the id of that person."""
    rows: dict[str, list[str]] = {"id": held, "typed": held}
    places: list[tuple[str | int, ...]] = [("typed",), ("id",)]
    if looks_into_json(store):
        rows["doc"] = [json.dumps({"x": text, "list": [text]}, ensure_ascii=data.draw(st.booleans())) for text in held]
        assume(all(map(store.readable, rows["doc"])))
        places += [("x",), ("list", 0)]
    users = users_of(store, store.load(rows, [column_like(store, "c_text", "typed")]))

    def found(steps: tuple[str | int, ...], operator: str, text: str) -> list[object]:
        query = audience.compile(
            condition(steps, operator, text), users=users, dialect=store.dialect, members={text: [text]}
        )
        return selected(store, query)

    for text in held:
        for steps in places:
            assert found(steps, "equal_to", text) == [text]
            assert found(steps, "contains", text) == sorted(other for other in held if text in other)
        if store.documents:
            assert found(("list",), "contains", text) == [text]
        assert found((), "is_audience_member", text) == [text]


@law(80, table=names, column=names, key=texts, id_column=names)
def test_names(store: Store, table: str, column: str, key: str, id_column: str) -> None:
    """A table, a column, the id's column and a key of a document may be called anything."""
    assume(all(map(store.nameable, (table, column, id_column))))
    assume(len({column.casefold(), id_column.casefold(), "doc"}) == 3 and column != "id")
    rows: dict[str, list[str | None]] = {id_column: ["u1", "u2", "u3"], column: ["x", "y", None]}
    if looks_into_json(store):
        rows["doc"] = [json.dumps({key: "x"}), json.dumps({key: "y", "other": "x"}), "{}"]
    try:
        catalog = store.load(rows, [column_like(store, "c_text", column)], table=table, id=id_column)
    except store.failures:
        # The engine itself refuses the name: that speaks of this example only, so no other is left out with it.
        reject()
    users = users_of(store, catalog)
    for steps in ((column,), (key,) if store.documents and key not in ("id", column) else (column,)):
        for operator, expected in (("equal_to", ["u1"]), ("not_equal_to", ["u2", "u3"])):
            query = audience.compile(condition(steps, operator, "x"), users=users, dialect=store.dialect)
            assert selected(store, query) == expected
    result = audience.preview(condition((column,), "equal_to", "x"), users=users, now=0)
    assert (result.matched, result.total, [row["id"] for row in result.sample]) == (1, 3, ["u1"])
    store.drop(table)


def test_a_key_of_the_document_named_as_anything(store: Store) -> None:
    """All hostile keys in one document, each with a value of its own."""
    if not looks_into_json(store):
        return
    keys = sorted({*ATTACKS, *TEXTS} - {"id"})
    document = {key: f"value {at}" for at, key in enumerate(keys)}
    rng = Random(1)
    users = users_of(store, store.load({"id": ["u1", "u2"], "doc": [json.dumps(document), "{}"]}, []))
    for at, key in enumerate(keys):
        other = rng.choice(keys)
        for operator, text, expected in (("equal_to", f"value {at}", ["u1"]), ("equal_to", f"value {at}x", [])):
            query = audience.compile(condition((key,), operator, text), users=users, dialect=store.dialect)
            assert selected(store, query) == expected, key
        both = audience.parse(audience.format(condition((key,), "equal_to", document[other])))
        query = audience.compile(both, users=users, dialect=store.dialect)
        assert selected(store, query) == (["u1"] if key == other else [])


MANY, FEWER, AT_ONCE = 1_500, 500, 50
SLOW_PACE = 0.2


def test_many_texts_come_back_equal(store: Store) -> None:
    """Fifteen hundred texts put together from what lexers trip over: each is equal to itself and to no other.

    A third of them where a question takes long.
    """
    many = MANY if store.pace > SLOW_PACE else FEWER
    rng = Random(1)
    pieces = [*ATTACKS, *TEXTS, *map(chr, range(1, 128)), "\\n", "\\0", "\\", "'", '"', "\u2019", "\u02bc"]
    drawn = {"".join(rng.choices(pieces, k=rng.randint(1, 4))) for _ in range(many)}
    held = sorted(drawn)
    assert len(held) > many * 0.8
    rows: dict[str, list[str]] = {"id": [f"u{at}" for at in range(len(held))], "typed": held}
    places: list[tuple[str | int, ...]] = [("typed",)]
    if looks_into_json(store):
        rows["doc"] = [json.dumps({"x": text}) for text in held]
        assert all(map(store.readable, rows["doc"]))
        places.append(("x",))
    catalog = store.load(rows, [column_like(store, "c_text", "typed")])
    run, people = run_for(store, catalog, 0), [Person(id, {}) for id in rows["id"]]
    for steps in places:
        for start in range(0, len(held), AT_ONCE):
            some = held[start : start + AT_ONCE]
            predicates = [resolve(condition(steps, "equal_to", text), catalog).predicate for text in some]
            sql, parameters = value_query(run, predicates, extracted=False)
            assert store.statements(sql, parameters) == 1
            for at, answers in enumerate(ask_values(store, run, predicates, people, guarded=False)):
                assert [place for place, answer in enumerate(answers) if answer] == [start + at], some[at]
