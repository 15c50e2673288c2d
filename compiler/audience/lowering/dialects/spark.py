"""Spark's leaves: Spark 4, and Sail, which speaks its SQL.

Traps that shaped them, each found by running it: `$` in a pattern stands before a final newline, too; products of INT
overflow silently when ANSI is off; `array[n]` beyond the end raises when it is on; `size(NULL)` may be -1; TIMESTAMP
means TIMESTAMP_NTZ where a setting says so; long lists after IN tell 0.0 from -0.0 on Sail, and so do its list
functions; CHAR compares without the blanks at its end, and a collation can ignore case.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog import Kind, Parquet, Relation
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
from audience.errors import CompilerBug, UnsupportedByDialect
from audience.lowering.build import (
    binary,
    case,
    cast,
    column,
    function,
    integer,
    integer_value,
    is_in,
    is_null,
    name,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Test
from audience.lowering.dialects.clock_text import (
    FIRST,
    HOUR,
    LAST,
    MINUTE,
    SECOND,
    ClockTexts,
    written_clock,
    written_day,
)
from audience.lowering.dialects.rows_in import rows_in_groups
from audience.lowering.dialects.shared_leaves import counted_by, free_variable, is_number_literal, member_names, table
from audience.lowering.dialects.spark_json import INDEX_LAST, MarkedNodes, bound
from audience.lowering.dialects.spark_printer import PRINTER
from audience.values import MICROSECONDS_PER_DAY

BIGINT_FIRST, BIGINT_LAST = -(2**63), 2**63 - 1

TIMESTAMP_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"

NAMES = Limit(
    "a name with ${ in it",
    "Spark puts a setting in its place before it parses the text, and a name has no escape for it",
)
VARIANT_INSIDE = Limit(
    "a column of VARIANT inside of another type", "only a whole column of VARIANT is read as a document"
)

LIMITS = (
    Limit(
        "a document of more than 1,000 levels, or a key of more than 50,000 characters, counts as malformed; on Sail "
        "one of more than 125 levels, or with a lone surrogate, does",
        "the JSON reader refuses the whole document",
    ),
    Limit(
        "on Sail, conditions about JSON over Parquet files",
        "its reader of files takes no filter with a lambda, and says so; read the files into a table first",
    ),
    NAMES,
    VARIANT_INSIDE,
)


class Spark(MarkedNodes, ClockTexts):
    """The leaves of Spark 4."""

    name = "spark"
    capabilities = Capabilities(
        title="Spark",
        versions="Sail 0.7; Spark 4.3",
        verified=True,
        counts=counted_by("count_if"),
        reads="tables, views and Parquet files",
        driver="audience[spark]",
        limits=LIMITS,
    )

    @property
    def printer(self) -> str:
        """A printer that leaves Spark nothing to replace."""
        return PRINTER

    def relation(self, relation: Relation) -> exp.Expr:
        """Parquet files are named in the place of a table."""
        match relation:
            case Parquet(path):
                return table(("parquet", path))
            case _:
                return super().relation(relation)

    def description(self, relation: Relation) -> exp.Expr | None:
        """A query of no rows, whose columns have the types: DESCRIBE writes names of fields without quotes."""
        query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=self.relation(relation)))
        return query.limit(0, copy=False)

    # texts

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """No wildcards."""
        return function("contains", text, part)

    # instants

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        """The years 1 to 9999, which Spark documents for DATE and TIMESTAMP; a zoned literal can lie beyond them."""
        match kind.form:
            case TimestampForm.DATE:
                return FIRST, LAST - MICROSECONDS_PER_DAY + 1
            case TimestampForm.NAIVE:
                return FIRST, LAST
            case _:
                return None

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A text with its offset where the type has one; a constant once the planner has seen it."""
        match kind.form:
            case TimestampForm.DATE:
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.NAIVE:
                return cast(text_value(written_clock(microseconds)), "TIMESTAMPNTZ")
            case TimestampForm.ZONED if FIRST <= microseconds <= LAST:
                return cast(text_value(f"{written_clock(microseconds)}+00:00"), "TIMESTAMPLTZ")
            case TimestampForm.ZONED:
                within = min(max(microseconds, BIGINT_FIRST + 1), BIGINT_LAST)
                return self.instant_value(kind, integer_value(within))
            case _:
                raise self._unsupported_form(kind)

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """Asked only of the one form that has no range and does not count in integers."""
        if kind.form is not TimestampForm.ZONED:
            raise CompilerBug(f"{kind.form} is compared in microseconds")
        return function("timestamp_micros", microseconds)

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Integers of an epoch are multiplied as decimals, which no BIGINT can overflow."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(20, 0)"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(20, 0)"), integer(1_000))
            case TimestampForm.DATE:
                return _times(function("unix_date", operand), MICROSECONDS_PER_DAY)
            case TimestampForm.ZONED:
                return function("unix_micros", operand)
            case TimestampForm.NAIVE:
                return _clock_microseconds(operand)
            case _:
                raise self._unsupported_form(kind)

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """By its parts, of a text that is computed once."""
        return bound(text, super().instant_of_text)

    def now(self) -> exp.Expr:
        """A timestamp, or a text that names its offset."""
        return function("unix_micros", cast(self.parameter("now", ParameterType.INSTANT), "TIMESTAMPLTZ"))

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        r"""`\z` is the end of the text in Java and in Rust, `$` can be before a last newline in Java."""
        return function("regexp_like", text, string(rf"^({pattern})\z"))

    def days(self, date: exp.Expr) -> exp.Expr:
        """A cast to DATE reads YYYY-MM-DD."""
        return function("unix_date", try_cast(date, "DATE"))

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """Leading zeros are no octal sign."""
        return try_cast(digits, "BIGINT")

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """What the group matched."""
        return function("regexp_extract", text, string("[.]([0-9]{1,6})"), integer(1))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """In parentheses, because a bare dotted name can be read as table.column."""
        return exp.Dot(this=exp.Paren(this=operand), expression=name(key))

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """NULL when it is missing."""
        return function("try_element_at", operand, string(key))

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""
        return function("array_size", function("map_keys", operand))

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A NULL value is an entry, too."""
        return function("map_contains_key", operand, string(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """`get` counts from 0 and is NULL beyond the end."""
        return function("get", operand, integer(min(index, INDEX_LAST)))

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("array_size", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """A number by its own comparison, for list functions tell the signs of zero apart on Sail."""
        if is_number_literal(value):
            return self.some_item(items, lambda item: binary(exp.EQ, item, value))
        return function("array_contains", items, value)

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """One pass over both lists; numbers by IN."""
        if any(is_number_literal(value) for value in values):
            return self.some_item(items, lambda item: is_in(item, values))
        return function("arrays_overlap", items, function("array", *values))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A lambda."""
        variable = free_variable([items, *others])
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return function("exists", items, passing)

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN, for each tenant by itself; Sail compares no rows."""
        return rows_in_groups(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:
        """EXISTS over the lists, unfolded side by side."""
        names = member_names(taken)
        lists = [self.parameter(parameter, ParameterType.TEXTS) for parameter in parameters]
        zipped = function("inline", function("arrays_zip", *lists))
        held = [name(known) for known in names[: len(keys)]]
        rows = exp.Subquery(
            this=exp.Select(expressions=[exp.Aliases(this=zipped, expressions=held)]),
            alias=exp.TableAlias(this=name(names[2])),
        )
        return self._exists(keys, rows, names)

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case ArrayKind() | StructKind() | MapKind() | JsonKind():
                return _to_json(operand)
            case DecimalKind():
                return self.exact_double(operand)
            case OpaqueKind(type="binary"):
                return function("hex", operand)
            case TextKind(cast=True) | OpaqueKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """`to_json` takes containers alone, so everything else is put into a list of one."""
        match kind:
            case ArrayKind() | StructKind() | MapKind() | JsonKind():
                return _to_json(operand)
            case OpaqueKind():
                operand = self.output(kind, operand)
            case _:
                pass
        listed = _to_json(function("array", operand))
        item = function("regexp_extract", listed, string("(?s)^.(.*).$"), integer(1))
        return case([(is_null(operand.copy()), exp.Null())], item)

    def _unsupported_form(self, kind: TimestampKind) -> UnsupportedByDialect:
        return UnsupportedByDialect(self.name, f"it has no column of the form {kind.form}")


def _clock_microseconds(operand: exp.Expr) -> exp.Expr:
    """A timestamp without a zone by its parts: to cast it to one that has a zone would take the session's."""
    total = _times(function("unix_date", cast(operand, "DATE")), MICROSECONDS_PER_DAY)
    for part, unit in ((function("hour", operand.copy()), HOUR), (function("minute", operand.copy()), MINUTE)):
        total = exp.Add(this=total, expression=_times(part, unit))
    seconds = exp.Extract(this=exp.var("SECOND"), expression=operand.copy())
    return exp.Add(this=total, expression=cast(binary(exp.Mul, seconds, integer(SECOND)), "BIGINT"))


def _times(operand: exp.Expr, factor: int) -> exp.Expr:
    return binary(exp.Mul, cast(operand, "BIGINT"), integer(factor))


def _to_json(operand: exp.Expr) -> exp.Expr:
    options = {"timestampFormat": TIMESTAMP_FORMAT, "timeZone": "UTC", "ignoreNullFields": "false"}
    parts = [string(part) for option in options.items() for part in option]
    return function("to_json", operand, function("map", *parts))
