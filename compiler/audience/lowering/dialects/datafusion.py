"""DataFusion's leaves, for typed columns only.

The engine has no JSON functions and no lambdas. Its casts of texts to timestamps count in nanoseconds, which end in
2262, so that instants are written as microseconds; a cast to another unit cuts towards zero, not towards the past; a
flat OR of ten thousand conditions ends the process, and chains are printed as balanced trees.
"""

from collections.abc import Sequence

from sqlglot import exp

from audience.catalog import Kind
from audience.catalog.kinds import DecimalKind, OpaqueKind, StructKind, TextKind, TimestampForm, TimestampKind
from audience.errors import CompilerBug
from audience.lowering.build import binary, case, cast, function, integer, integer_value, negation, string, try_cast
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows
from audience.lowering.dialects.clock_text import ClockTexts
from audience.lowering.dialects.four_digit_years import FourDigitYears
from audience.lowering.dialects.rows_in import rows_in_groups
from audience.lowering.dialects.shared_leaves import count_filtered
from audience.lowering.dialects.without import WithoutDocuments, WithoutLists
from audience.values import MICROSECONDS_PER_DAY

NANOSECONDS_LAST = 9_223_372_036_854_775
"""The last microsecond that a timestamp of nanoseconds holds whole; the first lies as far before the epoch."""


class DataFusion(ClockTexts, FourDigitYears, WithoutLists, WithoutDocuments):
    """The leaves of DataFusion."""

    name = "datafusion"
    capabilities = Capabilities(
        title="DataFusion",
        versions="55",
        verified=True,
        counts=count_filtered,
        documents=False,
        limits=(
            Limit("JSON documents", "DataFusion has no JSON functions: keep properties in typed columns"),
            Limit("lists in columns", "DataFusion has no lambdas to test their items with"),
        ),
    )

    @property
    def printer(self) -> str:
        """Its parser takes PostgreSQL's syntax; sqlglot's plainest dialect prints TRY_CAST and doubles quotes."""
        return "presto"

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """NaN is greater than every number."""
        return negation(function("isnan", operand))

    # instants

    def instant_range(self, kind: TimestampKind) -> tuple[int, int] | None:
        """For nanoseconds the range of the type."""
        match kind.form:
            case TimestampForm.NAIVE_NANOSECONDS:
                return -NANOSECONDS_LAST, NANOSECONDS_LAST
            case _:
                return super().instant_range(kind)

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A number of microseconds as what the column holds."""
        match kind.form:
            case TimestampForm.DATE:
                return function("arrow_cast", integer_value(microseconds // MICROSECONDS_PER_DAY), string("Date32"))
            case TimestampForm.NAIVE:
                return function("arrow_cast", integer_value(microseconds), string("Timestamp(Microsecond, None)"))
            case TimestampForm.NAIVE_NANOSECONDS:
                return function(
                    "arrow_cast", integer_value(microseconds * 1_000), string("Timestamp(Nanosecond, None)")
                )
            case TimestampForm.ZONED:
                return function(
                    "arrow_cast", integer_value(microseconds), string('Timestamp(Microsecond, Some("+00:00"))')
                )
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """The number that a timestamp is, whatever its unit; nanoseconds are divided towards the past."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000))
            case TimestampForm.DATE:
                days = cast(function("arrow_cast", operand, string("Int32")), "BIGINT")
                return binary(exp.Mul, days, integer(MICROSECONDS_PER_DAY))
            case TimestampForm.NAIVE:
                return _number(function("arrow_cast", operand, string("Timestamp(Microsecond, None)")))
            case TimestampForm.ZONED:
                return _number(function("arrow_cast", operand, string('Timestamp(Microsecond, Some("+00:00"))')))
            case TimestampForm.NAIVE_NANOSECONDS:
                whole = _number(function("arrow_cast", operand, string("Timestamp(Nanosecond, None)")))
                below = binary(exp.LT, binary(exp.Mod, whole.copy(), integer(1_000)), integer(0))
                return binary(exp.Sub, binary(exp.Div, whole, integer(1_000)), case([(below, integer(1))], integer(0)))

    def now(self) -> exp.Expr:
        """A text that names its offset."""
        return self.instant_of_text(self.parameter("now", ParameterType.INSTANT))

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        """Without flags, ^ and $ are the ends of the text alone."""
        return function("regexp_like", text, string(f"^({pattern})$"))

    def days(self, date: exp.Expr) -> exp.Expr:
        """A date is the number of its day."""
        return cast(function("arrow_cast", try_cast(date, "DATE"), string("Int32")), "BIGINT")

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """A cast reads leading zeros."""
        return try_cast(digits, "BIGINT")

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """The list of groups of the first match; NULL where there is none."""
        return function("array_element", function("regexp_match", text, string("[.]([0-9]{1,6})")), integer(1))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """The function form: a dotted name could be read as table.column."""
        return function("get_field", operand, string(key))

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN: subqueries stand only where the planner can make joins of them, and tuples hold names alone."""
        return rows_in_groups(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """A list parameter is a list; of two of them `arrays_zip` makes structs whose fields are numbered from 1."""
        lists = [self.parameter(parameter, ParameterType.TEXTS) for parameter in parameters]
        if len(keys) == 1:
            return function("array_has", lists[0], keys[0])
        fields = [part for at, key in enumerate(keys, 1) for part in (string(str(at)), key)]
        return function("array_has", function("arrays_zip", *lists), function("named_struct", *fields))

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind() | StructKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Texts in quotes, everything else as it is written."""
        if not isinstance(kind, TextKind):
            return cast(operand, "VARCHAR")
        escaped = operand
        for character in ("\\", '"'):
            escaped = function("replace", escaped, string(character), string(f"\\{character}"))
        return function("concat", string('"'), escaped, string('"'))


def _number(timestamp: exp.Expr) -> exp.Expr:
    return cast(timestamp, "BIGINT")
