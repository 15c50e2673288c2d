"""Make a difference small: the shortest condition, and the least of the one person, that still differ."""

import json
import math
from collections.abc import Iterator

from audience.errors import AudienceError, UnsupportedByDialect
from audience.interpreter import Document, Members, Person, read_document
from audience.language import Expression
from audience.language.nodes import And, Condition, Items, Not, Or, Property
from audience.language.walk import children, conditions
from audience.resolution import resolve
from tests.fuzz.answers import ask_interpreter, ask_values, run_for
from tests.fuzz.crowd import Crowd
from tests.fuzz.edges import NOW
from tests.stores import Store, own

TABLE = "shrunk"
"""Beside the table of the batch, which goes on."""


def shrink(
    store: Store, crowd: Crowd, expression: Expression, members: Members, expected: bool
) -> tuple[Crowd, Expression, bool]:
    """A crowd of one, an expression and the interpreter's answer, as small as they get in the session of the store.

    What differs only in a crowd is returned as it came.
    """
    answer = _difference(store, crowd, expression, members)
    if answer is None:
        return crowd, expression, expected
    progress = True
    while progress:
        progress = False
        for smaller_crowd, smaller in _smaller(crowd, expression):
            found = _difference(store, smaller_crowd, smaller, members)
            if found is not None:
                crowd, expression, answer, progress = smaller_crowd, smaller, found, True
                break
    return crowd, expression, answer


def _difference(store: Store, crowd: Crowd, expression: Expression, members: Members) -> bool | None:
    """The interpreter's answer where the store gives another one, or none; None where they agree."""
    for document in store.documents or (None,):
        catalog = store.load(crowd.rows, own(store, crowd.columns), document=document, table=TABLE)
        try:
            predicate = resolve(expression, catalog, static=tuple(members)).predicate
        except AudienceError:
            return None
        [[expected]] = ask_interpreter([predicate], crowd.people, NOW, members)
        run = run_for(store, catalog, NOW, members)
        for extracted, guarded in ((False, True), (True, True), (False, False), (True, False)):
            try:
                [[found]] = ask_values(store, run, [predicate], crowd.people, extracted=extracted, guarded=guarded)
            except UnsupportedByDialect:
                return None
            except (*store.failures, AudienceError):
                return expected
            if found is not expected:
                return expected
    return None


def _smaller(crowd: Crowd, expression: Expression) -> Iterator[tuple[Crowd, Expression]]:
    for child in children(expression):
        yield crowd, child
    if isinstance(expression, And | Or) and len(expression.operands) > 2:
        for at in range(len(expression.operands)):
            yield crowd, type(expression)(expression.operands[:at] + expression.operands[at + 1 :])
    if isinstance(expression, Not | And | Or):
        return
    assert isinstance(expression, Condition)
    if expression.operator.negated:
        yield crowd, Condition(expression.property, expression.operator.complement, expression.argument)
    if isinstance(expression.argument, Items) and len(expression.argument.items) > 1:
        items = expression.argument.items
        for at in range(len(items)):
            yield crowd, Condition(expression.property, expression.operator, Items(items[:at] + items[at + 1 :]))
    for smaller in _less_of_the_person(crowd, expression):
        yield smaller, expression


def _less_of_the_person(crowd: Crowd, expression: Expression) -> Iterator[Crowd]:
    named = {str(step) for condition in conditions(expression) for step in _first_steps(condition)}
    kept = tuple(column for column in crowd.columns if column.name in named)
    if len(kept) < len(crowd.columns):
        [person] = crowd.people
        gone = {column.name for column in crowd.columns} - {column.name for column in kept}
        rows = {name: texts for name, texts in crowd.rows.items() if name not in gone}
        properties = {key: value for key, value in person.properties.items() if key not in gone}
        yield Crowd((Person(person.id, properties),), rows, kept, crowd.properties)
    if "doc" not in crowd.rows:
        return
    document = read_document(crowd.rows["doc"][0] or "{}")
    for gone in ([key for key in document if key not in named], *([key] for key in document)):
        rest = {key: value for key, value in document.items() if key not in gone}
        if gone and not any(isinstance(value, float) and not math.isfinite(value) for value in rest.values()):
            yield _with_document(crowd, rest)


def _with_document(crowd: Crowd, document: Document) -> Crowd:
    """The same person with another document; typed columns stay."""
    [person] = crowd.people
    typed = {column.name: person.properties[column.name] for column in crowd.columns}
    rows = crowd.rows | {"doc": [json.dumps(document, ensure_ascii=False)]}
    return Crowd((Person(person.id, document | typed),), rows, crowd.columns, crowd.properties)


def _first_steps(condition: Condition) -> Iterator[str | int]:
    arguments = condition.argument.items if isinstance(condition.argument, Items) else (condition.argument,)
    for named in (condition.property, *arguments):
        if isinstance(named, Property) and named.steps:
            yield named.steps[0]
