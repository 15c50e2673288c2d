"""Trino's leaves, for columns of type JSON, for JSON in VARCHAR columns, and for typed columns.

Nothing executes them here. Each leans on what Trino's documentation says; a docstring below says what it was taken to
say, and where it is silent. What shaped them: `json_extract` with a path reads `["0"]` as an index where it meets a
list, and `[0]` as a key where it meets an object, so values are taken apart by casts to MAP(VARCHAR, JSON) and
ARRAY(JSON), which fail on anything else; CAST of a JSON number or boolean to VARCHAR gives its text, so that a value's
form is read from its JSON text; a TIMESTAMP without a precision has milliseconds; VARCHAR has no collations and
compares bytes of UTF-8.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from audience.catalog import Kind
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
    coalesce,
    column,
    function,
    integer,
    name,
    negation,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Steps, Test
from audience.lowering.dialects.clock_text import ClockTexts, written_clock, written_day
from audience.lowering.dialects.four_digit_years import FourDigitYears
from audience.lowering.dialects.native_json import NativeNodes
from audience.lowering.dialects.rows_in import rows_in
from audience.lowering.dialects.shared_leaves import counted_by, free_variable
from audience.values import MICROSECONDS_PER_DAY

OBJECT, LIST = "MAP(VARCHAR, JSON)", "JSON[]"
INDEX_MAX = 2**31 - 2


class Trino(NativeNodes, ClockTexts, FourDigitYears):
    """The leaves of Trino."""

    name = "trino"
    forms: ClassVar[Mapping[str, str]] = {"text": '"', "list": "[", "object": "{", "null": "n"}
    capabilities = Capabilities(
        title="Trino",
        versions="476",
        verified=False,
        counts=counted_by("count_if"),
        limits=(
            Limit("timestamps of the years before 1 and after 9999", "they compare as the nearest of those years"),
            Limit("columns of type CHAR(n)", "Trino pads them, and their trailing blanks do not count"),
            Limit("a column of TIMESTAMP with picoseconds", "it compares with all its digits"),
            Limit("more than 10,000 static members of one audience", "Trino has no list parameters"),
        ),
    )

    # texts

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """`strpos` gives the position of the first instance, from 1, and 0 where there is none; of the empty text 1."""
        return binary(exp.GT, function("strpos", text, part), integer(0))

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """Whether NaN is greater than a bound has changed between versions; the test stands for itself."""
        return negation(function("is_nan", operand))

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A cast of a text; in one of a zoned type the zone's name ends the text."""
        match kind.form:
            case TimestampForm.DATE:
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.NAIVE | TimestampForm.NAIVE_NANOSECONDS:
                return cast(text_value(written_clock(microseconds)), "TIMESTAMP(6)")
            case TimestampForm.ZONED:
                return cast(text_value(f"{written_clock(microseconds)} UTC"), "TIMESTAMPTZ(6)")
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Whole seconds by `date_diff`, and the digits of the fraction from the text of the value.

        `to_unixtime` is a DOUBLE, `date_format` knows milliseconds, and `date_diff` has no smaller unit; `date_trunc`
        cuts to the second below. A cast to a shorter precision would round.
        """
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000))
            case TimestampForm.DATE:
                return binary(exp.Mul, self._days_since_epoch(operand), integer(MICROSECONDS_PER_DAY))
            case TimestampForm.ZONED:
                # A zone that is not at the end of the text, and a clock that is that of UTC.
                naive = cast(exp.AtTimeZone(this=operand, zone=string("UTC")), "TIMESTAMP(9)")
                return self.instant_of(TimestampKind(TimestampForm.NAIVE), naive)
            case TimestampForm.NAIVE | TimestampForm.NAIVE_NANOSECONDS:
                epoch = cast(string("1970-01-01 00:00:00"), "TIMESTAMP(6)")
                second = function("date_trunc", string("second"), operand)
                whole = binary(exp.Mul, function("date_diff", string("second"), epoch, second), integer(1_000_000))
                return exp.Add(this=whole, expression=self._micros(self.fraction(cast(operand.copy(), "VARCHAR"))))

    def now(self) -> exp.Expr:
        """A timestamp with time zone, or a text that ends with its zone."""
        given = cast(self.parameter("now", ParameterType.INSTANT), "TIMESTAMPTZ(6)")
        return self.instant_of(TimestampKind(TimestampForm.ZONED), given)

    def _days_since_epoch(self, date: exp.Expr) -> exp.Expr:
        return function("date_diff", string("day"), cast(string("1970-01-01"), "DATE"), date)

    def _micros(self, digits: exp.Expr) -> exp.Expr:
        return self.whole(function("rpad", coalesce(digits, string("0")), integer(6), string("0")))

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        r"""`regexp_like` finds a pattern anywhere; \A and \z are the ends of the text, $ may stand before a newline."""
        return function("regexp_like", text, string(rf"\A({pattern})\z"))

    def days(self, date: exp.Expr) -> exp.Expr:
        """A cast to DATE reads YYYY-MM-DD."""
        return self._days_since_epoch(try_cast(date, "DATE"))

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """A cast reads leading zeros."""
        return try_cast(digits, "BIGINT")

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """The first capturing group of the first match; NULL where there is none."""
        return function("regexp_extract", text, string("[.]([0-9]{1,6})"), integer(1))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """In parentheses, because a bare dotted name can be read as table.column. Names of fields fold their case."""
        return exp.Dot(this=exp.Paren(this=operand), expression=name(key))

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """`element_at` of a map is NULL for a key that is not there; the subscript raises."""
        return function("element_at", operand, string(key))

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""
        return function("cardinality", operand)

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """A NULL value is an entry, too."""
        return function("contains", function("map_keys", operand), string(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """`element_at` counts from 1 and is NULL beyond the end."""
        return function("element_at", operand, integer(min(index, INDEX_MAX) + 1))

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("cardinality", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """NULL where there is a NULL item and no equal one."""
        return function("contains", items, value)

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """NULL where there is a NULL item and no equal one."""
        return function("arrays_overlap", items, exp.Array(expressions=list(values)))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """`any_match` is NULL where no item passes and the test of some is NULL; a lambda may name columns."""
        variable = free_variable(others)
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return function("any_match", items, passing)

    # JSON

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """`json_parse` raises for what is no JSON, and TRY turns that into NULL."""
        return function("try", function("json_parse", operand)) if text else operand

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """A cast of an object to a map, or of a list to an array, leaves its values as JSON; every other cast fails."""
        found = document
        for step in steps:
            if isinstance(step, str):
                found = self.entry(try_cast(found, OBJECT), step)
            else:
                found = self.item(try_cast(found, LIST), step)
        return found

    def node_form(self, node: exp.Expr) -> exp.Expr:
        """The first character of the JSON text, which `json_format` writes without blanks."""
        return function("substr", function("json_format", node), integer(1), integer(1))

    def node_text(self, node: exp.Expr) -> exp.Expr:
        """A cast of a JSON text to VARCHAR takes the quotes off."""
        return case([(self.is_node(node, "text"), try_cast(node.copy(), "VARCHAR"))])

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """By the JSON text, because casts to BOOLEAN read numbers and texts as well."""
        words = (("true", True), ("false", False))
        written = function("json_format", node)
        return case([(binary(exp.EQ, written.copy(), string(word)), exp.Boolean(this=held)) for word, held in words])

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """Only the JSON text of a number begins with a digit or a sign; it reads as the nearest DOUBLE."""
        written = function("json_format", node)
        is_number = function("regexp_like", written, string("^-?[0-9]"))
        return case([(is_number, try_cast(written.copy(), "DOUBLE"))])

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """NULL unless it is a list."""
        return self.length(try_cast(node, LIST))

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """NULL unless it is an object."""
        return self.entries(try_cast(node, OBJECT))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """NULL unless it is a list."""
        return self.some_item(try_cast(node, LIST), test, others)

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """`json_format` of NULL is NULL."""
        return function("json_format", node)

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN, of pairs as rows; nothing in it is NULL."""
        return rows_in(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """There are no list parameters."""
        raise UnsupportedByDialect(self.name, "so many static members: Trino has no list parameters")

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case JsonKind():
                return self.node_output(operand)
            case ArrayKind() | StructKind() | MapKind():
                return self.as_json(kind, operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """A cast to JSON writes a text with its quotes; types that have no JSON form are written as texts."""
        if isinstance(kind, JsonKind):
            return self.node_output(operand)
        if isinstance(kind, OpaqueKind):
            operand = cast(operand, "VARCHAR")
        return function("json_format", cast(operand, "JSON"))
