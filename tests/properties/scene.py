"""A scene: a few people in a table, expressions about them that the checker accepts, and who is a member of what.

Scenes are drawn through Hypothesis' own `Random`, so that Hypothesis chooses, repeats and shrinks them.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from audience.catalog import Catalog
from audience.errors import DefinitionError
from audience.interpreter import Members
from audience.ir import Outline, Predicate
from audience.language import Expression
from audience.resolution import resolve
from tests.fuzz.answers import Answers, ask_interpreter, is_sayable, run_for
from tests.fuzz.batch import draw_members
from tests.fuzz.columns import TypedColumn
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.crowd import DOCUMENT_KEYS, Crowd, draw_crowd
from tests.fuzz.edges import NOW
from tests.properties.law import examples, law
from tests.stores import Store

__all__ = ["Scene", "draw_scene_crowd", "examples", "law", "randoms", "seeds", "set_scene"]

randoms = st.randoms(use_true_random=False, note_method_calls=False)
"""What scenes are drawn from."""

seeds = st.integers(0, 2**63).map(Random)
"""For scenes that are too large for Hypothesis to draw piece by piece."""


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


def draw_scene_crowd(
    store: Store, rng: Random, people: int, typed: int, columns: tuple[TypedColumn, ...] | None = None
) -> Crowd:
    """People with some of the keys and some of the columns that there are."""
    among = store.columns if columns is None else columns
    keys = rng.sample(list(DOCUMENT_KEYS), KEYS_OF_A_SCENE)
    chosen = rng.sample(among, min(typed, len(among)))
    return draw_crowd(rng, people, chosen, keys, readable=store.readable if store.documents else None)


def set_scene(
    store: Store,
    rng: Random,
    *,
    people: int = 7,
    expressions: int = 6,
    typed: int = COLUMNS_OF_A_SCENE,
    depth: int = 2,
    document: str | None = None,
) -> Scene:
    """Draw people and expressions, and load the people into the table `people`.

    Expressions that the store's dialect names as beyond it are left out, as those are that the checker refuses.
    """
    crowd = draw_scene_crowd(store, rng, people, typed)
    catalog = store.load(crowd.rows, crowd.columns, document=document)
    members = draw_members(rng, crowd)
    author, run = Author(rng, crowd), run_for(store, catalog, NOW, members)
    written, predicates, outlines = [], [], []
    for _ in range(expressions):
        expression = author.expression(depth)
        try:
            resolution = resolve(expression, catalog, static=AUDIENCES)
        except DefinitionError:
            continue
        if not is_sayable(run, resolution.predicate):
            continue
        written.append(expression)
        predicates.append(resolution.predicate)
        outlines.append(resolution.outline)
    reference = ask_interpreter(predicates, crowd.people, NOW, members)
    return Scene(crowd, catalog, members, written, predicates, outlines, reference)
