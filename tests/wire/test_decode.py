"""Documents, segments and conditions: shapes, pointers, and all problems at once."""

import json
from typing import Any

import pytest

from audience.diagnostics import Pointer
from audience.errors import DefinitionError
from audience.language.nodes import And, Condition, Literal, Nobody, Or, Property
from audience.operators import BY_NAME
from audience.values import Text
from audience.wire import check_knock, decode, decode_definition

PLAN = {"property": "recipient.plan", "operator": "equal_to", "argument": "pro"}
AGE = {"property": "recipient.age", "operator": "exists"}
PLAN_NODE = Condition(Property(("plan",)), BY_NAME["equal_to"], Literal(Text("pro")))
AGE_NODE = Condition(Property(("age",)), BY_NAME["exists"], None)


def one(**condition: Any) -> dict[str, Any]:
    return {"segments": [{"conditions": [condition]}]}


def refused(data: object, read: Any = decode) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        read(data)
    return [(found.code, getattr(found.place, "text", "")) for found in caught.value.diagnostics]


SEGMENTS = [{"conditions": [PLAN, AGE]}, {"conditions": [AGE]}]
FILE = {
    "name": "Premium users",
    "type": "dynamic",
    "description": None,
    "segments": SEGMENTS,
    "__readonly": {"key": "premium-users"},
    "$schema": "https://schemas.knock.app/cli/audience.json",
}


@pytest.mark.parametrize("data", [SEGMENTS, {"segments": SEGMENTS}, FILE, json.dumps(FILE), json.dumps(SEGMENTS)])
def test_segments_are_or_of_and(data: object) -> None:
    assert decode(data) == Or((And((PLAN_NODE, AGE_NODE)), AGE_NODE))


@pytest.mark.parametrize("data", [[], {"segments": []}, {"type": "dynamic", "name": "M1"}, '{"segments": []}', "[]"])
def test_no_segments_are_nobody(data: object) -> None:
    assert decode(data) == Nobody()


@pytest.mark.parametrize("data", [{}, {"rules": []}, "{}"])
def test_an_object_that_is_no_audience_is_not_nobody(data: object) -> None:
    with pytest.raises(DefinitionError) as refused:
        decode(data)
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.place) == ("A109", Pointer("/segments"))


def test_every_node_has_its_pointer() -> None:
    expression = decode(
        {"segments": [{"conditions": [PLAN, PLAN | {"operator": "contains", "argument": ["a", "b"]}]}, SEGMENTS[1]]}
    )
    assert isinstance(expression, Or)
    segment, single = expression.operands
    assert isinstance(segment, And)
    condition = segment.operands[1]
    assert isinstance(condition, Condition)
    assert condition.argument is not None
    assert expression.place == Pointer("/segments")
    assert segment.place == Pointer("/segments/0")
    assert single.place == Pointer("/segments/1/conditions/0")
    assert condition.place == Pointer("/segments/0/conditions/1")
    assert condition.property.place == Pointer("/segments/0/conditions/1/property")
    assert condition.argument.place == Pointer("/segments/0/conditions/1/argument")
    assert condition.argument.items[1].place == Pointer("/segments/0/conditions/1/argument/1")  # type: ignore[union-attr]


def test_a_list_in_a_string_has_the_place_of_the_string() -> None:
    condition = decode(one(property="user.x", operator="contains", argument='["a"]'))
    assert condition.argument.items[0].place == Pointer("/segments/0/conditions/0/argument")  # type: ignore[union-attr]


def test_a_bare_list_is_pointed_into_from_its_root() -> None:
    assert refused([{"conditions": [PLAN | {"operator": "like"}]}]) == [("A202", "/0/conditions/0/operator")]


@pytest.mark.parametrize(
    ("condition", "code", "member"),
    [
        (PLAN | {"operator": "equal"}, "A202", "operator"),
        (PLAN | {"operator": 5}, "A109", "operator"),
        ({"property": "recipient.plan"}, "A109", "operator"),
        (PLAN | {"property": "plan"}, "A110", "property"),
        (PLAN | {"property": "recipient.tags[-1]"}, "A110", "property"),
        (PLAN | {"property": "recipient"}, "A110", "property"),
        (PLAN | {"property": "data.plan"}, "A203", "property"),
        (PLAN | {"property": "recipient" + ".a" * 33}, "A905", "property"),
        (PLAN | {"property": "recipient.\x00"}, "A309", "property"),
        (PLAN | {"property": ["plan"]}, "A109", "property"),
        ({"operator": "exists"}, "A109", "property"),
        ({"property": "recipient.plan", "operator": "equal_to"}, "A301", "argument"),
        (PLAN | {"argument": "data.x"}, "A203", "argument"),
        (PLAN | {"operator": "is_audience_member", "argument": 5}, "A303", "argument"),
    ],
)
def test_one_problem_at_its_member(condition: dict[str, Any], code: str, member: str) -> None:
    document = {"segments": [{"conditions": [PLAN]}, {"conditions": [PLAN, condition]}]}
    assert refused(document) == [(code, f"/segments/1/conditions/1/{member}")]


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (5, "A109", ""),
        (None, "A109", ""),
        ({"segments": None}, "A109", "/segments"),
        ({"segments": {"conditions": [PLAN]}}, "A109", "/segments"),
        ({"segments": [PLAN]}, "A109", "/segments/0/conditions"),
        ({"segments": ["x"]}, "A109", "/segments/0"),
        ({"segments": [{"conditions": PLAN}]}, "A109", "/segments/0/conditions"),
        ({"segments": [{"conditions": []}]}, "A111", "/segments/0/conditions"),
        ({"segments": [{"conditions": [[PLAN]]}]}, "A109", "/segments/0/conditions/0"),
        ({"segments": [{"conditions": [PLAN] * 1001}]}, "A903", "/segments"),
        ({"segments": [{}] * 1001}, "A903", "/segments"),
        ({"conditions": [PLAN]}, "A109", ""),
        ({"all": [PLAN]}, "A109", ""),
        ({"segment": []}, "A109", "/segment"),
        ({"type": "static", "name": "Beta"}, "A109", "/type"),
    ],
)
def test_other_shapes_are_refused(data: object, code: str, place: str) -> None:
    assert refused(data) == [(code, place)]


def test_a_thousand_conditions_are_taken() -> None:
    assert len(decode({"segments": [{"conditions": [PLAN]}] * 1000}).operands) == 1000  # type: ignore[union-attr]


def test_all_problems_at_once_in_order() -> None:
    document = {
        "segments": [
            {"conditions": []},
            {"conditions": [{"property": "plan", "operator": "equals", "argument": "\x00"}, {"operator": "equal_to"}]},
        ]
    }
    assert refused(json.dumps(document)) == [
        ("A111", "/segments/0/conditions"),
        ("A202", "/segments/1/conditions/0/operator"),
        ("A110", "/segments/1/conditions/0/property"),
        ("A109", "/segments/1/conditions/1/property"),
        ("A301", "/segments/1/conditions/1/argument"),
    ]


def test_a_report_can_be_printed_whatever_was_written() -> None:
    odd = "argument\ud800"
    for data in (
        one(property="\ud800", operator="equal_to\ud800"),
        one(property="recipient.x", operator="equal_to", **{odd: 1}),
        one(property="recipient.x", operator="equal_to", argument={"\ud800": 1}),
        {"segments": [{"conditions\ud800": []}]},
        {"segments\ud800": [], "conditions": []},
    ):
        with pytest.raises(DefinitionError) as caught:
            decode(data)
        assert str(caught.value).encode("utf-8")


def test_a_report_ends_after_a_hundred_problems() -> None:
    assert len(refused({"segments": [{"conditions": [PLAN | {"operator": "x"}] * 1000}]})) == 100
    assert len(refused(json.dumps({"segments": []})[:-1] + ', "segments": []' * 1000 + "}")) == 100


@pytest.mark.parametrize(
    ("condition", "help"),
    [
        (PLAN | {"operator": "equals"}, "write `equal_to`"),
        (PLAN | {"operator": "="}, "write `equal_to`"),
        (PLAN | {"operator": "like"}, "`contains` asks for a part"),
        (PLAN | {"operator": "Is Timestamp Before"}, "write `is_timestamp_before`"),
        (PLAN | {"operator": "not_equals_to"}, "did you mean `not_equal_to`"),
        (PLAN | {"property": "plan"}, "write `recipient.plan`"),
        (PLAN | {"property": "data.plan"}, "`recipient.plan`"),
        ({"variable": "recipient.plan", "operator": "exists"}, "`property`"),
        ({"property": "recipient.plan", "operator": "equal_to", "value": 5}, "`argument`"),
        ({"property": "recipient.plan", "operator": "equal_to", "arguement": 5}, "`arguement`"),
    ],
)
def test_the_help_names_what_was_meant(condition: dict[str, Any], help: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        decode(one(**condition))
    assert help in (caught.value.diagnostics[0].help or "")


def test_text_is_the_source_of_its_diagnostics() -> None:
    text = json.dumps(one(property="plan", operator="exists", argument=1))
    with pytest.raises(DefinitionError) as caught:
        decode(text, "vip/audience.json")
    source = caught.value.diagnostics[0].source
    assert source is not None
    assert (source.name, source.text) == ("vip/audience.json", text)
    assert "vip/audience.json at /segments/0/conditions/0/property" in str(caught.value)


def test_the_property_of_membership_is_ignored() -> None:
    for written in ("recipient", "recipient.anything", "???"):
        decoded = decode(one(property=written, operator="is_audience_member", argument="vip"))
        assert decoded == Condition(Property(()), BY_NAME["is_audience_member"], Literal(Text("vip")))


# ── whole documents ───────────────────────────────────────────────────────────────────────────────


def test_a_file_of_knock_is_a_definition() -> None:
    decoded = decode_definition(json.dumps(FILE))
    assert (decoded.type, decoded.warnings) == ("dynamic", ())
    definition = decoded.definition
    assert (definition.key, definition.name, definition.description) == ("premium-users", "Premium users", None)
    assert definition.expression == decode(SEGMENTS)


def test_what_the_management_api_returns_is_a_definition() -> None:
    extra = {
        "key": "vip",
        "sha": "a1",
        "environment": "development",
        "created_at": "2024-01-15T10:30:00Z",
        "updated_at": None,
    }
    static = decode_definition({"type": "static", "name": "VIP", "description": "By hand"} | extra)
    assert (static.type, static.definition.expression, static.definition.key) == ("static", None, "vip")
    # M1: an upsert without segments is nobody yet.
    assert decode_definition({"type": "dynamic", "name": "VIP"} | extra).definition.expression == Nobody()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"type": None}, "/type"),
        ({"type": "dynamc"}, "/type"),
        ({"type": 1}, "/type"),
        ({"name": None}, "/name"),
        ({"name": 5}, "/name"),
        ({"description": 5}, "/description"),
        ({"__readonly": {"key": 5}}, "/__readonly/key"),
        ({"__readonly": None, "key": 5}, "/key"),
        ({"type": "static"}, "/segments"),
        ({"segments": 5}, "/segments"),
    ],
)
def test_members_of_the_wrong_shape(change: dict[str, Any], place: str) -> None:
    assert refused(FILE | change, decode_definition) == [("A109", place)]


def test_a_definition_is_an_object() -> None:
    assert ("A109", "") in refused(SEGMENTS, decode_definition)


def test_header_and_conditions_are_refused_together() -> None:
    document = {"type": "dynamc", "segments": [{"conditions": [PLAN | {"operator": "x"}]}]}
    assert refused(document, decode_definition) == [
        ("A109", "/type"),
        ("A109", "/name"),
        ("A202", "/segments/0/conditions/0/operator"),
    ]


def test_a_superfluous_argument_is_a_warning() -> None:
    decoded = decode_definition(json.dumps(FILE | {"segments": [{"conditions": [AGE | {"argument": "x"}]}]}), "a.json")
    assert decoded.definition.expression == AGE_NODE
    (warning,) = decoded.warnings
    assert (warning.code, warning.place) == ("A302", Pointer("/segments/0/conditions/0/argument"))
    assert warning.source is not None
    assert warning.source.name == "a.json"


# ── acceptance cases of the management API that are about conditions ──────────────────────────────


def test_m2_to_m4() -> None:
    assert refused({"segments": []}, decode_definition) == [("A109", "/type"), ("A109", "/name")]
    assert refused(one(**PLAN | {"operator": "matches"})) == [("A202", "/segments/0/conditions/0/operator")]
    assert refused(one(property="recipient.plan", operator="equal_to")) == [
        ("A301", "/segments/0/conditions/0/argument")
    ]
    assert decode(one(property="recipient.age", operator="exists")) == AGE_NODE


def test_m5_to_m7_are_represented_here_and_refused_for_knock() -> None:
    m5 = decode(one(property="recipient.created_at", operator="is_timestamp"))
    m6 = decode(one(property="recipient.seen", operator="is_timestamp_before", argument="10_minutes_ago"))
    m7 = decode(one(property="recipient.seen", operator="is_timestamp_between", argument=["30_days_ago", "2025-01-01"]))
    assert m6.argument.minutes == -10  # type: ignore[union-attr]
    assert [found.code for found in check_knock(m5)] == ["A204"]
    assert [(found.code, found.place) for found in check_knock(m7)] == [
        ("A602", Pointer("/segments/0/conditions/0/argument/0"))
    ]
