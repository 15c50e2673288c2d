"""Values as parameters: the same people, no value in the text, and one text for all conditions of one shape."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import duckdb
from hypothesis import given
from hypothesis import strategies as st

import audience
from audience.language import Condition, Expression, Items, Literal, Property, Relative
from audience.language.nodes import Not
from audience.language.walk import all_of, any_of
from audience.lowering.dialects.duckdb import DuckDB
from audience.lowering.selection import Run, select_ids
from audience.operators import BY_NAME, Operator
from audience.resolution import resolve
from audience.values import Text, from_json
from tests.fuzz.answers import ids_where
from tests.fuzz.crowd import Steps
from tests.fuzz.edges import NOW
from tests.properties.scene import examples, law, randoms, set_scene
from tests.properties.test_hostile_texts import ATTACKS
from tests.stores import Store, column_like, looks_into_json, users_of
from tests.stores.duckdb import DuckDBStore

COLUMNS = {
    "plan": "VARCHAR", "seats": "INTEGER", "tiny": "TINYINT", "mrr": "DECIMAL(12, 2)", "wide": "DECIMAL(38, 4)",
    "score": "DOUBLE", "key": "UUID", "signed_up": "TIMESTAMP", "seen": "TIMESTAMPTZ", "day": "DATE",
    "fine": "TIMESTAMP_NS", "tags": "VARCHAR[]", "numbers": "INTEGER[]",
}  # fmt: skip

SHAPES: tuple[tuple[str, str, str], ...] = (
    ("plan", "equal_to", "text"), ("plan", "contains", "text"), ("plan", "greater_than", "text"),
    ("seats", "equal_to", "integer"), ("seats", "greater_than_or_equal_to", "integer"),
    ("seats", "less_than", "integer"), ("seats", "is_between", "range"), ("seats", "contains", "integers"),
    ("tiny", "equal_to", "integer"), ("tiny", "less_than_or_equal_to", "integer"),
    ("mrr", "equal_to", "integer"), ("mrr", "less_than", "number"),
    ("wide", "greater_than", "number"), ("score", "greater_than", "number"), ("score", "equal_to", "number"),
    ("key", "equal_to", "text"), ("signed_up", "is_timestamp_before", "moment"),
    ("signed_up", "is_timestamp_before", "relative"), ("seen", "is_timestamp_on_or_after", "moment"),
    ("day", "is_timestamp_before", "moment"), ("fine", "is_timestamp_on_or_after", "moment"),
    ("tags", "contains", "text"), ("tags", "contains", "texts"), ("tags", "contains_all", "texts"),
    ("numbers", "contains", "integer"), ("x", "equal_to", "text"), ("x", "contains", "texts"),
    ("y", "equal_to", "number"), ("y", "greater_than", "number"), ("y", "contains", "number"),
    ("z", "contains", "text"), ("z", "is_timestamp_before", "moment"), ("o", "equal_to", "object"),
    ("o", "equal_to", "list"), ("p", "less_than", "text"), ("p", "is_timestamp_before", "relative"),
)  # fmt: skip
"""A property, an operator, and what kind of argument is given."""


PLACEHOLDER = r"[$:@({{]{}\b"
"""How drivers write a parameter of a name: `$name` `:name` `@name` `%(name)s` `{{name:String}}`."""


def bound(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Those of the parameters that a text has: some drivers take no others."""
    return {name: value for name, value in parameters.items() if re.search(PLACEHOLDER.format(name), sql)}


def selected(store: Store, sql: str, parameters: Mapping[str, object]) -> list[str]:
    """The ids, the same bare and guarded."""
    ids = sorted(str(row[0]) for row in store.run(sql, parameters))
    assert sorted(str(row[0]) for row in store.run_bare(sql, parameters)) == ids
    return ids


@law(60, rng=randoms)
def test_the_same_people(store: Store, rng: Random) -> None:
    """As a query and as a bare condition with the same names; the complement asks the leaves in value form."""
    scene = set_scene(store, rng)
    users = audience.Users.of(scene.catalog, None)
    members = {key: [id for id, _ in held] for key, held in scene.members.items()}
    for expression, answers in zip(scene.expressions, scene.reference, strict=True):
        for asked, expected in ((expression, answers), (Not(expression), [not answer for answer in answers])):
            query = audience.compile(
                asked, users=users, dialect=store.dialect, now=NOW, members=members, parameters=True
            )
            assert query.parameters == bound(query.sql, query.parameters)
            assert selected(store, query.sql, query.parameters) == ids_where(expected, scene.crowd.people)
            bare = f"SELECT id FROM people WHERE {query.predicate}"
            found = selected(store, bare, bound(query.predicate, query.parameters))
            assert found == ids_where(expected, scene.crowd.people)


@law(60, attacks=st.lists(st.sampled_from(ATTACKS), min_size=1, max_size=4, unique=True), rng=randoms)
def test_no_text_of_a_condition_is_in_the_sql(store: Store, attacks: list[str], rng: Random) -> None:
    """Each text carries a mark that the SQL must not have, and finds the one person who has it."""
    held = [f"{attack}«{at}»{attack}" for at, attack in enumerate(attacks)]
    rows: dict[str, list[str]] = {"id": [f"u{at}" for at in range(len(held))], "plan": held}
    columns = [column_like(store, "c_text", "plan")]
    asked: list[tuple[Steps, str]] = [(("plan",), "equal_to"), (("plan",), "contains")]
    if any(column.name == "l_text" for column in store.columns):
        columns.append(column_like(store, "l_text", "tags"))
        rows["tags"] = [json.dumps([text]) for text in held]
        asked.append((("tags",), "contains"))
    if looks_into_json(store):
        rows["doc"] = [json.dumps({"x": text, "list": [text]}) for text in held]
        asked += [(("x",), "equal_to"), (("x",), "contains"), (("list",), "contains"), (("list", 0), "equal_to")]
    users = users_of(store, store.load(rows, columns))
    at = rng.randrange(len(held))
    for steps, operator in asked:
        condition = Condition(Property(steps), BY_NAME[operator], Literal(Text(held[at])))
        query = audience.compile(condition, users=users, dialect=store.dialect, parameters=True)
        assert "«" not in query.sql + query.predicate
        assert any("«" in str(value) for value in query.parameters.values())
        assert selected(store, query.sql, query.parameters) == [f"u{at}"]


def argument(kind: str, rng: Random, taken: set[int]) -> Literal | Items | Relative:
    """An argument of a kind, of numbers that no other argument has."""

    def number() -> int:
        # No number occurs twice, so that equal values cannot come about by chance; neighbours do.
        free = rng.choice([one for one in range(-8, 40) if one not in taken])
        taken.add(free)
        return free

    def text() -> str:
        return f"{rng.choice('abc')} %s'{number()}"

    def literal(value: object) -> Literal:
        return Literal(from_json(value))

    match kind:
        case "text":
            return literal(text())
        case "integer":
            return literal(number())
        case "number":
            return literal(number() + 0.25)
        case "range":
            return Items(tuple(literal(one) for one in sorted((number(), number()))))
        case "moment":
            return literal(f"{1_900 + number()}-01-{rng.randint(10, 28)}T{rng.randint(10, 23)}:00:00Z")
        case "relative":
            return Relative(-(abs(number()) + 100) * 1_440 - rng.randint(1, 1_000), "minutes")
        case "list":
            return literal([text(), [number()]])
        case "object":
            return literal({"a": text(), "b": [number(), None]})
        case _:
            return Items(tuple(literal(number() if kind == "integers" else text()) for _ in range(3)))


def written(shapes: list[tuple[str, Operator, str]], structure: int, values: int) -> Expression:
    """Conditions of the shapes, joined as one seed says, with arguments that another one chooses."""
    rng, joined, taken = Random(values), Random(structure), set[int]()
    parts: list[Expression] = [
        Condition(Property((name,)), operator, argument(kind, rng, taken)) for name, operator, kind in shapes
    ]
    while len(parts) > 1:
        count = joined.randint(2, 3)
        group = joined.choice((all_of, any_of))(parts[:count])
        parts = [*parts[count:], joined.choice((group, Not(group)))]
    return parts[0]


@examples(100)
@given(
    st.lists(st.sampled_from(SHAPES), min_size=1, max_size=8, unique_by=lambda shape: shape[0]),
    st.tuples(st.integers(0, 2**32), st.integers(0, 2**32), st.integers(0, 2**32)),
    st.booleans(),
)
def test_one_shape_one_text(shapes: list[tuple[str, str, str]], seeds: tuple[int, int, int], documents: bool) -> None:
    """Other values, the same text: what an engine has prepared serves them all."""
    users = audience.Users(columns=COLUMNS, properties="properties" if documents else None)
    known = [(name, BY_NAME[operator], kind) for name, operator, kind in shapes if documents or name in COLUMNS]
    if not known:
        return
    structure, *values = seeds
    one, other = (audience.compile(written(known, structure, seed), users=users, parameters=True) for seed in values)
    assert one.sql == other.sql
    assert one.predicate == other.predicate
    assert one.parameters.keys() == other.parameters.keys()


class Narrow(DuckDB):
    """An engine that takes two parameters."""

    capabilities = replace(DuckDB.capabilities, parameters_max=2)


def test_values_beyond_what_an_engine_takes_stay_in_the_text() -> None:
    store = DuckDBStore(duckdb.connect())
    store.connection.execute("CREATE OR REPLACE TABLE people AS SELECT 'u' || i AS id, i FROM range(9) AS numbers (i)")
    users = audience.users(store.connection, table="people")
    asked = resolve(audience.parse("i in [1, 3, 5, 7]"), users.catalog)
    query = select_ids(Run(users.catalog, Narrow()), asked.predicate, bind=True)
    assert query.parameters == {"v1": 1, "v2": 3}
    assert selected(store, query.sql, query.parameters) == ["u1", "u3", "u5", "u7"]
    store.close()


def test_one_name_for_equal_values_of_one_type() -> None:
    users = audience.Users(columns={"a": "VARCHAR", "b": "VARCHAR", "c": "DOUBLE", "d": "INTEGER"})
    query = audience.compile(audience.parse('(a = "1" or b = "1") and (c = 1 or d = 1)'), users=users, parameters=True)
    assert sorted(query.parameters.values(), key=repr) == ["1", 1, 1.0]
