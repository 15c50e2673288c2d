"""SQLite's leaves, for typed columns only.

SQLite has no timestamps, lists or objects, and its JSON functions cannot reach every key. Any value can stand in any
column, and values of different types compare: a text is greater than every number. So the leaves believe what a
column is declared as, which a STRICT table enforces. NaN is stored as NULL. A flat OR of a thousand conditions is
refused as too deep, and so are a hundred nested parentheses; chains are printed as balanced trees.
"""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite as SQLiteSyntax
from sqlglot.generators.sqlite import SQLiteGenerator

from audience.catalog import Kind
from audience.catalog.kinds import BooleanKind, TextKind, TimestampForm, TimestampKind
from audience.errors import UnsupportedByDialect
from audience.lowering.build import (
    binary,
    case,
    cast,
    conjunction,
    disjunction,
    function,
    integer,
    is_in,
    name,
    negation,
    paren,
    select,
    string,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows
from audience.lowering.dialects.clock_text import DATE_LENGTH, HOUR, MINUTE, SECOND
from audience.lowering.dialects.shared_leaves import count_filtered
from audience.lowering.dialects.without import WithoutDocuments, WithoutLists, WithoutStructs

DATE_SHAPE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
MINUTE_SHAPE = "[T ][0-9][0-9]:[0-9][0-9]"
DIGITS = "0123456789"
FRACTION_AT = 21
"""Where the digits of a fraction begin."""


class AudienceSQLite(SQLiteSyntax):
    """How sqlglot prints for SQLite, and infinity, which SQLite reads from no text."""

    class Generator(SQLiteGenerator):
        """The printer."""

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """A literal beyond binary64 is infinite; the text Infinity is 0."""
            if isinstance(expression.this, exp.Literal) and expression.this.name == "Infinity":
                return "9e999"
            return str(super().cast_sql(expression, safe_prefix))


class SQLite(WithoutLists, WithoutStructs, WithoutDocuments):
    """The leaves of SQLite."""

    name = "sqlite"
    capabilities = Capabilities(
        title="SQLite",
        versions="3.40",
        instead_of_indexes="indexes are advised for PostgreSQL; `EXPLAIN QUERY PLAN` tells which ones SQLite uses",
        driver="audience",
        verified=True,
        counts=count_filtered,
        materialized=True,
        documents=False,
        limits=(
            Limit("JSON documents", "a path of SQLite 3.40 cannot name every key: keep properties in typed columns"),
            Limit("lists and objects in columns", "SQLite has no such types"),
            Limit("timestamps in columns", "SQLite has no such type: keep them as text, or as epoch_s or epoch_ms"),
            Limit("a column that is not STRICT", "it can hold values of other types, which then compare as those"),
        ),
    )

    @property
    def printer(self) -> str:
        """SQLite's own syntax, and infinity."""
        return "audiencesqlite"

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """BINARY compares bytes; it undoes a column's collation, and so does it in IN when it stands on the left."""
        return exp.Collate(this=paren(operand), expression=exp.var("BINARY"))

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """`instr` knows no wildcards and no case, and finds the empty text at 1."""
        return binary(exp.GT, function("instr", text, part), integer(0))

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """Numbers that are none are stored as NULL; a text in a column of numbers is none, either."""
        return is_in(function("typeof", operand), [string("real"), string("integer")])

    def exact_double(self, operand: exp.Expr) -> exp.Expr:
        """Every number is an INTEGER or a REAL."""
        return cast(operand, "DOUBLE")

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:  # noqa: ARG002
        """Only epochs are timestamps, and those compare as integers."""
        raise self._unsupported_form(kind)

    def instant_value(self, kind: TimestampKind, microseconds: exp.Expr) -> exp.Expr:  # noqa: ARG002
        """Only epochs are timestamps, and those compare in microseconds."""
        raise self._unsupported_form(kind)

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """A product beyond 64 bits becomes a REAL, which is still beyond every instant."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, operand, integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, operand, integer(1_000))
            case _:
                raise self._unsupported_form(kind)

    def instant_of_text(self, text: exp.Expr) -> exp.Expr:
        """A text split into date, clock and zone by shapes; there are no regular expressions.

        Parts of a text are copies of the text that the functions below make.
        """
        zone_length = case(
            [
                (binary(exp.EQ, _part(text, -1), string("Z")), integer(1)),
                (_glob(text, "*[+-][0-9][0-9]:[0-9][0-9]"), integer(6)),
                (_glob(text, "*[+-][0-9][0-9]"), integer(3)),
            ],
            integer(0),
        )
        body_length = binary(exp.Sub, function("length", text.copy()), zone_length)
        body = function("substr", text.copy(), integer(1), body_length)
        zone = function("substr", text.copy(), binary(exp.Add, body_length.copy(), integer(1)))
        date = _part(text, 1, DATE_LENGTH)
        midnight = binary(exp.Mul, cast(function("strftime", string("%s"), date.copy()), "BIGINT"), integer(SECOND))
        moment: exp.Expr = exp.Add(this=midnight, expression=exp.Paren(this=_clock(body)))
        moment = exp.Sub(this=moment, expression=_offset(zone))
        is_moment = conjunction([_is_date(date.copy()), _is_clock(body), _is_zone(zone)])
        return case([(_glob(text, DATE_SHAPE), case([(_is_date(date), midnight.copy())])), (is_moment, moment)])

    def now(self) -> exp.Expr:
        """A text that names its offset."""
        return self.instant_of_text(self.parameter("now", ParameterType.INSTANT))

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN, of pairs over VALUES; the keys on the left say the collation, and nothing in it is NULL."""
        if len(keys) == 1:
            return exp.In(this=keys[0], expressions=[string(user) for (user,) in rows])
        tuples: list[exp.Expr] = [exp.Tuple(expressions=[string(part) for part in row]) for row in rows]
        return exp.In(this=exp.Tuple(expressions=list(keys)), query=exp.Subquery(this=exp.Values(expressions=tuples)))

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """Lists travel as JSON, and are read side by side by the places of their items.

        `json_each` has a column called id, so that no column of the people is named beside it.
        """
        aliases = [f"list_{at}" for at in range(len(parameters))]
        values: list[exp.Expr] = [exp.Column(this=name("value"), table=name(alias)) for alias in aliases]
        sources: list[exp.Expr] = [
            exp.Table(
                this=function("json_each", self.parameter(parameter, ParameterType.TEXTS)),
                alias=exp.TableAlias(this=name(alias)),
            )
            for parameter, alias in zip(parameters, aliases, strict=True)
        ]
        query = select(values, sources[0])
        for source, alias in zip(sources[1:], aliases[1:], strict=True):
            places = [exp.Column(this=name("key"), table=name(table)) for table in (aliases[0], alias)]
            query.append("joins", exp.Join(this=source, on=binary(exp.EQ, places[0], places[1])))
        left = keys[0] if len(keys) == 1 else exp.Tuple(expressions=list(keys))
        return exp.In(this=left, query=exp.Subquery(this=query))

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case TextKind(cast=True):
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """A boolean is an integer here, and would be written as one."""
        if isinstance(kind, BooleanKind):
            return case([(operand, string("true")), (negation(operand.copy()), string("false"))])
        return function("json_quote", operand)

    def _unsupported_form(self, kind: TimestampKind) -> UnsupportedByDialect:
        return UnsupportedByDialect(
            self.name, f"a column of type {kind.form}: SQLite keeps timestamps as text or numbers"
        )


def _part(text: exp.Expr, start: int, length: int | None = None) -> exp.Expr:
    """A part of a text from a position that counts from 1, or back from the end."""
    return function("substr", text.copy(), integer(start), *([] if length is None else [integer(length)]))


def _glob(text: exp.Expr, shape: str) -> exp.Expr:
    return exp.Glob(this=paren(text.copy()), expression=string(shape))


def _at_most(digits: exp.Expr, last: str) -> exp.Expr:
    """Two digits, or none, up to a number: their order is that of the texts."""
    return binary(exp.LTE, digits, string(last))


def _is_date(date: exp.Expr) -> exp.Expr:
    """A day that the calendar has: moving it by no days leaves it as it is. The year 0000 is no year of the grammar."""
    moved = function("date", date.copy(), string("+0 days"))
    return conjunction(
        [_glob(date, DATE_SHAPE), binary(exp.EQ, moved, date.copy()), binary(exp.GTE, date.copy(), string("0001"))]
    )


def _is_clock(body: exp.Expr) -> exp.Expr:
    """What stands before the zone: hours and minutes, then seconds, then a fraction of up to nine digits."""
    to_minutes, to_seconds = DATE_SHAPE + MINUTE_SHAPE, DATE_SHAPE + MINUTE_SHAPE + ":[0-9][0-9]"
    only_digits = binary(exp.EQ, function("ltrim", _part(body, FRACTION_AT), string(DIGITS)), string(""))
    short = binary(exp.LTE, function("length", body.copy()), integer(FRACTION_AT + 8))
    shapes = [
        _glob(body, to_minutes),
        _glob(body, to_seconds),
        conjunction([_glob(body, to_seconds + ".[0-9]*"), only_digits, short]),
    ]
    limits = [_at_most(_part(body, at, 2), last) for at, last in ((12, "23"), (15, "59"), (18, "59"))]
    return conjunction([disjunction(shapes), *limits])


def _is_zone(zone: exp.Expr) -> exp.Expr:
    """Nothing, Z, or an offset whose shape is known."""
    is_offset = conjunction([_at_most(_part(zone, 2, 2), "14"), _at_most(_part(zone, 5, 2), "59")])
    return disjunction([is_in(zone.copy(), [string(""), string("Z")]), is_offset])


def _clock(body: exp.Expr) -> exp.Expr:
    """Microseconds since midnight; absent seconds and fractions are 0."""
    padded = exp.DPipe(this=_part(body, FRACTION_AT, 6), expression=string("000000"))
    total: exp.Expr = cast(function("substr", padded, integer(1), integer(6)), "BIGINT")
    for at, unit in ((12, HOUR), (15, MINUTE), (18, SECOND)):
        total = exp.Add(this=total, expression=binary(exp.Mul, cast(_part(body, at, 2), "BIGINT"), integer(unit)))
    return total


def _offset(zone: exp.Expr) -> exp.Expr:
    """The zone's offset; the cast of no digits is 0."""
    hours = binary(exp.Mul, cast(_part(zone, 2, 2), "BIGINT"), integer(HOUR))
    minutes = binary(exp.Mul, cast(_part(zone, 5, 2), "BIGINT"), integer(MINUTE))
    size = exp.Add(this=hours, expression=minutes)
    is_west = binary(exp.EQ, _part(zone, 1, 1), string("-"))
    return case([(is_west, exp.Neg(this=exp.Paren(this=size)))], size.copy())
