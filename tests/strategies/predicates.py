"""Strategies for predicates and people that meet: few properties, few values, both answers likely."""

from hypothesis import strategies as st

from audience.catalog.kinds import (
    ANY,
    ArrayKind,
    BooleanKind,
    DoubleKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.interpreter import Person
from audience.ir import (
    And,
    Compares,
    ComparesInstant,
    Constant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Not,
    Now,
    Or,
    Order,
    Predicate,
    Property,
)
from audience.values import Array, Boolean, Instant, Null, Number, Text

NOW = 1_735_689_600_000_000
MEMBERS = {"vip": frozenset({("a", None)}), "core": frozenset({("b", None)})}

TYPED = {
    "number": (DoubleKind(), st.sampled_from([0.0, 1.0, 2.0])),
    "text": (TextKind(), st.sampled_from(["", "a", "ab", "2025-01-01"])),
    "flag": (BooleanKind(), st.booleans()),
    "seen": (TimestampKind(TimestampForm.ZONED), st.sampled_from([NOW - 1, NOW, NOW + 1]).map(Instant)),
    "tags": (ArrayKind(TextKind()), st.lists(st.sampled_from(["", "a", "b", None]), max_size=2)),
}
"""Typed properties: their kind, and the values that a person can have beside none."""

_SCALARS = st.sampled_from([True, False, 0.0, 1.0, 2.0, "", "a", "ab", "2025-01-01", None])
_VALUES = _SCALARS | st.lists(_SCALARS, max_size=2) | st.just({"k": 1.0})

people = st.builds(
    lambda who, free, typed: Person(who, {**free, **typed}),
    st.sampled_from(["a", "b"]),
    st.dictionaries(st.sampled_from(["x", "y"]), _VALUES),
    st.fixed_dictionaries({}, optional={name: values for name, (_, values) in TYPED.items()}),
)

any_properties = st.sampled_from([Property(("x",), ANY), Property(("y",), ANY)])
typed_properties = st.sampled_from([Property((name,), kind) for name, (kind, _) in TYPED.items()])
properties = any_properties | any_properties | typed_properties

literals = st.sampled_from(
    [
        Null(), Boolean(True), Number(0), Number(1), Number(2), Text(""), Text("a"), Text("ab"), Text("2025-01-01"),
        Array(()), Array((Text("a"),)), Array((Number(1), Null())),
    ]
)  # fmt: skip
instants = st.sampled_from([NOW - 1, NOW, NOW + 1]).map(Instant)
operands = literals | literals | instants | any_properties
orders = st.sampled_from(Order)


def leaves(subjects: st.SearchStrategy[Property] = properties) -> st.SearchStrategy[Leaf]:
    """Any leaf, canonical or not: operands in any order, repeated, null among them."""
    several = st.lists(operands, min_size=1, max_size=3).map(tuple)
    equals = st.builds(Equals, subjects, several)
    compares = st.builds(Compares, subjects, orders, operands)
    return st.one_of(
        equals,
        equals,
        compares,
        compares,
        st.builds(ComparesInstant, subjects, orders, instants | st.sampled_from([Now(-1), Now(0), Now(1)])),
        st.builds(Contains, subjects, operands),
        st.builds(ContainsAny, subjects, st.lists(literals, min_size=1, max_size=3).map(tuple)),
        st.builds(ContainsAll, subjects, st.lists(operands, max_size=2).map(tuple)),
        st.builds(IsEmpty, subjects),
        st.builds(Exists, subjects),
        st.builds(IsTimestamp, subjects),
        st.builds(IsMember, st.sampled_from(sorted(MEMBERS))),
    )


def predicates(subjects: st.SearchStrategy[Property] = properties, max_leaves: int = 8) -> st.SearchStrategy[Predicate]:
    """Predicates with Nots at the leaves and otherwise as untidy as can be."""
    leaf = leaves(subjects)
    literal = st.one_of(leaf, leaf, leaf.map(Not), leaf.map(Not), st.booleans().map(Constant))

    def grown(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
        parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
        return st.builds(And, parts) | st.builds(Or, parts)

    return st.recursive(literal, grown, max_leaves=max_leaves)
