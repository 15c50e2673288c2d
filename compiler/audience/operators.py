"""The operator table: one row an operator, and nothing about an operator anywhere else.

The parser reads the words, the decoder the names, the checker the argument shapes, the documentation,
the help and the tests all of it. What an operator *means* is written once, in the interpreter; the
sentence here is for people.
"""

from dataclasses import dataclass
from enum import StrEnum


class Test(StrEnum):
    """What a condition asks, before any negation. Every operator is one of these or its complement."""

    __test__ = False  # not a test case, whatever its name suggests to pytest

    EQUAL_TO = "equal_to"
    GREATER_THAN = "greater_than"
    GREATER_THAN_OR_EQUAL_TO = "greater_than_or_equal_to"
    LESS_THAN = "less_than"
    LESS_THAN_OR_EQUAL_TO = "less_than_or_equal_to"
    IS_BETWEEN = "is_between"
    CONTAINS = "contains"
    CONTAINS_ALL = "contains_all"
    EMPTY = "empty"
    EXISTS = "exists"
    IS_TIMESTAMP = "is_timestamp"
    IS_TIMESTAMP_BEFORE = "is_timestamp_before"
    IS_TIMESTAMP_ON_OR_AFTER = "is_timestamp_on_or_after"
    IS_TIMESTAMP_BETWEEN = "is_timestamp_between"
    IS_TIMESTAMP_BEFORE_NOW = "is_timestamp_before_now"
    IS_TIMESTAMP_ON_OR_AFTER_NOW = "is_timestamp_on_or_after_now"
    IS_AUDIENCE_MEMBER = "is_audience_member"


class Takes(StrEnum):
    """The shape of the argument that an operator takes."""

    NOTHING = "nothing"
    VALUE = "a value or a property"
    ORDERED = "a number, a text, a property or a relative time"
    RANGE = "two numbers or two texts"
    ITEMS = "a value, a property or a list"
    INSTANT = "a timestamp, a property or a relative time"
    INSTANTS = "two timestamps"
    AUDIENCE = "the key of an audience, or a list of keys"


RELATIVE_TIME_SHAPES = frozenset({Takes.ORDERED, Takes.INSTANT, Takes.INSTANTS})
"""Argument shapes under which `30 days ago` is a time and not a text."""


@dataclass(frozen=True, slots=True, repr=False)
class Operator:
    """One row.

    `name` is the wire name, `words` the canonical text form, `spellings` other accepted text forms.
    `knock` tells whether Knock has it. `meaning` completes "true when …". `absent` is the answer for a
    person without the property, with an argument that is neither "" nor null. `example` parses.
    """

    name: str
    test: Test
    negated: bool
    takes: Takes
    words: str
    spellings: tuple[str, ...]
    knock: bool
    absent: bool
    meaning: str
    example: str

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def complement(self) -> "Operator":
        """The operator that is true exactly where this one is false."""
        return BY_TEST[self.test, not self.negated]


T, R = Test, Takes

OPERATORS: tuple[Operator, ...] = (
    # name, test, negated, takes, words, spellings, knock, absent, meaning, example
    Operator("equal_to", T.EQUAL_TO, False, R.VALUE, "=", (), True, False,
             "the value equals the argument, types included; an absent value reads as the empty text",
             'plan = "pro"'),
    Operator("not_equal_to", T.EQUAL_TO, True, R.VALUE, "!=", (), True, True,
             "`=` is false: people without the value are included", 'plan != "pro"'),
    Operator("greater_than", T.GREATER_THAN, False, R.ORDERED, ">", (), True, False,
             "both are numbers, both texts or both times, and the value is greater", "mrr > 100"),
    Operator("not_greater_than", T.GREATER_THAN, True, R.ORDERED, "not >", (), False, True,
             "`>` is false: absent and incomparable values are included", "mrr not > 100"),
    Operator("greater_than_or_equal_to", T.GREATER_THAN_OR_EQUAL_TO, False, R.ORDERED, ">=", (), True, False,
             "comparable, and the value is greater or equal", "mrr >= 100"),
    Operator("not_greater_than_or_equal_to", T.GREATER_THAN_OR_EQUAL_TO, True, R.ORDERED, "not >=", (), False, True,
             "`>=` is false: absent and incomparable values are included", "mrr not >= 100"),
    Operator("less_than", T.LESS_THAN, False, R.ORDERED, "<", (), True, False,
             "comparable, and the value is smaller", "mrr < 100"),
    Operator("not_less_than", T.LESS_THAN, True, R.ORDERED, "not <", (), False, True,
             "`<` is false: absent and incomparable values are included", "mrr not < 100"),
    Operator("less_than_or_equal_to", T.LESS_THAN_OR_EQUAL_TO, False, R.ORDERED, "<=", (), True, False,
             "comparable, and the value is smaller or equal", "mrr <= 100"),
    Operator("not_less_than_or_equal_to", T.LESS_THAN_OR_EQUAL_TO, True, R.ORDERED, "not <=", (), False, True,
             "`<=` is false: absent and incomparable values are included", "mrr not <= 100"),
    Operator("is_between", T.IS_BETWEEN, False, R.RANGE, "between", (), True, False,
             "the value lies between the two bounds, both included", "age between 18 and 65"),
    Operator("is_not_between", T.IS_BETWEEN, True, R.RANGE, "not between", (), False, True,
             "`between` is false: absent and incomparable values are included", "age not between 18 and 65"),
    Operator("contains", T.CONTAINS, False, R.ITEMS, "contains", ("in",), True, False,
             "a text contains the argument, or a list has it as an item; with a list as argument (written `in`): "
             "a list shares an item with it, and any other value equals one of its items",
             'tags contains "vip"'),
    Operator("not_contains", T.CONTAINS, True, R.ITEMS, "does not contain", ("not in", "not contains"), True, True,
             "`contains` (or `in`) is false: people without the value are included", 'plan not in ["free", "trial"]'),
    Operator("contains_all", T.CONTAINS_ALL, False, R.ITEMS, "contains all", (), True, False,
             "the value is a list and has every item of the argument", 'roles contains all ["admin", "editor"]'),
    Operator("not_contains_all", T.CONTAINS_ALL, True, R.ITEMS, "does not contain all", ("not contains all",), True,
             True, "`contains all` is false: at least one item is missing, or the value is no list",
             'roles does not contain all ["admin", "editor"]'),
    Operator("empty", T.EMPTY, False, R.NOTHING, "is empty", (), True, True,
             'the value is absent, null, "" or []', "name is empty"),
    Operator("not_empty", T.EMPTY, True, R.NOTHING, "is not empty", (), True, False,
             'the value is there and is neither "" nor []', "name is not empty"),
    Operator("exists", T.EXISTS, False, R.NOTHING, "exists", (), True, False,
             'the value is there and not null; "" and [] exist', "plan exists"),
    Operator("not_exists", T.EXISTS, True, R.NOTHING, "does not exist", ("not exists",), True, True,
             "the value is missing or null", "plan does not exist"),
    Operator("is_timestamp", T.IS_TIMESTAMP, False, R.NOTHING, "is a timestamp", (), True, False,
             "the value is a timestamp, or a text in ISO 8601 form", "signed_up_at is a timestamp"),
    Operator("is_not_timestamp", T.IS_TIMESTAMP, True, R.NOTHING, "is not a timestamp", (), False, True,
             "the value is no timestamp: absent values are included", "signed_up_at is not a timestamp"),
    Operator("is_timestamp_before", T.IS_TIMESTAMP_BEFORE, False, R.INSTANT, "before", (), True, False,
             "both are timestamps, and the value is earlier", "last_seen before 30 days ago"),
    Operator("is_not_timestamp_before", T.IS_TIMESTAMP_BEFORE, True, R.INSTANT, "not before", (), False, True,
             "`before` is false: values that are no timestamps are included", "last_seen not before 30 days ago"),
    Operator("is_timestamp_on_or_after", T.IS_TIMESTAMP_ON_OR_AFTER, False, R.INSTANT, "on or after", (), True, False,
             "both are timestamps, and the value is the same instant or later", "last_seen on or after 7 days ago"),
    Operator("is_not_timestamp_on_or_after", T.IS_TIMESTAMP_ON_OR_AFTER, True, R.INSTANT, "not on or after", (), False,
             True, "`on or after` is false: values that are no timestamps are included",
             "last_seen not on or after 7 days ago"),
    Operator("is_timestamp_between", T.IS_TIMESTAMP_BETWEEN, False, R.INSTANTS, "is a timestamp between", (), True,
             False, "the value is a timestamp between the two, both included",
             'signed_up_at is a timestamp between "2025-01-01" and "2025-12-31"'),
    Operator("is_not_timestamp_between", T.IS_TIMESTAMP_BETWEEN, True, R.INSTANTS, "is not a timestamp between", (),
             False, True, "`is a timestamp between` is false: values that are no timestamps are included",
             'signed_up_at is not a timestamp between "2025-01-01" and "2025-12-31"'),
    Operator("is_timestamp_before_now", T.IS_TIMESTAMP_BEFORE_NOW, False, R.NOTHING, "before now", (), True, False,
             "the value is a timestamp earlier than now", "trial_ends_at before now"),
    Operator("is_not_timestamp_before_now", T.IS_TIMESTAMP_BEFORE_NOW, True, R.NOTHING, "not before now", (), False,
             True, "`before now` is false: values that are no timestamps are included", "trial_ends_at not before now"),
    Operator("is_timestamp_on_or_after_now", T.IS_TIMESTAMP_ON_OR_AFTER_NOW, False, R.NOTHING, "on or after now", (),
             True, False, "the value is a timestamp, now or later", "trial_ends_at on or after now"),
    Operator("is_not_timestamp_on_or_after_now", T.IS_TIMESTAMP_ON_OR_AFTER_NOW, True, R.NOTHING,
             "not on or after now", (), False, True,
             "`on or after now` is false: values that are no timestamps are included",
             "trial_ends_at not on or after now"),
    Operator("is_audience_member", T.IS_AUDIENCE_MEMBER, False, R.AUDIENCE, "member of", (), True, False,
             "the person is a member of the audience, or of any audience of a list", 'member of "beta-testers"'),
    Operator("is_not_audience_member", T.IS_AUDIENCE_MEMBER, True, R.AUDIENCE, "not member of", (), True, True,
             "the person is a member of none of the audiences", 'not member of "beta-testers"'),
)  # fmt: skip

BY_NAME: dict[str, Operator] = {operator.name: operator for operator in OPERATORS}
BY_TEST: dict[tuple[Test, bool], Operator] = {(operator.test, operator.negated): operator for operator in OPERATORS}
BY_WORDS: dict[str, Operator] = {
    words: operator for operator in OPERATORS for words in (operator.name, operator.words, *operator.spellings)
}
"""Every text form, in lower case with single spaces, to its operator."""

KNOCK_OPERATORS = frozenset(operator.name for operator in OPERATORS if operator.knock)

FOREIGN_SPELLINGS: dict[str, str] = {
    "==": "=", "===": "=", "is": "=", "eq": "=", "equals": "=", "<>": "!=", "!==": "!=", "is not": "!=", "neq": "!=",
    "gt": ">", "gte": ">=", "=>": ">=", "lt": "<", "lte": "<=", "=<": "<=", "≥": ">=", "≤": "<=", "≠": "!=", ":": "=",
    "equal": "=", "equal to": "=", "is equal to": "=", "not equal to": "!=", "is not equal to": "!=",
    "does not equal": "!=", "greater than": ">", "is greater than": ">", "more than": ">", "is more than": ">",
    "less than": "<", "is less than": "<", "fewer than": "<", "at least": ">=", "is at least": ">=", "at most": "<=",
    "is at most": "<=", "includes": "contains", "has": "contains", "any of": "in", "is any of": "in", "one of": "in",
    "is one of": "in", "none of": "not in", "is none of": "not in", "after": "on or after", "is before": "before",
    "is after": "on or after", "is null": "does not exist", "is not null": "exists", "is missing": "does not exist",
    "is not missing": "exists", "is set": "exists", "is not set": "does not exist", "is unknown": "does not exist",
    "is not unknown": "exists", "is undefined": "does not exist", "is not undefined": "exists", "is present": "exists",
    "is not present": "does not exist", "is absent": "does not exist", "is blank": "is empty",
    "is not blank": "is not empty", "since": "on or after", "until": "before",
}  # fmt: skip
"""What people of other languages write, to what is written here: for the help line of an unknown operator."""

_NO_WILDCARDS = "there are no wildcards: `contains` asks for a part of a text"
_NO_PATTERNS = "there is no search by patterns: `contains` asks for a part of a text"
_NO_ENDS = "there is no search at the beginning or the end of a text: `contains` asks for a part of it"
_WRITTEN_OUT = "operators are written out: `!=`, `does not contain`, `does not exist`, `is not empty`"

WITHOUT_OPERATOR: dict[str, str] = {
    "like": _NO_WILDCARDS, "ilike": _NO_WILDCARDS, "glob": _NO_WILDCARDS,
    "~": _NO_PATTERNS, "~*": _NO_PATTERNS, "=~": _NO_PATTERNS, "!~": _NO_PATTERNS, "match": _NO_PATTERNS,
    "matches": _NO_PATTERNS, "regex": _NO_PATTERNS, "regexp": _NO_PATTERNS, "rlike": _NO_PATTERNS,
    "similar to": _NO_PATTERNS, "starts with": _NO_ENDS, "startswith": _NO_ENDS, "begins with": _NO_ENDS,
    "doesn": _WRITTEN_OUT, "don": _WRITTEN_OUT, "isn": _WRITTEN_OUT,
    "start with": _NO_ENDS, "ends with": _NO_ENDS, "endswith": _NO_ENDS, "end with": _NO_ENDS,
}  # fmt: skip
"""What other languages have and this one has not, to what is nearest; nothing can take its place word for word."""
