"""Problems of reading and of resolving in one report."""

import json

import pytest

from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import TextKind
from audience.catalog.types import read_kind
from audience.errors import DefinitionError
from audience.language import parse
from audience.language.partly_read import PartlyRead
from audience.limits import CONDITIONS_MAX, DIAGNOSTICS_MAX
from audience.resolution import resolve_refused
from audience.wire import decode

TYPES = {"plan": "VARCHAR", "age": "BIGINT", "last_seen": "TIMESTAMP"}
CATALOG = Catalog(
    Table(("people",)),
    Column("id", "id", TextKind()),
    tuple(Column(name, name, read_kind(type)) for name, type in TYPES.items()),
)


def refused(read, data) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        read(data)
    return caught.value


def codes(error: DefinitionError) -> list[str]:
    return [problem.code for problem in resolve_refused(error, CATALOG).diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Words are wrong, and names.
        ('plan = pro and paln = "x" and last_seen before "yesterday" and age in 5', ["A105", "A201", "A304", "A303"]),
        # The structure is wrong, and names.
        ('(age = or paln exists) and plan = "a" "b" and not last_seen > true', ["A104", "A201", "A101", "A303"]),
        # A condition is never reported by two stages.
        ("paln is fine", ["A202", "A105"]),
        ("paln = pro and plan exists", ["A105"]),
        # Warnings about single conditions come last, those about the whole not at all.
        ('age = "5" and plan = pro and nope exists', ["A105", "A201", "A314"]),
        ("age between 5 and 1 and plan = pro", ["A105", "A311"]),
        ('name "A"\nname "B"\nnope exists', ["A112", "A201"]),
    ],
)
def test_a_text(text: str, expected: list[str]) -> None:
    assert codes(refused(parse, text)) == expected


def test_a_document() -> None:
    conditions = [
        {"property": "recipient.paln", "operator": "exists"},
        {"property": "recipient.paln", "operator": "equals", "argument": 1},
        {"property": "recipient.last_seen", "operator": "is_timestamp_before", "argument": "soon"},
        {"property": "recipient.plan", "operator": "equal_to"},
    ]
    document = {"segments": [{"conditions": [{"operator": "exists"}]}, {"conditions": conditions}]}
    assert codes(refused(decode, json.dumps(document))) == ["A109", "A201", "A202", "A304", "A301"]
    assert codes(refused(decode, document)) == ["A109", "A201", "A202", "A304", "A301"]


def test_every_finding_has_the_source() -> None:
    found = resolve_refused(refused(parse, "nope exists and plan = pro"), CATALOG)
    assert all(problem.source is not None for problem in found.diagnostics)


def test_a_text_of_which_nothing_is_left() -> None:
    error = refused(parse, "plan = pro")
    assert not isinstance(error, PartlyRead)
    assert resolve_refused(error, CATALOG) is error


def test_a_broken_document_may_hold_as_much_as_a_right_one() -> None:
    conditions = [{"property": "recipient.nope", "operator": "exists"}] * (CONDITIONS_MAX - 1)
    error = refused(decode, [{"conditions": [*conditions, {"operator": "exists"}]}])
    assert codes(error) == ["A201"] * DIAGNOSTICS_MAX
