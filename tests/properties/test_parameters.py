"""Values as parameters: the same people, and no value in the text. For one text of one shape see tests/lowering."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import duckdb
from hypothesis import strategies as st

import audience
from audience.language import Condition, Literal, Property
from audience.language.nodes import Not
from audience.lowering.dialects.duckdb import DuckDB
from audience.lowering.selection import Run, select_ids
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Text
from tests.fuzz.answers import ids_where
from tests.fuzz.crowd import Steps
from tests.fuzz.edges import NOW
from tests.properties.scene import law, randoms, set_scene
from tests.properties.test_hostile_texts import ATTACKS
from tests.stores import Store, column_like, looks_into_json, users_of
from tests.stores.duckdb import DuckDBStore

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
