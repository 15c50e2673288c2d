"""Members of conditions and segments that nobody reads."""

import pytest

from audience.diagnostics import Pointer, Severity
from audience.errors import DefinitionError
from audience.wire import decode, decode_definition, decode_segments

AGE = {"property": "recipient.age", "operator": "greater_than", "argument": 18}


@pytest.mark.parametrize(
    ("unknown", "advice"),
    [
        ("argumnt", "did you mean `argument`?"),
        ("propert", "did you mean `property` or `operator`?"),
        ("name", None),
        ("label", None),
    ],
)
def test_of_a_condition(unknown: str, advice: str | None) -> None:
    expression, warnings = decode_segments([{"conditions": [AGE | {unknown: 5}]}])
    (warning,) = warnings
    assert (warning.code, warning.severity, warning.help) == ("A109", Severity.WARNING, advice)
    assert (warning.message, warning.place) == (f"`{unknown}` is not read", Pointer(f"/0/conditions/0/{unknown}"))
    assert expression == decode([{"conditions": [AGE]}])


def test_of_a_segment_of_a_document() -> None:
    document = {"type": "dynamic", "name": "A", "segments": [{"conditions": [AGE], "condition": []}], "sha": "0"}
    (warning,) = decode_definition(document).warnings
    assert warning.help == "did you mean `conditions`?"


def test_members_for_editors_and_unprintable_ones_are_passed_over() -> None:
    assert decode_segments([{"conditions": [AGE | {"$comment": "x", "\ud800": 1}], "$id": 1}])[1] == ()


@pytest.mark.parametrize(
    ("missing", "written"),
    [("argument", "arg"), ("argument", "value"), ("property", "field"), ("operator", "op"), ("operator", "operater")],
)
def test_what_stands_for_a_missing_member(missing: str, written: str) -> None:
    condition = {name: value for name, value in AGE.items() if name != missing} | {written: AGE[missing]}
    with pytest.raises(DefinitionError) as caught:
        decode([{"conditions": [condition]}])
    (problem,) = caught.value.diagnostics
    assert problem.help == f"`{written}` is not read: it is called `{missing}`"
