"""ClickHouse's leaves.

Traps that shaped them, each found by running it: whole numbers beyond 64 bits are binary64 as literals; `IN` converts
its right side to the type of the left one, so that an instant loses its fraction; `hasAny` refuses a list of Int64
beside a literal that could be UInt64; a list and a map are never NULL; a nanosecond column raises where a bound lies
beyond its range; a subquery that looks outside stands in no aggregate; an alias shadows a column of its name.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog import Kind, Parquet, Relation
from audience.catalog.kinds import (
    ArrayKind,
    DecimalKind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.errors import CompilerBug
from audience.lowering.build import (
    binary,
    case,
    column,
    function,
    integer,
    is_in,
    name,
    negation,
    string,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Test
from audience.lowering.dialects.clickhouse_instants import (
    UTC,
    YEAR_0000,
    YEAR_10000,
    date_literal,
    instant_of_text,
    moment_literal,
    moment_of,
    seconds_literal,
)
from audience.lowering.dialects.clickhouse_json import JsonInText
from audience.lowering.dialects.clickhouse_printer import PRINTER
from audience.lowering.dialects.shared_leaves import counted_by, free_variable, is_number_literal
from audience.values import MICROSECONDS_PER_DAY

PARAMETER_TYPES = {
    ParameterType.TEXT: "String",
    ParameterType.DOUBLE: "Float64",
    ParameterType.INTEGER: "Int64",
    ParameterType.BOOLEAN: "Bool",
    ParameterType.INSTANT: "String",
    ParameterType.TEXTS: "Array(String)",
}

INDEX_LAST = 2**62
"""Indexes beyond it are beyond the end of every list, and one more would not fit into 64 bits."""

LIMITS = (
    Limit(
        what="a list or a map is never absent",
        why="Array and Map have no NULL: a column of lists holds [] where another engine holds NULL.",
    ),
    Limit(
        what="lists of lists, maps of lists, and lists or maps inside of those cannot be looked into",
        why="An item beyond the end of the outer list would be [] and not absent.",
    ),
    Limit(
        what="a document with a number beyond binary64, a lone surrogate or 1,024 levels counts as malformed",
        why="ClickHouse's JSON reader refuses the whole document.",
        cases=("ood-01", "ood-02", "ood-09"),
    ),
    Limit(
        what="a NULL for a whole Tuple in a Parquet file is a Tuple of NULLs",
        why="ClickHouse reads it so: the object exists, and nothing is in it.",
    ),
    Limit(
        what="a user with `readonly = 1` cannot ask",
        why="Each query carries its settings; `readonly = 2` allows that, and still writes nothing.",
    ),
    Limit(
        what="columns of the type JSON cannot be looked into",
        why='The type merges {"a.b": 1} with {"a": {"b": 1}} and drops nulls and {}. Keep documents as String.',
    ),
)


class ClickHouse(JsonInText):
    """The leaves of ClickHouse 26."""

    name = "clickhouse"
    capabilities = Capabilities(
        title="ClickHouse",
        versions="26.9",
        verified=True,
        counts=counted_by("countIf"),
        reads="tables, views and Parquet files",
        driver="audience[clickhouse]",
        limits=LIMITS,
    )

    @property
    def printer(self) -> str:
        """A printer that spells out long numbers."""
        return PRINTER

    def relation(self, relation: Relation) -> exp.Expr:
        """Parquet files are a table function."""
        match relation:
            case Parquet(path):
                return exp.Table(this=function("file", string(path), string("Parquet")))
            case _:
                return super().relation(relation)

    def description(self, relation: Relation) -> exp.Expr | None:
        """DESCRIBE of the table itself, which names the columns that `*` leaves out."""
        return exp.Describe(this=self.relation(relation), kind="TABLE")

    def parameter(self, name: str, type: ParameterType) -> exp.Expr:
        """A placeholder names its type; an instant is a text that any writer of timestamps makes."""
        kind = exp.DataType.build(PARAMETER_TYPES[type], dialect="clickhouse")
        placeholder = exp.Placeholder(this=name, kind=kind)
        if type is ParameterType.INSTANT:
            return function("parseDateTime64BestEffort", placeholder, integer(6), string(UTC))
        return placeholder

    # texts

    def as_text(self, operand: exp.Expr) -> exp.Expr:
        """UUIDs print in lower case, a FixedString without the zero bytes at its end."""
        return function("toString", operand)

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """`position` counts bytes, knows no wildcards and finds the empty text everywhere."""
        return binary(exp.GT, function("position", text, part), integer(0))

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """NaN compares with nothing here, so no bound would tell it."""
        return negation(function("isNaN", operand))

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """Through text: a Decimal is divided in binary64, and rounds twice. OrNull, because NULL has the text ''."""
        return function("toFloat64OrNull", function("toString", operand))

    # instants

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        """Literals of days end with the calendar; those of DateTime64 reach as far as microseconds do."""
        return (YEAR_0000, YEAR_10000 - 1) if kind.form is TimestampForm.DATE else None

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """DateTime64(6) compares exactly with every DateTime that is no finer, decimal seconds with the finer ones."""
        match kind.form:
            case TimestampForm.DATE:
                return date_literal(microseconds)
            case TimestampForm.NAIVE_NANOSECONDS:
                return seconds_literal(microseconds)
            case TimestampForm.NAIVE | TimestampForm.ZONED:
                return moment_literal(microseconds)
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """The same from an expression."""
        match kind.form:
            case TimestampForm.NAIVE_NANOSECONDS:
                return function("toDecimal128", moment_of(microseconds), integer(9))
            case TimestampForm.NAIVE | TimestampForm.ZONED:
                return moment_of(microseconds)
            case TimestampForm.DATE | TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("days and epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Microseconds since the epoch; nanoseconds are cut towards the past."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, function("toInt128", operand), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, function("toInt128", operand), integer(1_000))
            case TimestampForm.DATE:
                return binary(exp.Mul, function("toInt64", operand), integer(MICROSECONDS_PER_DAY))
            case TimestampForm.NAIVE_NANOSECONDS:
                seconds = function("toDecimal128", operand, integer(9))
                return function("toInt64", function("floor", binary(exp.Mul, seconds, integer(1_000_000))))
            case TimestampForm.NAIVE | TimestampForm.ZONED:
                return _microseconds(operand)

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """By the grammar, then by the reader of ClickHouse."""
        return instant_of_text(text)

    def now(self) -> exp.Expr:
        """The parameter is a text."""
        return function("toUnixTimestamp64Micro", self.parameter("now", ParameterType.INSTANT))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The function form: a dotted name could be read as table.column."""
        return function("tupleElement", operand, string(key))

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A missing entry would be its type's default."""
        found = function("arrayElement", operand.copy(), string(key))
        return case([(self.has_entry(operand, key), found)])

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""
        return function("length", operand)

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A NULL value is an entry, too."""
        return function("mapContains", operand, string(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """Lists count from 1; an item beyond the end would be its type's default."""
        return function("arrayElementOrNull", operand, integer(min(index, INDEX_LAST) + 1))

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("length", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """`has` compares exactly, but wants a type that holds both sides; no type holds every whole number."""
        if is_number_literal(value):
            return self.some_item(items, lambda item: binary(exp.EQ, item, value))
        return function("has", items, value)

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """`hasAny` wants a type that holds both sides; `IN` compares numbers exactly, but not instants."""
        if all(is_number_literal(value) for value in values):
            return self.some_item(items, lambda item: is_in(item, values))
        return function("hasAny", items, exp.Array(expressions=list(values)))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A lambda; a NULL answer is no."""
        variable = free_variable(others)
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return function("arrayExists", passing, items)

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN: nothing here is NULL, and a subquery that looks outside stands in no aggregate."""
        tuples = [[string(part) for part in row] for row in rows]
        if len(keys) == 1:
            return exp.In(this=keys[0], expressions=[part for [part] in tuples])
        listed: list[exp.Expr] = [exp.Tuple(expressions=parts) for parts in tuples]
        return exp.In(this=exp.Tuple(expressions=list(keys)), expressions=[exp.Tuple(expressions=listed)])

    def is_among_given(
        self,
        keys: Sequence[exp.Expr],
        parameters: Sequence[str],
        taken: frozenset[str],  # noqa: ARG002
    ) -> exp.Expr:
        """IN a list, or in two lists side by side."""
        given = [self.parameter(parameter, ParameterType.TEXTS) for parameter in parameters]
        if len(keys) == 1:
            return exp.In(this=keys[0], field=given[0])
        return exp.In(this=exp.Tuple(expressions=list(keys)), field=function("arrayZip", *given))

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case ArrayKind() | StructKind() | MapKind():
                return function("toJSONString", operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind():
                return function("toString", operand)
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """toJSONString, of timestamps in UTC; JSON as it stands."""
        match kind:
            case TimestampKind(TimestampForm.NAIVE | TimestampForm.ZONED):
                return function("toJSONString", function("toDateTime64", operand, integer(6), string(UTC)))
            case OpaqueKind():
                return function("toJSONString", function("toString", operand))
            case _:
                return function("toJSONString", operand)


def _microseconds(operand: exp.Expr) -> exp.Expr:
    return function("toUnixTimestamp64Micro", function("toDateTime64", operand, integer(6), string(UTC)))
