"""Documents for the tests of people: any, and such whose keys say whether an object stands there."""

from hypothesis import strategies as st

from audience.people import Document, Json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
numbers = st.integers(-(2**200), 2**200) | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
scalars: st.SearchStrategy[Json] = st.none() | st.booleans() | numbers | texts

KEYS = ["a", "b", "c", "é"]
"""Few, so that two documents speak of the same things."""


def _containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=4)


values = st.recursive(scalars, _containers, max_leaves=10)
documents: st.SearchStrategy[Document] = st.dictionaries(st.sampled_from(KEYS) | texts, values, max_size=5)

_leaves = st.dictionaries(st.sampled_from(["x", "y", "z"]), scalars | st.lists(scalars, max_size=2), max_size=3)
shaped: st.SearchStrategy[Document] = st.recursive(
    _leaves,
    lambda inner: st.builds(
        lambda leaves, objects: leaves | objects, _leaves, st.dictionaries(st.sampled_from(["A", "B"]), inner)
    ),
    max_leaves=6,
)
"""Documents that agree on where objects stand: at capital letters and nowhere else."""
