"""What people of other languages write: what is marked, and what to write instead, which then parses."""

import pytest

from audience.diagnostics import Span
from audience.errors import DefinitionError
from audience.language import parse
from audience.operators import BY_WORDS, FOREIGN_SPELLINGS, WITHOUT_OPERATOR


def problems(text: str) -> list[tuple[str, str, str | None, str]]:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    found = []
    for problem in caught.value.diagnostics:
        assert isinstance(problem.place, Span)
        marked = text[problem.place.start : problem.place.end]
        found.append((problem.code, marked, problem.fix, problem.help or ""))
    return found


FIXED = [
    ("age between 1, 5", "A101", "between 1, 5", "between 1 and 5"),
    ("age > 1,000", "A101", "1,000", "1000"),
    ("age > -1,000,000", "A101", "-1,000,000", "-1000000"),
    ('"pro" = plan', "A101", '"pro" = plan', 'plan = "pro"'),
    ("18 <= age", "A101", "18 <= age", "age >= 18"),
    ("plan exists and not 18 < age", "A101", "18 < age", "age > 18"),
    ('"a" in tags', "A101", '"a" in tags', 'tags contains "a"'),
    ("seen on or before 3 days ago", "A202", "on or before", "before"),
    ("age is greater than or equal to 5", "A202", "is greater than or equal to", ">="),
    ("age less than or equal 5", "A202", "less than or equal", "<="),
    ('tags contains any of ["a"]', "A202", "contains any of", "in"),
    ("plan is unknown", "A202", "is unknown", "does not exist"),
    ("plan is not unknown", "A202", "is not unknown", "exists"),
    ("plan is blank", "A202", "is blank", "is empty"),
    ("seen before 30days ago", "A101", "30days ago", "30 days ago"),
    ("seen before a week ago", "A101", "a week ago", "1 week ago"),
    ("seen before An Hour Ago", "A101", "An Hour Ago", "1 hour ago"),
    ("seen before two weeks from now", "A101", "two weeks from now", "2 weeks from now"),
    ("seen > -30 days", "A101", "-30 days", "30 days ago"),
    ("seen before 1.5 days ago", "A101", "1.5 days ago", "36 hours ago"),
    ("seen before 0.25 hours ago", "A101", "0.25 hours ago", "15 minutes ago"),
    ("seen before a month ago", "A101", "a month ago", "30 days ago"),
    ("seen > now() - interval '30 days'", "A101", "now() - interval '30 days'", "30 days ago"),
    ("seen < now() + 2 weeks", "A101", "now() + 2 weeks", "2 weeks from now"),
    ("seen before last week", "A101", "last week", "1 week ago"),
    ("seen in the last 30 days", "A101", "in the last 30 days", "on or after 30 days ago"),
    ("seen within 2 weeks", "A101", "within 2 weeks", "on or after 2 weeks ago"),
    ("seen older than 30 days", "A101", "older than 30 days", "before 30 days ago"),
    ("seen before tomorrow", "A105", "tomorrow", "1 day from now"),
    ("age between 18 - 65", "A101", "between 18 - 65", "between 18 and 65"),
    ("age between 18 to 65", "A101", "between 18 to 65", "between 18 and 65"),
    ("seen > 2025/01/31", "A101", "2025/01/31", '"2025-01-31"'),
    ("plan = pro plus and age > 5", "A101", "pro plus", '"pro plus"'),
    ("exists plan", "A101", "exists plan", "plan exists"),
    ("age > 5 but plan exists", "A101", "but", "and"),
    ("seen since 3 days ago", "A202", "since", "on or after"),
    ("plan = “pro”", "A101", "“pro”", '"pro"'),
    ("plan = „pro“", "A101", "„pro“", '"pro"'),
    ("plan = `pro`", "A101", "`pro`", '"pro"'),
    ('plan = pro"', "A101", 'pro"', '"pro"'),
    ('plan = "pro" -- who pays', "A101", "--", "#"),
    ('plan = "pro" // who pays', "A101", "//", "#"),
    ('plan =\u200b "pro"', "A202", "=\u200b", "="),
]


@pytest.mark.parametrize(("text", "code", "marked", "fix"), FIXED, ids=[row[0] for row in FIXED])
def test_the_fix_is_taken(text: str, code: str, marked: str, fix: str) -> None:
    ((found, place, written, _),) = problems(text)
    assert (found, place, written) == (code, marked, fix)
    parse(text.replace(marked, fix))


HELPED = [
    ('where plan = "x"', "where", "leave `where` out"),
    ('if plan = "x"', "if", "leave `if` out"),
    ("seen > 1/31/2025", "1/31/2025", "such as"),
    ('plan doesn\'t contain "x"', "doesn", "`does not contain`"),
    ("where plan exists", "where", "what would follow `where`"),
    ('select * from users where plan = "x"', "select", "what would follow `where`"),
    ('Full Name = "Bob"', "Full Name", '`recipient["Full Name"]`'),
    ('plan = "pro", age > 18', ",", "joined by `and`"),
    ('plan = "pro"; age > 18', ";", "joined by `and`"),
    ("18 < age < 65", "age", "one comparison at a time"),
    ("age > 18 and < 65", "<", "write the property again"),
    ("seen > now()", "now()", "`before now`"),
    ("seen > today", "today", "`before now`"),
    ("vip", "", "`vip = true`"),
    ("plan exists and not vip", "", "`vip = true`"),
    ("seen before 3 months ago", "3 months ago", "`90 days ago`"),
    ("seen before 30 days", "days", "`30 days ago`"),
    ('plan = "a" and\u200b age > 1', "\u200b", "delete it"),
    ('plan like "pr%"', "like", "no wildcards"),
    ('plan not like "pr%"', "not like", "no wildcards"),
    ('plan starts_with "pr"', "starts_with", "beginning or the end"),
    ('plan does not start with "pr"', "does not start with", "beginning or the end"),
    ('plan ~ "^pr"', "~", "patterns"),
    ('plan = "pro" /* who pays */', "/*", "starts with `#`"),
    ("-plan exists", "-plan", "one of this name is written `recipient.-plan`"),
    (".plan exists", ".", "expected a condition"),
    ("plan = 5 pro", "pro", "expected `and`, `or` or the end"),
]


@pytest.mark.parametrize(("text", "marked", "help"), HELPED, ids=[row[0] for row in HELPED])
def test_help_without_a_fix(text: str, marked: str, help: str) -> None:
    found = problems(text)[0]
    assert (found[1], found[2]) == (marked, None)
    assert help in found[3]


def test_an_unseen_character_is_named() -> None:
    with pytest.raises(DefinitionError, match=r"U\+200B ZERO WIDTH SPACE, which cannot be seen"):
        parse('plan =\u200b "pro"')


@pytest.mark.parametrize(
    "text", ['where = "x"', "select exists", "on exists or before exists", "than exists or equal = 1"]
)
def test_properties_may_have_the_names_of_keywords(text: str) -> None:
    parse(text)


def test_a_property_with_the_name_of_a_keyword_is_no_keyword() -> None:
    assert problems('where == "x"') == [("A202", "==", "=", "")]


def test_foreign_words_lead_to_operators_and_are_none() -> None:
    assert set(FOREIGN_SPELLINGS.values()) <= set(BY_WORDS)
    assert not (set(FOREIGN_SPELLINGS) | set(WITHOUT_OPERATOR)) & set(BY_WORDS)
    assert not set(FOREIGN_SPELLINGS) & set(WITHOUT_OPERATOR)
