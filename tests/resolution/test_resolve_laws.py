"""What holds for every definition: it is refused with reasons, or it is canonical and its outline says the same."""

from hypothesis import given
from hypothesis import strategies as st

from audience.catalog import Catalog, Column, Table, open_catalog
from audience.catalog.kinds import TextKind
from audience.diagnostics import Severity
from audience.errors import DefinitionError
from audience.interpreter import evaluate
from audience.ir import Outline, meaning, verify
from audience.language import parse, walk
from audience.language.nodes import Condition, Expression, Items, Literal, Nobody, Not, Property, Relative
from audience.operators import OPERATORS, Takes
from audience.resolution import resolve
from audience.values import Boolean, Null, Number, Text
from tests.strategies import expressions as wild
from tests.strategies.predicates import MEMBERS, NOW, TYPED, people

CATALOG = Catalog(
    Table(("people",)),
    Column("id", "id", TextKind()),
    tuple(Column(name, name, kind) for name, (kind, _) in TYPED.items()),
    open_catalog().document,
)

subjects = st.sampled_from([Property((name,)) for name in ("x", "y", "x", "y", *TYPED)])
scalars = st.sampled_from(
    [Null(), Boolean(True), Number(0), Number(1), Number(2), Text(""), Text("a"), Text("ab"), Text("2025-01-01")]
).map(Literal)
numbers = st.integers(0, 2).map(Number).map(Literal)
texts = st.sampled_from(["", "a", "ab", "2025-01-01"]).map(Text).map(Literal)
times = st.sampled_from(["2024-12-31T23:59:59.999999Z", "2025-01-01"]).map(Text).map(Literal)
relatives = st.sampled_from([-1, 1]).map(lambda amount: Relative(amount, "days"))
dynamic = st.sampled_from([Property(("x",)), Property(("y",))])


def pair(item):
    return st.tuples(item, item).map(Items)


ARGUMENTS = {
    Takes.NOTHING: st.none(),
    Takes.VALUE: scalars | dynamic | st.lists(scalars, max_size=2).map(tuple).map(Items),
    Takes.ORDERED: numbers | times | relatives | dynamic,
    Takes.RANGE: pair(numbers) | pair(times),
    Takes.ITEMS: scalars | dynamic | st.lists(scalars, max_size=3).map(tuple).map(Items),
    Takes.INSTANT: times | relatives | dynamic,
    Takes.INSTANTS: pair(times | relatives | dynamic),
    Takes.AUDIENCE: st.sampled_from(sorted(MEMBERS)).map(Text).map(Literal),
}


@st.composite
def conditions(draw):
    operator = draw(st.sampled_from(OPERATORS))
    # Membership is asked of the person as a whole; no text says more.
    subject = Property(()) if operator.takes is Takes.AUDIENCE else draw(subjects)
    return Condition(subject, operator, draw(ARGUMENTS[operator.takes]))


definitions = wild.expressions(conditions() | st.builds(Nobody), max_leaves=6)


def meant(expression: Expression):
    """The resolution, or None where a text is compared with a timestamp that it does not state."""
    try:
        return resolve(expression, CATALOG, static=set(MEMBERS))
    except DefinitionError as problem:
        refused = problem
    assert {found.code for found in refused.diagnostics if found.severity is Severity.ERROR} == {"A304"}
    return None


def by_outline(node: Outline, person) -> bool:
    match node.kind:
        case "and":
            return all(by_outline(part, person) for part in node.parts)
        case "or":
            return any(by_outline(part, person) for part in node.parts)
        case "not":
            return not by_outline(node.parts[0], person)
        case _:
            return evaluate(node.predicate, person, NOW, MEMBERS)


@given(definitions, st.lists(people, min_size=3, max_size=8))
def test_the_outline_says_what_the_predicate_says(expression, crowd):
    found = meant(expression)
    if found is None:
        return
    verify(found.predicate)
    for person in crowd:
        answer = evaluate(found.predicate, person, NOW, MEMBERS)
        assert by_outline(found.outline, person) == answer
        assert evaluate(found.outline.predicate, person, NOW, MEMBERS) == answer


@given(definitions)
def test_every_text_of_the_outline_is_its_node(expression):
    def check(node, written):
        assert parse(node.text) == written
        for part, operand in zip(node.parts, walk.children(written), strict=True):
            check(part, operand)

    found = meant(expression)
    if found is not None:
        check(found.outline, expression)


@given(conditions(), people)
def test_a_negative_operator_is_the_complement_of_its_twin(condition, person):
    twin = Condition(condition.property, condition.operator.complement, condition.argument)
    one, other = meant(condition), meant(twin)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        answers = [evaluate(found.predicate, person, NOW, MEMBERS) for found in (one, other)]
        assert answers[0] is not answers[1]
        assert meaning(resolve(Not(twin), CATALOG, static=set(MEMBERS)).predicate) == meaning(one.predicate)


@given(definitions, definitions)
def test_spelling_does_not_change_the_meaning(one, other):
    first = meant(walk.any_of([one, other]))
    if first is None:
        return
    spellings = [
        walk.any_of([other, one]),
        walk.any_of([one, other, one]),
        Not(Not(walk.any_of([one, other]))),
        Not(walk.all_of([Not(one), Not(other)])),
    ]
    assert {meaning(found.predicate) for found in map(meant, spellings) if found} == {meaning(first.predicate)}


@given(wild.expressions())
def test_any_tree_is_refused_with_errors_or_resolved(expression):
    try:
        verify(resolve(expression, open_catalog()).predicate)
    except DefinitionError as problem:
        refused = problem
    else:
        return
    assert refused.diagnostics[0].severity is Severity.ERROR


@given(wild.expressions())
def test_a_closed_relation_refuses_no_less(expression):
    closed = Catalog(CATALOG.relation, CATALOG.id, CATALOG.columns)
    try:
        resolve(expression, closed)
    except DefinitionError:
        return
    resolve(expression, open_catalog())


@given(st.lists(scalars, min_size=1, max_size=3), people)
def test_an_inlined_audience_is_its_conditions(items, person):
    inner = Condition(Property(("x",)), next(op for op in OPERATORS if op.name == "contains"), Items(tuple(items)))
    member = Condition(
        Property(()), next(op for op in OPERATORS if op.name == "is_audience_member"), Literal(Text("in"))
    )
    referred = resolve(walk.all_of([member, Not(inner)]), CATALOG, audiences={"in": inner})
    assert evaluate(referred.predicate, person, NOW, {}) is False
    assert resolve(member, CATALOG, audiences={"in": inner}).predicate == resolve(inner, CATALOG).predicate
