"""The trace: the same answer as `evaluate`, and for every part what it found and whether it mattered."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.catalog.kinds import ANY
from audience.diagnostics import Pointer, Span
from audience.interpreter import Person, evaluate, trace
from audience.ir.nodes import And, Constant, Equals, Exists, Not, Or, Property
from audience.ir.outline import Outline
from audience.values import Instant, Text

NOBODY = Outline("nobody", "nobody", None, Constant(False))


def condition(key, start=0):
    subject = Property((key,), ANY)
    return Outline("condition", f"{key} exists", Span(start, start + 8), Exists(subject), (subject,))


def group(kind, *parts):
    """An outline of parts. Its predicate is built here by hand, as the resolution does it: Not only above leaves."""
    match kind:
        case "not":
            predicate = complement(parts[0].predicate)
        case "and":
            predicate = And(tuple(part.predicate for part in parts))
        case _:
            predicate = Or(tuple(part.predicate for part in parts))
    return Outline(kind, f" {kind} ".join(part.text for part in parts), Pointer("/x"), predicate, (), parts)


def complement(predicate):
    match predicate:
        case And(operands):
            return Or(tuple(map(complement, operands)))
        case Or(operands):
            return And(tuple(map(complement, operands)))
        case Not(leaf):
            return leaf
        case Constant(value):
            return Constant(not value)
        case leaf:
            return Not(leaf)


OUTLINES = st.recursive(
    st.sampled_from("abcd").map(condition) | st.just(NOBODY),
    lambda below: (
        st.builds(
            lambda kind, parts: group(kind, *parts),
            st.sampled_from(["and", "or"]),
            st.lists(below, min_size=2, max_size=3),
        )
        | below.map(lambda part: group("not", part))
    ),
    max_leaves=6,
)
PEOPLE = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([1.0, None, "x"])).map(
    lambda found: Person("u1", found)
)


def nodes(node):
    yield node
    for part in node.parts:
        yield from nodes(part)


@given(OUTLINES, PEOPLE)
def test_every_node_answers_as_evaluate_does(outline, person):
    traced = trace(outline, person, 0, {})
    for node, written in zip(nodes(traced), nodes(outline), strict=True):
        assert node.result is evaluate(written.predicate, person, 0, {})
        assert (node.kind, node.text, node.place) == (written.kind, written.text, written.place)


@given(OUTLINES, PEOPLE, st.data())
def test_what_was_not_needed_could_have_been_otherwise(outline, person, data):
    """Turn one node that did not decide into its opposite: the answer of the whole stays."""
    traced = trace(outline, person, 0, {})
    assert traced.decided
    idle = [index for index, node in enumerate(nodes(traced)) if not node.decided]
    if not idle:
        return
    turned = data.draw(st.sampled_from(idle))
    assert answer_with(list(nodes(outline)), outline, turned, person) is traced.result


def answer_with(order, node, turned, person):
    """The answer of a node, with the answer of node number `turned` reversed."""
    match node.kind:
        case "and":
            result = all(answer_with(order, part, turned, person) for part in node.parts)
        case "or":
            result = any(answer_with(order, part, turned, person) for part in node.parts)
        case "not":
            result = not answer_with(order, node.parts[0], turned, person)
        case _:
            result = evaluate(node.predicate, person, 0, {})
    # Equal conditions may stand twice, so nodes are told apart by identity; a shared one is left alone.
    same = [index for index, other in enumerate(order) if other is node]
    return not result if same == [turned] else result


def test_short_circuit_is_marked():
    outline = group("and", condition("a"), condition("b"), group("or", condition("c"), condition("a")))
    traced = trace(outline, Person(None, {"a": 1.0}), 0, {})
    assert [(node.kind, node.result, node.decided) for node in nodes(traced)] == [
        ("and", False, True),
        ("condition", True, True),
        ("condition", False, True),
        ("or", True, False),
        ("condition", False, False),
        ("condition", True, False),
    ]


def test_a_condition_shows_what_it_found():
    subject, other = Property(("a", 0, "b c"), ANY), Property(("id",), ANY)
    outline = Outline("condition", "x", Pointer("/segments/0"), Equals(subject, (other,)), (subject, other))
    traced = trace(outline, Person("u1", {"a": [{"b c": [1.0, 0.5]}]}), 0, {})
    assert [(found.steps, found.value, found.absent) for found in traced.found] == [
        (("a", 0, "b c"), [1.0, 0.5], False),
        (("id",), "u1", False),
    ]
    assert traced.to_json() == {
        "kind": "condition",
        "text": "x",
        "pointer": "/segments/0",
        "result": False,
        "decided": True,
        "found": [
            {"property": 'recipient.a[0]["b c"]', "absent": False, "value": [1, 0.5]},
            {"property": "recipient.id", "absent": False, "value": "u1"},
        ],
    }


def test_json_is_strict_whatever_was_found():
    values = [
        float("nan"),
        float("inf"),
        float("-inf"),
        Instant(0),
        Instant(10**30),
        Instant(-(10**30)),
        2**70,
        None,
        True,
    ]
    traced = trace(condition("a"), Person(None, {"a": values}), 0, {})
    text = json.dumps(traced.to_json(), allow_nan=False)
    assert json.loads(text)["found"][0]["value"] == [
        "NaN", "Infinity", "-Infinity", "1970-01-01T00:00:00Z", "infinity", "-infinity", 2**70, None, True,
    ]  # fmt: skip


@pytest.mark.parametrize("number", [0.0, 1000.0, -1000.0, 2.0**53 - 1, 1 - 2.0**53])
def test_a_whole_number_is_shown_without_a_point(number):
    traced = trace(condition("a"), Person(None, {"a": number}), 0, {})
    shown = json.dumps(traced.to_json()["found"][0]["value"])
    assert shown == f"{number:.0f}"


@pytest.mark.parametrize("number", [2.0**53, -(2.0**53), 1e300])
def test_a_number_that_stands_for_many_keeps_its_own_spelling(number):
    traced = trace(condition("a"), Person(None, {"a": number}), 0, {})
    assert json.dumps(traced.to_json()["found"][0]["value"]) == repr(number)


def test_the_drawing():
    outline = group(
        "or",
        group("and", condition("plan"), condition("city")),
        group("not", condition("plan")),
        condition("plan"),
        NOBODY,
    )
    drawn = trace(outline, Person(None, {"plan": "pro"}), 0, {}).draw()
    assert drawn == "\n".join(
        [
            "✓ any of",
            "├─ ✗ all of",
            '│  ├─ ✓ plan exists  (recipient.plan is "pro")',
            "│  └─ ✗ city exists  (recipient.city is absent)",
            "├─ ✗ not",
            '│  └─ ✓ plan exists  (recipient.plan is "pro")',
            '├─ ✓ plan exists  (recipient.plan is "pro")',
            "└─ ✗ nobody  (not needed)",
        ]
    )


def test_a_drawing_can_always_be_printed_on_its_lines():
    subject = Property(("\ud800\n",), ANY)
    outline = Outline("condition", 'x in [\n  "a",\n  "b"\n]', None, Equals(subject, (Text("a"),)), (subject,))
    drawn = trace(outline, Person(None, {"\ud800\n": "\udfff\n" + "y" * 500}), 0, {}).draw()
    assert drawn.encode("utf-8")
    assert "\n" not in drawn
    assert 'x in [ "a", "b" ]' in drawn
    assert len(drawn) < 200


@pytest.mark.parametrize(("characters", "whole"), [(77, True), (78, True), (79, False), (500, False)])
def test_a_value_is_drawn_on_one_line(characters, whole):
    """Eighty characters, the two quotes among them."""
    drawn = trace(condition("a"), Person(None, {"a": "y" * characters}), 0, {}).draw()
    shown = drawn.partition("recipient.a is ")[2].rstrip(")")
    assert shown == (f'"{"y" * characters}"' if whole else f'"{"y" * 78}…')
