"""How often a query looks at what it reads: a document once for each value, a column without a wrapper around it."""

import re
from dataclasses import replace

import pytest
from sqlglot import exp

import audience
from audience.catalog import Catalog, Column, Table
from audience.catalog.kinds import JsonKind, TextKind
from audience.lowering import DIALECTS, Run, select_ids
from audience.lowering.build import binary, column, conjunction, string
from audience.lowering.dialects.duckdb import DuckDB
from audience.lowering.query import render
from audience.resolution import resolve

CATALOG = Catalog(
    Table(("people",)),
    id=Column("id", "id", TextKind(), nullable=False),
    columns=(),
    document=Column("profile", "profile", JsonKind(), nullable=True),
    tenant=Column("org", "org", TextKind(), nullable=False),
)


@pytest.mark.parametrize(
    "condition",
    ["x is empty", "x is not empty", "x exists", "not x exists", 'x = "a"', "x = true", "x > 4", "x = 5"],
)
def test_a_value_is_read_from_its_document_once(condition: str) -> None:
    sql = select_ids(Run(CATALOG, DIALECTS["duckdb"]), resolve(audience.parse(condition), CATALOG).predicate).sql
    assert sql.count("JSON_EXTRACT(") == 1, sql


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tenant_of_text_is_compared_without_a_cast(dialect: str) -> None:
    catalog = replace(CATALOG, document=None, columns=(Column("plan", "plan", TextKind(), nullable=True),))
    predicate = resolve(audience.parse("plan exists"), catalog).predicate
    sql = select_ids(Run(catalog, DIALECTS[dialect], tenant="a"), predicate).sql
    assert "CAST(" not in sql, sql


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tenant_that_may_be_absent_is_marked_once(dialect: str) -> None:
    """Where a text is marked by another text, one that is marked again equals nothing."""
    catalog = replace(CATALOG, document=None, tenant=Column("org", "org", TextKind(), nullable=True))
    predicate = resolve(audience.parse('member of "vips"'), catalog, static={"vips": "vips"}).predicate
    members = {"vips": {("u1", "acme"), ("u2", None)}}
    sql = select_ids(Run(catalog, DIALECTS[dialect], members=members), predicate).predicate
    assert re.search(r"""COALESCE\(["`]org["`], ''\)""", sql, re.IGNORECASE), sql


class Doubling(DuckDB):
    """DuckDB, if its driver read percent signs."""

    capabilities = replace(DuckDB.capabilities, percent_doubled=True)


def test_a_percent_sign_is_doubled_once_wherever_its_literal_stands() -> None:
    share, held = string("50%"), column("100%")
    given = binary(exp.GT, DuckDB().now(), column("now"))
    tree = conjunction([binary(exp.EQ, held, share), binary(exp.LT, held, share), given])
    plain = render(tree, DuckDB(), pretty=False)
    assert plain.count("%") == 4
    assert render(tree, Doubling(), pretty=False) == plain.replace("%", "%%")
