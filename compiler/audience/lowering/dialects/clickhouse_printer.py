"""How sqlglot prints ClickHouse, with whole numbers beyond 64 bits spelled out: ClickHouse reads them as binary64."""

from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.generators.clickhouse import ClickHouseGenerator

UINT_64_END = 2**64
INT_64_END = 2**63
INT_256_END = 2**255


class AudienceClickHouse(ClickHouse):
    """Known to sqlglot by the name of this class in lower case."""

    class Generator(ClickHouseGenerator):
        """The printer of trees."""

        def literal_sql(self, expression: exp.Literal) -> str:
            """A number that UInt64 does not hold goes through a text."""
            number = _integer(expression)
            if number is None or number < UINT_64_END:
                return str(super().literal_sql(expression))
            return f"toInt256('{number}')" if number < INT_256_END else f"toUInt256('{number}')"

        def neg_sql(self, expression: exp.Neg) -> str:
            """A number that Int64 does not hold goes through a text."""
            number = _integer(expression.this)
            if number is None or number <= INT_64_END:
                return str(super().neg_sql(expression))
            return f"toInt256('-{number}')"


PRINTER = AudienceClickHouse.__name__.lower()


def _integer(node: object) -> int | None:
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return int(node.name)
    return None
