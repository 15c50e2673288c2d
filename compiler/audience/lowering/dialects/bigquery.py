"""BigQuery's leaves, for columns of type JSON, for JSON in STRING columns, and for typed columns.

The law suite runs on Google's own reference engine for this language, not on the service. What shaped the leaves:
JSONPath cannot name every key, the subscript operator can; `TO_JSON_STRING` of NULL is the text null; a JSON number
is an INT64, a UINT64 or a FLOAT64, and PARSE_JSON without `wide_number_mode` refuses the others; a cast to TIMESTAMP
wants seconds and offsets of at most 14:00, and reads zone-less texts in a default zone; TIMESTAMP and DATETIME end at
the years 1 and 9999; a NULL array is stored as an empty one; a column of its table's name is hidden by the table.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery as BigQuerySyntax
from sqlglot.generators.bigquery import BigQueryGenerator

from audience.catalog import Kind
from audience.catalog.kinds import (
    ArrayKind,
    Collation,
    DecimalKind,
    JsonKind,
    MapKind,
    OpaqueKind,
    StructKind,
    TextKind,
    TimestampForm,
    TimestampKind,
)
from audience.errors import UnsupportedByDialect
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
    paren,
    select,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Steps, Test
from audience.lowering.dialects.clock_text import ClockTexts, written_clock, written_day
from audience.lowering.dialects.four_digit_years import FourDigitYears
from audience.lowering.dialects.native_json import NativeNodes
from audience.lowering.dialects.rows_in import rows_in
from audience.lowering.dialects.shared_leaves import counted_by, free_variable, member_names
from audience.values import MICROSECONDS_PER_DAY

ROWS = "audience_rows"
"""What every table is called in a query; no column is named by its table."""

INDEX_MAX = 2**62
"""A subscript is an INT64; no list is so long."""


class AudienceBigQuery(BigQuerySyntax):
    """How sqlglot prints for BigQuery, with names of tables that hide no column."""

    class Generator(BigQueryGenerator):
        """The printer."""

        def generate(self, expression: exp.Expr, copy: bool = True) -> str:
            """A table's name, said or not, means its whole row before it means a column; a subquery needs none."""
            taken = {column.name.casefold() for column in expression.find_all(exp.Column)}
            alias = ROWS
            while alias in taken:
                alias += "_"
            for table in expression.find_all(exp.Table):
                table.set("alias", exp.TableAlias(this=name(alias)))
            for subquery in expression.find_all(exp.Subquery):
                subquery.set("alias", None)
            return str(super().generate(expression, copy=copy))


class BigQuery(NativeNodes, ClockTexts, FourDigitYears):
    """The leaves of BigQuery."""

    name = "bigquery"
    forms: ClassVar[Mapping[str, str]] = {"text": "string", "list": "array", "object": "object", "null": "null"}
    capabilities = Capabilities(
        title="BigQuery",
        versions="zetasql 0.1.5",
        verified=True,
        counts=counted_by("COUNTIF"),
        limits=(
            Limit(
                "a number beyond binary64 in a document",
                "PARSE_JSON refuses it, so that the document counts as malformed",
                cases=("ood-01", "ood-02", "ood-09"),
            ),
            Limit(
                "an ARRAY column without a value",
                "the service stores it as an empty list, so that it exists and is empty",
            ),
            Limit(
                "a text column with a collation inside STRUCT and ARRAY, or in comparisons of two properties",
                "it compares by that collation",
            ),
        ),
    )

    @property
    def printer(self) -> str:
        """BigQuery's own syntax, with names of tables that hide no column."""
        return "audiencebigquery"

    # texts

    def compared_text(self, operand: exp.Expr, kind: TextKind, ordered: bool) -> exp.Expr:  # noqa: ARG002
        """Without a collation, STRING compares by code points; COLLATE with the empty text takes one away."""
        return function("COLLATE", operand, string("")) if kind.collation is Collation.FOLDING else operand

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """Every comparison with NaN is false, but the test must hold for itself."""
        return negation(function("IS_NAN", operand))

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A text with its offset where the type has one; a constant after the planner has seen it."""
        match kind.form:
            case TimestampForm.DATE:
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.NAIVE:
                return cast(text_value(written_clock(microseconds)), "TIMESTAMP")
            case TimestampForm.ZONED:
                return cast(text_value(f"{written_clock(microseconds)}+00:00"), "TIMESTAMPTZ")
            case _:
                raise self._unsupported_form(kind)

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Integers of an epoch are multiplied as NUMERIC, which no INT64 can overflow."""
        match kind.form:
            case TimestampForm.DATE:
                return binary(exp.Mul, function("UNIX_DATE", operand), integer(MICROSECONDS_PER_DAY))
            case TimestampForm.NAIVE:
                return function("UNIX_MICROS", function("TIMESTAMP", operand, string("UTC")))
            case TimestampForm.ZONED:
                return function("UNIX_MICROS", operand)
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL"), integer(1_000))
            case TimestampForm.NAIVE_NANOSECONDS:
                raise UnsupportedByDialect(self.name, "a timestamp finer than a microsecond")

    def now(self) -> exp.Expr:
        """A TIMESTAMP, or a text that names its offset."""
        return function("UNIX_MICROS", cast(self.parameter("now", ParameterType.INSTANT), "TIMESTAMPTZ"))

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        """RE2; without flags, ^ and $ are the ends of the text alone."""
        return function("REGEXP_CONTAINS", text, string(f"^({pattern})$"))

    def days(self, date: exp.Expr) -> exp.Expr:
        """A cast to DATE reads YYYY-MM-DD."""
        return function("UNIX_DATE", try_cast(date, "DATE"))

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """Leading zeros are no octal sign."""
        return try_cast(digits, "BIGINT")

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """What the group matched."""
        return function("REGEXP_EXTRACT", text, string("[.]([0-9]{1,6})"))

    # typed containers

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """In parentheses, because a bare dotted name can be read as table.column."""
        return exp.Dot(this=exp.Paren(this=operand), expression=name(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """SAFE_OFFSET is NULL beyond the end."""
        offset = function("SAFE_OFFSET", integer(min(index, INDEX_MAX)))
        return exp.Bracket(this=paren(operand), expressions=[offset])

    def length(self, operand: exp.Expr) -> exp.Expr:
        """How many items a list has."""
        return function("ARRAY_LENGTH", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """IN UNNEST; NULL where there is a NULL item and no equal one."""
        return exp.In(this=value, unnest=exp.Unnest(expressions=[items]))

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """A correlated subquery over the items."""
        return self.some_item(items, lambda item: is_in(item, values))

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """A correlated subquery over the items; UNNEST of a NULL list has no rows."""
        variable = free_variable([items, *others])
        rows = exp.Unnest(expressions=[items], alias=exp.TableAlias(columns=[name(variable)]))
        return exp.Exists(this=select([integer(1)], rows, test(column(variable))))

    # JSON

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Numbers with more digits than binary64 holds are rounded, as the semantics want it."""
        return _parse(operand) if text else operand

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """Subscripts: a text is the key of an object only, a number the index of a list only, anything else is NULL."""
        found = document
        for step in steps:
            subscript = string(step) if isinstance(step, str) else integer(min(step, INDEX_MAX))
            found = exp.Bracket(this=paren(found), expressions=[subscript])
        return found

    def node_form(self, node: exp.Expr) -> exp.Expr:
        """NULL for NULL, `null` for a JSON null."""
        return function("JSON_TYPE", node)

    def node_text(self, node: exp.Expr) -> exp.Expr:
        """STRING raises for everything that is no string, which SAFE turns into NULL."""
        return function("SAFE.STRING", node)

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """BOOL raises for everything that is no boolean."""
        return function("SAFE.BOOL", node)

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """FLOAT64 raises for everything that is no number, and by default rounds wide integers."""
        return function("SAFE.FLOAT64", node)

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """NULL unless it is a list."""
        return function("ARRAY_LENGTH", function("JSON_QUERY_ARRAY", node))

    def node_keys(self, node: exp.Expr) -> exp.Expr:
        """JSON_KEYS down to depth 1."""
        return function("ARRAY_LENGTH", function("JSON_KEYS", node, integer(1)))

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """JSON_QUERY_ARRAY is NULL unless it is a list."""
        return self.some_item(function("JSON_QUERY_ARRAY", node), test, others)

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """TO_JSON_STRING would write NULL as the text null."""
        return case([(is_not_null(node), function("TO_JSON_STRING", node.copy()))])

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN, of pairs as STRUCTs; nothing in it is NULL."""
        return rows_in(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:
        """IN UNNEST of one list; of two, the first unfolded and the other read at the same place."""
        lists = [self.parameter(parameter, ParameterType.TEXTS) for parameter in parameters]
        if len(keys) == 1:
            return self.list_has(lists[0], keys[0])
        names = member_names(taken)
        alias = exp.TableAlias(columns=[name(names[0])])
        found = exp.Unnest(expressions=[lists[0]], alias=alias, offset=name(names[2]))
        at = function("SAFE_OFFSET", column(names[2]))
        tests = [
            binary(exp.EQ, keys[0], column(names[0])),
            binary(exp.EQ, keys[1], exp.Bracket(this=lists[1], expressions=[at])),
        ]
        return exp.Exists(this=select([integer(1)], found, conjunction(tests)))

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case ArrayKind() | StructKind() | MapKind() | JsonKind():
                return self.as_json(kind, operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:  # noqa: ARG002
        """NULL stays NULL."""
        return self.node_output(operand)

    def _unsupported_form(self, kind: TimestampKind) -> UnsupportedByDialect:
        return UnsupportedByDialect(self.name, f"a column of type {kind.form}")


def _parse(text: exp.Expr) -> exp.Expr:
    """NULL for what is no JSON; numbers are rounded to what a JSON value holds."""
    rounds = exp.Kwarg(this=exp.var("wide_number_mode"), expression=string("round"))
    return function("SAFE.PARSE_JSON", text, rounds)
