"""The meaning of a predicate as a hash: what decides whether membership can have changed."""

import hashlib
import json

from audience.ir.nodes import Predicate
from audience.ir.order import predicate_key

MEANING_VERSION = 1
"""Part of every hash: raised when the same IR starts to mean something else, so that old hashes stop matching."""


def meaning(predicate: Predicate) -> str:
    """The SHA-256, in hexadecimal, of a canonical predicate's key: spelling, order and kinds do not count.

    Kinds count only where they made another predicate: a text against a timestamp column is an instant.

    Equal hashes mean equal answers. The reverse is best effort: two spellings of one meaning that
    normalisation does not recognise have two hashes, which costs a refresh and never a wrong member.
    """
    written = json.dumps([MEANING_VERSION, predicate_key(predicate)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()
