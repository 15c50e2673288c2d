"""Exact decimals are compared as if they had been rounded to binary64 first: against exact arithmetic, and in SQL."""

import math
import struct
from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from audience.lowering import DIALECTS
from audience.lowering.build import aliased, column, select
from audience.lowering.dialects.nearest_double import GREATEST as READS_AS_INFINITE
from audience.lowering.dialects.nearest_double import LEAST as READS_AS_ZERO
from audience.lowering.dialects.nearest_double import nearest
from audience.lowering.dialects.postgres import NEAREST_MAX
from audience.lowering.query import render

POSTGRES = DIALECTS["postgres"]
COMPARISONS = {
    exp.EQ: lambda left, right: left == right,
    exp.LT: lambda left, right: left < right,
    exp.LTE: lambda left, right: left <= right,
    exp.GT: lambda left, right: left > right,
    exp.GTE: lambda left, right: left >= right,
}
EXACT = Context(prec=2_000)
"""Enough digits for every point half way between two doubles, and for one that lies beside it."""

GREATEST = 1.7976931348623157e308
LEAST = 5e-324
NEVER_ZERO = Fraction(1, 2**1075)
"""What lies nearer to zero is told from zero, which is a named limit of the dialect."""


def from_bits(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


doubles = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 2**52 - 1).map(from_bits),  # subnormal
    st.integers(-1074, 1023).map(lambda power: math.ldexp(1.0, power)),
    st.integers(-(2**53), 2**53).map(float),
    st.decimals(0, 10_000, places=2).map(float),
    st.sampled_from([0.0, 0.1, 0.3, 1.0, LEAST, GREATEST, -GREATEST, 2.2250738585072014e-308]),
)


def half_way(value: float, up: bool) -> Fraction:
    """The point half way to a neighbour; beyond the greatest double lies, at the same distance, 2^1024."""
    neighbour = math.nextafter(value, math.inf if up else -math.inf)
    other = Fraction(2**1024) * (1 if up else -1) if math.isinf(neighbour) else Fraction(neighbour)
    return (Fraction(value) + other) / 2


@st.composite
def bounds_and_decimals(draw: st.DrawFn) -> tuple[float, str]:
    """A double, and an exact decimal at it, half way to a neighbour, barely beside that, or anywhere."""
    bound = draw(doubles)
    kind = draw(st.sampled_from(["at", "half way", "beside", "beside", "another", "token"]))
    if kind == "token":
        return bound, draw(odd_tokens)
    if kind == "another":
        return bound, written(Fraction(draw(doubles)))
    point = Fraction(bound) if kind == "at" else half_way(bound, draw(st.booleans()))
    if kind == "beside":
        point += Fraction(draw(st.sampled_from([1, -1])), 10 ** draw(st.integers(330, 1_300)))
    return bound, written(point)


odd_tokens = st.sampled_from(
    [
        *("0", "-0", "-0.0", "0e5", "1.0", "1e0", "10E-1", "100e-2", "0.1000000000000000055511151231257827"),
        *("1e400", "-1e400", "1e-400", "-1e-400", "2e-324", "2.5e-324", "1.7976931348623158e308", "1.8e308"),
        *("179769313486231580793e289", "9007199254740993", "9007199254740992.999", "1" * 400, "-" + "9" * 400),
        *("0." + "3" * 400, "1" + "0" * 309, "0." + "0" * 330 + "1", "123456789" * 40 + "e-350"),
    ]
)


ALWAYS_INFINITE = Fraction(2**1024 - 2**970)


def written(number: Fraction) -> str:
    """The digits of a number whose expansion ends within the precision, without an exponent."""
    divided = EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    assert Fraction(divided) == number
    return f"{divided:f}"


def holds(tree: exp.Expr, number: Fraction) -> bool:
    """Evaluate a condition about the column `n` exactly."""
    match tree:
        case exp.And(this=left, expression=right):
            return holds(left, number) and holds(right, number)
        case exp.Paren(this=inner):
            return holds(inner, number)
        case exp.Binary(this=exp.Column(), expression=bound):
            return COMPARISONS[type(tree)](number, digits(bound))
        case _:
            raise AssertionError(repr(tree))


def digits(literal: exp.Expr) -> Fraction:
    if isinstance(literal, exp.Neg):
        return -digits(literal.this)
    assert isinstance(literal, exp.Literal)
    assert not literal.is_string
    return Fraction(literal.name)


def is_outside(bound: float, text: str) -> bool:
    """Whether zero is compared with what only reads as zero."""
    return bound == 0 and 0 < abs(Fraction(text)) <= NEVER_ZERO


def is_cut(text: str) -> bool:
    """Whether a number lies between an end of binary64 and the digits to which that end is cut for a cast."""
    size = abs(Fraction(text))
    return NEVER_ZERO < size <= Fraction(READS_AS_ZERO) or Fraction(READS_AS_INFINITE) <= size < ALWAYS_INFINITE


@given(doubles)
def test_the_points_are_half_way(bound: float) -> None:
    low, high, inclusive = nearest(bound)
    if bound == 0:
        assert (low, high, inclusive) == ("0", "0", True)
        return
    assert (Fraction(low), Fraction(high)) == (half_way(bound, up=False), half_way(bound, up=True))
    assert inclusive is (float(low) == bound)
    assert inclusive is (float(high) == bound)


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda kind: kind.__name__)
@given(bounds_and_decimals())
def test_a_decimal_is_compared_as_it_is_read(comparison: type[exp.Binary], drawn: tuple[float, str]) -> None:
    bound, text = drawn
    if is_outside(bound, text):
        return
    tree = POSTGRES.number_compares(column("n"), comparison, bound)
    assert holds(tree, Fraction(text)) is COMPARISONS[comparison](float(text), bound)


@given(st.lists(doubles, min_size=1, max_size=4), bounds_and_decimals())
def test_a_few_numbers_are_compared_one_by_one(bounds: list[float], drawn: tuple[float, str]) -> None:
    bounds = [*bounds[:-1], drawn[0]]
    if any(is_outside(bound, drawn[1]) for bound in bounds):
        return
    tree = POSTGRES.number_is_any(column("n"), bounds)
    options = tree.flatten() if isinstance(tree, exp.Or) else [tree]
    assert any(holds(option, Fraction(drawn[1])) for option in options) is (float(drawn[1]) in bounds)


def test_the_ends_are_cut_to_the_safe_side() -> None:
    """A cast raises where binary64 has nothing but zero or infinity, so the cut must leave it none of these."""
    assert NEVER_ZERO < Fraction(READS_AS_ZERO) < NEVER_ZERO * (1 + Fraction(1, 10**19))
    assert ALWAYS_INFINITE * (1 - Fraction(1, 10**20)) < Fraction(READS_AS_INFINITE) < ALWAYS_INFINITE
    assert any("more than 19 digits" in limit.what for limit in POSTGRES.capabilities.limits)


def test_what_only_reads_as_zero_is_the_named_limit() -> None:
    tree = POSTGRES.number_compares(column("n"), exp.EQ, 0.0)
    assert not holds(tree, NEVER_ZERO)
    assert float(written(NEVER_ZERO)) == 0.0
    assert any("2^-1075" in limit.what for limit in POSTGRES.capabilities.limits)


# ── the same on a server ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def connection(schema_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(schema_url, autocommit=True) as opened:
        opened.execute("CREATE TABLE numbers (at integer, n numeric, properties jsonb)")
        yield opened


def of_column() -> exp.Expr:
    return POSTGRES.wide_decimal(column("n"))


def of_json() -> exp.Expr:
    return POSTGRES.node_number(POSTGRES.node(column("properties"), ("n",)))


@pytest.mark.parametrize("number", [of_column, of_json])
@given(doubles, st.lists(bounds_and_decimals(), min_size=1, max_size=20))
def test_the_server_agrees_and_never_raises(
    connection: psycopg.Connection, number: object, bound: float, drawn: list[tuple[float, str]]
) -> None:
    texts = [text for _, text in drawn]
    bounds = [bound, *(near for near, _ in drawn[:4])]
    looked_up = len(bounds) > NEAREST_MAX
    fill(connection, texts)
    assert callable(number)
    trees = [
        POSTGRES.number_compares(number(), comparison, asked) for comparison in COMPARISONS for asked in bounds
    ] + [POSTGRES.number_is_any(number(), bounds)]
    for text, row in zip(texts, answers(connection, trees), strict=True):
        expected = [
            None if is_outside(asked, text) else compared(float(text), asked)
            for compared in COMPARISONS.values()
            for asked in bounds
        ]
        unsure = is_cut(text) if looked_up else any(is_outside(asked, text) for asked in bounds)
        expected.append(None if unsure else float(text) in bounds)
        found = [None if outside is None else answer for answer, outside in zip(row, expected, strict=True)]
        assert found == expected, text


@pytest.mark.parametrize("number", [of_column, of_json])
@given(st.lists(bounds_and_decimals(), min_size=1, max_size=20))
def test_the_server_reads_as_python_does(
    connection: psycopg.Connection, number: object, drawn: list[tuple[float, str]]
) -> None:
    texts = [text for _, text in drawn]
    fill(connection, texts)
    assert callable(number)
    found = [row[0] for row in answers(connection, [POSTGRES.number_double(number())])]
    assert [number for number, text in zip(found, texts, strict=True) if not is_cut(text)] == [
        float(text) for text in texts if not is_cut(text)
    ]


def fill(connection: psycopg.Connection, texts: list[str]) -> None:
    connection.execute("TRUNCATE numbers")
    rows = [(at, text, f'{{"n": {text}}}') for at, text in enumerate(texts)]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO numbers VALUES (%s, %s::text::numeric, %s::text::jsonb)", rows)


def answers(connection: psycopg.Connection, trees: list[exp.Expr]) -> list[tuple[object, ...]]:
    columns = [aliased(tree, f"a{at}") for at, tree in enumerate(trees)]
    query = select(columns, exp.Table(this=exp.to_identifier("numbers", quoted=True)))
    query.set("order", exp.Order(expressions=[column("at")]))
    return connection.execute(render(query, POSTGRES).encode()).fetchall()
