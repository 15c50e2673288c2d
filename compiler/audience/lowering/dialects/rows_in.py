"""Static members as IN over their rows, for engines that read long lists well."""

from collections.abc import Sequence

from sqlglot import exp

from audience.lowering.build import binary, conjunction, disjunction, is_in, paren, string
from audience.lowering.dialect import Rows


def rows_in(keys: Sequence[exp.Expr], rows: Rows) -> exp.Expr:
    """Whether texts stand in one of the rows: `a IN ('x')`, `(a, b) IN (('x', 'y'))`."""
    if len(keys) == 1:
        return _one_in(keys[0], rows)
    tuples: list[exp.Expr] = [exp.Tuple(expressions=[string(part) for part in row]) for row in rows]
    return exp.In(this=exp.Tuple(expressions=list(keys)), expressions=tuples)


def rows_in_groups(keys: Sequence[exp.Expr], rows: Rows) -> exp.Expr:
    """The same where rows cannot be compared: `b = 'y' AND a IN ('x') OR …`, with the few tenants outside."""
    if len(keys) == 1:
        return _one_in(keys[0], rows)
    groups = dict[str, list[exp.Expr]]()
    for user, tenant in rows:
        groups.setdefault(tenant, []).append(string(user))
    user_key, tenant_key = keys
    return disjunction(
        [
            conjunction([binary(exp.EQ, tenant_key.copy(), string(tenant)), is_in(user_key.copy(), users)])
            for tenant, users in groups.items()
        ]
    )


def _one_in(key: exp.Expr, rows: Rows) -> exp.Expr:
    return exp.In(this=paren(key), expressions=[string(user) for (user,) in rows])
