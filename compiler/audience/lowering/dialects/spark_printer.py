"""How sqlglot prints Spark SQL, with what its own printer leaves to chance written out."""

from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from audience.errors import UnsupportedByDialect
from audience.lowering.build import double

VARIABLE = "${"
"""Spark puts a setting or a variable of the environment in the place of `${…}` before it parses a text, and does so
inside of literals and names as well. In a literal an escape says the same; a name has none."""

ESCAPES = {"\\": "\\\\", "'": "\\'"} | {chr(code): f"\\u{code:04x}" for code in range(32)}
"""Line ends are among them: the printer indents what stands on a line of its own."""

ZERO = "0e0"


class AudienceSpark(Spark):
    """Known to sqlglot by the name of this class in lower case."""

    class Generator(SparkGenerator):
        """The printer of trees."""

        TRANSFORMS: ClassVar = {
            kind: print for kind, print in SparkGenerator.TRANSFORMS.items() if kind is not exp.TryCast
        }
        engine: ClassVar[str] = "spark"

        def escaped(self, text: str) -> str:
            """What stands between the quotes of a literal."""
            characters = "".join(ESCAPES.get(character, character) for character in text)
            return characters.replace(VARIABLE, "\\u0024{")

        def literal_sql(self, expression: exp.Literal) -> str:
            """Texts with nothing that Spark would replace; binary64 with its suffix, lest a setting make it DECIMAL."""
            if not expression.is_string:
                written = str(super().literal_sql(expression))
                return f"{written}D" if "e" in written else written
            return f"'{self.escaped(expression.name)}'"

        def identifier_sql(self, expression: exp.Identifier) -> str:
            """A name that Spark would change is refused."""
            if VARIABLE in expression.name:
                raise UnsupportedByDialect(
                    self.engine,
                    f"Spark replaces `{VARIABLE}` in names, and {expression.name!r} has it; rename it in a view",
                )
            return str(super().identifier_sql(expression))

        def trycast_sql(self, expression: exp.TryCast) -> str:
            """As it says; sqlglot would write CAST, which raises."""
            return str(self.cast_sql(expression, safe_prefix="TRY_"))

        def in_sql(self, expression: exp.In) -> str:
            """Zero with both signs: Sail's IN tells them apart where a list is long."""
            listed = expression.expressions
            if any(isinstance(value, exp.Literal) and value.name == ZERO and not value.is_string for value in listed):
                expression = exp.In(this=expression.this.copy(), expressions=[*listed, exp.Neg(this=double(0))])
            return str(super().in_sql(expression))


PRINTER = AudienceSpark.__name__.lower()
