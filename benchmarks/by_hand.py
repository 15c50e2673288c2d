"""What somebody writes who keeps members without Audience: SQL over a table of people, one of members, one of events.

Everything is computed anew and compared, in one transaction, and only what differs is written. The tables stand in the
schema `hand` of the home's database, with the keys that such tables have.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

TABLES = (
    "CREATE SCHEMA hand",
    "CREATE TABLE hand.people (id VARCHAR PRIMARY KEY, properties {json} NOT NULL)",
    "CREATE TABLE hand.imported (id VARCHAR PRIMARY KEY, properties {json} NOT NULL)",
    "CREATE TABLE hand.members (audience VARCHAR, id VARCHAR, PRIMARY KEY (audience, id))",
    "CREATE TABLE hand.events (number BIGINT, kind VARCHAR, audience VARCHAR, id VARCHAR, happened_at TIMESTAMPTZ)",
)

ENTERED = "CREATE TEMP TABLE entered AS SELECT audience, id FROM fresh EXCEPT SELECT audience, id FROM hand.members"
LEFT = "CREATE TEMP TABLE gone AS SELECT audience, id FROM hand.members EXCEPT SELECT audience, id FROM fresh"
APPLY = (
    "DELETE FROM hand.members AS m USING gone WHERE m.audience = gone.audience AND m.id = gone.id",
    "INSERT INTO hand.members SELECT audience, id FROM entered",
    "INSERT INTO hand.events SELECT 0, 'enter', audience, id, TIMESTAMPTZ '{now}' FROM entered",
    "INSERT INTO hand.events SELECT 0, 'exit', audience, id, TIMESTAMPTZ '{now}' FROM gone",
    "DROP TABLE fresh",
    "DROP TABLE entered",
    "DROP TABLE gone",
)

MERGED = {
    "duckdb": "json_merge_patch({old}, {new})",
    "postgres": "{old} || {new}",
}
"""How properties are merged with others, of which none is an object."""

OBJECT = {"duckdb": "json_object({})", "postgres": "jsonb_build_object({})"}

COLUMNS = {"name": "VARCHAR", "email": "VARCHAR", "plan": "VARCHAR", "country": "VARCHAR", "seats": "DOUBLE PRECISION"}
"""The columns of the file that is imported, beside the id."""


class Connection(Protocol):
    """A connection of DuckDB or psycopg, outside a transaction unless BEGIN was run on it."""

    def execute(self, query: Any, parameters: Any = ..., /) -> Any:
        """Run a statement."""

    def close(self) -> None:
        """Close it."""


class ByHand:
    """The jobs of the benchmark, done by hand. `wheres` are the audiences; {now} in them is the instant of a run."""

    def __init__(self, connection: Connection, dialect: str) -> None:
        self.connection, self.dialect = connection, dialect
        self.wheres: dict[str, str] = {}

    def create(self) -> None:
        """Make the tables."""
        for statement in TABLES:
            self.run(statement.format(json="JSONB" if self.dialect == "postgres" else "JSON"))

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with ? for its parameters; its rows where it has some."""
        if self.dialect == "postgres":
            text = statement.replace("%", "%%").replace("?", "%s") if parameters else statement
            cursor = self.connection.execute(text.encode(), parameters or None)
            return cursor.fetchall() if cursor.description is not None else []
        return list(self.connection.execute(statement, list(parameters)).fetchall())

    def refresh(self, now: int, keys: Collection[str] = ()) -> None:
        """Who matches each audience, what differs from the members, the events of that and the members themselves.

        `keys` names audiences that have no members yet, and are the only ones that are looked at.
        """
        at = instant(now)
        self.run("BEGIN")
        self.run("CREATE TEMP TABLE fresh (audience VARCHAR, id VARCHAR)")
        if keys:
            known = ", ".join(f"'{key}'" for key in keys)
            self.run(f"INSERT INTO fresh SELECT audience, id FROM hand.members WHERE audience NOT IN ({known})")
        for key in keys or self.wheres:
            where = self.wheres[key]
            self.run(f"INSERT INTO fresh SELECT '{key}', id FROM hand.people WHERE {where.replace('{now}', at)}")
        for statement in (ENTERED, LEFT, *APPLY):
            self.run(statement.replace("{now}", at))
        self.run("COMMIT")

    def update(self, id: str, mrr: int) -> None:
        """Change one person, and nothing else."""
        self.run(self._update_one(), [mrr, id])

    def put(self, id: str, mrr: int, now: int) -> None:
        """Change one person and check every audience for them."""
        at = instant(now)
        self.run("BEGIN")
        self.run(self._update_one(), [mrr, id])
        for key, where in self.wheres.items():
            matches = self.run(f"SELECT 1 FROM hand.people WHERE id = ? AND ({where.replace('{now}', at)})", [id])
            held = self.run("SELECT 1 FROM hand.members WHERE audience = ? AND id = ?", [key, id])
            if bool(matches) is bool(held):
                continue
            if matches:
                self.run("INSERT INTO hand.members VALUES (?, ?)", [key, id])
            else:
                self.run("DELETE FROM hand.members WHERE audience = ? AND id = ?", [key, id])
            kind = "enter" if matches else "exit"
            self.run(f"INSERT INTO hand.events VALUES (0, '{kind}', ?, ?, TIMESTAMPTZ '{at}')", [key, id])
        self.run("COMMIT")

    def load(self, file: Path) -> None:
        """Read a CSV file and merge it into the people whom nobody asks about."""
        columns = ", ".join(f"{name} {type}" for name, type in {"id": "VARCHAR", **COLUMNS}.items())
        self.run("BEGIN")
        self.run(f"CREATE TEMP TABLE incoming ({columns})")
        if self.dialect == "postgres":
            with (
                file.open("rb") as lines,
                self.connection.cursor() as cursor,  # type: ignore[attr-defined]  # psycopg's
                cursor.copy("COPY incoming FROM STDIN (FORMAT csv, HEADER)") as copy,
            ):
                while block := lines.read(1 << 20):
                    copy.write(block)
        else:
            self.run(f"COPY incoming FROM '{file}' (FORMAT csv, HEADER)")
        document = self._object(", ".join(f"'{name}', incoming.{name}" for name in COLUMNS))
        merged = MERGED[self.dialect].format(old="known.properties", new="excluded.properties")
        self.run(
            f"INSERT INTO hand.imported AS known SELECT incoming.id, {document} FROM incoming"
            f" ON CONFLICT (id) DO UPDATE SET properties = {merged}"
        )
        self.run("DROP TABLE incoming")
        self.run("COMMIT")

    def change(self, table: str, number: str, every: int, turn: int) -> str:
        """The statement that gives one in so many people of a table another revenue and plan."""
        plan = f"CASE WHEN ({number} + {turn}) % 2 = 0 THEN 'pro' ELSE 'enterprise' END"
        fresh = self._object(f"'mrr', ({number} * 7919 + {turn} * 104729) % 1000, 'plan', {plan}")
        merged = MERGED[self.dialect].format(old="properties", new=fresh)
        return f"UPDATE {table} SET properties = {merged} WHERE {number} % {every} = {turn % every}"

    def _update_one(self) -> str:
        fresh = self._object("'mrr', CAST(? AS BIGINT)")
        merged = MERGED[self.dialect].format(old="properties", new=fresh)
        return f"UPDATE hand.people SET properties = {merged} WHERE id = ?"

    def _object(self, members: str) -> str:
        return OBJECT[self.dialect].format(members)


def instant(now: int) -> str:
    """Microseconds since 1970 as SQL writes an instant."""
    return datetime.fromtimestamp(now / 1_000_000, UTC).isoformat(sep=" ")


def where_of(entry: Mapping[str, str], dialect: str) -> str:
    """The WHERE clause of an audience of membership.toml."""
    return entry.get(dialect, entry["where"]).strip()
