"""An instant beyond what PostgreSQL can store is written as the last one that it can, on both sides."""

import pytest

from audience.catalog.kinds import TimestampForm, TimestampKind
from audience.lowering.dialects.postgres import INSTANT_FIRST, INSTANT_LAST, Postgres
from audience.lowering.query import render


@pytest.mark.parametrize("form", [TimestampForm.DATE, TimestampForm.NAIVE, TimestampForm.ZONED])
@pytest.mark.parametrize("end", [INSTANT_FIRST, INSTANT_LAST])
def test_what_lies_beyond_the_end_is_the_end(form: TimestampForm, end: int) -> None:
    dialect, kind = Postgres(), TimestampKind(form)
    at_the_end = render(dialect.instant_literal(kind, end), dialect)
    for beyond in (end * 2, end * 10**12):
        assert render(dialect.instant_literal(kind, beyond), dialect) == at_the_end
