"""What Knock would refuse, and what is offered in its place."""

import pytest

from audience.diagnostics import Pointer
from audience.language.nodes import And, Condition, Items, Literal, Nobody, Not, Or, Property, Relative
from audience.operators import OPERATORS, Operator, Takes
from audience.values import Number, Text
from audience.wire import check_knock
from audience.wire.knock import nearest

SEEN = Property(("last_seen",))
BY_NAME = {operator.name: operator for operator in OPERATORS}


def example(operator: Operator) -> Condition:
    """A condition of this operator that Knock would take if it had the operator."""
    pair = Items((Literal(Text("2025-01-01")), Literal(Text("2025-12-31"))))
    match operator.takes:
        case Takes.NOTHING:
            argument = None
        case Takes.RANGE | Takes.INSTANTS:
            argument = pair
        case Takes.INSTANT:
            argument = Relative(-30, "days")
        case Takes.AUDIENCE:
            argument = Literal(Text("vip"))
        case _:
            argument = Literal(Number(5))
    return Condition(SEEN, operator, argument, Pointer("/here"))


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_is_refused_exactly_when_knock_has_none(operator: Operator) -> None:
    found = check_knock(example(operator))
    assert [(problem.code, problem.place) for problem in found] == (
        [] if operator.knock else [("A601", Pointer("/here"))]
    )
    if found:
        assert operator.name in found[0].message
        assert "it loses people who have a value" in (found[0].help or "")
        assert check_knock(nearest(example(operator))) == ()


@pytest.mark.parametrize(
    ("operator", "form"),
    [
        ("is_not_timestamp_before", "`last_seen on or after 30 days ago or last_seen is empty`"),
        ("is_not_timestamp_on_or_after", "`last_seen before 30 days ago or last_seen is empty`"),
        ("not_greater_than", "`last_seen <= 5 or last_seen is empty`"),
        ("not_less_than_or_equal_to", "`last_seen > 5 or last_seen is empty`"),
        ("is_not_timestamp_before_now", "`last_seen on or after now or last_seen is empty`"),
        ("is_not_timestamp", "`last_seen is empty`"),
        ("is_not_between", '`last_seen < "2025-01-01" or last_seen > "2025-12-31" or last_seen is empty`'),
        (
            "is_not_timestamp_between",
            '`last_seen before "2025-01-01" or last_seen on or after "2025-12-31" or last_seen is empty`',
        ),
    ],
)
def test_the_nearest_form(operator: str, form: str) -> None:
    (found,) = check_knock(example(BY_NAME[operator]))
    assert form in (found.help or "")


def test_who_is_lost_is_said() -> None:
    (found,) = check_knock(example(BY_NAME["is_not_timestamp_before"]))
    assert (found.help or "").endswith("; it loses people who have a value, but none that is a timestamp")
    (found,) = check_knock(example(BY_NAME["not_greater_than"]))
    assert (found.help or "").endswith("; it loses people who have a value, but none that can be compared with it")


def test_not_over_a_group_may_bring_in_a_complement() -> None:
    equal, before = example(BY_NAME["equal_to"]), example(BY_NAME["is_timestamp_before"])
    assert check_knock(Not(And((equal, equal)))) == ()
    (found,) = check_knock(Not(Or((equal, before))))
    assert "is_not_timestamp_before" in found.message
    assert check_knock(Not(example(BY_NAME["is_not_timestamp_before"]))) == ()


def test_a_repeated_condition_is_reported_once() -> None:
    ours = example(BY_NAME["not_greater_than"])
    equal = example(BY_NAME["equal_to"])
    assert len(check_knock(And((ours, Or((equal, equal, equal)))))) == 1


def test_nested_groups_and_nobody_are_fine() -> None:
    equal = example(BY_NAME["equal_to"])
    assert check_knock(And((equal, Or((equal, And((equal, Or((equal, equal))))))))) == ()
    assert check_knock(Nobody()) == ()
    assert check_knock(Not(Nobody())) == ()


def test_relative_bounds_are_refused_at_their_place() -> None:
    bounds = Items((Relative(-30, "days", Pointer("/0")), Relative(-7, "days", Pointer("/1"))))
    found = check_knock(Condition(SEEN, BY_NAME["is_timestamp_between"], bounds))
    assert [(problem.code, problem.place) for problem in found] == [("A602", Pointer("/0")), ("A602", Pointer("/1"))]


def test_too_many_conditions_are_a_finding() -> None:
    equal = example(BY_NAME["equal_to"])
    pairs = And(tuple(Or((equal, equal)) for _ in range(20)))
    assert [problem.code for problem in check_knock(pairs)] == ["A903"]
