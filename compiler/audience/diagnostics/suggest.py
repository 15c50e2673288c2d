"""Offer the names that were probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from audience.limits import SUGGESTIONS_MAX

SIMILARITY_MIN = 0.6
"""Below it a suggestion is noise: `plan` is not offered for `country`."""


def suggest(name: str, known: Iterable[str]) -> list[str]:
    """The known names most alike, best first, at most SUGGESTIONS_MAX of them; ties in alphabetical order."""
    wanted = name.casefold()
    scored = []
    for candidate in set(known):
        matcher = SequenceMatcher(None, wanted, candidate.casefold())
        if matcher.real_quick_ratio() >= SIMILARITY_MIN and matcher.quick_ratio() >= SIMILARITY_MIN:
            score = matcher.ratio()
            if score >= SIMILARITY_MIN:
                scored.append((-score, candidate))
    return [candidate for _, candidate in sorted(scored)[:SUGGESTIONS_MAX]]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A help line with the closest names, or None when nothing is close."""
    names = [f"`{candidate}`" for candidate in suggest(name, known)]
    if not names:
        return None
    return f"did you mean {' or '.join(names)}?"
