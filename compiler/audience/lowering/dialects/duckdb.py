"""DuckDB's leaves.

Traps that shaped them, each found by running it: LIKE has wildcards; `->>` prints 100.0 for 1E2; JSON equality
follows `default_collation`; zone-less texts cast to TIMESTAMPTZ follow the session's zone; `epoch_us` of an infinite
timestamp is NULL; `epoch_us` of TIMESTAMP_NS cuts towards zero, not towards the past.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog import Kind, Relation
from audience.catalog.kinds import (
    ArrayKind,
    DecimalKind,
    JsonKind,
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
    cast,
    coalesce,
    column,
    conjunction,
    double,
    function,
    integer,
    integer_value,
    is_in,
    is_not_null,
    name,
    negation,
    paren,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Capabilities, ParameterType, Steps, Test
from audience.lowering.dialects.clock_text import short_clock, written_day
from audience.lowering.dialects.duckdb_json import items_of, json_paths, node_literal, transformed
from audience.lowering.dialects.duckdb_relation import relation
from audience.lowering.dialects.shared_leaves import SharedLeaves, counted_by, free_variable
from audience.values import MICROSECONDS_PER_DAY, Array, Number, Text, Value

DATE = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
TIME = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
ZONE = "(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)"
ZONED_TEXT = f"{DATE}{TIME}{ZONE}"
ZONELESS_TEXT = f"{DATE}({TIME})?"
"""The timestamp grammar of the semantics, written a second time and not shared with the interpreter: two
independent readings that must agree. Days of a month are left to the cast, which refuses 2024-02-30."""

BEYOND_EVERY_INSTANT = 2**63 - 1
YEAR_0001 = -62_135_596_800_000_000
YEAR_10000 = 253_402_300_800_000_000
DAYS_LAST = BEYOND_EVERY_INSTANT // MICROSECONDS_PER_DAY
"""Dates reach twenty times as far as 64-bit microseconds; what lies beyond is taken for the last day within."""

NANOSECONDS_FIRST = -9_223_372_036_854_775
NANOSECONDS_LAST = 9_223_372_036_854_775
"""The range of TIMESTAMP_NS, in microseconds."""


SAMPLE_SEED = 1
"""The same people are looked at each time, as far as DuckDB can promise it."""

PARAMETER_CASTS = {
    ParameterType.TEXT: "VARCHAR",
    ParameterType.DOUBLE: "DOUBLE",
    ParameterType.INSTANT: "TIMESTAMPTZ",
}
"""A parameter takes the type of what it is compared with, and would be read under that type."""


class DuckDB(SharedLeaves):
    """The leaves of DuckDB 2."""

    name = "duckdb"
    capabilities = Capabilities(
        title="DuckDB",
        versions="2.0",
        verified=True,
        counts=counted_by("count_if"),
        materialized=True,
        instead_of_indexes="it skips the parts of a table whose lowest and highest values rule a condition out; store"
        " the table in the order of the column that most audiences compare: CREATE TABLE … AS SELECT … ORDER BY …",
        reads="tables and views, Parquet, CSV, NDJSON and JSON files",
        driver="audience",
    )

    def relation(self, relation_: Relation) -> exp.Expr:
        """What stands after FROM."""
        return relation(relation_)

    def description(self, relation_: Relation) -> exp.Expr | None:
        """DESCRIBE of a query, which names every column that it gives."""
        return exp.Describe(this=exp.Select(expressions=[exp.Star()], from_=exp.From(this=relation(relation_))))

    def sampled(self, query: exp.Select, rows: int) -> exp.Select:
        """A reservoir, over everything that stands after FROM."""
        sample = exp.TableSample(method=exp.var("RESERVOIR"), size=integer(rows), seed=integer(SAMPLE_SEED))
        query.set("sample", sample)
        return query

    def parameter(self, name: str, type: ParameterType) -> exp.Expr:
        """Texts and numbers say their type."""
        placeholder = exp.Placeholder(this=name)
        return cast(placeholder, PARAMETER_CASTS[type]) if type in PARAMETER_CASTS else placeholder

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """COLLATE "binary" costs nothing and undoes both the session's and the column's collation."""
        return exp.Collate(this=paren(operand), expression=name("binary"))

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """`contains` knows no wildcards; it follows a column's collation like any comparison."""
        return function("contains", self.text(text), part)

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A readable literal where the calendar has one, make_timestamp elsewhere."""
        match kind.form:
            case TimestampForm.NAIVE_NANOSECONDS:
                if microseconds > NANOSECONDS_LAST:
                    return cast(string("infinity"), "TIMESTAMP_NS")
                return cast(text_value(short_clock(max(microseconds, NANOSECONDS_FIRST))), "TIMESTAMP_NS")
            case TimestampForm.DATE if _has_calendar(microseconds):
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.DATE:
                return binary(
                    exp.Add, cast(string("1970-01-01"), "DATE"), integer_value(microseconds // MICROSECONDS_PER_DAY)
                )
            case TimestampForm.ZONED if _has_calendar(microseconds):
                return cast(text_value(f"{short_clock(microseconds)}+00:00"), "TIMESTAMPTZ")
            case TimestampForm.NAIVE | TimestampForm.DATE if _has_calendar(microseconds):
                return cast(text_value(short_clock(microseconds)), "TIMESTAMP")
            case _:
                return self.instant_value(kind, integer_value(microseconds))

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """For dates the day of the instant: no date may be cast to TIMESTAMP, whose range is the smaller one."""
        match kind.form:
            case TimestampForm.ZONED:
                return function("make_timestamptz", microseconds)
            case TimestampForm.NAIVE_NANOSECONDS:
                first = function("greatest", microseconds, integer(NANOSECONDS_FIRST))
                finite = function("make_timestamp_ns", binary(exp.Mul, first, integer(1_000)))
                beyond = binary(exp.GT, microseconds.copy(), integer(NANOSECONDS_LAST))
                return case([(beyond, cast(string("infinity"), "TIMESTAMP_NS"))], finite)
            case TimestampForm.NAIVE:
                return function("make_timestamp", microseconds)
            case TimestampForm.DATE:
                return cast(function("make_timestamp", microseconds), "DATE")
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Microseconds since the epoch, infinities at the ends of BIGINT."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "HUGEINT"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "HUGEINT"), integer(1_000))
            case TimestampForm.NAIVE_NANOSECONDS:
                nanoseconds = function("epoch_ns", operand)
                finite = _floor_divide(nanoseconds, 1_000)
            case TimestampForm.DATE:
                days = binary(exp.Sub, operand, cast(string("1970-01-01"), "DATE"))
                within = function("greatest", function("least", days, integer(DAYS_LAST)), integer(-DAYS_LAST))
                finite = binary(exp.Mul, within, integer(MICROSECONDS_PER_DAY))
            case TimestampForm.NAIVE | TimestampForm.ZONED:
                finite = function("epoch_us", operand)
        future = cast(string("infinity"), "DATE" if kind.form is TimestampForm.DATE else "TIMESTAMP")
        return case(
            [
                (function("isfinite", operand), finite),
                (binary(exp.EQ, operand, future), integer(BEYOND_EVERY_INSTANT)),
                (is_not_null(operand), integer(-BEYOND_EVERY_INSTANT)),
            ]
        )

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """Two shapes: with a zone through TIMESTAMPTZ, without through TIMESTAMP, which reads no session zone."""
        return case(
            [
                (
                    function("regexp_full_match", text, string(ZONED_TEXT)),
                    function("epoch_us", try_cast(text, "TIMESTAMPTZ")),
                ),
                (
                    function("regexp_full_match", text, string(ZONELESS_TEXT)),
                    function("epoch_us", try_cast(text, "TIMESTAMP")),
                ),
            ]
        )

    def now(self) -> exp.Expr:
        """The parameter is a timestamp with time zone, or a text that names its offset."""
        return function("epoch_us", self.parameter("now", ParameterType.INSTANT))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The function form: a dotted name could be read as table.column."""
        return function("struct_extract", operand, string(key))

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The value itself, where map_extract would give a list."""
        return function("map_extract_value", operand, string(key))

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""
        return function("cardinality", operand)

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A NULL value is an entry, too."""
        return function("list_contains", function("map_keys", operand), string(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """Lists count from 1."""
        return function("list_extract", operand, integer(index + 1))

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("len", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """No collation reaches into list functions."""
        return function("list_contains", items, value)

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """One pass over both lists."""
        return function("list_has_any", items, exp.Array(expressions=list(values)))

    def has_all(self, items: exp.Expr, read: Test, wanted: Sequence[exp.Expr]) -> exp.Expr | None:
        """One pass over both lists."""
        return function("list_has_all", transformed(items, read), exp.Array(expressions=list(wanted)))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A lambda; DuckDB 2 knows only the spelled-out form, which sqlglot prints."""
        variable = free_variable(others)
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return binary(exp.GT, function("len", function("list_filter", items, passing)), integer(0))

    # JSON

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """A JSON column was validated when it was stored; text was not."""
        return try_cast(operand, "JSON") if text else operand

    def nodes(self, document: exp.Expr, paths: Sequence[Steps]) -> exp.Expr:
        """json_extract with a list parses the document once."""
        first_runs = exp.Array(expressions=[string(json_paths(path)[0]) for path in paths])
        return function("json_extract", document, first_runs)

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """Nested calls where a key needs a JSON pointer."""
        found = document
        for run in json_paths(steps):
            found = function("json_extract", found, string(run))
        return cast(found, "VARCHAR")

    def node_of(self, nodes: exp.Expr, index: int, steps: Steps) -> exp.Expr:
        """Lists count from 1; the runs of a path after the first one are applied here."""
        found = function("list_extract", nodes, integer(index + 1))
        for run in json_paths(steps)[1:]:
            found = function("json_extract", found, string(run))
        return cast(found, "VARCHAR")

    def is_node(self, node: exp.Expr, form: str) -> exp.Expr:
        """The first character of a JSON text tells what it is."""
        return function("starts_with", node, string({"text": '"', "list": "[", "object": "{"}[form]))

    def is_absent_node(self, node: exp.Expr) -> exp.Expr:
        """NULL and null read alike."""
        return binary(exp.EQ, coalesce(node, string("null")), string("null"))

    def is_empty_node(self, node: exp.Expr) -> exp.Expr:
        """One IN, because a node that is named twice is read from its document twice."""
        written = [string(text) for text in ("null", '""', "[]")]
        return is_in(self.text(coalesce(node, string("null"))), written)

    def node_is_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Plain values compare as their JSON text."""
        marked = any(isinstance(value, Text | Array) for value in values)
        return is_in(self.text(node) if marked else node, [node_literal(value) for value in values])

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """Two words that no text is written as."""
        is_boolean = is_in(node, [string("true"), string("false")])
        return case([(is_boolean, binary(exp.EQ, node.copy(), string("true")))])

    def node_unquoted(self, node: exp.Expr) -> exp.Expr:
        """Texts decoded, everything else as it is written."""
        return function("json_extract_string", node, string("$"))

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """Only a number's JSON text reads as DOUBLE: texts carry quotes, true and null do not parse.

        DuckDB also reads the bare word NaN, which is no JSON; some writers leave it, and it is the greatest DOUBLE.
        """
        return function("nullif", try_cast(node, "DOUBLE"), cast(string("NaN"), "DOUBLE"))

    def node_has_any(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr:
        """Items compare as their JSON text."""
        items, literals = items_of(node), [node_literal(value) for value in values]
        return self.list_has(items, literals[0]) if len(literals) == 1 else self.list_has_any(items, literals)

    def node_has_all(self, node: exp.Expr, values: Sequence[Value]) -> exp.Expr | None:
        """Numbers as DOUBLE, all else as JSON text."""
        if numbers := [double(value.value) for value in values if isinstance(value, Number)]:
            return self.has_all(items_of(node), self.node_number, numbers)
        wanted: list[exp.Expr] = [node_literal(value) for value in values]
        return function("list_has_all", items_of(node), exp.Array(expressions=wanted))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """As for a typed list."""
        return self.some_item(items_of(node), test, others)

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """How many items a list node has."""
        return function("json_array_length", node)

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """How many members an object node has."""
        return function("len", function("json_keys", node))

    def is_malformed(self, operand: exp.Expr, text: bool) -> exp.Expr:  # noqa: ARG002  # JSON casts to itself
        """json_type of an unreadable text raises, of a readable one names its form."""
        form = function("json_type", try_cast(operand, "JSON"))
        return conjunction(
            [
                is_not_null(operand),
                negation(binary(exp.EQ, exp.Coalesce(this=form, expressions=[string("")]), string("OBJECT"))),
            ]
        )

    # members and output

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds (fetching TIMESTAMPTZ needs another package), containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case ArrayKind() | StructKind() | MapKind():
                return cast(function("to_json", operand), "VARCHAR")
            case DecimalKind():
                return cast(operand, "DOUBLE")
            case TextKind(cast=True) | OpaqueKind() | JsonKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """to_json, except for types that have no JSON form: their text is as good."""
        if isinstance(kind, JsonKind):
            return cast(operand, "VARCHAR")
        if kind == TimestampKind(TimestampForm.ZONED):
            # The text of a zoned column would be in the time zone of the session.
            operand = function("timezone", string("UTC"), operand)
        if isinstance(kind, OpaqueKind):
            operand = cast(operand, "VARCHAR")
        return cast(function("to_json", operand), "VARCHAR")


def _floor_divide(operand: exp.Expr, divisor: int) -> exp.Expr:
    """Integer division towards the past; `//` cuts towards zero."""
    remainder = binary(exp.Mod, binary(exp.Add, binary(exp.Mod, operand, integer(divisor)), integer(divisor)),
                       integer(divisor))  # fmt: skip
    return binary(exp.IntDiv, binary(exp.Sub, operand, remainder), integer(divisor))


def _has_calendar(microseconds: int) -> bool:
    return YEAR_0001 <= microseconds < YEAR_10000
