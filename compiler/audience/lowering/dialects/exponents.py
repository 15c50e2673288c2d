"""Print literals of binary64 so that no engine takes them for decimals."""

from sqlglot import exp
from sqlglot.generator import Generator

from audience.lowering.build import cast, string


class DoublesFromText(Generator):
    """A literal with an exponent as a cast of its text, which is read as the nearest DOUBLE.

    As a bare literal some engines type it DECIMAL, which rounds what it is compared with, or does not hold it.
    """

    def literal_sql(self, expression: exp.Literal) -> str:
        """Every binary64 literal of ours has an exponent, and no integer has one."""
        if expression.is_string or "e" not in expression.name:
            return str(super().literal_sql(expression))
        double = cast(string(expression.name), "DOUBLE")
        return str(self.sql(double))
