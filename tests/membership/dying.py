"""A program that does one thing to a home and is killed before a statement of it: `python -m tests.membership.dying`.

Each line of its standard input is a JSON list: the address of a home, an environment, one of OPERATIONS, before which
statement to die (null: never), and how (`kill`, or `full`: no file may grow any more). It does it in a child of its
own, which has imported everything already, and answers with how the child ended and how many statements it began.
"""

import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from audience.errors import AudienceError
from audience.membership import people, static
from audience.membership.define import archive, define
from audience.membership.environment import Environment
from audience.membership.imports import import_members
from audience.membership.refresh import Mode, refresh
from audience.store import Home, open_home
from audience.values import write_instant
from tests.membership.model import DEFINITIONS, HOUR, STATIC

START = 1_800_000_000_000_000
LATER = START + 2 * HOUR + 1

KEPT = {
    "pro": DEFINITIONS['plan = "pro"'],
    "recent": DEFINITIONS["seen >= 2 hours ago"],
    "rest": DEFINITIONS['not member of "vip" and plan exists'],
    "vip": DEFINITIONS[STATIC],
}
ANEW = {"pro": DEFINITIONS["plan does not exist"], "gone": DEFINITIONS["seen <= 2 hours ago"]}


def begin(environment: Environment) -> None:
    """What every operation finds."""
    define(environment, KEPT)
    known = ["ada", "bob", "cyd", "dan"]
    held = [{"id": id, "plan": "pro", "seen": write_instant(START)} for id in known]
    people.put_people(environment, [*held, {"id": "eve"}])
    static.add_members(environment, "vip", ["ada", ("bob", "t"), "nobody"])
    refresh(environment)


def put(environment: Environment) -> None:
    people.put_people(environment, [{"id": "ada", "plan": None}, {"id": "new", "plan": "pro"}])


def put_many(environment: Environment) -> None:
    people.put_people(environment, [{"id": f"u{number}", "plan": "pro"} for number in range(300)])


def add(environment: Environment) -> None:
    static.add_members(environment, "vip", ["cyd", "dan", ("ada", "t"), "ghost"])


def import_file(environment: Environment) -> None:
    file = io.BytesIO(b"id,plan,tenant\nada,free,\nnew,pro,t\ncyd,,\n")
    import_members(environment, "vip", file)


def refresh_edited(environment: Environment) -> None:
    refresh(environment, definitions=ANEW, emit_initial=True)


OPERATIONS: Mapping[str, Callable[[Environment], object]] = {
    "put": put,
    "put_many": put_many,
    "delete": lambda environment: people.delete_people(environment, ["ada", "cyd"]),
    "merge": lambda environment: people.merge_person(environment, "dan", "ada"),
    "add": add,
    "import": import_file,
    "define": lambda environment: define(environment, ANEW),
    "refresh": refresh_edited,
    "refresh_due": lambda environment: refresh(environment, mode=Mode.DUE),
    "archive": lambda environment: archive(environment, "rest"),
}


class Statements:
    """Counts statements as they are sent, and ends the process before one of them."""

    def __init__(self, last: int | None, how: str) -> None:
        self.begun, self._last, self._how = 0, last, how

    def begin(self) -> None:
        if self.begun == self._last:
            if self._how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        self.begun += 1

    def watch(self, home: Home) -> None:
        """See every statement that goes to the database, with BEGIN and COMMIT, and every copy of rows."""
        database: Any = home.database
        if database.dialect == "duckdb":
            database._connection = database.engine._connection = Watched(database._connection, self)
            return
        for kind, name in ((psycopg.Cursor, "execute"), (psycopg.Cursor, "copy"), (psycopg.ServerCursor, "execute")):
            setattr(kind, name, self._counted(getattr(kind, name)))

    def _counted(self, call: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self.begin()
            return call(*arguments, **options)

        return counted


class Watched:
    """A connection of DuckDB whose statements are counted."""

    def __init__(self, connection: Any, statements: Statements) -> None:
        self._connection, self._statements = connection, statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, *arguments: object) -> object:
        self._statements.begin()
        return self._connection.execute(*arguments)


def operate(address: str, name: str, operation: str, last: int | None, how: str) -> int:
    """Do it; how many statements that took."""
    statements = Statements(last, how)
    home = open_home(address, clock=lambda: LATER)
    statements.watch(home)
    OPERATIONS[operation](Environment(home, name))
    if statements.begun == last and how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)  # all is done, and the home is not closed
    home.close()
    return statements.begun


def in_a_child(arguments: list[Any]) -> list[Any]:
    """How the child ended (a signal as a negative number), the statements that it began, and what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        said: list[Any] = [0, "a bug"]
        try:
            said = [operate(*arguments), ""]
        except AudienceError as error:
            said = [0, str(error)]
        finally:
            os.write(writing, json.dumps(said).encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = json.loads(answer.read() or '[0, ""]')
    _, status = os.waitpid(child, 0)
    return [os.waitstatus_to_exitcode(status), *said]


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(in_a_child(json.loads(line))), flush=True)
