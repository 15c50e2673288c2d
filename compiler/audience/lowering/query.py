"""A compiled query: its text, its bare condition and what must be bound to run it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from audience.errors import UnsupportedByDialect
from audience.lowering.binding import Binding
from audience.lowering.dialect import Dialect

UNVERIFIED = "-- Compiled, not verified on this engine.\n"
"""Stands at the head of every query for an engine that the law suite does not run on."""


@dataclass(frozen=True, slots=True)
class Query:
    """SQL for one dialect.

    `sql` is a whole query, `predicate` the bare condition as it could stand after WHERE over the relation
    (empty for counting queries). `parameters` are the values of named parameters; `unbound` names those that
    the caller must still give: `now`, a timestamp with time zone, when compiled without one. The predicate has some of
    the parameters of the query.

    Compiled with `parameters=True`, the values that the condition states are parameters, too: v1, v2, …; equal values
    of one type share one, and a few are stand-ins: values chosen to differ from those that are stated. What stays in
    the text is the shape of the condition: paths and keys, `true`, `false`, `null` and the empty text, how many items a
    list has, which values are equal to each other, and the members of audiences. So two conditions of one shape have
    one text, which an engine prepares once; docs/users.md names the few values that make a shape of their own.

    A query with parameters is written as its engine's driver reads it: `$name` on DuckDB, `%(name)s` on Postgres, where
    a percent sign is then written `%%`.
    """

    sql: str
    dialect: str
    predicate: str = ""
    parameters: dict[str, object] = field(default_factory=dict)
    unbound: tuple[str, ...] = ()


def compose(
    tree: exp.Expr,
    dialect: Dialect,
    *,
    predicate: exp.Expr | None = None,
    parameters: Mapping[str, object] | None = None,
    unbound: tuple[str, ...] = (),
    bind: bool = False,
) -> Query:
    """The query of a tree; `predicate` is the tree of its bare condition. With `bind`, values become parameters."""
    given = dict(parameters or {})
    if bind:
        binding = Binding(dialect, room=dialect.capabilities.parameters_max - len(given) - len(unbound))
        binding.bind(tree)
        if predicate is not None:
            binding.bind_alike(predicate)
        given |= binding.values
    sql = render(tree, dialect)
    return Query(
        sql=sql if dialect.capabilities.verified else UNVERIFIED + sql,
        dialect=dialect.name,
        predicate="" if predicate is None else render(predicate, dialect, pretty=False),
        parameters=given,
        unbound=unbound,
    )


def render(tree: exp.Expr, dialect: Dialect, pretty: bool = True) -> str:
    """Print a tree; what sqlglot cannot write exactly is refused, never approximated."""
    if dialect.capabilities.percent_doubled and tree.find(exp.Placeholder) is not None:
        _double_percent(tree)
    try:
        sql = tree.sql(
            dialect=dialect.printer, pretty=pretty, identify=True, unsupported_level=ErrorLevel.RAISE, copy=False
        )
    except UnsupportedError as error:
        raise UnsupportedByDialect(dialect.name, str(error)) from error
    return dialect.finish(sql)


def _double_percent(tree: exp.Expr) -> None:
    """Write each percent sign of a literal or a name twice; no operator of ours has one.

    One literal can stand in several places of a tree, and is found in each.
    """
    for node in {id(found): found for found in tree.find_all(exp.Literal, exp.Identifier)}.values():
        if "%" in node.name:
            node.set("this", node.name.replace("%", "%%"))
