"""Define and archive audiences: what is stored is checked with all that refers to it first."""

from collections.abc import Mapping
from dataclasses import replace

from audience.diagnostics import Diagnostic
from audience.errors import DefinitionError, UsageError
from audience.language import format_definition
from audience.language.nodes import Definition
from audience.membership.audiences import (
    UNKNOWN,
    Kept,
    Known,
    Type,
    read_kept,
    type_of,
    unknown_key,
    write_archived,
    write_definition,
    write_state,
)
from audience.membership.environment import Environment
from audience.membership.triggers import keep_triggers
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import Moved, Reason, end


def define(environment: Environment, definitions: Mapping[str, Definition]) -> None:
    """Store definitions; they take effect with the next refresh, all at once.

    DefinitionError with everything that is wrong with any of them, or with an audience because of them; UsageError
    A710 for an audience that would change its type.
    """
    with environment.home.writing(environment.name) as writing:
        before = environment.known(writing.database)
        known = store_definitions(environment, writing, definitions)
        problems = [
            _named(key, problem)
            for key, (_, error) in known.broken.items()
            if key in definitions or key not in before.broken
            for problem in error.diagnostics
        ]
        if problems:
            raise DefinitionError(problems)
        keep_triggers(environment, writing)


def _named(key: str, problem: Diagnostic) -> Diagnostic:
    return replace(problem, message=f"{key}: {problem.message}")


def store_definitions(environment: Environment, writing: Writing, definitions: Mapping[str, Definition]) -> Known:
    """Store those that differ from what is stored; what is known then. UsageError A710 for a change of type."""
    before = environment.known(writing.database)
    held = {row.key: row for row in read_kept(writing.database, environment.name)}
    for key, definition in definitions.items():
        row = held.get(key)
        if (error := wrong_type(row, definition)) is not None:
            raise error
        if row is None or (row.stored, row.name) != (format_definition(definition), definition.name):
            write_definition(writing.database, environment.name, key, definition, row)
    known = environment.known(writing.database)
    for key, audience in known.dynamic.items():
        # Nobody moves in it until it is refreshed, whatever it comes to mean before that.
        if key in before.dynamic and before.dynamic[key].stands and not audience.stands:
            write_state(writing.database, environment.name, replace(audience.kept, refreshed_change=UNKNOWN))
    return environment.known(writing.database)


def wrong_type(row: Kept | None, definition: Definition) -> UsageError | None:
    """The error A710 for a definition that would change the type of the audience that is there."""
    if row is None or row.type is type_of(definition):
        return None
    return UsageError(
        "A710",
        f"the audience `{row.key}` is {row.type} and cannot become {type_of(definition)}",
        "choose another key, or archive the one that is there",
    )


def archive(environment: Environment, key: str) -> Moved:
    """End an audience: its members leave it, and nobody is told. How many left.

    UsageError A401 for an unknown one, A710 for one that others refer to.
    """
    with environment.home.writing(environment.name) as writing:
        known = environment.known(writing.database)
        kept = known.kept()
        if key not in kept:
            raise unknown_key(key, kept)
        if referring := known.referring(key):
            named = ", ".join(f"`{other}`" for other in referring)
            raise UsageError("A710", f"`{key}` is referred to by {named}", "archive those first, or change them")
        row = kept[key]
        reason = Reason(row.meaning, Cause.ARCHIVE, notify=False)
        moved = end(writing, key, reason, static=row.type is Type.STATIC)
        write_archived(writing.database, environment.name, key, writing.now)
        keep_triggers(environment, writing)
        return moved
