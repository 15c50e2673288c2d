"""The tables of a home, and how a home of an older version becomes one of this.

Instants are microseconds since 1970 in UTC. No tenant is the empty text. A home's version is the number of migrations
that have been run on it; the tables as they are come of running them all.

PostgreSQL has a key on every table. DuckDB has none: its indexes refuse a row that is deleted and written again in one
transaction, and all who write hold the lock of the environment, so what is written once is there once.
"""

from collections.abc import Mapping, Sequence

from audience.errors import UsageError
from audience.store.database import Database

SCHEMA = "audience"

ENVIRONMENT_DEFAULT = "development"
"""The environment that a new home has; see the last statement of the first migration."""

FIND_SCHEMA = {
    "duckdb": """
        SELECT 1 FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name = 'audience'
    """,
    "postgres": "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'audience'",
}
FIND_META = {
    "duckdb": """
        SELECT 1 FROM duckdb_tables()
        WHERE database_name = current_database() AND schema_name = 'audience' AND table_name = 'meta'
    """,
    "postgres": """
        SELECT 1 FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'audience' AND relname = 'meta'
    """,
}
"""Looked up by name, so that a user without rights to the tables is told of the rights and not of a missing home."""

ALONE: Mapping[str, str | None] = {
    "duckdb": None,
    "postgres": "SELECT pg_catalog.pg_advisory_xact_lock(6134985726155)",
}
"""One migrates at a time; on DuckDB one process has the file."""

STOP_WRITERS: Mapping[str, str | None] = {
    "duckdb": None,
    "postgres": "LOCK TABLE audience.environment IN ACCESS EXCLUSIVE MODE",
}
"""Who is writing ends first, and who comes after sees the new version, which LOCKED reads with the row."""

CREATE_SCHEMA = "CREATE SCHEMA audience"
READ_VERSION = "SELECT max(version) FROM audience.meta"
WRITE_VERSION = "UPDATE audience.meta SET version = $version"

LOCKED = """
    SELECT now, sequence, change, user_no, (SELECT version FROM audience.meta)
    FROM audience.environment WHERE name = $name
"""
"""An environment's clock and counters, and the home's version."""

_DUCKDB_1 = (
    "CREATE TABLE audience.meta (version INTEGER NOT NULL)",
    "INSERT INTO audience.meta (version) VALUES (0)",
    """
    CREATE TABLE audience.environment (
      name VARCHAR NOT NULL, position INTEGER NOT NULL, now BIGINT NOT NULL,
      sequence BIGINT NOT NULL, change BIGINT NOT NULL, user_no BIGINT NOT NULL
    )
    """,
    "CREATE TABLE audience.person (environment VARCHAR NOT NULL, id VARCHAR NOT NULL, user_no BIGINT NOT NULL)",
    """
    CREATE TABLE audience.users (
      environment VARCHAR NOT NULL, id VARCHAR NOT NULL, user_no BIGINT NOT NULL, properties JSON NOT NULL,
      created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, change BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE audience.audience (
      environment VARCHAR NOT NULL, key VARCHAR NOT NULL, type VARCHAR NOT NULL, name VARCHAR, stored VARCHAR,
      meaning VARCHAR, people VARCHAR, activated_at BIGINT, refreshed_at BIGINT, refreshed_change BIGINT,
      watermark BIGINT, error VARCHAR, archived_at BIGINT
    )
    """,
    """
    CREATE TABLE audience.static_member (
      environment VARCHAR NOT NULL, audience VARCHAR NOT NULL, user_id VARCHAR NOT NULL, tenant VARCHAR NOT NULL,
      added_at BIGINT NOT NULL, source VARCHAR NOT NULL
    )
    """,
    """
    CREATE TABLE audience.dynamic_member (
      environment VARCHAR NOT NULL, audience VARCHAR NOT NULL, user_no BIGINT NOT NULL, tenant VARCHAR NOT NULL
    )
    """,
    """
    CREATE TABLE audience.transition (
      environment VARCHAR NOT NULL, sequence BIGINT NOT NULL, kind VARCHAR NOT NULL, audience VARCHAR NOT NULL,
      user_id VARCHAR NOT NULL, tenant VARCHAR NOT NULL, happened_at BIGINT NOT NULL, flipped_at BIGINT,
      meaning VARCHAR, cause VARCHAR NOT NULL, notify BOOLEAN NOT NULL
    )
    """,
    """
    INSERT INTO audience.environment (name, position, now, sequence, change, user_no)
    VALUES ('development', 0, 0, 0, 0, 0)
    """,
)

_POSTGRES_1 = (
    "CREATE TABLE audience.meta (version INTEGER NOT NULL)",
    "INSERT INTO audience.meta (version) VALUES (0)",
    """
    CREATE TABLE audience.environment (
      name TEXT COLLATE "C" PRIMARY KEY, position INTEGER NOT NULL, now BIGINT NOT NULL,
      sequence BIGINT NOT NULL, change BIGINT NOT NULL, user_no BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE audience.person (
      environment TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, user_no BIGINT NOT NULL,
      PRIMARY KEY (environment, id), UNIQUE (environment, user_no)
    )
    """,
    """
    CREATE TABLE audience.users (
      environment TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, user_no BIGINT NOT NULL,
      properties JSONB NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, change BIGINT NOT NULL,
      PRIMARY KEY (environment, id), UNIQUE (environment, user_no)
    )
    """,
    "CREATE INDEX users_change ON audience.users (environment, change)",
    """
    CREATE TABLE audience.audience (
      environment TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, type TEXT NOT NULL, name TEXT, stored TEXT,
      meaning TEXT, people TEXT, activated_at BIGINT, refreshed_at BIGINT, refreshed_change BIGINT,
      watermark BIGINT, error TEXT, archived_at BIGINT,
      PRIMARY KEY (environment, key)
    )
    """,
    """
    CREATE TABLE audience.static_member (
      environment TEXT COLLATE "C" NOT NULL, audience TEXT COLLATE "C" NOT NULL, user_id TEXT COLLATE "C" NOT NULL,
      tenant TEXT COLLATE "C" NOT NULL, added_at BIGINT NOT NULL, source TEXT NOT NULL,
      PRIMARY KEY (environment, audience, user_id, tenant)
    )
    """,
    "CREATE INDEX static_member_user ON audience.static_member (environment, user_id)",
    """
    CREATE TABLE audience.dynamic_member (
      environment TEXT COLLATE "C" NOT NULL, audience TEXT COLLATE "C" NOT NULL, user_no BIGINT NOT NULL,
      tenant TEXT COLLATE "C" NOT NULL,
      PRIMARY KEY (environment, audience, user_no, tenant)
    )
    """,
    "CREATE INDEX dynamic_member_user ON audience.dynamic_member (environment, user_no)",
    """
    CREATE TABLE audience.transition (
      environment TEXT COLLATE "C" NOT NULL, sequence BIGINT NOT NULL, kind TEXT NOT NULL,
      audience TEXT COLLATE "C" NOT NULL, user_id TEXT COLLATE "C" NOT NULL, tenant TEXT COLLATE "C" NOT NULL,
      happened_at BIGINT NOT NULL, flipped_at BIGINT, meaning TEXT, cause TEXT NOT NULL, notify BOOLEAN NOT NULL,
      PRIMARY KEY (environment, sequence)
    )
    """,
    "CREATE INDEX transition_audience ON audience.transition (environment, audience, sequence)",
    "CREATE INDEX transition_user ON audience.transition (environment, user_id, sequence)",
    """
    INSERT INTO audience.environment (name, position, now, sequence, change, user_no)
    VALUES ('development', 0, 0, 0, 0, 0)
    """,
)

Migrations = Sequence[Sequence[str]]

MIGRATIONS: Mapping[str, Migrations] = {"duckdb": (_DUCKDB_1,), "postgres": (_POSTGRES_1,)}
"""By dialect: the statements that lead from one version to the next. What has been released never changes."""

VERSION = len(MIGRATIONS["duckdb"])
"""The version of a home that this program reads and writes."""


def migrate(database: Database, *, create: bool, migrations: Migrations | None = None) -> None:
    """Make the tables be of this version, in one transaction.

    UsageError A708 where there is no home and none is to be made, or where a newer program has migrated it.
    """
    steps = MIGRATIONS[database.dialect] if migrations is None else migrations
    version = read_version(database)
    if version is None and not create:
        help = "make one with `audience init`, or name the database that has it"
        raise UsageError("A708", f"there is no home in {database.place}", help)
    if version == len(steps):
        return
    with database.transaction():
        if (alone := ALONE[database.dialect]) is not None:
            database.rows(alone, doing="waiting for another migration")
        version = read_version(database)  # another may have been at it
        check_version(version or 0, len(steps), database.place)
        if version is None and not database.rows(FIND_SCHEMA[database.dialect]):
            database.execute(CREATE_SCHEMA, doing="making the schema audience")
        if version is not None and (stop := STOP_WRITERS[database.dialect]) is not None:
            database.execute(stop, doing="waiting for those who write")
        for step in steps[version or 0 :]:
            for statement in step:
                database.execute(statement, doing="making the tables")
        database.execute(WRITE_VERSION, {"version": len(steps)}, doing="making the tables")


def read_version(database: Database) -> int | None:
    """The version of the home in a database; None where there is no home."""
    if not database.rows(FIND_META[database.dialect], doing="looking for the home"):
        return None
    [(version,)] = database.rows(READ_VERSION, doing="looking for the home")
    return version if isinstance(version, int) else 0


def check_version(found: int, known: int, place: str) -> None:
    """UsageError A708 for a home that is newer than this program."""
    if found > known:
        raise UsageError(
            "A708",
            f"the home in {place} has version {found}, and this program knows versions up to {known}",
            "a newer audience has been here: pip install --upgrade audience",
        )
