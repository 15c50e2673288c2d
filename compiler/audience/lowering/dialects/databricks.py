"""Databricks' leaves: those of Spark, as Databricks prints them.

The laws run on Spark, and nothing executes the SQL on Databricks: its documentation names the same functions. Of the
literals it says that few escapes are known, and that clients can put values in the place of a dollar sign unless a
backslash stands before it.
"""

from typing import ClassVar

from audience.lowering.dialect import Capabilities, Limit
from audience.lowering.dialects.spark import NAMES, VARIANT_INSIDE, Spark
from audience.lowering.dialects.spark_printer import AudienceSpark

ESCAPES = {"\\": "\\\\", "'": "\\'", "$": "\\$", "\n": "\\n", "\r": "\\r"}
"""Line ends are among them: the printer indents what stands on a line of its own."""


class AudienceDatabricks(AudienceSpark):
    """Known to sqlglot by the name of this class in lower case."""

    class Generator(AudienceSpark.Generator):
        """The printer of trees."""

        engine: ClassVar[str] = "databricks"

        def escaped(self, text: str) -> str:
            """With the escapes that are documented, and no others."""
            return "".join(ESCAPES.get(character, character) for character in text)


class Databricks(Spark):
    """The leaves of Databricks SQL."""

    name = "databricks"
    capabilities = Capabilities(
        title="Databricks",
        versions="the service of 2026",
        verified=False,
        counts=Spark.capabilities.counts,
        reads=Spark.capabilities.reads,
        limits=(
            Limit(
                "a document that Spark's JSON reader refuses",
                "one of more than 1,000 levels, or with a key of more than 50,000 characters, counts as malformed",
            ),
            Limit("a text column with a collation", "it compares by that collation: cast it to STRING in a view"),
            NAMES,
            VARIANT_INSIDE,
        ),
    )

    @property
    def printer(self) -> str:
        """A printer with the escapes of Databricks."""
        return AudienceDatabricks.__name__.lower()
