"""Merge what is said of a person into what is known: objects merge, everything else is replaced, nothing is removed."""

from collections.abc import Mapping

from audience.people.document import Document, Json


def deep_merge(old: Mapping[str, Json], new: Mapping[str, Json]) -> Document:
    """What is known of a person after `new` is said: objects merge key by key, and at all else `new` wins.

    Lists are replaced as a whole; null overwrites and is stored. Neither document is changed, and parts of both
    may stand in the result, so documents are values: whoever has one leaves it as it is.
    The merge keeps a list of its own of what is left to do, so no nesting is too deep for it.
    """
    merged: Document = dict(old)
    left: list[tuple[Document, Mapping[str, Json]]] = [(merged, new)]
    while left:
        into, members = left.pop()
        for key, value in members.items():
            known = into.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                into[key] = joined = dict(known)
                left.append((joined, value))
            else:
                into[key] = value
    return merged
