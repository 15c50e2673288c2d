"""Dialects that nothing executes here: the whole corpus compiles, what does not is a named limit, and parsers agree.

The parsers are written by others, and each knows its engine's grammar: trino-sql-validator, which also knows the
names and arguments of Trino's functions, and sqlfluff for the rest.
"""

from functools import cache
from random import Random

import pytest
import trino_sql_validator
from sqlfluff.core import FluffConfig, Linter

from audience.catalog import Catalog, Table
from audience.catalog.declare import Declared, Roles, declare, declare_types
from audience.catalog.kinds import JsonKind, TextKind
from audience.errors import DefinitionError, UnsupportedByDialect
from audience.interpreter import read_members
from audience.lowering import DIALECTS, Run, count, select_ids, select_sample
from audience.lowering.query import UNVERIFIED
from audience.membership.run_inputs import read_now
from audience.resolution import Resolution, resolve
from tests.corpus.cases import CASES, REGRESSIONS, Case
from tests.fuzz.columns import COLUMNS
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.crowd import draw_crowd
from tests.fuzz.edges import NOW

COMPILED = sorted(name for name, dialect in DIALECTS.items() if not dialect.capabilities.verified)

UNTYPED = [case for case in (*CASES, *REGRESSIONS) if not case.columns]

TEXT_REFUSED = {"redshift"}
"""Dialects that read no JSON from a text column."""

PARSED = 24
"""How many texts of a dialect sqlfluff reads: it takes a tenth of a second for each."""

each = pytest.mark.parametrize("name", COMPILED)


def test_there_are_such_dialects() -> None:
    assert {"trino", "snowflake", "redshift"} <= set(COMPILED)


def documents(text: bool) -> Catalog:
    columns = [Declared("id", TextKind()), Declared("doc", JsonKind(text))]
    return declare(Table(("people",)), columns, Roles(properties="doc"))


def compile_case(name: str, case: Case, catalog: Catalog) -> list[str]:
    """Both queries of a case."""
    members = read_members(case.members)
    resolution = resolve(case.expression, catalog, static=case.members)
    return texts_of(Run(catalog, DIALECTS[name], read_now(case.now), members), resolution)


def texts_of(run: Run, resolution: Resolution) -> list[str]:
    return [
        select_ids(run, resolution.predicate).sql,
        count(run, resolution.outline).query.sql,
        select_sample(run, resolution.predicate, [], 10).sql,
    ]


@cache
def corpus(name: str) -> tuple[dict[str, list[str]], set[str]]:
    """The texts of each case that compiles, and the cases that do not."""
    compiled, refused = dict[str, list[str]](), set()
    for case in UNTYPED:
        try:
            compiled[case.id] = compile_case(name, case, documents(text=False))
        except UnsupportedByDialect:
            refused.add(case.id)
    return compiled, refused


@each
def test_what_is_refused_is_a_named_limit(name: str) -> None:
    limits = DIALECTS[name].capabilities.limits
    assert corpus(name)[1] == {case for limit in limits for case in limit.cases}


@each
def test_json_in_texts(name: str) -> None:
    """What compiles over JSON compiles over texts that hold JSON, or none of it that reads them does."""
    reads, told = 0, list[str]()
    for case in UNTYPED:
        if case.id not in corpus(name)[0]:
            continue
        try:
            compile_case(name, case, documents(text=True))
            reads += 1
        except UnsupportedByDialect as refused:
            told.append(refused.reason)
    assert (reads < len(UNTYPED) / 4) is (name in TEXT_REFUSED)
    assert all("text column" in reason for reason in told)
    assert bool(told) is (name in TEXT_REFUSED)


@each
def test_every_text_says_that_nobody_ran_it(name: str) -> None:
    for texts in corpus(name)[0].values():
        assert all(text.startswith(UNVERIFIED) for text in texts)


@cache
def typed_texts(name: str) -> tuple[str, ...]:
    """Conditions of the fuzzer over typed columns of every kind, in a dialect."""
    rng, texts = Random(f"typed columns in {name}"), list[str]()
    crowd = draw_crowd(rng, 30, COLUMNS, (), None)
    types = {column.name: column.type for column in COLUMNS}
    epochs = {column.name: column.epoch for column in COLUMNS if column.epoch}
    catalog = declare_types("crm.people", types, Roles(epochs=epochs))
    members = read_members({key: ["u1", "u2"] for key in AUDIENCES})
    author = Author(rng, crowd)
    for _ in range(200):
        try:
            resolution = resolve(author.condition(), catalog, static=AUDIENCES)
            texts += texts_of(Run(catalog, DIALECTS[name], NOW, members), resolution)
        except (DefinitionError, UnsupportedByDialect):
            continue
    return tuple(texts)


@each
def test_typed_columns_compile(name: str) -> None:
    """At least every third condition: engines without lists and maps refuse many."""
    assert len(typed_texts(name)) > 200


def everything(name: str) -> list[str]:
    """Every text of a dialect, each once, in an order that is always the same."""
    texts = [text for texts in corpus(name)[0].values() for text in texts]
    return sorted({*texts, *typed_texts(name)})


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


@pytest.mark.parametrize("name", ["bigquery", "redshift", "snowflake"])
def test_sqlfluff_parses_a_sample(name: str) -> None:
    texts = everything(name)
    for text in texts[:: len(texts) // PARSED + 1]:
        assert parse(name, text) == [], text


@pytest.mark.parametrize("name", ["bigquery", "redshift", "snowflake"])
def test_sqlfluff_tells(name: str) -> None:
    assert parse(name, "SELECT a FROM WHERE b")
