"""Leaves that most engines write alike; a dialect overrides those that its engine writes otherwise.

Nothing here is right for every engine by itself. A dialect that takes a leaf from here answers for it, and the laws
run on the dialect as a whole.
"""

from collections.abc import Callable, Sequence
from itertools import count

from sqlglot import exp

from audience.catalog import Kind, Relation, Table
from audience.catalog.catalog import describe_relation
from audience.catalog.kinds import TextKind, TimestampKind
from audience.errors import CompilerBug, UnsupportedByDialect
from audience.lowering.build import (
    binary,
    cast,
    column,
    conjunction,
    constant,
    disjunction,
    double,
    function,
    integer,
    is_in,
    is_null,
    name,
    select,
    string,
)
from audience.lowering.dialect import Capabilities, Dialect, ParameterType, Rows, Steps, Test
from audience.values import Array, Text, Value

MEMBER_ID = "audience_member_id"
MEMBER_TENANT = "audience_member_tenant"
MEMBERS = "audience_members"
"""The outer id and tenant are named without a table, so these names must not shadow them: see `member_names`."""


def count_filtered(condition: exp.Expr) -> exp.Expr:
    """count(*) FILTER (WHERE condition), the standard's way."""
    return exp.Filter(this=function("count", exp.Star()), expression=exp.Where(this=condition))


def counted_by(function_name: str) -> Callable[[exp.Expr], exp.Expr]:
    """The same by a function of the engine's own."""
    return lambda condition: function(function_name, condition)


def is_number_literal(value: exp.Expr) -> bool:
    """Whether a value is written as a number, and neither as a text nor as an instant."""
    bare = value.this if isinstance(value, exp.Neg) else value
    return isinstance(bare, exp.Literal) and not bare.is_string


def table(parts: tuple[str, ...]) -> exp.Table:
    """A table by the parts of its name."""
    this, schema, database = [*map(name, reversed(parts)), None, None][:3]
    return exp.Table(this=this, db=schema, catalog=database)


def member_names(taken: frozenset[str]) -> tuple[str, str, str]:
    """What the columns of the members and their table are called: not as any column that the test names."""
    folded = {key.casefold() for key in taken}
    mark = ""
    while folded & {MEMBER_ID + mark, MEMBER_TENANT + mark, MEMBERS + mark}:
        mark += "_"
    return MEMBER_ID + mark, MEMBER_TENANT + mark, MEMBERS + mark


def free_variable(others: Sequence[exp.Expr]) -> str:
    """A name for an item that no column of the given expressions has."""
    taken = {found.name.casefold() for other in others for found in other.find_all(exp.Column)}
    return next(free for number in count() if (free := f"item_{number}") not in taken)


class SharedLeaves:
    """Leaves in the SQL that most engines share."""

    name: str
    capabilities: Capabilities

    @property
    def printer(self) -> str:
        """Mostly the name."""
        return self.name

    def finish(self, sql: str) -> str:
        """Nothing happens to a text before it is parsed."""
        return sql

    # relations

    def relation(self, relation: Relation) -> exp.Expr:
        """A table by its name; what an engine reads besides, its dialect says."""
        match relation:
            case Table(parts):
                return table(parts)
            case _:
                raise UnsupportedByDialect(
                    self.name,
                    f"people are read from a table, not from {describe_relation(relation)}; "
                    "name the table that holds them there as `from_table` (--from-table)",
                )

    def description(self, relation: Relation) -> exp.Expr | None:  # noqa: ARG002  # a catalog knows it by name
        """The engine looks into its own catalog."""
        return None

    def sampled(self, query: exp.Select, rows: int) -> exp.Select:
        """The first rows that come."""
        query.set("limit", exp.Limit(expression=integer(rows)))
        return query

    # parameters

    def parameter(self, name: str, type: ParameterType) -> exp.Expr:  # noqa: ARG002  # some engines want the type
        """A placeholder by its name."""
        return exp.Placeholder(this=name)

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """Texts compare by code points."""
        return operand

    def compared_text(self, operand: exp.Expr, kind: TextKind, ordered: bool) -> exp.Expr:  # noqa: ARG002
        """As every text."""
        return self.text(operand)

    def as_text(self, operand: exp.Expr) -> exp.Expr:
        """A cast; UUIDs print in lower case."""
        return cast(operand, "VARCHAR")

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Strpos knows no wildcards."""
        return binary(exp.GT, function("strpos", text, part), integer(0))

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """NaN is the greatest DOUBLE, so a bound tells it and keeps indexes usable."""
        return binary(exp.LTE, operand, cast(string("Infinity"), "DOUBLE"))

    def is_decimal_number(self, operand: exp.Expr) -> exp.Expr | None:  # noqa: ARG002
        """Every DECIMAL is a number."""
        return None

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """Through text: casts of a wide DECIMAL divide in binary64 and round twice on many engines."""
        return cast(cast(operand, "VARCHAR"), "DOUBLE")

    def wide_decimal(self, operand: exp.Expr) -> exp.Expr:
        """Numbers are DOUBLE."""
        return self.exact_double(operand)

    def number_compares(self, number: exp.Expr, comparison: type[exp.Binary], bound: float) -> exp.Expr:
        """Numbers are DOUBLE."""
        return binary(comparison, number, double(bound))

    def number_is_any(self, number: exp.Expr, values: Sequence[float]) -> exp.Expr:
        """Numbers are DOUBLE."""
        return is_in(number, [double(value) for value in values])

    def number_double(self, number: exp.Expr) -> exp.Expr:
        """Numbers are DOUBLE."""
        return number

    # instants

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:  # noqa: ARG002
        """Literals reach as far as columns do."""
        return None

    # typed values

    def is_null(self, operand: exp.Expr, kind: Kind) -> exp.Expr:  # noqa: ARG002
        """IS NULL."""
        return is_null(operand)

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:  # noqa: ARG002
        """There is no type for maps."""
        raise self._no_maps()

    def entries(self, operand: exp.Expr) -> exp.Expr:  # noqa: ARG002
        """There is no type for maps."""
        raise self._no_maps()

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:  # noqa: ARG002
        """There is no type for maps."""
        raise self._no_maps()

    def _no_maps(self) -> UnsupportedByDialect:
        return UnsupportedByDialect(self.name, "it has no type for maps; keep such a property in a JSON column")

    def has_all(self, items: exp.Expr, read: Test, wanted: Sequence[exp.Expr]) -> exp.Expr | None:  # noqa: ARG002
        """One by one."""
        return None

    def has_key(self, node: exp.Expr, key: str) -> exp.Expr | None:  # noqa: ARG002
        """A null has a node."""
        return None

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:  # noqa: ARG002
        """One by one."""
        return None

    # JSON, in terms of the leaves that each dialect writes

    def node_of(self, nodes: exp.Expr, index: int, steps: Steps) -> exp.Expr:  # noqa: ARG002
        """Never asked where `nodes` is None."""
        raise CompilerBug(f"{self.name} hands out no list of nodes to take one from")

    def nodes(self, document: exp.Expr, paths: Sequence[Steps]) -> exp.Expr | None:  # noqa: ARG002
        """Every path is followed by itself."""
        return None

    def is_empty_node(self: Dialect, node: exp.Expr) -> exp.Expr:
        """By its parts; where there is no node, it is absent, and the other part may be NULL."""
        holds_nothing = constant(self.node_is_any(node.copy(), [Text(""), Array(())]))
        return disjunction([self.is_absent_node(node), holds_nothing])

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """Nodes are JSON text."""
        return node

    def indexed_equality(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:  # noqa: ARG002
        """No index looks into documents."""
        return None

    def indexed_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:  # noqa: ARG002
        """No index looks into documents."""
        return None

    def indexed_all_items(self, document: exp.Expr, steps: Steps, values: Sequence[Value]) -> exp.Expr | None:  # noqa: ARG002
        """No index looks into documents."""
        return None

    # members

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:
        """EXISTS over VALUES."""
        names = member_names(taken)
        tuples: list[exp.Expr] = [exp.Tuple(expressions=[string(part) for part in row]) for row in rows]
        alias = exp.TableAlias(this=name(names[2]), columns=[name(held) for held in names[: len(keys)]])
        return self._exists(keys, exp.Values(expressions=tuples, alias=alias), names)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:
        """EXISTS over lists that are unfolded side by side."""
        names = member_names(taken)
        columns: list[exp.Expr] = [
            exp.Alias(this=function("unnest", self.parameter(parameter, ParameterType.TEXTS)), alias=name(held))
            for held, parameter in zip(names, parameters, strict=False)
        ]
        rows = exp.Subquery(this=exp.Select(expressions=columns), alias=exp.TableAlias(this=name(names[2])))
        return self._exists(keys, rows, names)

    def _exists(self, keys: Sequence[exp.Expr], rows: exp.Expr, names: Sequence[str]) -> exp.Expr:
        tests = [binary(exp.EQ, key, column(held)) for key, held in zip(keys, names, strict=False)]
        return exp.Exists(this=select([integer(1)], rows, conjunction(tests)))
