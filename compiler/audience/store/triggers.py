"""The triggers on a table of people, on PostgreSQL: which there are, how they are made and how they go.

Each environment has two procedures in the schema `audience`: one that takes its lock before a statement, and one that
settles after it. A table has one trigger for the first, and for the second one for each event, because only so does
PostgreSQL hand over the rows. What stands in the catalog of the database is all that is known of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from psycopg.sql import SQL, Composed, Identifier

from audience.lowering import Query
from audience.store.database import Database
from audience.store.trigger_function import NEW, OLD, SIGNATURE, STUB_BODY, write_function, write_lock

FIND_BODY = """
    SELECT prosrc FROM pg_catalog.pg_proc
    WHERE proname = $function AND pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'audience')
"""

FIND_TABLES = """
    WITH RECURSIVE tree (oid, level) AS (
      SELECT CAST(pg_catalog.to_regclass($relation) AS oid), 0
      UNION
      SELECT held.inhrelid, tree.level + 1 FROM pg_catalog.pg_inherits AS held JOIN tree ON tree.oid = held.inhparent
    )
    SELECT DISTINCT ON (level, nspname, relname) nspname, relname, relkind,
      EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS above WHERE above.inhrelid = tree.oid), level
    FROM tree
    JOIN pg_catalog.pg_class ON pg_class.oid = tree.oid
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    ORDER BY level, nspname, relname
"""
"""A table, and all that inherit from it or are its partitions."""

FIND_TRIGGERS = """
    SELECT nspname, relname, tgname
    FROM pg_catalog.pg_trigger
    JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
    WHERE proname IN ($lock, $settle)
      AND pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'audience')
    ORDER BY nspname, relname, tgname
"""

REVOKE = SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC")
DROP = SQL("DROP FUNCTION IF EXISTS {} CASCADE")

CREATE_LOCK = SQL("""
    CREATE TRIGGER {} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}
    FOR EACH STATEMENT EXECUTE FUNCTION {}()
""")
CREATE_SETTLE = {
    "insert": SQL("""
        CREATE TRIGGER {} AFTER INSERT ON {} REFERENCING NEW TABLE AS {new}
        FOR EACH STATEMENT EXECUTE FUNCTION {}()
    """),
    "update": SQL("""
        CREATE TRIGGER {} AFTER UPDATE ON {} REFERENCING NEW TABLE AS {new} OLD TABLE AS {old}
        FOR EACH STATEMENT EXECUTE FUNCTION {}()
    """),
    "delete": SQL("""
        CREATE TRIGGER {} AFTER DELETE ON {} REFERENCING OLD TABLE AS {old}
        FOR EACH STATEMENT EXECUTE FUNCTION {}()
    """),
    "truncate": SQL("""
        CREATE TRIGGER {} AFTER TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION {}()
    """),
}

NAME_CHARACTERS = 24
"""How much of an environment's name stands in the names of what belongs to it: PostgreSQL cuts a name at 63 bytes."""

ORDINARY, PARTITIONED = "r", "p"
"""What kinds of relations can have such triggers, as `pg_class` says it."""

Name = tuple[str, str]
"""A schema and a table."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table as the catalog has it: its kind in one letter, and whether it inherits or is a partition itself."""

    name: Name
    kind: str
    inherits: bool


@dataclass(frozen=True, slots=True)
class Procedures:
    """The procedures and triggers of one environment."""

    database: Database
    environment: str

    def body(self) -> str | None:
        """The text of the procedure that settles; None where no triggers are installed."""
        found = self.database.rows(FIND_BODY, {"function": self._named("settle")}, doing="looking for triggers")
        return str(found[0][0]) if found else None

    def tables(self, relation: tuple[str, ...]) -> list[Found]:
        """A relation and all that are part of it; nothing where it does not exist."""
        named = Identifier(*relation).as_string(None)
        rows = self.database.rows(FIND_TABLES, {"relation": named}, doing="looking for the table")
        return [Found((str(schema), str(name)), str(kind), bool(inherits)) for schema, name, kind, inherits, _ in rows]

    def triggers(self) -> dict[Name, set[str]]:
        """The names of the triggers, by table."""
        named = {"lock": self._named("lock"), "settle": self._named("settle")}
        found: dict[Name, set[str]] = {}
        for schema, table, trigger in self.database.rows(FIND_TRIGGERS, named, doing="looking for triggers"):
            found.setdefault((str(schema), str(table)), set()).add(str(trigger))
        return found

    def signature(self) -> int:
        """What a procedure that is made now is made for."""
        [(signed,)] = self.database.rows(SIGNATURE, {"environment": self.environment})
        assert isinstance(signed, int)
        return signed

    def write(self, body: str) -> None:
        """Make the procedures, or make them anew."""
        for part, text in (("lock", write_lock(self.environment)), ("settle", body)):
            self._run(write_function(self._named(part), text))
            self._run(REVOKE.format(self._function(part)))

    def write_stub(self) -> None:
        """Make procedures that do nothing, for triggers to name."""
        self.write(STUB_BODY.as_string(None))

    def add(self, tables: Iterable[Name]) -> None:
        """Make the triggers of tables that lack some."""
        held, rows = self.triggers(), {"new": Identifier(NEW), "old": Identifier(OLD)}
        for table in tables:
            for event, statement in {"lock": CREATE_LOCK, **CREATE_SETTLE}.items():
                trigger, part = self._named(f"audience_{event}"), "lock" if event == "lock" else "settle"
                if trigger not in held.get(table, ()):
                    wanted = {name: value for name, value in rows.items() if name in _fields(statement)}
                    on = (Identifier(trigger), Identifier(*table), self._function(part))
                    self._run(statement.format(*on, **wanted))

    def drop(self) -> None:
        """Drop the procedures, and the triggers with them."""
        for part in ("lock", "settle"):
            self._run(DROP.format(self._function(part)))

    def _run(self, made: Composed) -> None:
        self.database.run(Query(made.as_string(None), self.database.dialect), doing="writing triggers")

    def _function(self, part: str) -> Identifier:
        return Identifier("audience", self._named(part))

    def _named(self, part: str) -> str:
        digest = sha256(self.environment.encode()).hexdigest()[:12]
        return f"{part}_{self.environment[:NAME_CHARACTERS]}_{digest}"


def _fields(statement: SQL) -> set[str]:
    return set(re.findall(r"{(\w+)}", statement.as_string(None)))
