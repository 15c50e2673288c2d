"""PostgreSQL's leaves.

Their JSON leaves stand in `postgres_json`. Exact decimals meet binary64 by comparing with the points half way between a
literal and its neighbours, so that nothing is cast that could overflow, and an index on the number serves it.

Traps that shaped the leaves, each found by running it: AND does not guard, only CASE does; a composite value of NULLs
IS NULL; the first item of an array can have any number; casts of a text to a timestamp take `now`, `epoch` and more,
and round the seventh digit; 1e400::float8 raises, and 1e-400::float8 too.
"""

from collections.abc import Sequence

from sqlglot import exp

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
from audience.lowering.build import (
    binary,
    case,
    cast,
    conjunction,
    decimal_value,
    disjunction,
    double,
    function,
    integer,
    is_in,
    is_not_null,
    name,
    paren,
    string,
    text_value,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Test
from audience.lowering.dialects.clock_text import short_clock, written_day
from audience.lowering.dialects.nearest_double import GREATEST, LEAST, nearest
from audience.lowering.dialects.postgres_indexes import PostgresIndexes
from audience.lowering.dialects.postgres_json import PostgresJson, all_unfolded, some_unfolded
from audience.lowering.dialects.postgres_printer import PRINTER
from audience.lowering.dialects.shared_leaves import count_filtered
from audience.values import MICROSECONDS_PER_DAY

YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
MONTH_AND_DAY = "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31"
DATE = f"({YEAR}-({MONTH_AND_DAY})|{LEAP_YEAR}-02-29)"
TIME = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
ZONE = "(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)"
TIMESTAMP = f"^{DATE}({TIME}{ZONE}?)?$"
"""The timestamp grammar of the semantics, the calendar in it: a cast refuses what is no day, and here by raising."""

LENGTH_WITHOUT_A_SEVENTH_DIGIT = len("2025-01-01T00:00:00.123456")
"""A longer text can have digits beyond the sixth, which a cast would round."""

BEYOND_EVERY_INSTANT = 2**63 - 1
DAYS_LAST = BEYOND_EVERY_INSTANT // MICROSECONDS_PER_DAY
YEAR_0001 = -62_135_596_800_000_000
YEAR_10000 = 253_402_300_800_000_000
INSTANT_FIRST, INSTANT_LAST = -210_866_803_200_000_000, BEYOND_EVERY_INSTANT
"""The first instant of TIMESTAMP, and the last one whose microseconds since 1970 are a BIGINT."""

NEAREST_MAX = 4
"""So many numbers are looked for between their neighbours; a longer list is one IN of DOUBLE."""

PARAMETER_CASTS = {
    ParameterType.TEXT: "TEXT",
    ParameterType.DOUBLE: "DOUBLE",
    ParameterType.DECIMAL: "DECIMAL",
    ParameterType.INTEGER: "BIGINT",
    ParameterType.BOOLEAN: "BOOLEAN",
    ParameterType.INSTANT: "TIMESTAMPTZ",
    ParameterType.TEXTS: "TEXT[]",
}
"""An unknown parameter takes a type from what stands around it, which is not always its own."""


def _fence(query: exp.Select) -> exp.Select:
    """OFFSET 0 ends what the planner may move into a subquery or out of it."""
    query.set("offset", exp.Offset(expression=integer(0)))
    return query


class Postgres(PostgresJson):
    """The leaves of PostgreSQL 15 to 18."""

    name = "postgres"
    capabilities = Capabilities(
        title="PostgreSQL",
        versions="15 to 18",
        verified=True,
        counts=count_filtered,
        extracts=False,
        fenced=_fence,
        drops_at_commit=True,
        percent_doubled=True,
        indexing=PostgresIndexes(),
        driver="audience[postgres]",
        limits=(
            Limit(
                "arrays of several dimensions read as lists of unknown items",
                "`text[]` is also the type of a table of texts; such a value contains nothing and equals no list",
            ),
            Limit(
                "numbers nearer to zero than 2^-1075 are not zero",
                "`numeric` holds them, and binary64 does not; they lie outside of what JSON writers agree on",
                cases=("ood-03",),
            ),
            Limit(
                "a document of tens of thousands of levels in a column of text or json ends the query with an error",
                "to ask whether it can be read takes more of the stack than max_stack_depth allows; jsonb holds none",
            ),
            Limit(
                "timestamps and dates after the year 294246, compared with another property, are not told apart",
                "their microseconds since 1970 are no BIGINT; compared with a literal they are themselves",
            ),
            Limit(
                "at the ends of binary64, a number of more than 19 digits can read as zero or infinite",
                "an end has hundreds of digits, and is cut where two properties or more than four numbers are compared",
            ),
        ),
    )

    @property
    def printer(self) -> str:
        """A printer whose literals of binary64 are no NUMERIC."""
        return PRINTER

    def parameter(self, name: str, type: ParameterType) -> exp.Expr:
        """Every parameter says its type."""
        return cast(exp.Placeholder(this=name), PARAMETER_CASTS[type])

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """COLLATE "C" compares bytes."""
        return exp.Collate(this=paren(operand), expression=name("C"))

    def compared_text(self, operand: exp.Expr, kind: TextKind, ordered: bool) -> exp.Expr:
        """An index serves a column without a mark; every deterministic collation has the = of code points."""
        exact = (Collation.BINARY,) if ordered else (Collation.BINARY, Collation.EXACT)
        return operand if kind.collation in exact else self.text(operand)

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Strpos knows no wildcards; a collation that folds would make it raise."""
        return binary(exp.GT, function("strpos", self.text(text), part), integer(0))

    # numbers

    def is_decimal_number(self, operand: exp.Expr) -> exp.Expr | None:
        """NaN is the greatest NUMERIC, and a column of any precision can hold it."""
        return binary(exp.LTE, operand, cast(string("Infinity"), "DECIMAL"))

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """A cast rounds right and raises beyond the ends of binary64, so what lies there is decided before."""
        size = function("abs", operand)
        infinite = binary(exp.Mul, cast(function("sign", operand.copy()), "DOUBLE"), cast(string("Infinity"), "DOUBLE"))
        return case(
            [
                (binary(exp.GTE, size, cast(string(GREATEST), "DECIMAL")), infinite),
                (binary(exp.LTE, size.copy(), cast(string(LEAST), "DECIMAL")), cast(integer(0), "DOUBLE")),
            ],
            cast(operand.copy(), "DOUBLE"),
        )

    def wide_decimal(self, operand: exp.Expr) -> exp.Expr:
        """Numbers are NUMERIC."""
        return operand

    def number_compares(self, number: exp.Expr, comparison: type[exp.Binary], bound: float) -> exp.Expr:
        """Between the points half way to the neighbours of the bound, every number reads as the bound."""
        low, high, inclusive = nearest(bound)
        beyond, up_to = (exp.GT, exp.LTE) if inclusive else (exp.GTE, exp.LT)
        above, below = (exp.GTE, exp.LT) if inclusive else (exp.GT, exp.LTE)
        if comparison is exp.EQ:
            if low == high:
                return binary(exp.EQ, number, decimal_value(low))
            return conjunction(
                [binary(above, number, decimal_value(low)), binary(up_to, number.copy(), decimal_value(high))]
            )
        sides: dict[type[exp.Binary], tuple[type[exp.Binary], str]] = {
            exp.GT: (beyond, high),
            exp.GTE: (above, low),
            exp.LT: (below, low),
            exp.LTE: (up_to, high),
        }
        kind, point = sides[comparison]
        if low == high:
            kind = comparison
        return binary(kind, number, decimal_value(point))

    def number_is_any(self, number: exp.Expr, values: Sequence[float]) -> exp.Expr:
        """A few one by one, many as DOUBLE, where they are looked up."""
        if len(values) <= NEAREST_MAX:
            return disjunction([self.number_compares(number.copy(), exp.EQ, value) for value in values])
        return is_in(self.exact_double(number), [double(value) for value in values])

    def number_double(self, number: exp.Expr) -> exp.Expr:
        """NUMERIC as DOUBLE."""
        return self.exact_double(number)

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """A readable literal where the calendar has one, days and microseconds from 1970 elsewhere."""
        if not YEAR_0001 <= microseconds < YEAR_10000:
            return self.instant_value(kind, integer(min(max(microseconds, INSTANT_FIRST), INSTANT_LAST)))
        clock = short_clock(microseconds)
        match kind.form:
            case TimestampForm.DATE:
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.ZONED:
                return cast(text_value(f"{clock}+00:00"), "TIMESTAMPTZ")
            case _:
                return cast(text_value(clock), "TIMESTAMP")

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:
        """In days and the rest of a day: an interval is multiplied in binary64, and both are small enough for it."""
        within = function("least", function("greatest", microseconds, integer(INSTANT_FIRST)), integer(INSTANT_LAST))
        day = integer(MICROSECONDS_PER_DAY)
        if kind.form is TimestampForm.DATE:
            days = function("floor", binary(exp.Div, cast(within, "DECIMAL"), day))
            return binary(exp.Add, cast(string("1970-01-01"), "DATE"), cast(days, "INTEGER"))
        days = binary(exp.Mul, function("div", within, day), cast(string("1 day"), "INTERVAL"))
        rest = binary(exp.Mul, function("mod", within.copy(), day.copy()), cast(string("1 microsecond"), "INTERVAL"))
        naive = binary(exp.Add, binary(exp.Add, cast(string("1970-01-01"), "TIMESTAMP"), days), rest)
        return function("timezone", string("UTC"), naive) if kind.form is TimestampForm.ZONED else naive

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """Microseconds since the epoch, infinities at the ends of BIGINT."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL"), integer(1_000))
            case TimestampForm.DATE:
                days = binary(exp.Sub, operand, cast(string("1970-01-01"), "DATE"))
                within = function("greatest", function("least", days, integer(DAYS_LAST)), integer(-DAYS_LAST))
                finite = binary(exp.Mul, within, integer(MICROSECONDS_PER_DAY))
            case TimestampForm.NAIVE | TimestampForm.ZONED | TimestampForm.NAIVE_NANOSECONDS:
                # A timestamp reaches further than 64-bit microseconds do.
                finite = cast(function("least", _microseconds(operand), integer(BEYOND_EVERY_INSTANT)), "BIGINT")
        future = cast(string("infinity"), "DATE" if kind.form is TimestampForm.DATE else "TIMESTAMP")
        return case(
            [
                (function("isfinite", operand.copy()), finite),
                (binary(exp.EQ, operand.copy(), future), integer(BEYOND_EVERY_INSTANT)),
                (is_not_null(operand.copy()), integer(-BEYOND_EVERY_INSTANT)),
            ]
        )

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """A text without a zone goes through TIMESTAMP, which asks no session for one."""
        long = binary(exp.GT, function("length", text.copy()), integer(LENGTH_WITHOUT_A_SEVENTH_DIGIT))
        shortened = function("regexp_replace", self.text(text.copy()), string("([.][0-9]{6})[0-9]+"), string("\\1"))
        read = case([(long, shortened)], text.copy())
        zoned, naive = (cast(_microseconds(cast(read.copy(), to)), "BIGINT") for to in ("TIMESTAMPTZ", "TIMESTAMP"))
        signs = function("translate", _from(text, len("2025-01-01") + 1), string("+-"), string("ZZ"))
        has_zone = binary(exp.GT, function("strpos", self.text(signs), string("Z")), integer(0))
        instant = case([(has_zone, zoned)], naive)
        # Nearly every text is told apart by one sign, and a pattern takes most of the time.
        looks_like_a_date = binary(exp.EQ, self.text(_from(text, len("2025-"), 1)), string("-"))
        return case([(looks_like_a_date, case([(self._fits(text, TIMESTAMP), instant)]))])

    def _fits(self, text: exp.Expr, pattern: str) -> exp.Expr:
        return exp.RegexpLike(this=self.text(text.copy()), expression=string(pattern))

    def now(self) -> exp.Expr:
        """The parameter is a timestamp with time zone, or a text that names its offset."""
        return cast(_microseconds(self.parameter("now", ParameterType.INSTANT)), "BIGINT")

    # typed containers

    def is_null(self, operand: exp.Expr, kind: Kind) -> exp.Expr:
        """IS NULL, except for composites."""
        if isinstance(kind, StructKind):
            return exp.NullSafeEQ(this=paren(operand), expression=exp.Null())
        return super().is_null(operand, kind)

    def field(self, operand: exp.Expr, key: str) -> exp.Expr:
        """In parentheses, or it would be the column of a table."""
        return exp.Dot(this=exp.Paren(this=operand), expression=name(key))

    def item(self, operand: exp.Expr, index: int) -> exp.Expr:
        """From wherever the array begins."""
        first = function("array_lower", operand, integer(1))
        at = binary(exp.Add, first, integer(index)) if index else first
        return exp.Bracket(this=exp.Paren(this=operand.copy()), expressions=[at], offset=1)

    def length(self, operand: exp.Expr) -> exp.Expr:
        """Cardinality of an empty array is 0, where array_length is NULL."""
        return function("cardinality", operand)

    def list_has(self, items: exp.Expr, value: exp.Expr) -> exp.Expr:
        """Containment, which an index serves, where the type of the array is known; ANY takes every other type."""
        if _is_text(value):
            found: exp.Expr = exp.ArrayContainsAll(this=cast(items, "TEXT[]"), expression=_text_array([value]))
        else:
            found = binary(exp.EQ, value, exp.Any(this=exp.Paren(this=items)))
        return conjunction([found, _is_flat(items)])

    def list_has_any(self, items: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """Overlap, which an index serves, of texts; else item by item."""
        if all(map(_is_text, values)):
            overlap = exp.ArrayOverlaps(this=cast(items, "TEXT[]"), expression=_text_array(values))
            return conjunction([overlap, _is_flat(items)])
        return self.some_item(items, lambda item: is_in(item, values))

    def has_all(self, items: exp.Expr, read: Test, wanted: Sequence[exp.Expr]) -> exp.Expr | None:
        """As many different ones are found as are wanted: a subquery for each would fill the memory."""
        return conjunction([_is_flat(items), all_unfolded(function("unnest", items.copy()), read, wanted)])

    def some_item(self, items: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """EXISTS over the items."""
        return conjunction([_is_flat(items), some_unfolded(function("unnest", items.copy()), test, others)])

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:
        """Ids alone as IN, which an index on the id serves."""
        if len(keys) == 1:
            return is_in(keys[0], [string(held) for (held,) in rows])
        return super().is_among(keys, rows, taken)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:
        """The same with a list that is bound."""
        if len(keys) == 1:
            given = exp.Any(this=exp.Paren(this=self.parameter(parameters[0], ParameterType.TEXTS)))
            return binary(exp.EQ, keys[0], given)
        return super().is_among_given(keys, parameters, taken)

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, containers as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case ArrayKind() | StructKind() | MapKind():
                return cast(function("to_json", operand), "TEXT")
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind() | JsonKind():
                return cast(operand, "TEXT")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """to_json; a zoned timestamp would be written in the zone of the session."""
        match kind:
            case JsonKind():
                return cast(operand, "TEXT")
            case TimestampKind(TimestampForm.ZONED):
                operand = function("timezone", string("UTC"), operand)
            case OpaqueKind() | TextKind(cast=True):
                # The text of char(n) has no blanks at its end.
                operand = cast(operand, "TEXT")
            case _:
                pass
        return cast(function("to_json", operand), "TEXT")


def _microseconds(instant: exp.Expr) -> exp.Expr:
    """An instant in microseconds since 1970, as NUMERIC."""
    seconds = exp.Extract(this=exp.var("EPOCH"), expression=instant)
    return binary(exp.Mul, seconds, integer(1_000_000))


def _from(text: exp.Expr, *place: int) -> exp.Expr:
    """A part of a text: from a place, so long."""
    return function("substr", text.copy(), *map(integer, place))


def _is_text(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and bool(value.is_string)


def _text_array(values: Sequence[exp.Expr]) -> exp.Expr:
    return cast(exp.Array(expressions=list(values)), "TEXT[]")


def _is_flat(items: exp.Expr) -> exp.Expr:
    """Whether an array has one dimension; an empty one has none and no item either."""
    return binary(exp.EQ, function("array_ndims", items.copy()), integer(1))
