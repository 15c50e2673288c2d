"""An item far down in a list is read on PostgreSQL, up to the last number that its operators take."""

import pytest

from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import JsonKind, TextKind
from audience.language import parse
from audience.lowering import Run, find_dialect, select_ids
from audience.resolution import resolve

CATALOG = Catalog(Table(("people",)), Column("id", "id", TextKind()), (), Column("props", "props", JsonKind()))


def compiled(text: str) -> str:
    return select_ids(Run(CATALOG, find_dialect("postgres"), now=0), resolve(parse(text), CATALOG).predicate).sql


@pytest.mark.parametrize("index", [0, 29, 1000, 2**31 - 1])
def test_it_is_read_by_its_number(index: int) -> None:
    assert str(index) in compiled(f"items[{index}] = true")


def test_beyond_the_last_number_nobody_has_one() -> None:
    assert str(2**31) not in compiled(f"items[{2**31}] = true")
