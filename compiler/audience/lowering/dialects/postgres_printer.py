"""How sqlglot prints PostgreSQL, with literals of binary64 that say so, and temporary tables of one transaction."""

from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.postgres import PostgresGenerator

from audience.lowering.dialects.exponents import DoublesFromText


class AudiencePostgres(Postgres):
    """PostgreSQL's own syntax.

    A bare 0.1e0 is NUMERIC. Beside a REAL, PostgreSQL casts it to REAL in COALESCE and IN, which rounds it or raises;
    everything that REAL meets as DOUBLE PRECISION is compared exactly, and by an index on it, too.
    """

    class Generator(DoublesFromText, PostgresGenerator):
        """The printer of trees."""

        # sqlglot knows only what can happen to the rows, and no temporary table of ours is kept.
        TRANSFORMS: ClassVar = {**PostgresGenerator.TRANSFORMS, exp.OnCommitProperty: lambda *_: "ON COMMIT DROP"}


PRINTER = AudiencePostgres.__name__.lower()
