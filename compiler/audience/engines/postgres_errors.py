"""What PostgreSQL and its driver say when something fails, in our words and with what to do about it.

Failures are told apart by their SQLSTATE, never by their text, which a server writes in its own language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType

import psycopg

from audience.errors import EngineError

NAME = "postgres"
"""The engine's name in messages."""

HELP = MappingProxyType(
    {
        "25P02": "the transaction on this connection failed before; call its rollback() first",
        "40001": "run it again; on a standby, where it comes back, ask for hot_standby_feedback or use the primary",
        "40P01": "run it again",
        "42501": "ask for the right to read it: USAGE on the schema and SELECT on the table, for this user",
        "53100": "the server's disk is full",
        "53200": "the server is out of memory; run it again later, or with a smaller work_mem",
        "53300": "the server takes no more connections; close some, or run it again later",
        "54001": "the condition, or a document kept as text, is nested too deeply for the server; split it, or raise "
        "max_stack_depth",
        "55P03": "another session holds a lock on the table; run it again, or raise lock_timeout",
        "57014": "a query took longer than statement_timeout allows, or somebody cancelled it; raise it for this user "
        "with ALTER ROLE, or for this connection: postgresql://…?options=-cstatement_timeout%3D10min",
        "57P03": "the server is starting or stopping; run it again in a moment",
    }
)
"""What to do, by SQLSTATE."""

LOST = "the connection to the server is gone; run it again, and where it comes back look into the server's log"
LOST_STATES = ("08", "57P01", "57P02", "57P05", "25P03", "25P04")
"""SQLSTATEs, or classes of them, after which there is no connection."""


@contextmanager
def said_by_postgres(doing: str) -> Iterator[None]:
    """Turn the driver's errors into EngineError. Ctrl-C stays a KeyboardInterrupt: the driver cancels the query."""
    try:
        yield
    except psycopg.Error as error:
        raise EngineError(NAME, doing, in_brief(error), _help(error)) from error
    except UnicodeEncodeError as error:
        raise EngineError(NAME, doing, "half of a surrogate pair is no text that PostgreSQL can hold") from error


def in_brief(error: psycopg.Error) -> str:
    """What was said, on one line, without the SQL."""
    if error.diag.message_primary:
        return error.diag.message_primary
    lines = [line.strip() for line in str(error).splitlines()]
    return "; ".join(line for line in lines if line) or type(error).__name__


def _help(error: psycopg.Error) -> str | None:
    state = error.sqlstate or ""
    if state in HELP:
        return HELP[state]
    lost = state.startswith(LOST_STATES) or (not state and isinstance(error, psycopg.OperationalError))
    return LOST if lost else None


def explain_refusal(error: psycopg.Error) -> str:
    """What to do about a connection that could not be made.

    The driver keeps no SQLSTATE of it, so what can be told is told from how far it came.
    """
    connection = error.pgconn
    said = str(error)
    if isinstance(error, psycopg.ProgrammingError):
        return "the URL is postgresql://user:password@host:5432/database?options, with the options of libpq"
    if connection is not None and connection.needs_password:
        return "give the password in the URL (postgresql://user:password@host/database), in PGPASSWORD or in ~/.pgpass"
    if "does not exist" in said and "database" in said:
        return "name a database of the server at the end of the URL: postgresql://user@host/database"
    if "FATAL" in said:
        return "the server is there and refuses: check the user, the password and the server's pg_hba.conf"
    return "check the host and the port of the URL, and that the server runs and can be reached from here"
