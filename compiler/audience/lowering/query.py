"""A compiled query: its text, its bare condition and what must be bound to run it."""

from dataclasses import dataclass, field

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from audience.errors import UnsupportedByDialect
from audience.lowering.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Query:
    """SQL for one dialect.

    `sql` is a whole query, `predicate` the bare condition as it could stand after WHERE over the relation
    (empty for counting queries). `parameters` are the values of named parameters; `unbound` names those that
    the caller must still give: `now`, a timestamp with time zone, when compiled without one.
    """

    sql: str
    dialect: str
    predicate: str = ""
    parameters: dict[str, object] = field(default_factory=dict)
    unbound: tuple[str, ...] = ()


def render(tree: exp.Expr, dialect: Dialect, pretty: bool = True) -> str:
    """Print a tree; what sqlglot cannot write exactly is refused, never approximated."""
    try:
        return tree.sql(
            dialect=dialect.name, pretty=pretty, identify=True, unsupported_level=ErrorLevel.RAISE, copy=False
        )
    except UnsupportedError as error:
        raise UnsupportedByDialect(dialect.name, str(error)) from error
