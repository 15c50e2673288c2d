"""Snowflake's leaves, for VARIANT columns, for JSON in VARCHAR columns, and for columns of structured types.

Nothing executes them here. Each leans on what Snowflake's documentation says; a docstring below says what it was taken
to say, and where it is silent.
What shaped them: sqlglot writes TRY_CAST as CAST, so the TRY_ functions are called by name; a VARIANT holds a number
as INTEGER, DECIMAL or DOUBLE, and its text shows a DOUBLE with 16 digits; casts of texts to timestamps follow formats
of the session, so that every format is spelled out; a column, a schema or an account can have a collation.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake as SnowflakeSyntax
from sqlglot.generators.snowflake import SnowflakeGenerator

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
    column,
    conjunction,
    function,
    integer,
    is_in,
    is_not_null,
    name,
    negation,
    string,
    text_value,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Steps, Test
from audience.lowering.dialects.clock_text import ClockTexts, written_clock, written_day
from audience.lowering.dialects.exponents import DoublesFromText
from audience.lowering.dialects.four_digit_years import FourDigitYears
from audience.lowering.dialects.native_json import NativeNodes
from audience.lowering.dialects.rows_in import rows_in
from audience.lowering.dialects.shared_leaves import counted_by, free_variable
from audience.values import MICROSECONDS_PER_DAY

DAY_FORMAT, CLOCK_FORMAT, ZONED_FORMAT = (
    "YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS.FF6", "YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM",
)  # fmt: skip
INDEX_MAX = 2**31 - 1


class AudienceSnowflake(SnowflakeSyntax):
    """How sqlglot prints for Snowflake, and literals of binary64."""

    class Generator(DoublesFromText, SnowflakeGenerator):
        """The printer."""

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """Infinity is spelled inf."""
            if isinstance(expression.this, exp.Literal) and expression.this.name == "Infinity":
                expression = exp.Cast(this=string("inf"), to=expression.to)
            return str(super().cast_sql(expression, safe_prefix))


class Snowflake(NativeNodes, ClockTexts, FourDigitYears):
    """The leaves of Snowflake."""

    name = "snowflake"
    forms: ClassVar[Mapping[str, str]] = {
        "text": "VARCHAR", "list": "ARRAY", "object": "OBJECT", "null": "NULL_VALUE",
    }  # fmt: skip
    capabilities = Capabilities(
        title="Snowflake",
        versions="the service of 2026",
        verified=False,
        counts=counted_by("COUNT_IF"),
        limits=(
            Limit("the empty key of an object", "GET takes no empty name of a field", ("path-04",)),
            Limit("semi-structured ARRAY and OBJECT columns as typed columns", "declare them as JSON"),
            Limit("timestamps of the years before 1 and after 9999", "they compare as the nearest of those years"),
            Limit("more than 10,000 static members of one audience", "Snowflake has no list parameters"),
        ),
    )

    @property
    def printer(self) -> str:
        """Snowflake's own syntax, with literals of binary64."""
        return "audiencesnowflake"

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """The collation utf8 compares code points, and one that is said goes before one of a column."""
        return function("COLLATE", operand, string("utf8"))

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """CONTAINS knows no wildcards; what it says of the empty text is not documented, so that is asked first."""
        is_empty = binary(exp.EQ, function("LENGTH", part.copy()), integer(0))
        found = function("CONTAINS", self.text(text.copy()), self.text(part))
        return case([(is_empty, is_not_null(text))], found)

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """NaN is greater than all other values, infinity included, and equal to itself."""
        return negation(binary(exp.EQ, operand, cast(string("NaN"), "DOUBLE")))

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A text and the format that it is read by; a comparison with TIMESTAMP_LTZ or _TZ is one of instants."""
        written = written_clock(microseconds)
        match kind.form:
            case TimestampForm.DATE:
                return function("TO_DATE", text_value(written_day(microseconds)), string(DAY_FORMAT))
            case TimestampForm.NAIVE | TimestampForm.NAIVE_NANOSECONDS:
                return function("TO_TIMESTAMP_NTZ", text_value(written), string(CLOCK_FORMAT))
            case TimestampForm.ZONED:
                return function("TO_TIMESTAMP_TZ", text_value(f"{written}+00:00"), string(ZONED_FORMAT))
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """DATEDIFF counts the borders of a unit that lie between, so that it cuts towards the past. NUMBER is wide."""
        epoch = written_clock(0)
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, operand, integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, operand, integer(1_000))
            case TimestampForm.DATE:
                return binary(exp.Mul, self._days_since_epoch(operand), integer(MICROSECONDS_PER_DAY))
            case TimestampForm.ZONED:
                in_utc = cast(function("CONVERT_TIMEZONE", string("UTC"), operand), "TIMESTAMP")
                return self.instant_of(TimestampKind(TimestampForm.NAIVE), in_utc)
            case TimestampForm.NAIVE | TimestampForm.NAIVE_NANOSECONDS:
                first = function("TO_TIMESTAMP_NTZ", string(epoch), string(CLOCK_FORMAT))
                return function("DATEDIFF", string("microsecond"), first, operand)

    def now(self) -> exp.Expr:
        """A timestamp with time zone."""
        given = cast(self.parameter("now", ParameterType.INSTANT), "TIMESTAMPTZ")
        return self.instant_of(TimestampKind(TimestampForm.ZONED), given)

    def _days_since_epoch(self, date: exp.Expr) -> exp.Expr:
        epoch = function("TO_DATE", string("1970-01-01"), string(DAY_FORMAT))
        return function("DATEDIFF", string("day"), epoch, date)

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        """REGEXP_LIKE anchors the pattern at both ends; that an ending newline counts is made sure of."""
        last = function("RIGHT", text.copy(), integer(1))
        whole = function("REGEXP_LIKE", text, string(pattern))
        return conjunction([whole, negation(binary(exp.EQ, last, string("\n")))])

    def days(self, date: exp.Expr) -> exp.Expr:
        """TRY_TO_DATE by a format."""
        return self._days_since_epoch(function("TRY_TO_DATE", date, string(DAY_FORMAT)))

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """TRY_TO_NUMBER reads leading zeros."""
        return function("TRY_TO_NUMBER", digits)

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """With the parameter e, the group of the first match."""
        return function(
            "REGEXP_SUBSTR", text, string("[.]([0-9]{1,6})"), integer(1), integer(1), string("e"), integer(1)
        )

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """GET of a structured OBJECT, whose keys are constants that it has."""
        return function("GET", operand, string(self._key(key)))

    def entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """GET of a MAP is NULL for a key that is not there."""
        return function("GET", operand, string(self._key(key)))

    def entries(self, operand: exp.Expr) -> exp.Expr:
        """How many entries a map has."""
        return function("MAP_SIZE", operand)

    def has_entry(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The key comes first."""
        return function("MAP_CONTAINS_KEY", string(key), operand)

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """GET counts from 0 and is NULL beyond the end."""
        return function("GET", operand, integer(min(index, INDEX_MAX)))

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("ARRAY_SIZE", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """The value comes first; of a structured ARRAY it has the type of the items."""
        return function("ARRAY_CONTAINS", value, items)

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """ARRAYS_OVERLAP would have to make a structured ARRAY of the values first."""
        return self.some_item(items, lambda item: is_in(item, [value.copy() for value in values]))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """FILTER keeps the items for which the condition is TRUE, and is NULL for NULL; a lambda may name columns."""
        variable = free_variable(others)
        passing = exp.Lambda(this=test(column(variable)), expressions=[name(variable)])
        return binary(exp.GT, function("ARRAY_SIZE", function("FILTER", items, passing)), integer(0))

    # JSON

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """TRY_PARSE_JSON is NULL for what is no JSON."""
        return function("TRY_PARSE_JSON", operand) if text else operand

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """AS_OBJECT and AS_ARRAY are NULL for values of other types, and GET is NULL beyond what is there."""
        found = document
        for step in steps:
            if isinstance(step, str):
                found = self.entry(function("AS_OBJECT", found), step)
            else:
                found = self.item(function("AS_ARRAY", found), step)
        return found

    def _key(self, key: str) -> str:
        if not key:
            raise UnsupportedByDialect(self.name, "a property whose name is empty: GET takes no empty name of a field")
        return key

    def node_form(self, node: exp.Expr) -> exp.Expr:
        """TYPEOF is NULL for NULL, and NULL_VALUE for a JSON null."""
        return function("TYPEOF", node)

    def node_text(self, node: exp.Expr) -> exp.Expr:
        """AS_VARCHAR converts nothing: it is NULL for values of other types."""
        return function("AS_VARCHAR", node)

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """AS_BOOLEAN converts nothing."""
        return function("AS_BOOLEAN", node)

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """INTEGER and DECIMAL go through their text, which is exact; a cast from them may round twice."""
        form = self.node_form(node)
        exact = function("TRY_TO_DOUBLE", cast(node.copy(), "VARCHAR"))
        return case(
            [
                (binary(exp.EQ, form, string("DOUBLE")), function("AS_DOUBLE", node.copy())),
                (is_in(form.copy(), [string("INTEGER"), string("DECIMAL")]), exact),
            ]
        )

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """NULL unless it is a list."""
        return function("ARRAY_SIZE", function("AS_ARRAY", node))

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """NULL unless it is an object."""
        return function("ARRAY_SIZE", function("OBJECT_KEYS", function("AS_OBJECT", node)))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """NULL unless it is a list."""
        return self.some_item(function("AS_ARRAY", node), test, others)

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """TO_JSON of NULL is NULL."""
        return function("TO_JSON", node)

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN, of pairs as rows; nothing in it is NULL."""
        return rows_in(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """There are no list parameters."""
        raise UnsupportedByDialect(self.name, "so many static members: Snowflake has no list parameters")

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case JsonKind(text=True):
                return operand
            case ArrayKind() | StructKind() | MapKind() | JsonKind():
                return self.as_json(kind, operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """What is no VARIANT becomes one first."""
        if isinstance(kind, OpaqueKind):
            operand = cast(operand, "VARCHAR")
        return function("TO_JSON", operand if isinstance(kind, JsonKind) else function("TO_VARIANT", operand))
