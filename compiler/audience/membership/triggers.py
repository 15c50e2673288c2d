"""Triggers on a table of people: writers that know nothing of us get members and transitions in their transaction.

The procedure behind them is made of the conditions as they are, and made anew by whatever changes these, in the same
transaction. One that is older than the definitions all the same settles nothing and says so in the audiences, which
then stand still until the next refresh asks everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audience.catalog import Catalog, Table
from audience.errors import UsageError
from audience.lowering import Run, Touched, Variable, select_answers, select_touched
from audience.membership.audiences import Dynamic
from audience.membership.environment import Environment

if TYPE_CHECKING:
    from audience.store.database import Database
    from audience.store.home import Writing
    from audience.store.triggers import Found, Procedures

KNOWS_TRIGGERS = "postgres"
"""The one database that hands the rows of a statement to a trigger."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The tables that have the triggers, and how many audiences these bring up to date."""

    tables: tuple[str, ...]
    audiences: int


def install_triggers(environment: Environment) -> Installed:
    """Have the database keep members true whoever writes to the table of the people, from the next statement on.

    What was written before is for a full refresh to find. To install them again adds those that are lacking, as on a
    new partition. UsageError A712 where there can be none.
    """
    database = environment.home.database
    _expect_table(environment)
    procedures = _procedures(environment, database)
    tables = _tables(environment, procedures)
    if procedures.body() is not None:
        # With triggers on it, the lock on a table comes before that of the environment, as for every writer.
        with database.transaction():
            procedures.add(tables)
    with environment.home.writing(environment.name) as writing:
        if procedures.body() is None:
            procedures.write_stub()
            procedures.add(tables)
        _write(environment, writing, procedures, tables[0])
        standing = _standing(environment, writing.database)
    return Installed(tuple(".".join(table) for table in tables), len(standing))


def remove_triggers(environment: Environment) -> tuple[str, ...]:
    """Remove them; the tables that had some. Members stay as they are, for refreshes to keep."""
    database = environment.home.database
    if database.dialect != KNOWS_TRIGGERS:
        return ()
    procedures = _procedures(environment, database)
    with database.transaction():
        held = procedures.triggers()
        procedures.drop()
    return tuple(".".join(table) for table in held)


def keep_triggers(environment: Environment, writing: Writing) -> None:
    """Make the procedure anew where it is installed and what it was made of has changed; the last act of a run."""
    if environment.foreign is None or writing.database.dialect != KNOWS_TRIGGERS:
        return
    procedures = _procedures(environment, writing.database)
    body = procedures.body()
    found = procedures.tables(_relation(environment)) if body is not None else []
    if found:
        _write(environment, writing, procedures, found[0].name, body)


def _write(
    environment: Environment, writing: Writing, procedures: Procedures, table: tuple[str, str], body: str | None = None
) -> None:
    """Write the procedure, unless its body is that already."""
    from audience.store import trigger_function

    standing = _standing(environment, writing.database)
    catalog = replace(environment.catalog, relation=Table(table))
    now = Variable(trigger_function.BLOCK, "instant")
    run = replace(environment.run(environment.known(writing.database), None), catalog=catalog, now=now)
    touched = Touched(Variable(trigger_function.TOUCHED, "native"), Variable(trigger_function.TOUCHED, "ids"))
    new, old = (_rows(run, name) for name in (trigger_function.NEW, trigger_function.OLD))
    written = trigger_function.write_body(
        environment.name,
        signed=procedures.signature(),
        meanings={key: held.meaning for key, held in standing.items()},
        people=select_touched(catalog, run).sql,
        new=new,
        old=old,
        answers=select_answers(run, [held.predicate for held in standing.values()], touched).sql,
    )
    if written != body:  # else sessions would throw their plans away
        procedures.write(written)


def _rows(run: Run, name: str) -> str:
    """The query of the ids in the rows of a statement."""
    rows: Catalog = replace(run.catalog, relation=Table((name,)))
    return select_touched(rows, run).sql


def _standing(environment: Environment, database: Database) -> dict[str, Dynamic]:
    return {key: held for key, held in environment.known(database).dynamic.items() if held.stands}


def _procedures(environment: Environment, database: Database) -> Procedures:
    from audience.store.triggers import Procedures

    return Procedures(database, environment.name)


def _relation(environment: Environment) -> tuple[str, ...]:
    relation = environment.catalog.relation
    assert isinstance(relation, Table), "people beside the home are a table or a view"
    return relation.name


def _expect_table(environment: Environment) -> None:
    """UsageError A712 for a home on DuckDB, and for people of our own."""
    if environment.home.database.dialect != KNOWS_TRIGGERS:
        raise UsageError(
            "A712",
            f"the home in {environment.home.database.place} is no PostgreSQL database, and only there are triggers",
            "run `audience refresh` after others have written to the table",
        )
    if environment.foreign is None:
        raise UsageError(
            "A712",
            "the people are the home's own, and are changed through Audience, which brings members up to date",
            "triggers are for a table of yours: name it as `table` in [users] of audience.toml",
        )


def _tables(environment: Environment, procedures: Procedures) -> list[tuple[str, str]]:
    """The tables that get triggers, the table of the people first. UsageError A712 where one of them can have none."""
    found = procedures.tables(_relation(environment))
    named = ".".join(_relation(environment))
    if not found:
        raise UsageError("A712", f"there is no table {named}", "name the table in [users] of audience.toml")
    if found[0].inherits:
        raise UsageError(
            "A712",
            f"{named} is a part of another table, and what is written through that one calls no trigger of this one",
            "name the whole table in [users] of audience.toml",
        )
    for table in found:
        _expect_triggers(table, named)
    tables = [table.name for table in found]
    if others := procedures.triggers().keys() - set(tables):
        where = ", ".join(sorted(".".join(table) for table in others))
        raise UsageError("A712", f"the triggers of this environment are on {where}", "run `audience remove-triggers`")
    return tables


def _expect_triggers(table: Found, named: str) -> None:
    from audience.store.triggers import ORDINARY, PARTITIONED

    if table.kind not in (ORDINARY, PARTITIONED):
        kinds = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
        raise UsageError(
            "A712",
            f"{'.'.join(table.name)} is {kinds.get(table.kind, 'no table')}, and no trigger is told what changes in it",
            f"name a table as the people, or keep {named} and run `audience refresh` after it has changed",
        )
