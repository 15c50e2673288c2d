"""A scene: a few people in a table, expressions about them that the checker accepts, and who is a member of what.

Scenes are drawn through Hypothesis' own `Random`, so that Hypothesis chooses, repeats and shrinks them.
"""

from dataclasses import dataclass
from random import Random

import duckdb
from hypothesis import Phase, settings
from hypothesis import strategies as st

from audience.catalog import Catalog
from audience.errors import DefinitionError
from audience.interpreter import Members
from audience.ir import Outline, Predicate
from audience.language import Expression
from audience.resolution import resolve
from tests.fuzz.answers import Answers, ask_interpreter
from tests.fuzz.batch import draw_members
from tests.fuzz.columns import COLUMNS, TypedColumn
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.crowd import DOCUMENT_KEYS, Crowd, draw_crowd, load
from tests.fuzz.edges import NOW

randoms = st.randoms(use_true_random=False, note_method_calls=False)
"""What scenes are drawn from."""

seeds = st.integers(0, 2**63).map(Random)
"""For scenes that are too large for Hypothesis to draw piece by piece."""


def examples(count: int) -> settings:
    """Settings of a law about scenes; `make deep` multiplies the count as it does everywhere.

    Nothing is shrunk: it takes minutes here, while the fuzzer makes small what it finds (`tests/fuzz/shrink.py`).
    """
    wanted = max(count * settings.default.max_examples // CI_EXAMPLES, 1) if settings.default else count
    return settings(max_examples=wanted, phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target))


CI_EXAMPLES = 100
"""What the profile `ci` says; see tests/conftest.py."""

KEYS_OF_A_SCENE = 7
COLUMNS_OF_A_SCENE = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """People, expressions, and the reference answers."""

    crowd: Crowd
    catalog: Catalog
    members: Members
    expressions: list[Expression]
    predicates: list[Predicate]
    outlines: list[Outline]
    reference: Answers


def draw_scene_crowd(rng: Random, people: int, typed: int, columns: tuple[TypedColumn, ...] = COLUMNS) -> Crowd:
    """People with some of the keys and some of the columns that there are."""
    keys = rng.sample(list(DOCUMENT_KEYS), KEYS_OF_A_SCENE)
    return draw_crowd(rng, people, rng.sample(columns, min(typed, len(columns))), keys)


def set_scene(
    connection: duckdb.DuckDBPyConnection,
    rng: Random,
    *,
    people: int = 7,
    expressions: int = 6,
    typed: int = COLUMNS_OF_A_SCENE,
    depth: int = 2,
    document: str = "JSON",
) -> Scene:
    """Draw people and expressions, and load the people into the table `people`."""
    crowd = draw_scene_crowd(rng, people, typed)
    catalog = load(connection, crowd, document=document)
    members = draw_members(rng, crowd)
    author = Author(rng, crowd)
    written, predicates, outlines = [], [], []
    for _ in range(expressions):
        expression = author.expression(depth)
        try:
            resolution = resolve(expression, catalog, static=AUDIENCES)
        except DefinitionError:
            continue
        written.append(expression)
        predicates.append(resolution.predicate)
        outlines.append(resolution.outline)
    reference = ask_interpreter(predicates, crowd.people, NOW, members)
    return Scene(crowd, catalog, members, written, predicates, outlines, reference)
