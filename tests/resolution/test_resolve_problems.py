"""Every problem that resolving can find: its code, the text under its caret, its message."""

import json

import pytest

from audience.catalog import Catalog, Column, Table, open_catalog
from audience.catalog.kinds import JsonKind, TextKind
from audience.catalog.types import read_kind
from audience.diagnostics import Pointer, Severity, Source, Span
from audience.errors import DefinitionError, UsageError
from audience.language import parse
from audience.language.nodes import And, Condition, Items, Literal, Not, Or, Property, Relative
from audience.limits import CONDITIONS_MAX, DIAGNOSTICS_MAX, LIST_ITEMS_MAX, REFERENCE_DEPTH_MAX
from audience.operators import BY_NAME
from audience.resolution import resolve
from audience.values import Array, Null, Number, Object, Text

COLUMNS = {
    "plan": "VARCHAR", "mrr": "DOUBLE", "account": "BIGINT", "active": "BOOLEAN", "seen": "TIMESTAMP",
    "tags": "VARCHAR[]", "days": "DATE[]", "address": "STRUCT(city VARCHAR, zip INTEGER)", "session": "INTERVAL",
    "spans": "INTERVAL[]", "numbers": "BIGINT[]",
}  # fmt: skip
CLOSED = Catalog(
    Table(("people",)),
    Column("id", "id", TextKind()),
    tuple(Column(name, name, read_kind(type)) for name, type in COLUMNS.items()),
)
OPEN = Catalog(CLOSED.relation, CLOSED.id, CLOSED.columns, Column("props", "props", JsonKind()))
AUDIENCES = {
    "vip": parse('plan = "pro"'),
    "loop": parse('member of "pool"'),
    "pool": parse('plan exists and member of "loop"'),
    "broken": parse("nope = 1 and plan > true"),
    "above": parse('member of "broken"'),
}

ERRORS = [
    ('plna = "pro"', "A201", "plna", "unknown property `recipient.plna`"),
    ("session.length exists", "A201", "session.length",
     ("unknown property `recipient.session.length`: "
     "`recipient.session` is of type INTERVAL, which conditions cannot look into")),
    ("address.ctiy exists", "A201", "address.ctiy",
     "unknown property `recipient.address.ctiy`: `recipient.address` is an object and has nothing at `ctiy`"),
    ("plan[0] exists", "A201", "plan[0]",
     "unknown property `recipient.plan[0]`: `recipient.plan` is a text and has nothing at `[0]`"),
    ("plan = recipient.plna", "A201", "recipient.plna", "unknown property `recipient.plna`"),
    ("seen is a timestamp between recipient.x and 30 days ago", "A201", "recipient.x",
     "unknown property `recipient.x`"),
    ("plan > true", "A303", "true", "`>` takes a number, a text, a property or a relative time, not a boolean"),
    ("plan > [1]", "A303", "[1]", "`>` takes a number, a text, a property or a relative time, not a list"),
    ("mrr between 1 and recipient.mrr", "A303", "recipient.mrr", "the bounds of `between` are values, not properties"),
    ('mrr between 1 and "x"', "A303", '1 and "x"', "`between` takes two numbers or two texts, not a number and a text"),
    ("mrr between true and 2", "A303", "true", "`between` takes two numbers or two texts, not a boolean"),
    ("seen before 5", "A303", "5", "`before` takes a timestamp, a property or a relative time, not a number"),
    ('seen before ["2025-01-01"]', "A303", '["2025-01-01"]',
     "`before` takes a timestamp, a property or a relative time, not a list"),
    ("member of recipient.plan", "A303", "recipient.plan",
     "`member of` takes the key of an audience, or a list of keys, not a property"),
    ("member of 5", "A303", "5", "`member of` takes the key of an audience, or a list of keys, not a number"),
    ('plan before "yesterday"', "A304", '"yesterday"', '`"yesterday"` is no timestamp'),
    ('seen = "yesterday"', "A304", '"yesterday"', '`"yesterday"` is no timestamp'),
    ('seen in ["2025-01-01", "soon"]', "A304", '"soon"', '`"soon"` is no timestamp'),
    ('seen > ""', "A304", '""', '`""` is no timestamp'),
    ('seen between "2025-01-01" and "later"', "A304", '"later"', '`"later"` is no timestamp'),
    ('days contains "soon"', "A304", '"soon"', '`"soon"` is no timestamp'),
    ('days contains all ["2025-01-01", ""]', "A304", '""', '`""` is no timestamp'),
    ("seen before 5 minutes ago", "A305", "5 minutes ago", "a relative time of 5 minutes is shorter than 15 minutes"),
    ("seen > 4000000 days ago", "A305", "4000000 days ago",
     "a relative time of 4,000,000 days is longer than 3,652,425 days"),
    ("plan = 30 days ago", "A306", "30 days ago", "`=` cannot take a relative time"),
    ("plan contains 30 days ago", "A306", "30 days ago", "`contains` cannot take a relative time"),
    ("seen between 30 days ago and 7 days ago", "A306", "30 days ago", "`between` cannot take a relative time"),
    ("mrr = 9007199254740992", "A307", "9007199254740992",
     "the integer 9007199254740992 is not exact in every system"),
    ("account = 9223372036854775808", "A307", "9223372036854775808",
     "the integer 9223372036854775808 is not exact in every system"),
    ("numbers contains 9007199254740993", "A307", "9007199254740993",
     "the integer 9007199254740993 is not exact in every system"),
    ('session = "1 hour"', "A315", "session",
     "`recipient.session` is of type INTERVAL, which conditions cannot look into"),
    ("session is empty", "A315", "session",
     "`recipient.session` is of type INTERVAL, which conditions cannot look into"),
    ("plan = recipient.session", "A315", "recipient.session",
     "`recipient.session` is of type INTERVAL, which conditions cannot look into"),
    ("spans contains 5", "A315", "spans",
     "`recipient.spans` is of type list of INTERVAL, which conditions cannot look into"),
    ('member of "vpi"', "A401", '"vpi"', "unknown audience `vpi`"),
    ('member of ["vip", "nobody"]', "A401", '"nobody"', "unknown audience `nobody`"),
    ('member of "loop"', "A402", '"loop"', "the audience `loop` depends on itself: loop → pool → loop"),
    ('member of "above"', "A201", '"above"',
     "in the audience `above`: in the audience `broken`: unknown property `recipient.nope`"),
]  # fmt: skip

WARNINGS = [
    ("mrr between 65 and 18", "A311", "65 and 18",
     "the lower bound of `between` is above the upper one, so nobody is between them"),
    ('plan between "b" and "a"', "A311", '"b" and "a"',
     "the lower bound of `between` is above the upper one, so nobody is between them"),
    ('seen between "2025-02-01" and "2025-01-01"', "A311", '"2025-02-01" and "2025-01-01"',
     "the lower bound of `between` is above the upper one, so nobody is between them"),
    ("seen is a timestamp between 7 days ago and 30 days ago", "A311", "7 days ago and 30 days ago",
     "the lower bound of `is a timestamp between` is above the upper one, so nobody is between them"),
    ('seen is a timestamp between "2025-01-01" and "2025-12-31"', "A312", '"2025-12-31"',
     '`"2025-12-31"` is the first instant of that day, so the rest of the day is not in the range'),
    ('plan contains ""', "A313", '""', 'every text contains "", and an absent value reads as it'),
    ('mrr = "100"', "A314", '"100"', '`recipient.mrr` is a number and `"100"` is a text, so `=` is never true'),
    ("plan != 5", "A314", "5", "`recipient.plan` is a text and `5` is a number, so `=` is never true"),
    ('plan in ["a", 5]', "A314", "5", "`recipient.plan` is a text and `5` is a number, so `in` is never true"),
    ("seen = 5", "A314", "5", "`recipient.seen` is a timestamp and `5` is a number, so `=` is never true"),
    ('seen contains "2025-01-01"', "A314", '"2025-01-01"',
     '`recipient.seen` is a timestamp and `"2025-01-01"` is a text, so `contains` is never true'),
    ("plan > 5", "A314", "5", "`recipient.plan` is a text and `5` is a number, so `>` is never true"),
    ('active > "a"', "A314", '"a"', '`recipient.active` is a boolean and `"a"` is a text, so `>` is never true'),
    ("tags contains 5", "A314", "5",
     "`recipient.tags` is a list of text and `5` is a number, so `contains` is never true"),
    ("plan contains all []", "A314", "[]", "`recipient.plan` is a text and no list, so it never has items"),
    ("mrr before now", "A314", "mrr before now", "`recipient.mrr` is a number, which is never a timestamp"),
    ("mrr > 30 days ago", "A314", "30 days ago", "`recipient.mrr` is a number, which is never a timestamp"),
    ("plan exists or plan does not exist", "A502", "plan exists or plan does not exist",
     "this matches everybody, whatever the data"),
    ("plan exists and plan does not exist", "A501", "plan exists and plan does not exist",
     "this matches nobody, whatever the data"),
]  # fmt: skip


def refused(expression, catalog=CLOSED, **options):
    with pytest.raises(DefinitionError) as caught:
        resolve(expression, catalog, audiences=AUDIENCES, static={"staff"}, **options)
    return caught.value.diagnostics


def span_of(text, part):
    start = text.rindex(part)
    return Span(start, start + len(part))


@pytest.mark.parametrize(("text", "code", "part", "message"), ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(text, code, part, message):
    first = refused(parse(text))[0]
    assert (first.code, first.message, first.place) == (code, message, span_of(text, part))
    assert first.severity is Severity.ERROR


@pytest.mark.parametrize(("text", "code", "part", "message"), WARNINGS, ids=[row[0] for row in WARNINGS])
def test_warnings(text, code, part, message):
    first = resolve(parse(text), CLOSED).warnings[0]
    assert (first.code, first.message, first.place) == (code, message, span_of(text, part))
    assert first.severity is Severity.WARNING


def test_all_problems_at_once_errors_first_and_tied_to_the_source():
    text = 'mrr = "1" or nope = 1 or (plan > true and not seen before "x")'
    found = refused(parse(text), source=Source("a.audience", text))
    assert [problem.code for problem in found] == ["A201", "A303", "A304", "A314"]
    assert {problem.source.name for problem in found} == {"a.audience"}


def test_an_unknown_property_does_not_hide_its_argument():
    assert [problem.code for problem in refused(parse('nope before "x"'))] == ["A201", "A304"]


def test_problems_of_other_audiences_stand_at_the_reference():
    text = 'plan exists or member of "above" or member of "broken"'
    found = refused(parse(text))
    above, broken = span_of(text, '"above"'), span_of(text, '"broken"')
    assert [(problem.code, problem.place) for problem in found] == [
        ("A201", above), ("A303", above), ("A201", broken), ("A303", broken),
    ]  # fmt: skip
    assert found[2].message == "in the audience `broken`: unknown property `recipient.nope`"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('plna = "pro"', "recipient.plan"),
        ("address.ctiy exists", "recipient.address.city"),
        ("mrr = 9007199254740992", '"9007199254740992"'),
        ("seen is a timestamp between 30 days ago and recipient.seenn", "recipient.seen"),
    ],
)
def test_fixes_of_errors(text, fix):
    assert refused(parse(text))[0].fix == fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('mrr = "100"', "100"),
        ('active = "true"', "true"),
        ("plan = 5", '"5"'),
        ("plan = true", '"true"'),
        ('mrr = "a lot"', None),
        ('seen is a timestamp between "2025-01-01" and "2025-12-31"', '"2025-12-31T23:59:59.999999Z"'),
    ],
)
def test_fixes_of_warnings(text, fix):
    assert resolve(parse(text), CLOSED).warnings[0].fix == fix


@pytest.mark.parametrize(
    "text",
    [
        'seen = ""', "seen = null", 'seen in ["", "2025-01-01"]', "account = 9223372036854775807", 'mrr = ""',
        "session exists", "session does not exist", "spans is empty", 'tags in ["a", null]', "nobody",
        'plan in ["a", null, ""]', 'days contains "2025-01-01"', "seen > 30 days ago", 'seen contains ""',
        "tags[0] = \"a\"", "address.zip = 5", "numbers[0] = 9007199254740993", 'member of "vip"', 'member of "staff"',
    ],
)  # fmt: skip
def test_nothing_to_say(text):
    warned = resolve(parse(text), CLOSED, audiences=AUDIENCES, static={"staff"}).warnings
    assert [warning.code for warning in warned] == (["A313"] if text == 'seen contains ""' else [])


# ── open relations and people of our own ──────────────────────────────────────────────────────────


def test_an_open_relation_takes_unknown_properties():
    assert resolve(parse('anything.at[0].all = "x"'), OPEN).warnings == ()
    assert resolve(parse('anything.at[0].all = "x"'), open_catalog()).warnings == ()


@pytest.mark.parametrize(("text", "fix"), [("plna exists", None), ("actve exists", "recipient.active")])
def test_an_open_relation_questions_a_key_that_is_nearly_a_column(text, fix):
    warned = resolve(parse(text), OPEN).warnings
    assert [(warning.code, warning.fix) for warning in warned] == ([("A201", fix)] if fix else [])


def test_an_open_relation_warns_of_what_cannot_be_below_a_column():
    found = resolve(parse("plan.name exists"), OPEN)
    assert [warning.code for warning in found.warnings] == ["A201"]
    assert found.outline.properties[0].kind == JsonKind()


def test_reserved_properties_of_our_own_people():
    text = "created_at before 30 days ago or recipient.updated_at exists"
    found = refused(parse(text), open_catalog(), own_people=True)
    assert [(problem.code, problem.message) for problem in found] == [
        ("A204", "`recipient.created_at` belongs to the system"),
        ("A204", "`recipient.updated_at` belongs to the system"),
    ]
    assert resolve(parse(text), open_catalog()).warnings == ()


# ── trees that no text can spell ──────────────────────────────────────────────────────────────────

PLAN = Property(("plan",), Pointer("/p"))


def condition(operator, argument, subject=PLAN):
    return Condition(subject, BY_NAME[operator], argument, Pointer("/c"))


HAND_MADE = [
    (condition("equal_to", Literal(Number(1)), Property((), Pointer("/p"))), "A110", "/p",
     "`recipient` is the person as a whole, not a property"),
    (condition("equal_to", None), "A301", "/c", "`=` needs an argument"),
    (condition("is_audience_member", None, Property(())), "A301", "/c", "`member of` needs an argument"),
    (condition("is_between", Items((Literal(Number(1)),), Pointer("/a"))), "A303", "/a",
     "`between` takes two numbers or two texts, not a list of 1 item"),
    (condition("is_timestamp_between", Literal(Text("x"), Pointer("/a"))), "A303", "/a",
     "`is a timestamp between` takes two timestamps, not a text"),
    (condition("contains", Items((Relative(-1, "days", Pointer("/a/0")),))), "A306", "/a/0",
     "`contains` cannot take a relative time"),
    (condition("contains", Items((Property(("x",), Pointer("/a/0")),))), "A303", "/a/0",
     "a list after `contains` holds values only, not a property"),
    (condition("equal_to", Literal(Number(float("inf")), Pointer("/a"))), "A308", "/a",
     "the number is beyond what binary64 can hold"),
    (condition("equal_to", Literal(Number(float("nan")), Pointer("/a"))), "A308", "/a",
     "the number is beyond what binary64 can hold"),
    (condition("equal_to", Literal(Text("\0"), Pointer("/a"))), "A309", "/a",
     "the text holds U+0000, which cannot be stored"),
    (condition("equal_to", Literal(Object((("\ud800", Null()),)), Pointer("/a"))), "A309", "/a",
     "the text holds a lone surrogate, which cannot be stored"),
    (condition("exists", None, Property(("a\0",), Pointer("/p"))), "A309", "/p",
     'the path `recipient["a\\u0000"]` holds U+0000, which cannot be stored'),
    (condition("equal_to", Literal(Object((("k", Array((Number(2**60),))),)), Pointer("/a"))), "A307", "/a",
     "the integer 1152921504606846976 is not exact in every system"),
    (condition("contains", Items((Literal(Null()),) * (LIST_ITEMS_MAX + 1), Pointer("/a"))), "A904", "/a",
     "the list holds 10,001 items, at most 10,000 are allowed"),
    (Or((condition("exists", None),) * (CONDITIONS_MAX + 1), Pointer("")), "A903", "",
     "the definition has 1,001 conditions, at most 1,000 are allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "code", "pointer", "message"), HAND_MADE, ids=[row[1] for row in HAND_MADE])
def test_hand_made_trees(expression, code, pointer, message):
    first = refused(expression)[0]
    assert (first.code, first.place) == (code, Pointer(pointer))
    assert first.message == message


def test_a_needless_argument_is_ignored_with_a_warning():
    found = resolve(condition("exists", Literal(Text("x"), Pointer("/a"))), CLOSED)
    assert [(warning.code, warning.place) for warning in found.warnings] == [("A302", Pointer("/a"))]
    assert found.predicate == resolve(condition("exists", None), CLOSED).predicate


def nested(levels, leaf=None):
    tree = leaf or condition("exists", None)
    for level in range(levels):
        tree = (And, Or)[level % 2]((condition("empty", None, Property((f"k{level}",))), tree))
    return tree


def test_nesting_is_counted_after_flattening():
    resolve(nested(16), open_catalog())
    assert refused(nested(17), open_catalog())[0].code == "A902"
    negations = condition("exists", None)
    for _ in range(150):
        negations = Not(negations)
    assert resolve(negations, open_catalog()).predicate == resolve(condition("exists", None), open_catalog()).predicate
    for _ in range(5_000):
        negations = Not(negations)
    assert refused(negations, open_catalog())[0].code == "A902"


def test_a_deep_value_is_refused():
    value = Null()
    for _ in range(18):
        value = Array((value,))
    assert refused(condition("equal_to", Literal(Object((("k", value),)))))[0].code == "A902"


# ── references ────────────────────────────────────────────────────────────────────────────────────


def test_references_are_inlined_and_listed():
    found = resolve(parse('member of ["vip", "staff"] and mrr > 1'), CLOSED, audiences=AUDIENCES, static={"staff"})
    inlined = resolve(parse('(plan = "pro" or member of "staff") and mrr > 1'), CLOSED, static={"staff"})
    assert found.predicate == inlined.predicate
    assert found.references == ("vip", "staff")


def test_only_direct_references_are_listed():
    chain = {"a": parse('member of "b"'), "b": parse("plan exists")}
    assert resolve(parse('not member of "a"'), CLOSED, audiences=chain).references == ("a",)


def chain(length, twice=False):
    steps = {"k0": parse("mrr > 1")}
    for number in range(1, length):
        one = f'member of "k{number - 1}"'
        steps[f"k{number}"] = parse(
            f'({one} and plan = "{number}") or ({one} and plan != "{number}")' if twice else one
        )
    return steps


def test_a_long_chain_of_references_is_refused():
    steps = chain(200)
    resolve(parse(f'member of "k{REFERENCE_DEPTH_MAX - 1}"'), CLOSED, audiences=steps)
    for last in (REFERENCE_DEPTH_MAX, 199):
        with pytest.raises(DefinitionError) as caught:
            resolve(parse(f'member of "k{last}"'), CLOSED, audiences=steps)
        assert [problem.code for problem in caught.value.diagnostics] == ["A906"]
    # Reached first from nearby and then from afar, the depth is the same.
    both = f'member of "k{REFERENCE_DEPTH_MAX - 1}" or member of "k{REFERENCE_DEPTH_MAX}"'
    with pytest.raises(DefinitionError):
        resolve(parse(both), CLOSED, audiences=steps)


def test_references_that_multiply_are_refused_by_their_size():
    with pytest.raises(DefinitionError) as caught:
        resolve(parse('member of "k12"'), CLOSED, audiences=chain(13, twice=True))
    assert {problem.code for problem in caught.value.diagnostics} <= {"A902", "A903"}


def test_an_audience_given_twice_is_a_usage_error():
    with pytest.raises(UsageError) as caught:
        resolve(parse("plan exists"), CLOSED, audiences=AUDIENCES, static={"vip"})
    assert caught.value.code == "A707"


def test_a_report_ends_somewhere():
    many = Items(tuple(Literal(Text(f"no time {number}")) for number in range(200)))
    assert len(refused(condition("contains", many, Property(("seen",))))) == DIAGNOSTICS_MAX


def test_lints_are_asked_for():
    text = 'plan != "pro" and plan != "" and plan does not contain ["a", null] and mrr not > 5'
    assert resolve(parse(text), CLOSED).warnings == ()
    warned = resolve(parse(text), CLOSED, lint=True).warnings
    assert [(warning.code, warning.place) for warning in warned] == [("A316", Span(0, len('plan != "pro"')))]


def test_every_diagnostic_is_plain_data():
    assert json.dumps([problem.to_json() for problem in refused(parse("nope = 1 and plan > true"))])


@pytest.mark.parametrize(
    ("text", "help", "fix"),
    [
        ("plan > 18", "store it as a number", None),
        ("plan between 1 and 5", "store it as a number", None),
        ('tags = "a"', '`recipient.tags contains "a"`', None),
        ('plan = ["pro", "free"]', '`recipient.plan in ["pro", "free"]`', None),
        ("seen > 20250601", 'a timestamp is a text: "2025-06-01"', '"2025-06-01"'),
        ("seen > 20259901", "30 days ago", None),
        ("active = 1", "a boolean is written true", "true"),
        ('active = "No"', "a boolean is written false", "false"),
        ('active = "perhaps"', "`true` or `false`", None),
        ("mrr contains 1", "`recipient.mrr = 1`", None),
        ('address = "Oslo"', "by its keys, such as `recipient.address.city`", None),
        ('address contains "Oslo"', "by its keys, such as `recipient.address.city`", None),
    ],
)
def test_what_is_written_instead_of_a_value_that_cannot_be_met(text, help, fix):
    first = resolve(parse(text), CLOSED).warnings[0]
    assert first.code == "A314"
    assert help in first.help
    assert first.fix == fix


@pytest.mark.parametrize("written", ["seen > ", "seen before ", "plan on or after "])
@pytest.mark.parametrize(
    ("time", "fix"), [("yesterday", "1 day ago"), ("Last  Week", "1 week ago"), ("today", None), ("later", None)]
)
def test_times_by_name(written, time, fix):
    (problem,) = refused(parse(f'{written}"{time}"'))
    assert (problem.code, problem.fix) == ("A304", fix)


NAMED_ID = Catalog(Table(("people",)), Column("user_id", "user_id", TextKind()), CLOSED.columns)
NAMED_ID_OPEN = Catalog(NAMED_ID.relation, NAMED_ID.id, CLOSED.columns, Column("props", "props", JsonKind()))


def test_the_id_column_is_asked_as_id():
    (closed,) = refused(parse("user_id = 5"), NAMED_ID)
    (opened, *_) = resolve(parse("user_id = 5"), NAMED_ID_OPEN).warnings
    for problem in (closed, opened):
        assert (problem.code, problem.fix) == ("A201", "recipient.id")
        assert problem.help == "`user_id` is the id column, which is asked as `id`"


@pytest.mark.parametrize("alias", ["p", "people", "u"])
def test_the_name_of_a_table_before_a_property(alias):
    (problem,) = refused(parse(f'{alias}.plan = "pro"'))
    assert problem.fix == "recipient.plan"
