"""Build sqlglot nodes that print the way they nest.

sqlglot does not parenthesise what is built from raw nodes, and many of its helpers read strings as SQL.
Every node with operands is made here, every value passes through a literal function, every name through
`name`. Nothing in the lowering calls sqlglot's parsing helpers.

Literals that a condition states are marked as its **values** (`text_value`, `integer_value`, `decimal_value`,
`double`): they can become parameters. Literals that belong to the SQL itself (a path, a pattern, an index) are not.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from sqlglot import exp

OPERATORS = (exp.Binary, exp.Unary, exp.Between, exp.In)
"""Nodes that need parentheses as operands of another operator; a Paren is none, though sqlglot calls it Unary."""

FLAT_OPERANDS_MAX = 16
"""Up to so many operands a chain prints flat, which people read best; longer ones become balanced trees,
because printers, parsers and engines recurse once an operand."""


def name(text: str) -> exp.Identifier:
    """A name of a column, a table or an alias, always quoted."""
    return exp.to_identifier(text, quoted=True)


def column(text: str) -> exp.Column:
    """A column by its name."""
    return exp.Column(this=name(text))


def string(text: str) -> exp.Literal:
    """A text literal; sqlglot escapes it for each dialect."""
    return exp.Literal.string(text)


def integer(value: int) -> exp.Expr:
    """An integer literal."""
    literal = exp.Literal(this=str(abs(value)), is_string=False)
    return literal if value >= 0 else exp.Neg(this=literal)


def double(value: float) -> exp.Expr:
    """A binary64 literal, always with an exponent: without one, engines read a DECIMAL."""
    text = repr(abs(float(value)))
    if text == "inf":
        infinity = cast(string("Infinity"), "DOUBLE")
        return infinity if value > 0 else exp.Neg(this=infinity)
    digits = text.removesuffix(".0")
    literal = exp.Literal(this=digits if "e" in digits else f"{digits}e0", is_string=False)
    return as_value(literal if value >= 0 else exp.Neg(this=literal), float(value))


def text_value(text: str) -> exp.Expr:
    """A text that a condition states."""
    return as_value(string(text), text)


def integer_value(value: int) -> exp.Expr:
    """An integer that a condition states."""
    return as_value(integer(value), value)


VALUE = "value"
"""Under this key a literal's own notes hold the Python value that it stands for."""


STAND_IN = "stand_in"
"""Under this key they say that the value is none of the condition's own, but chosen to differ from those."""


def decimal_value(digits: str) -> exp.Expr:
    """A decimal number of any length by its digits; what it means without a type, engines see differently."""
    literal = exp.Literal(this=digits.removeprefix("-"), is_string=False)
    return as_value(exp.Neg(this=literal) if digits.startswith("-") else literal, Decimal(digits))


def as_value(literal: exp.Expr, value: float | str | Decimal) -> exp.Expr:
    """Mark a literal as a value of a condition."""
    literal.meta[VALUE] = value
    return literal


def as_stand_in(tree: exp.Expr) -> exp.Expr:
    """Say of the values of a tree that they are chosen to differ from those of a condition."""
    for node in tree.walk():
        if VALUE in node.meta:
            node.meta[STAND_IN] = True
    return tree


def constant(tree: exp.Expr) -> exp.Expr:
    """A tree whose literals belong to the SQL itself, whoever wrote them."""
    for node in tree.walk():
        node.meta.pop(VALUE, None)
    return tree


def true() -> exp.Expr:
    """The constant TRUE."""
    return exp.Boolean(this=True)


def false() -> exp.Expr:
    """The constant FALSE."""
    return exp.Boolean(this=False)


def paren(operand: exp.Expr) -> exp.Expr:
    """An operand, wrapped when it is an operator itself."""
    if isinstance(operand, exp.Paren) or not isinstance(operand, OPERATORS):
        return operand
    if isinstance(operand, exp.Neg | exp.Collate):
        # A sign and a COLLATE bind tighter than every comparison, and stand below nothing else here.
        return operand
    return exp.Paren(this=operand)


def binary(kind: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """A binary operator whose operands keep their grouping."""
    return kind(this=paren(left), expression=paren(right))


def function(function_name: str, *arguments: exp.Expr) -> exp.Expr:
    """A function call that prints as it stands here; sqlglot's own nodes would rename or rewrite some."""
    return exp.Anonymous(this=function_name, expressions=list(arguments))


def cast(operand: exp.Expr, type_name: str) -> exp.Expr:
    """A cast that raises where the value does not fit."""
    return exp.Cast(this=operand, to=_type(type_name).copy())


def try_cast(operand: exp.Expr, type_name: str) -> exp.Expr:
    """A cast that is NULL where the value does not fit."""
    return exp.TryCast(this=operand, to=_type(type_name).copy())


@lru_cache(maxsize=256)
def _type(type_name: str) -> exp.DataType:
    """A type by its name; sqlglot parses the name, which takes longer than all else about a cast."""
    if type_name == "DECIMAL":
        # Without numbers it is the widest one that an engine has, and not what DuckDB takes it for.
        return exp.DataType(this=exp.DType.DECIMAL)
    return exp.DataType.build(type_name, dialect="duckdb")


def is_null(operand: exp.Expr) -> exp.Expr:
    """Whether the operand is NULL; never NULL itself."""
    return exp.Is(this=paren(operand), expression=exp.Null())


def is_not_null(operand: exp.Expr) -> exp.Expr:
    """Whether the operand is not NULL; never NULL itself."""
    return exp.Not(this=is_null(operand))


def negation(operand: exp.Expr) -> exp.Expr:
    """NOT, around the whole operand."""
    return exp.Not(this=paren(operand))


def coalesce(operand: exp.Expr, *others: exp.Expr) -> exp.Expr:
    """The first operand that is not NULL."""
    return exp.Coalesce(this=operand, expressions=list(others))


def case(branches: Iterable[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN … THEN … ELSE … END; without `otherwise` the rest is NULL."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise)


def is_in(operand: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    """Equality with the one value, IN with several."""
    if len(values) == 1:
        return binary(exp.EQ, operand, values[0])
    return exp.In(this=paren(operand), expressions=list(values))


def conjunction(operands: Sequence[exp.Expr]) -> exp.Expr:
    """The operands joined by AND; of none, TRUE."""
    return _connect(exp.And, operands) if operands else true()


def disjunction(operands: Sequence[exp.Expr]) -> exp.Expr:
    """The operands joined by OR; of none, FALSE."""
    return _connect(exp.Or, operands) if operands else false()


def _connect(kind: type[exp.Connector], operands: Sequence[exp.Expr]) -> exp.Expr:
    if len(operands) == 1:
        return operands[0]
    if len(operands) <= FLAT_OPERANDS_MAX:
        joined = _group(operands[0])
        for operand in operands[1:]:
            joined = kind(this=joined, expression=_group(operand))
        return joined
    middle = len(operands) // 2
    halves = (_connect(kind, operands[:middle]), _connect(kind, operands[middle:]))
    return kind(this=_group(halves[0]), expression=_group(halves[1]))


def _group(operand: exp.Expr) -> exp.Expr:
    """A connector among operands is wrapped; comparisons bind tighter than AND and OR and stay bare."""
    return exp.Paren(this=operand) if isinstance(operand, exp.Connector) else operand


def select(
    columns: Sequence[exp.Expr], source: exp.Expr, where: exp.Expr | None = None, alias: str | None = None
) -> exp.Select:
    """SELECT columns FROM source [AS alias] [WHERE where]."""
    if isinstance(source, exp.Select):
        source = exp.Subquery(this=source, alias=exp.TableAlias(this=name(alias)) if alias else None)
    query = exp.Select(expressions=list(columns), from_=exp.From(this=source))
    if where is not None:
        query.set("where", exp.Where(this=where))
    return query


def aliased(expression: exp.Expr, alias: str) -> exp.Expr:
    """An expression under a name; a column that has this name already stays bare."""
    if isinstance(expression, exp.Column) and expression.name == alias and not expression.table:
        return expression
    return exp.Alias(this=expression, alias=name(alias))
