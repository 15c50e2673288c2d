"""What texts mean as trees: operators, paths, values, times, precedence, headers, limits."""

import time

import pytest

from audience import limits
from audience.diagnostics import Span
from audience.errors import DefinitionError
from audience.language import (
    And,
    Condition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Or,
    Property,
    Relative,
    format_condition,
    parse,
    parse_definition,
)
from audience.language.operator_words import LIST_SPELLINGS
from audience.operators import BY_NAME, OPERATORS, Operator, Takes
from audience.values import Array, Boolean, Null, Number, Object, Text

ARGUMENTS = {
    Takes.NOTHING: "",
    Takes.VALUE: '"a"',
    Takes.ORDERED: "5",
    Takes.RANGE: "[1, 2]",
    Takes.ITEMS: '["a"]',
    Takes.INSTANT: "30 days ago",
    Takes.INSTANTS: '["2025-01-01", "2025-12-31"]',
    Takes.AUDIENCE: '"vip"',
}


def condition(text: str) -> Condition:
    found = parse(text)
    assert isinstance(found, Condition)
    return found


def codes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert all(diagnostic.source is not None for diagnostic in caught.value.diagnostics)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_spelling_of_every_operator(operator: Operator) -> None:
    subject = "recipient" if operator.takes is Takes.AUDIENCE else "plan"
    for words in (operator.name, operator.words, *operator.spellings):
        for typed in (words, words.upper(), words.replace(" ", "\n\t ")):
            found = condition(f"{subject} {typed} {ARGUMENTS[operator.takes]}")
            assert found.operator is operator, typed
            assert found.property == Property(() if operator.takes is Takes.AUDIENCE else ("plan",))


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_example(operator: Operator) -> None:
    found = condition(operator.example)
    assert found.operator is operator
    assert parse(format_condition(found)) == found


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_operator_counts_its_arguments(operator: Operator) -> None:
    subject = "recipient" if operator.takes is Takes.AUDIENCE else "plan"
    if operator.takes is Takes.NOTHING:
        assert codes(f'{subject} {operator.words} "x"') == ["A302"]
    else:
        assert codes(f"{subject} {operator.words}") == ["A104"]
    if operator.takes in (Takes.RANGE, Takes.INSTANTS):
        pair = condition(f'{subject} {operator.words} "a" and recipient.b')
        assert pair.argument == Items((Literal(Text("a")), Property(("b",))))
        assert codes(f'{subject} {operator.words} "a"') == ["A303"]


@pytest.mark.parametrize("words", sorted(LIST_SPELLINGS))
def test_in_needs_a_list(words: str) -> None:
    assert codes(f'plan {words} "pro"') == codes(f"plan {words} recipient.plans") == ["A303"]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("plan", ("plan",)),
        ("recipient.plan", ("plan",)),
        ("user.plan", ("plan",)),
        ("address.city", ("address", "city")),
        ("tags[0]", ("tags", 0)),
        ("a.0", ("a", "0")),
        ('recipient["a.b"].c', ("a.b", "c")),
        ('recipient[ "a]b" ][ 3 ]', ("a]b", 3)),
        ("recipient[0]", (0,)),
        ("recipient.2fa", ("2fa",)),
        ("recipient.user.x", ("user", "x")),
        ("data.x", ("data", "x")),
        ("recipients.x", ("recipients", "x")),
        ("zip-code", ("zip-code",)),
        ("größe", ("größe",)),
        ("名前.姓", ("名前", "姓")),
        ("name", ("name",)),
        ("member", ("member",)),
        ("notes", ("notes",)),
        ("order", ("order",)),
        ("recipient.and", ("and",)),
        ("a.and", ("a", "and")),
    ],
)
def test_paths(text: str, steps: tuple[str | int, ...]) -> None:
    assert condition(f"{text} = 1").property == Property(steps)
    assert condition(f"{text} = 1").place == Span(0, len(text) + 4)


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ('"a\\n\\u00e9\\ud83c\\udf89"', Literal(Text("a\né🎉"))),
        ("-0", Literal(Number(0))),
        ("1.0", Literal(Number(1))),
        ("-2.5e-3", Literal(Number(-0.0025))),
        ("9007199254740993", Literal(Number(9007199254740993))),
        ("true", Literal(Boolean(True))),
        ("null", Literal(Null())),
        ("recipient.a[0]", Property(("a", 0))),
        ("30 days ago", Relative(-30, "days")),
        ("1 Week  from now", Relative(1, "weeks")),
        ("30_days_ago", Relative(-30, "days")),
        ("7_days_from_now", Relative(7, "days")),
        ("[]", Items(())),
        ('[1, [2, []], 1 day ago, user.x]', Items((Literal(Number(1)),
            Literal(Array((Number(2), Array(())))), Relative(-1, "days"), Property(("x",))))),
        ('{"b": [1], "a": {}}', Literal(Object((("a", Object(())), ("b", Array((Number(1),))))))),
    ],
)  # fmt: skip
def test_arguments(text: str, argument: object) -> None:
    assert condition(f"x = {text}").argument == argument
    assert condition(f"x={text}").argument == argument


def a(name: str) -> Expression:
    return Condition(Property((name,)), BY_NAME["exists"], None)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a exists and b exists or c exists", Or((And((a("a"), a("b"))), a("c")))),
        ("a exists or b exists AND c exists", Or((a("a"), And((a("b"), a("c")))))),
        ("a exists and (b exists and c exists)", And((a("a"), a("b"), a("c")))),
        ("(a exists or (b exists)) or c exists", Or((a("a"), a("b"), a("c")))),
        ("not a exists and b exists", And((Not(a("a")), a("b")))),
        ("NOT (a exists or b exists)", Not(Or((a("a"), a("b"))))),
        ("not not a exists", Not(Not(a("a")))),
        ("nobody", Nobody()),
        ("not Nobody or a exists", Or((Not(Nobody()), a("a")))),
        ("a not exists", Condition(Property(("a",)), BY_NAME["not_exists"], None)),
        ('not member of "v"', Condition(Property(()), BY_NAME["is_not_audience_member"], Literal(Text("v")))),
        (
            'not recipient member of "v"',
            Not(Condition(Property(()), BY_NAME["is_audience_member"], Literal(Text("v")))),
        ),
        ("\ufeff(a exists)\r\n", a("a")),
    ],
)
def test_structure(text: str, tree: Expression) -> None:
    assert parse(text) == tree


def test_header() -> None:
    text = '# ours\ndescription "People\\nwho pay" # why\nname "Paying"\n\n# first\nname = "Bob" # Bob'
    definition = parse_definition(text)
    assert (definition.name, definition.description) == ("Paying", "People\nwho pay")
    assert definition.comments == ("ours", "why")
    assert isinstance(definition.expression, Condition)
    assert definition.expression.property == Property(("name",))
    assert definition.expression.comments.all() == ("first", "Bob")
    assert parse(text) == definition.expression


def test_places_are_of_the_whole_condition() -> None:
    text = 'name "x"\nnot (plan = "pro" and age between 1 and 2)'
    expression = parse(text)
    assert isinstance(expression, Not)
    assert isinstance(expression.operand, And)
    places = [text[p.start : p.end] for operand in expression.operand.operands if isinstance(p := operand.place, Span)]
    assert places == ['plan = "pro"', "age between 1 and 2"]


# ── limits ────────────────────────────────────────────────────────────────────────────────────────

DEEP_LISTS = "[" * (limits.VALUE_NESTING_MAX + 1)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("A901", 'plan = "' + "x" * 10_000_000 + '"'),
        ("A901", 'plan = "' + "é" * 600_000 + '"'),
        ("A902", "(" * 100_000 + "a exists" + ")" * 100_000),
        ("A902", "not " * 100_000 + "a exists"),
        ("A902", "not (" * 100_000 + "a exists" + ")" * 100_000),
        ("A902", "a = " + "[" * 100_000),
        ("A902", "a = [" + DEEP_LISTS + "]" * (limits.VALUE_NESTING_MAX + 2)),
        ("A902", 'a = {"a": ' * (limits.VALUE_NESTING_MAX + 1)),
        ("A902", "not " * (limits.NESTING_MAX + 1) + "a exists"),
        ("A902", "(a exists and (a exists or " * 9 + "a exists" + "))" * 9),
        ("A903", " or ".join(["a exists"] * 50_000)),
        ("A903", " and ".join(["a between 1 and 2"] * (limits.CONDITIONS_MAX + 1))),
        ("A904", "a in [" + ",".join(["1"] * 100_000) + "]"),
        ("A904", "a in [" + ",".join(["1"] * (limits.LIST_ITEMS_MAX + 1)) + "]"),
        ("A905", ".".join(["a"] * (limits.PATH_STEPS_MAX + 1)) + " exists"),
        ("A308", "a = 1" + "0" * 400),
        ("A308", "a = 1" + "0" * 9_000),
        ("A308", "a = -1e999"),
        ("A305", "a before " + "9" * 9_000 + " days ago"),
        ("A104", "between and " * 80_000),
        ("A101", "a " * 400_000),
        ("A102", "a = '" + "\\'" * 400_000),
        ("A101", "a = 1" + "\n" * 900_000 + "b"),
        ("A104", "()" * 400_000),
        ("A106", "a = 1" + "_1" * 400_000),
        ("A105", "a = " + "b" * 900_000),
        ("A303", 'a in "' + "b" * 900_000 + '"'),
    ],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_beyond_a_limit_is_one_quick_error(code: str, text: str) -> None:
    started = time.perf_counter()
    assert codes(text)[0] == code
    assert len(set(codes(text))) == 1
    assert time.perf_counter() - started < 10  # generous: the machine may be busy


@pytest.mark.parametrize(
    "text",
    [
        "not " * limits.NESTING_MAX + "a exists",
        "(" * limits.TEXT_NESTING_MAX + "a exists" + ")" * limits.TEXT_NESTING_MAX,
        "a = [" + "[" * limits.VALUE_NESTING_MAX + "]" * limits.VALUE_NESTING_MAX + "]",
        " and ".join(["a between 1 and 2"] * limits.CONDITIONS_MAX),
        " and ".join(["a on or after 1 day ago"] * limits.CONDITIONS_MAX),
        "a in [" + ",".join(["1"] * limits.LIST_ITEMS_MAX) + "]",
        ".".join(["a"] * limits.PATH_STEPS_MAX) + " exists",
    ],
    ids=lambda text: text[:24],
)
def test_at_a_limit_is_fine(text: str) -> None:
    parse(text)


def test_many_findings_end_at_a_bound() -> None:
    assert codes(" or ".join(["a = b"] * 900)) == ["A105"] * limits.DIAGNOSTICS_MAX
    assert len(codes('name "a" ' * 50_000 + "a exists")) == limits.DIAGNOSTICS_MAX
