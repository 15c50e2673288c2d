"""Where an engine's literals end before microseconds do, no literal beyond the end is written, and answers stay."""

import duckdb
import pytest
from sqlglot import exp

from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.ir.nodes import Order
from audience.lowering.build import column, false
from audience.lowering.dialects.duckdb import DuckDB
from audience.lowering.instants import equals_literal, instant_ordered
from audience.lowering.query import render
from audience.values import MICROSECONDS_PER_DAY

DAY = MICROSECONDS_PER_DAY
FIRST, LAST = -10 * DAY, 10 * DAY
ENDS = [(FIRST, LAST), (FIRST + 1, LAST - 1), (FIRST - DAY // 2, LAST + DAY // 2), (FIRST, LAST + DAY - 1)]
"""Ranges that end at midnight, around it, and in the middle of a day."""

BOUNDS = [end + near for end in (FIRST, LAST) for near in (-2 * DAY, -DAY, -DAY // 2, -1, 0, 1, DAY // 2, DAY, 2 * DAY)]


class Narrow(DuckDB):
    """DuckDB, if its literals ended early."""

    def __init__(self, first: int, last: int) -> None:
        self.held = first, last

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        return self.held

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        assert self.held[0] <= microseconds <= self.held[1], "there is no such literal"
        return super().instant_literal(kind, microseconds)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("form", [form for form in TimestampForm if not form.startswith("epoch")])
def test_bounds_at_and_beyond_the_ends(form: TimestampForm, ends: tuple[int, int]) -> None:
    kind, narrow, wide = TimestampKind(form), Narrow(*ends), DuckDB()
    unit = DAY if form is TimestampForm.DATE else 1
    held = sorted({bound // unit * unit for bound in [*BOUNDS, *ends] if ends[0] <= bound // unit * unit <= ends[1]})
    values = ", ".join(f"({render(wide.instant_literal(kind, moment), wide)})" for moment in held)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE people AS SELECT * FROM (VALUES {values}, (NULL)) AS held(seen)")
        for bound in BOUNDS:
            for order in Order:
                trees = [instant_ordered(dialect, kind, column("seen"), order, bound) for dialect in (narrow, wide)]
                forms = [form for lowered in trees for form in (lowered.value(), lowered.expression)]
                assert len({_asked(connection, form) for form in forms}) == 1, (bound, order)
                assert not any(_is_null_for_somebody(connection, lowered.value()) for lowered in trees), (bound, order)
            same = [equals_literal(dialect, kind, column("seen"), bound) for dialect in (narrow, wide)]
            assert len({_asked(connection, form or false()) for form in same}) == 1, bound


def _asked(connection: duckdb.DuckDBPyConnection, form: exp.Expr) -> str:
    """Who matches: how many, the first, the last."""
    sql = f"SELECT count(*), min(seen)::VARCHAR, max(seen)::VARCHAR FROM people WHERE {render(form, DuckDB())}"
    return str(connection.execute(sql).fetchone())


def _is_null_for_somebody(connection: duckdb.DuckDBPyConnection, form: exp.Expr) -> bool:
    """Whether a value form forgets somebody, which a filter cannot tell from an answer of no."""
    return bool(connection.execute(f"SELECT bool_or(({render(form, DuckDB())}) IS NULL) FROM people").fetchone()[0])
