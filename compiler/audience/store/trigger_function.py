"""The procedures of the triggers, in the words of PostgreSQL, as templates.

What a statement changed is settled inside its transaction. Nothing is read from where the writer could put something:
there are no temporary tables, every name is qualified, and the settings that change what SQL means are the
function's own. The constants that write members and transitions are those of `members`, which find their temporary
tables here as subqueries of the same names.
"""

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from audience.engines.postgres_session import GUARDS
from audience.store.database import PARAMETER
from audience.store.home import KEEP_COUNTERS
from audience.store.members import APPEND, DELETE_LEFT, INSERT_ENTERED, NUMBER_PEOPLE

BLOCK = "audience_settling"
"""The name of the procedure's block: before a variable it says that this is no column."""

TOUCHED = "audience_touched"
"""The record with the people whom a statement touched: their ids in `native` and in `ids`."""

NEW, OLD = "audience_new", "audience_old"
"""The rows of a statement, as they are after it and as they were before."""

SIGNATURE = """
    SELECT pg_catalog.hashtextextended(coalesce(string_agg(concat_ws(
      chr(31), held.key, held.type, held.stored, held.meaning, held.activated_at IS NULL, held.error IS NULL
    ), chr(30) ORDER BY held.key), '') COLLATE "C", (SELECT max(version) FROM audience.meta))
    FROM audience.audience AS held
    WHERE held.environment = $environment AND held.archived_at IS NULL
"""
"""What a procedure was made for: the definitions of an environment, which of them stand, and the tables' version."""

STOOD_STILL = "a trigger could not bring the members up to date"

SETTINGS = {key: value for key, value in GUARDS.items() if key not in ("transaction_read_only", "client_encoding")} | {
    "row_security": "on",
    "jit": "off",  # to compile hundreds of conditions takes seconds, and they are asked about few people
    "plan_cache_mode": "force_generic_plan",  # to plan them takes longer than to ask them
    "enable_seqscan": "off",  # a plan that was made while the tables were small has to serve when they have grown
}
"""What holds while a procedure runs, whatever the writer has set. The last two hold for a few people: see PLANNING."""

FEW = 100
"""For more people than so many a plan of their own is made."""

LOCK_BODY = SQL("""
BEGIN
  PERFORM 1 FROM audience.environment AS held WHERE held.name = {environment} FOR UPDATE OF held;
  -- The first look at a table makes the session hear of what others have committed: of a new procedure, too.
  PERFORM 1 FROM audience.meta;
  RETURN NULL;
END
""")
"""Before a statement locks rows of its own, it waits for its turn: so two writers never wait for each other."""

STUB_BODY = SQL("BEGIN RETURN NULL; END")

BODY = SQL("""
#variable_conflict use_column
<<audience_settling>>
DECLARE
  environment CONSTANT text := {environment};
  keys CONSTANT text[] := {keys};
  meanings CONSTANT text[] := {meanings};
  instant bigint;
  last_sequence bigint;
  last_change bigint;
  last_user_no bigint;
  written bigint;
  failure text;
  many boolean := FALSE;
  audience_touching refcursor;
  audience_touched record;
  moved_audiences text[];
  moved_ids text[];
  moved_tenants text[];
  moved_entered boolean[];
BEGIN
  SELECT held.now, held.sequence, held.change, held.user_no
  INTO instant, last_sequence, last_change, last_user_no
  FROM audience.environment AS held WHERE held.name = audience_settling.environment FOR UPDATE OF held;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  instant := greatest(CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint), instant);
  IF ({signature}) IS DISTINCT FROM {signed} THEN
    failure := 'it knows other definitions than the home';
  ELSIF cardinality(keys) = 0 THEN
    RETURN NULL;
  ELSE
    BEGIN
      IF TG_OP = 'INSERT' THEN
        OPEN audience_touching FOR {inserted};
      ELSIF TG_OP = 'UPDATE' THEN
        OPEN audience_touching FOR {updated};
      ELSIF TG_OP = 'DELETE' THEN
        OPEN audience_touching FOR {deleted};
      ELSE
        many := TRUE;
        {planning}
        OPEN audience_touching FOR {truncated};
      END IF;
    {caught}
    END;
  END IF;
  WHILE failure IS NULL LOOP
    BEGIN
      FETCH audience_touching INTO audience_touched;
      EXIT WHEN NOT FOUND;
      IF many IS DISTINCT FROM (cardinality(audience_touched.ids) > {few}) THEN
        many := NOT many;
        {planning}
      END IF;
      {find}
    {caught}
    END;
    IF failure IS NULL AND moved_ids IS NOT NULL THEN
      {number};
      GET DIAGNOSTICS written = ROW_COUNT;
      last_user_no := last_user_no + written;
      {delete};
      {insert};
      {append};
      GET DIAGNOSTICS written = ROW_COUNT;
      last_sequence := last_sequence + written;
    END IF;
    {keep};
  END LOOP;
  IF failure IS NOT NULL THEN
    UPDATE audience.audience AS held SET error = {stood_still} || ': ' || audience_settling.failure
    WHERE held.environment = audience_settling.environment AND held.type = 'dynamic'
      AND held.activated_at IS NOT NULL AND held.archived_at IS NULL AND held.error IS NULL;
  END IF;
  RETURN NULL;
END
""")

CAUGHT = SQL("""
    EXCEPTION
      WHEN transaction_rollback OR lock_not_available OR insufficient_resources OR operator_intervention
        OR system_error THEN
        RAISE;
      WHEN OTHERS THEN
        failure := SQLERRM;
""")
"""A condition that cannot be asked stops the audiences and not the writer. What is wrong with the writer's transaction,
or with the server, is the writer's to know."""

PLANNING = SQL("""
        PERFORM set_config(
          'plan_cache_mode', CASE WHEN many THEN 'force_custom_plan' ELSE 'force_generic_plan' END, TRUE
        );
        PERFORM set_config('enable_seqscan', CASE WHEN many THEN 'on' ELSE 'off' END, TRUE);
""")
"""How statements are planned from here to the end of the procedure: as for many people, or as for a few."""

BATCHES = SQL("""
    SELECT array_agg(numbered.user_id) AS ids, array_agg(numbered.native) AS native
    FROM (
      SELECT one.user_id, one.native, (row_number() OVER (ORDER BY one.user_id) - 1) / 5000 AS part
      FROM (
        SELECT DISTINCT ON (listed.user_id) listed.user_id, listed.native
        FROM (SELECT found.user_id COLLATE "C" AS user_id, found.native FROM ({rows}) AS found) AS listed
        ORDER BY listed.user_id, listed.native IS NULL
      ) AS one
    ) AS numbered
    GROUP BY numbered.part ORDER BY numbered.part
""")
"""The people of a statement, some thousands at a time: their rows stand in memory, and one plan fits them all."""

BOTH = SQL("{new} UNION ALL {old}")

MEMBERS_OF_ALL = SQL("""
    SELECT here.native, here.user_id FROM ({people}) AS here WHERE here.user_id COLLATE "C" IN (
      SELECT person.id FROM audience.dynamic_member AS member JOIN audience.person AS person
        ON person.environment = member.environment AND person.user_no = member.user_no
      WHERE member.environment = audience_settling.environment
    )
    UNION ALL
    SELECT NULL, person.id COLLATE "C" FROM audience.dynamic_member AS member JOIN audience.person AS person
      ON person.environment = member.environment AND person.user_no = member.user_no
    WHERE member.environment = audience_settling.environment
""")
"""Whoever can be touched by TRUNCATE, which tells no rows; of a partition it leaves people, who are asked again."""

FIND = SQL("""
    SELECT array_agg(moved.audience), array_agg(moved.user_id), array_agg(moved.tenant), array_agg(moved.entered)
    INTO moved_audiences, moved_ids, moved_tenants, moved_entered
    FROM (
      SELECT
        coalesce(fresh.audience, held.audience) AS audience,
        coalesce(fresh.user_id, held.user_id) AS user_id,
        coalesce(fresh.tenant, held.tenant) AS tenant,
        fresh.user_id IS NOT NULL AS entered
      FROM (
        SELECT DISTINCT
          asked.audience COLLATE "C" AS audience,
          answered.user_id COLLATE "C" AS user_id,
          answered.tenant COLLATE "C" AS tenant
        FROM ({answers}) AS answered
        CROSS JOIN LATERAL unnest(audience_settling.keys, answered.answers) AS asked (audience, holds)
        WHERE asked.holds
      ) AS fresh
      FULL JOIN (
        SELECT member.audience, person.id AS user_id, member.tenant
        FROM (SELECT unnest(audience_touched.ids) COLLATE "C" AS user_id) AS scope
        JOIN audience.person AS person
          ON person.environment = audience_settling.environment AND person.id = scope.user_id
        JOIN audience.dynamic_member AS member
          ON member.environment = audience_settling.environment AND member.user_no = person.user_no
        JOIN unnest(audience_settling.keys) AS kept (audience) ON kept.audience = member.audience
      ) AS held
      ON fresh.audience = held.audience AND fresh.user_id = held.user_id AND fresh.tenant = held.tenant
      WHERE fresh.user_id IS NULL OR held.user_id IS NULL
    ) AS moved;
""")

WITH_MATCHED = SQL("""
    WITH audience_matched AS (SELECT unnest(audience_settling.moved_ids) AS user_id) {statement}
""")

WITH_MOVED = SQL("""
    WITH audience_moved AS MATERIALIZED (
      SELECT moved.audience, person.user_no, moved.user_id, moved.tenant, moved.entered
      FROM unnest(
        audience_settling.moved_audiences, audience_settling.moved_ids, audience_settling.moved_tenants,
        audience_settling.moved_entered
      ) AS moved (audience, user_id, tenant, entered)
      JOIN audience.person AS person
        ON person.environment = audience_settling.environment AND person.id = moved.user_id
    ), audience_reason AS (
      SELECT reason.audience, reason.meaning, 'person' AS cause, TRUE AS notify
      FROM unnest(audience_settling.keys, audience_settling.meanings) AS reason (audience, meaning)
    ), audience_explained AS (
      SELECT '' AS audience, 0 AS user_no, '' AS tenant, CAST(NULL AS text) AS cause, CAST(NULL AS bigint) AS flipped_at
      WHERE FALSE
    ) {statement}
""")
"""Materialized, so that nothing is joined before the number of the person is known, of which few rows have the same."""

CREATE_FUNCTION = SQL("""
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO pg_catalog, pg_temp {settings} AS {body}
""")
SETTING = SQL("SET {} TO {}")


def write_body(
    environment: str,
    *,
    signed: int,
    meanings: dict[str, str],
    people: str,
    new: str,
    old: str,
    answers: str,
) -> str:
    """The body of the procedure that settles.

    `meanings` are those of the audiences, in the order of the answers. `people`, `new` and `old` are queries of the
    ids of everybody, and of the rows of a statement; `answers` what the people of `TOUCHED` answer.
    """
    variables = {"environment": "environment", "now": "instant", "sequence": "last_sequence"}
    variables |= {"change": "last_change", "user_no": "last_user_no", "name": "environment"}
    of_sequence, of_people = variables | {"last": "last_sequence"}, variables | {"last": "last_user_no"}
    after, before = _given(new), _given(old)
    return _written(
        BODY.format(
            environment=Literal(environment),
            keys=Literal(list(meanings)),
            meanings=Literal(list(meanings.values())),
            signature=_constant(SIGNATURE, variables),
            signed=Literal(signed),
            inserted=BATCHES.format(rows=after),
            updated=BATCHES.format(rows=BOTH.format(new=after, old=before)),
            deleted=BATCHES.format(rows=before),
            truncated=BATCHES.format(rows=MEMBERS_OF_ALL.format(people=_given(people))),
            caught=CAUGHT,
            few=Literal(FEW),
            planning=PLANNING,
            find=FIND.format(answers=_given(answers)),
            number=WITH_MATCHED.format(statement=_constant(NUMBER_PEOPLE, of_people)),
            delete=WITH_MOVED.format(statement=_constant(DELETE_LEFT, variables)),
            insert=WITH_MOVED.format(statement=_constant(INSERT_ENTERED, variables)),
            append=WITH_MOVED.format(statement=_constant(APPEND, of_sequence)),
            keep=_constant(KEEP_COUNTERS, variables),
            stood_still=Literal(STOOD_STILL),
        )
    ).strip()


def write_lock(environment: str) -> str:
    """The body of the procedure that takes the environment's lock."""
    return _written(LOCK_BODY.format(environment=Literal(environment)))


def write_function(name: str, body: str) -> Composed:
    """The statement that makes a procedure of the schema `audience`, or makes it anew."""
    settings = [SETTING.format(Identifier(key), Literal(value)) for key, value in SETTINGS.items()]
    # A quoted text needs no mark that could occur inside.
    return CREATE_FUNCTION.format(
        function=Identifier("audience", name), settings=SQL(" ").join(settings), body=Literal(body)
    )


def _constant(sql: str, variables: dict[str, str]) -> SQL:
    """A constant whose parameters are variables of the procedure."""
    return _given(PARAMETER.sub(lambda found: f"{BLOCK}.{variables[found[1]]}", sql))


def _given(sql: str) -> SQL:
    """A constant, or what the lowering has printed."""
    return SQL(sql)


def _written(made: Composable) -> str:
    return made.as_string(None)
