"""Strategies for people and predicates around one instant, where comparisons with now flip within microseconds."""

from hypothesis import strategies as st

from audience.catalog.kinds import ANY, TimestampForm, TimestampKind
from audience.interpreter import Person
from audience.ir import And, ComparesInstant, Not, Now, Or, Order, Predicate, Property
from audience.values import Instant, write_instant
from tests.strategies.predicates import NOW, leaves

FAR = 16
"""No flip of these people lies further from NOW, in microseconds."""

_MOMENTS = st.integers(NOW - 4, NOW + 4)
_TEXTS = _MOMENTS.map(write_instant)
_VALUES = st.one_of(_TEXTS, _TEXTS, _TEXTS, st.sampled_from(["", "soon", 1.0, True, None, [write_instant(NOW)]]))

moving_people = st.builds(
    lambda who, held: Person(who, held),
    st.sampled_from(["a", "b"]),
    st.fixed_dictionaries({"x": _VALUES, "seen": _MOMENTS.map(Instant)}, optional={"y": _VALUES}),
)
"""Instants as texts in x and y, as a timestamp in `seen`; and whatever is none."""

moving_properties = st.sampled_from(
    [Property(("x",), ANY), Property(("y",), ANY), Property(("seen",), TimestampKind(TimestampForm.ZONED))]
)
timed_leaves = st.builds(ComparesInstant, moving_properties, st.sampled_from(Order), st.integers(-3, 3).map(Now))


def moving_predicates(max_leaves: int = 6) -> st.SearchStrategy[Predicate]:
    """Mostly comparisons with now, some of anything else; untidy."""
    leaf = st.one_of(timed_leaves, timed_leaves, timed_leaves, leaves(moving_properties))
    literal = leaf | leaf.map(Not)

    def grown(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
        parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return st.builds(And, parts) | st.builds(Or, parts)

    return st.recursive(literal, grown, max_leaves=max_leaves)


_SEEN = Property(("seen",), TimestampKind(TimestampForm.ZONED))
_begins = st.builds(ComparesInstant, st.just(_SEEN), st.just(Order.LESS_OR_EQUAL), st.integers(-10, 10).map(Now))
_ends = st.builds(ComparesInstant, st.just(_SEEN), st.just(Order.GREATER), st.integers(-10, 10).map(Now))

waves = st.lists(st.builds(lambda begin, end: And((begin, end)), _begins, _ends), min_size=2, max_size=3).map(
    lambda windows: Or(tuple(windows))
)
"""Windows of time of one property: true and false several times."""
