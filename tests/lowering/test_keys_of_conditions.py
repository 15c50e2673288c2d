"""Which keys an index needs to serve a condition on PostgreSQL: those of each part of an OR, or none."""

import pytest
import sqlglot

from audience.lowering.dialects.postgres_indexes import PostgresIndexes


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ("plan = 'pro' OR seats > 5", ["plan", "seats"]),
        ("plan = 'pro' OR seats > 5 OR city IN ('x')", ["plan", "seats", "city"]),
        ("plan = 'pro' AND seats > 5", ["plan", "seats"]),
        ("plan = 'pro' OR length(city) + seats > seats", []),
        ("plan = 'pro' AND length(city) + seats > seats", ["plan"]),
    ],
)
def test_the_keys(condition: str, keys: list[str]) -> None:
    tree = sqlglot.parse_one(condition, dialect="postgres")
    assert [key.expression.name for key in PostgresIndexes().keys(tree)] == keys
