"""For which engine `compile` writes when nobody says so, and over which table."""

from pathlib import Path
from typing import cast

import pytest

import audience
from audience.engines import Engine
from audience.errors import UnsupportedByDialect, UsageError

PEOPLE = Path(__file__).parents[2] / "fixtures" / "people" / "demo.parquet"
ASKED = audience.parse('plan = "pro"')
DECLARED = audience.Users(columns={"plan": "VARCHAR"})


class Held:
    """An engine as far as compiling asks for it."""

    dialect = "postgres"


def test_the_engine_that_holds_the_people_is_meant() -> None:
    held = audience.Users.of(DECLARED.catalog, cast(Engine, Held()))
    assert audience.compile(ASKED, users=held).dialect == "postgres"
    assert audience.compile(ASKED, users=held, dialect="duckdb").dialect == "duckdb"
    assert audience.compile(ASKED, users=DECLARED).dialect == "duckdb"
    with pytest.raises(UsageError, match="A707"):
        audience.compile(ASKED, users=held, dialect="")


def test_a_file_is_read_where_an_engine_reads_it_and_else_a_table_is_named() -> None:
    people = audience.users(PEOPLE)
    assert "demo.parquet" in audience.compile(ASKED, users=people).sql
    with pytest.raises(UnsupportedByDialect, match="from_table"):
        audience.compile(ASKED, users=people, dialect="postgres")
    named = audience.compile(ASKED, users=people, dialect="postgres", from_table='crm."the people"')
    assert 'FROM "crm"."the people"' in named.sql
    with pytest.raises(UsageError, match="no table name"):
        audience.compile(ASKED, users=people, from_table="a..b")
