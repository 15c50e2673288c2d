"""Find the operator that some words mean, or say what was probably meant."""

import re

from audience.diagnostics import did_you_mean
from audience.operators import BY_WORDS, FOREIGN_SPELLINGS, WITHOUT_OPERATOR, Operator

LIST_SPELLINGS = frozenset({"in", "not in"})
"""Spellings that need a list: `plan in "professional"` would quietly ask for a part of a text."""


def normalize_words(token: str) -> str:
    """An operator as typed, in lower case with single spaces: `Not  >=` → `not >=`."""
    return " ".join(re.findall(r"[\w-]+|[^\w\s-]+", token.lower()))


def operator_of(token: str) -> Operator | None:
    """The operator that the words mean, None when there is none."""
    return BY_WORDS.get(normalize_words(token))


def instead_of(token: str) -> tuple[str | None, str | None]:
    """A help line and a replacement for words that are no operator."""
    words = normalize_words(token)
    plain = words.replace("_", " ")
    for nothing in (plain, plain.removeprefix("not "), plain.removeprefix("does not ")):
        if nothing in WITHOUT_OPERATOR:
            return WITHOUT_OPERATOR[nothing], None
    known = _translation(words)
    if known is not None:
        return None, known
    # Who writes wire names gets wire names.
    candidates = [spelling for spelling in BY_WORDS if ("_" in spelling) == ("_" in words)]
    return did_you_mean(words, candidates) or "`audience operators` lists the operators", None


def _translation(words: str) -> str | None:
    """What the words are called here: from other languages, `is in` for `in`, `not =` for `!=`."""
    if words in FOREIGN_SPELLINGS:
        return FOREIGN_SPELLINGS[words]
    head, _, rest = words.partition(" ")
    if head == "is" and rest in BY_WORDS:
        return rest
    rest = FOREIGN_SPELLINGS.get(rest, rest)
    if head == "not" and rest in BY_WORDS:
        return "not in" if rest == "in" else BY_WORDS[rest].complement.words
    return None
