"""Parsers written by others read the texts of the dialects that nothing executes here.

Each knows its engine's grammar: trino-sql-validator, which also knows the names and arguments of Trino's functions,
and sqlfluff for the rest.
"""

import pytest
import trino_sql_validator
from sqlfluff.core import FluffConfig, Linter

from tests.lowering.compiled import everything

SQLFLUFF = ["bigquery", "redshift", "snowflake", "databricks"]

PARSED = 24
"""How many texts of a dialect sqlfluff reads: it takes a tenth of a second for each."""


def test_trino_parses_every_text() -> None:
    """Its functions and their arguments are known to Trino's documentation as well."""
    for text in everything("trino"):
        result = trino_sql_validator.validate(text, jinja="reject")
        assert result.valid, text
        assert result.statement_count == 1, text
        assert not result.warnings, (result.warnings, text)


def test_the_validator_of_trino_tells() -> None:
    assert not trino_sql_validator.validate("SELECT a FROM WHERE b", jinja="reject").valid
    assert trino_sql_validator.validate("SELECT no_such_function(a) FROM b", jinja="reject").warnings


def parse(name: str, text: str) -> list[str]:
    """What sqlfluff does not understand of a text."""
    linter = Linter(config=FluffConfig(overrides={"dialect": name, "templater": "raw"}))
    return [str(violation) for violation in linter.parse_string(text).violations]


@pytest.mark.parametrize("name", SQLFLUFF)
def test_sqlfluff_parses_a_sample(name: str) -> None:
    texts = everything(name)
    for text in texts[:: len(texts) // PARSED + 1]:
        assert parse(name, text) == [], text


@pytest.mark.parametrize("name", SQLFLUFF)
def test_sqlfluff_tells(name: str) -> None:
    assert parse(name, "SELECT a FROM b WHERE (c")
