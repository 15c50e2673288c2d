"""Redshift's leaves, for SUPER columns and for typed scalar columns.

Nothing executes them here. Each leans on what Redshift's documentation says; a docstring below says what it was taken
to say, and where it is silent.
What shaped them: trailing blanks do not count when texts are compared, neither in VARCHAR nor in SUPER; the name of an
attribute is folded to lower case unless the session says otherwise; unnesting stands in FROM and must begin with the
name of a table, so the people are always called the same; SUPER has no function that counts the keys of an object.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.redshift import Redshift as RedshiftSyntax
from sqlglot.generators.redshift import RedshiftGenerator

from audience.catalog import Kind, Relation
from audience.catalog.kinds import DecimalKind, JsonKind, OpaqueKind, TextKind, TimestampForm, TimestampKind
from audience.errors import CompilerBug, UnsupportedByDialect
from audience.lowering.build import (
    binary,
    case,
    cast,
    column,
    conjunction,
    function,
    integer,
    is_not_null,
    name,
    negation,
    select,
    string,
    text_value,
    try_cast,
)
from audience.lowering.dialect import Capabilities, Limit, ParameterType, Rows, Steps, Test
from audience.lowering.dialects.clock_text import ClockTexts, written_clock, written_day
from audience.lowering.dialects.exponents import DoublesFromText
from audience.lowering.dialects.four_digit_years import FourDigitYears
from audience.lowering.dialects.native_json import NativeNodes
from audience.lowering.dialects.rows_in import rows_in_groups
from audience.lowering.dialects.shared_leaves import free_variable
from audience.lowering.dialects.without import WithoutLists, WithoutStructs
from audience.lowering.scope import EXTRACTED
from audience.values import MICROSECONDS_PER_DAY

NAME_BYTES_MAX = 127
"""The longest name in bytes."""

INDEX_MAX = 2**31 - 1

MARKED = "AUDIENCE_TEXT"
"""Stands in a tree for a text that is compared by code points, until it is printed."""

ITEM = "item"
"""Under this key the notes of a column say that it is an item, and not a column of the people."""

COMPARISONS = (exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def _count_if(condition: exp.Expr) -> exp.Expr:
    return function("COUNT", case([(condition, integer(1))]))


def _marked(text: exp.Expr) -> exp.Expr:
    return function(MARKED, text)


def _is_marked(node: object) -> bool:
    return isinstance(node, exp.Anonymous) and node.name == MARKED


class AudienceRedshift(RedshiftSyntax):
    """How sqlglot prints for Redshift, and texts whose trailing blanks count."""

    class Tokenizer(RedshiftSyntax.Tokenizer):
        """Quotes in texts are doubled, as in every SQL; a backslash is doubled, because it begins an escape."""

        STRING_ESCAPES: ClassVar[list[str]] = ["'", "\\"]

    class Generator(DoublesFromText, RedshiftGenerator):
        """The printer."""

        def generate(self, expression: exp.Expr, copy: bool = True) -> str:
            """What is compared with a marked text is marked as well."""
            for compared in list(expression.find_all(*COMPARISONS, exp.In)):
                _mark_literals(compared)
            return str(super().generate(expression, copy=copy))

        def anonymous_sql(self, expression: exp.Anonymous) -> str:
            """The lowest character that a text can have, at its end, keeps the order of texts and the blanks before it.

            COLLATE undoes a column's collation that ignores case.
            """
            if not _is_marked(expression):
                return str(super().anonymous_sql(expression))
            collated = function("COLLATE", expression.expressions[0], string("case_sensitive"))
            return f"({self.sql(collated)} || CHR(1))"


def _mark_literals(compared: exp.Expr) -> None:
    """Mark the literals and placeholders on the other side of a marked text."""
    others = compared.expressions if isinstance(compared, exp.In) else [compared.expression]
    if not (_is_marked(compared.this) or any(map(_is_marked, others))):
        return
    for side in (compared.this, *others):
        if not _is_marked(side):
            side.replace(_marked(side.copy()))


class Redshift(NativeNodes, ClockTexts, FourDigitYears, WithoutLists, WithoutStructs):
    """The leaves of Redshift."""

    name = "redshift"
    forms: ClassVar[Mapping[str, str]] = {"text": "string", "list": "array", "object": "object", "null": "null"}
    capabilities = Capabilities(
        title="Redshift",
        versions="the service of 2026",
        verified=False,
        counts=_count_if,
        limits=(
            Limit(
                "keys with capital letters, empty ones, and ones of more than 127 bytes",
                "Redshift folds the names of attributes to lower case unless the session says otherwise",
                ("path-04",),
            ),
            Limit("JSON in a text column", "a path must begin with a column: keep documents as SUPER"),
            Limit(
                "a property equal to an object",
                "no function of Redshift counts the keys of an object",
                ("abs-14", "eq-56", "eq-57", "eq-58", "reg-null-member-01", "reg-null-member-02"),
            ),
            Limit("sessions without the lax mode of SUPER", "a path that leads nowhere raises there"),
            Limit("timestamps of the years before 1 and after 9999", "they compare as the nearest of those years"),
            Limit("more than 10,000 static members of one audience", "Redshift has no list parameters"),
        ),
    )

    @property
    def printer(self) -> str:
        """Redshift's own syntax, with marked texts."""
        return "audienceredshift"

    def relation(self, relation: Relation) -> exp.Expr:
        """The people have one name wherever conditions stand, so that lists can be unnested from it."""
        people = super().relation(relation)
        people.set("alias", exp.TableAlias(this=name(EXTRACTED)))
        return people

    # texts

    def text(self, operand: exp.Expr) -> exp.Expr:
        """Trailing blanks are insignificant in comparisons of VARCHAR and CHAR; the order is that of bytes."""
        return operand if _is_marked(operand) else _marked(operand)

    def contains_text(self, text: exp.Expr, part: exp.Expr) -> exp.Expr:
        """STRPOS is 0 where there is none; what it says of the empty text is not documented, so that is asked first."""
        text, part = _bare(text), _bare(part)
        is_empty = binary(exp.EQ, function("LEN", part.copy()), integer(0))
        cased = [function("COLLATE", side, string("case_sensitive")) for side in (text.copy(), part)]
        return case([(is_empty, is_not_null(text))], binary(exp.GT, function("STRPOS", *cased), integer(0)))

    # numbers

    def is_number(self, operand: exp.Expr) -> exp.Expr:
        """NaN is taken to equal NaN, as in PostgreSQL; the documentation does not say it."""
        return negation(binary(exp.EQ, operand, cast(string("NaN"), "DOUBLE")))

    # instants

    def instant_literal(self, kind: TimestampKind, microseconds: int) -> exp.Expr:
        """ISO 8601 reads alike under every date style."""
        written = written_clock(microseconds)
        match kind.form:
            case TimestampForm.DATE:
                return cast(text_value(written_day(microseconds)), "DATE")
            case TimestampForm.NAIVE:
                return cast(text_value(written), "TIMESTAMP")
            case TimestampForm.ZONED:
                return cast(text_value(f"{written}+00:00"), "TIMESTAMPTZ")
            case TimestampForm.NAIVE_NANOSECONDS:
                raise UnsupportedByDialect(self.name, "a timestamp finer than a microsecond")
            case TimestampForm.EPOCH_SECONDS | TimestampForm.EPOCH_MILLISECONDS:
                raise CompilerBug("epoch columns compare as integers")

    def instant_of(self, kind: TimestampKind, operand: exp.Expr) -> exp.Expr:
        """DATEDIFF counts the borders of a unit that lie between, in BIGINT."""
        match kind.form:
            case TimestampForm.EPOCH_SECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000_000))
            case TimestampForm.EPOCH_MILLISECONDS:
                return binary(exp.Mul, cast(operand, "DECIMAL(38, 0)"), integer(1_000))
            case TimestampForm.DATE:
                return binary(exp.Mul, self._days_since_epoch(operand), integer(MICROSECONDS_PER_DAY))
            case TimestampForm.ZONED:
                in_utc = exp.AtTimeZone(this=operand, zone=string("UTC"))
                return self.instant_of(TimestampKind(TimestampForm.NAIVE), exp.Paren(this=in_utc))
            case TimestampForm.NAIVE:
                epoch = cast(string("1970-01-01 00:00:00"), "TIMESTAMP")
                return function("DATEDIFF", exp.var("microsecond"), epoch, operand)
            case TimestampForm.NAIVE_NANOSECONDS:
                raise UnsupportedByDialect(self.name, "a timestamp finer than a microsecond")

    def now(self) -> exp.Expr:
        """A timestamp with time zone, or a text that names its offset."""
        given = cast(self.parameter("now", ParameterType.INSTANT), "TIMESTAMPTZ")
        return self.instant_of(TimestampKind(TimestampForm.ZONED), given)

    def _days_since_epoch(self, date: exp.Expr) -> exp.Expr:
        return function("DATEDIFF", exp.var("day"), cast(string("1970-01-01"), "DATE"), date)

    def matches(self, text: exp.Expr, pattern: str) -> exp.Expr:
        """POSIX; that an ending newline counts is made sure of."""
        last = function("RIGHT", text.copy(), integer(1))
        whole = exp.RegexpLike(this=text, expression=string(f"^({pattern})$"))
        return conjunction([whole, negation(binary(exp.EQ, last, function("CHR", integer(10))))])

    def days(self, date: exp.Expr) -> exp.Expr:
        """TRY_CAST is NULL where CAST would raise, should the pattern not be looked at first."""
        return self._days_since_epoch(try_cast(date, "DATE"))

    def whole(self, digits: exp.Expr) -> exp.Expr:
        """TRY_CAST reads leading zeros."""
        return try_cast(digits, "BIGINT")

    def fraction(self, text: exp.Expr) -> exp.Expr:
        """With the parameter e, the group of the first match."""
        return function("REGEXP_SUBSTR", text, string("[.]([0-9]{1,6})"), integer(1), integer(1), string("e"))

    # JSON

    def document(self, operand: exp.Expr, text: bool) -> exp.Expr:
        """Paths begin with a column."""
        if text:
            raise UnsupportedByDialect(self.name, "JSON in a text column: keep documents in a SUPER column")
        return operand

    def node(self, document: exp.Expr, steps: Steps) -> exp.Expr:
        """Navigation in lax mode, the default: NULL unless an object has the attribute, or a list the index."""
        found = document
        for step in steps:
            if isinstance(step, str):
                found = exp.Dot(this=found, expression=name(self._key(step)))
            else:
                found = exp.Bracket(this=found, expressions=[integer(min(step, INDEX_MAX))])
        return found

    def _key(self, key: str) -> str:
        """A key that is the same name under every setting of a session."""
        if not key or key != key.lower() or len(key.encode()) > NAME_BYTES_MAX:
            raise UnsupportedByDialect(
                self.name, f"the key `{key}`: Redshift folds names to lower case, and none is empty or beyond 127 bytes"
            )
        return key

    def node_form(self, node: exp.Expr) -> exp.Expr:
        """JSON_TYPEOF is `null` for a JSON null; of NULL nothing is said, and NULL and `null` read as absent."""
        return function("JSON_TYPEOF", node)

    def node_text(self, node: exp.Expr) -> exp.Expr:
        """A cast of a SUPER text takes the quotes off."""
        return case([(self.is_node(node, "text"), cast(node.copy(), "VARCHAR"))])

    def node_boolean(self, node: exp.Expr) -> exp.Expr:
        """A cast would read numbers as booleans, too."""
        return case([(binary(exp.EQ, self.node_form(node), string("boolean")), cast(node.copy(), "BOOLEAN"))])

    def node_number(self, node: exp.Expr) -> exp.Expr:
        """A cast would read texts as numbers, too."""
        return case([(binary(exp.EQ, self.node_form(node), string("number")), cast(node.copy(), "DOUBLE"))])

    def node_length(self, node: exp.Expr) -> exp.Expr:
        """Asked of lists only."""
        return case([(self.is_node(node, "list"), function("GET_ARRAY_LENGTH", node.copy()))])

    def node_keys(self, node: exp.Expr) -> exp.Expr:  # noqa: ARG002
        """There is no such function."""
        raise UnsupportedByDialect(self.name, "whether a property equals an object")

    def node_some_item(self, node: exp.Expr, test: Test, others: Sequence[exp.Expr] = ()) -> exp.Expr:
        """Unnesting in a correlated subquery, which may refer to its parent alone; what is no list has no items."""
        variable = free_variable([node, *others])
        item = column(variable)
        item.meta[ITEM] = True
        path = node.copy()
        for root in path.find_all(exp.Column):
            if not root.meta.get(ITEM):
                root.set("table", name(EXTRACTED))
        rows = exp.Alias(this=path, alias=name(variable))
        is_list = binary(exp.EQ, self.node_form(node), string(self.forms["list"]))
        return conjunction([is_list, exp.Exists(this=select([integer(1)], rows, test(item)))])

    def node_output(self, node: exp.Expr) -> exp.Expr:
        """JSON text."""
        return function("JSON_SERIALIZE", node)

    # members and output

    def is_among(self, keys: Sequence[exp.Expr], rows: Rows, taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """IN of the ids of each tenant; nothing in it is NULL."""
        return rows_in_groups(keys, rows)

    def is_among_given(self, keys: Sequence[exp.Expr], parameters: Sequence[str], taken: frozenset[str]) -> exp.Expr:  # noqa: ARG002
        """There are no list parameters."""
        raise UnsupportedByDialect(self.name, "so many static members: Redshift has no list parameters")

    def output(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Instants in microseconds, SUPER as JSON text."""
        match kind:
            case TimestampKind():
                return self.instant_of(kind, operand)
            case JsonKind():
                return self.node_output(operand)
            case DecimalKind():
                return self.exact_double(operand)
            case TextKind(cast=True) | OpaqueKind():
                return cast(operand, "VARCHAR")
            case _:
                return operand

    def as_json(self, kind: Kind, operand: exp.Expr) -> exp.Expr:
        """Texts get their quotes as SUPER; every other scalar is written as its text."""
        match kind:
            case JsonKind():
                return self.node_output(operand)
            case TextKind(cast=False):
                return function("JSON_SERIALIZE", cast(operand, "SUPER"))
            case _:
                return cast(operand, "VARCHAR")


def _bare(text: exp.Expr) -> exp.Expr:
    """A text without its mark."""
    return text.expressions[0] if isinstance(text, exp.Anonymous) and _is_marked(text) else text
