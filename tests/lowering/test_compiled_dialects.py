"""Dialects that nothing executes here: the whole corpus compiles, and what does not is a named limit."""

import pytest

from audience.errors import UnsupportedByDialect
from audience.lowering import DIALECTS
from audience.lowering.query import UNVERIFIED
from tests.lowering.compiled import COMPILED, UNTYPED, compile_case, corpus, documents, typed_texts

TEXT_REFUSED = {"redshift"}
"""Dialects that read no JSON from a text column."""

each = pytest.mark.parametrize("name", COMPILED)


def test_there_are_such_dialects() -> None:
    assert {"trino", "snowflake", "redshift", "databricks"} <= set(COMPILED)


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


@each
def test_typed_columns_compile(name: str) -> None:
    """At least every third condition: engines without lists and maps refuse many."""
    assert len(typed_texts(name)) > 200
