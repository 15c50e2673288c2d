"""The interpreter: the reference meaning of conditions. IR, a person and a now go in; an answer or a trace comes out.

`document` the values of a person, read from JSON or Python · `person` the person, the path to a value, members ·
`instants` `equality` `order` `containment` the rules for values · `evaluate` the answer of a predicate ·
`trace` the answer of every part of an outline · `drawing` paths and values for people.
"""

from audience.interpreter.document import Document, DocumentValue, read_document, read_profile
from audience.interpreter.evaluate import evaluate
from audience.interpreter.person import Members, Person, find, read_id, read_members
from audience.interpreter.trace import Found, Trace, trace

__all__ = [
    "Document",
    "DocumentValue",
    "Found",
    "Members",
    "Person",
    "Trace",
    "evaluate",
    "find",
    "read_document",
    "read_id",
    "read_members",
    "read_profile",
    "trace",
]
