"""Texts are ordered by their code points: on PostgreSQL a column that sorts as people do is told so, and no other."""

import pytest

from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import Collation, TextKind
from audience.language import parse
from audience.lowering import Run, find_dialect, select_ids
from audience.resolution import resolve


def compiled(text: str, collation: Collation) -> str:
    plan = Column("plan", "plan", TextKind(collation=collation))
    catalog = Catalog(Table(("people",)), Column("id", "id", TextKind()), (plan,))
    return select_ids(Run(catalog, find_dialect("postgres"), now=0), resolve(parse(text), catalog).predicate).sql


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_order_names_the_collation_unless_the_column_has_it(operator: str) -> None:
    text = f'plan {operator} "m"'
    assert 'COLLATE "C"' not in compiled(text, Collation.BINARY)
    assert 'COLLATE "C"' in compiled(text, Collation.EXACT)
    assert 'COLLATE "C"' in compiled(text, Collation.FOLDING)


def test_equality_names_it_only_where_texts_fold() -> None:
    text = 'plan = "m"'
    assert 'COLLATE "C"' not in compiled(text, Collation.BINARY)
    assert 'COLLATE "C"' not in compiled(text, Collation.EXACT)
    assert 'COLLATE "C"' in compiled(text, Collation.FOLDING)
