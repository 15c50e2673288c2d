"""Static members as IN over their rows, for engines that compare rows and read long lists well."""

from collections.abc import Sequence

from sqlglot import exp

from audience.lowering.build import paren, string
from audience.lowering.dialect import Rows


def rows_in(keys: Sequence[exp.Expr], rows: Rows) -> exp.Expr:
    """Whether texts stand in one of the rows: `a IN ('x')`, `(a, b) IN (('x', 'y'))`."""
    if len(keys) == 1:
        return exp.In(this=paren(keys[0]), expressions=[string(user) for (user,) in rows])
    tuples: list[exp.Expr] = [exp.Tuple(expressions=[string(part) for part in row]) for row in rows]
    return exp.In(this=exp.Tuple(expressions=list(keys)), expressions=tuples)
