"""A transaction is kept whole or not at all, and statements mean the same on both databases."""

from collections.abc import Callable

import pytest

from audience.catalog import Table
from audience.catalog.declare import Roles
from audience.errors import CompilerBug, EngineError
from audience.lowering import Query, describe_columns, find_dialect
from audience.store import Database, Home

PERSON = ("environment", "id", "user_no")
ADD = "INSERT INTO audience.person (environment, id, user_no) VALUES ('development', $id, $user_no)"
IDS = "SELECT id FROM audience.person ORDER BY id"
COUNT = "SELECT count(*) FROM audience.person"
BROKEN = "INSERT INTO audience.person (environment, id, user_no) VALUES (NULL, 'x', 1)"


class Stop(Exception):
    """Raised by a test inside a transaction."""


def ids(database: Database) -> list[object]:
    return [row[0] for row in database.rows(IDS)]


def test_a_transaction_is_kept(home: Home, open_again: Callable[[], Home]) -> None:
    with home.database.transaction():
        assert home.database.execute(ADD, {"id": "ada", "user_no": 1}) == 1
        assert home.database.execute(ADD, {"id": "bob", "user_no": 2}) == 1
        assert ids(open_again().database) == []
    assert ids(open_again().database) == ["ada", "bob"]


def test_an_exception_undoes_all_of_it(home: Home) -> None:

    def stop() -> None:
        with home.database.transaction():
            home.database.execute(ADD, {"id": "ada", "user_no": 1})
            raise Stop

    with pytest.raises(Stop):
        stop()
    assert ids(home.database) == []
    home.database.execute(ADD, {"id": "bob", "user_no": 1})
    assert ids(home.database) == ["bob"]


def test_a_failure_undoes_all_of_it(home: Home) -> None:
    def fail() -> None:
        with home.database.transaction():
            home.database.execute(ADD, {"id": "ada", "user_no": 1})
            home.database.execute(BROKEN, doing="adding somebody")

    with pytest.raises(EngineError, match="while adding somebody"):
        fail()
    assert ids(home.database) == []


def test_a_failure_that_is_passed_over_keeps_nothing_and_says_so(home: Home) -> None:
    def pass_over() -> None:
        with home.database.transaction():
            home.database.execute(ADD, {"id": "ada", "user_no": 1})
            with pytest.raises(EngineError, match="while writing"):
                home.database.execute(BROKEN)

    with pytest.raises(EngineError, match="while committing"):
        pass_over()
    assert ids(home.database) == []


def test_there_is_no_transaction_inside_another(home: Home) -> None:
    with home.database.transaction():
        home.database.execute(ADD, {"id": "ada", "user_no": 1})
        with pytest.raises(CompilerBug), home.database.transaction():
            pass
        with pytest.raises(CompilerBug), home.writing("development"):
            pass
    assert ids(home.database) == ["ada"]


def test_reading_sees_one_instant_and_writes_nothing(home: Home, open_again: Callable[[], Home]) -> None:
    other = open_again()
    with home.reading() as database:
        assert ids(database) == []
        other.database.execute(ADD, {"id": "ada", "user_no": 1})
        assert ids(database) == []
    assert ids(home.database) == ["ada"]
    with pytest.raises(EngineError), home.reading() as database:
        database.execute(ADD, {"id": "bob", "user_no": 2})
    assert ids(home.database) == ["ada"]


def test_an_engine_reads_what_the_transaction_has_written_and_leaves_it_open(home: Home) -> None:
    database, engine = home.database, home.database.engine
    with database.transaction():
        database.execute("CREATE TEMPORARY TABLE chosen AS SELECT 'ada' AS id")
        database.execute(ADD, {"id": "ada", "user_no": 1})
        assert engine.run("SELECT count(*) FROM audience.person JOIN chosen USING (id)") == [(1,)]
        table = Table(("audience", "person"))
        description = describe_columns(find_dialect(database.dialect), table)
        catalog = engine.introspect(table, description, Roles(id="id"))
        assert catalog.id is not None
        assert {catalog.id.name, *(column.name for column in catalog.columns)} == set(PERSON)
        assert [row for batch in engine.stream(IDS) for row in batch] == [("ada",)]
        database.execute(ADD, {"id": "bob", "user_no": 2})
        assert engine.run("SELECT count(*) FROM chosen") == [(1,)]
    assert ids(database) == ["ada", "bob"]


def test_a_compiled_statement_runs_with_its_parameters(home: Home) -> None:
    mark = {"duckdb": "$v1", "postgres": "%(v1)s"}[home.database.dialect]
    home.database.load("audience.person", PERSON, [("development", f"u{n}", n) for n in range(10)])
    deletion = Query(f"DELETE FROM audience.person WHERE user_no < {mark}", home.database.dialect, parameters={"v1": 4})
    assert home.database.run(deletion) == 4
    plain = Query("CREATE TEMPORARY TABLE wild AS SELECT id FROM audience.person WHERE id LIKE 'u%'", "duckdb")
    home.database.run(plain)
    assert home.database.rows("SELECT count(*) FROM wild") == [(6,)]
    with pytest.raises(CompilerBug, match="now"):
        home.database.run(Query("SELECT 1", "duckdb", unbound=("now",)))


@pytest.mark.parametrize("text", ["100%", "%s", "%(id)s", "$id", "$$", "a'b", 'a"b', "\\", "é\u0301", "\U0001f600", ""])
def test_a_text_comes_back_as_it_was(home: Home, text: str) -> None:
    home.database.execute(ADD, {"id": text, "user_no": 1})
    assert home.database.rows("SELECT id, '%', $id || '%' FROM audience.person WHERE id = $id", {"id": text}) == [
        (text, "%", text + "%")
    ]
    home.database.load("audience.person", PERSON, [("other", text, 2)])
    assert home.database.rows("SELECT count(DISTINCT id) FROM audience.person") == [(1,)]


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused(home: Home, text: str) -> None:
    with pytest.raises(EngineError):
        home.database.execute(ADD, {"id": text, "user_no": 1})
    with pytest.raises(EngineError):
        home.database.load("audience.person", PERSON, [("development", "a", 1), ("development", text, 2)])
    with pytest.raises(EngineError):
        home.database.rows("SELECT id FROM audience.person WHERE id = ANY($ids)", {"ids": ["a", text]})
    assert ids(home.database) == []


@pytest.mark.parametrize("parameters", [None, {}, {"id": "a"}, {"id": "a", "user_no": 1, "more": 1}])
def test_parameters_are_those_of_the_statement(home: Home, parameters: dict[str, object] | None) -> None:
    with pytest.raises(CompilerBug, match="user_no"):
        home.database.execute(ADD, parameters)


def test_rows_of_many_batches_are_loaded_and_streamed(home: Home) -> None:
    many = 100_000
    columns = ("environment", "sequence", "kind", "audience", "user_id", "tenant", "happened_at", "flipped_at")
    columns += ("meaning", "cause", "notify")
    rows = (
        ("development", n, "enter", "vip", f"u{n % 1000}", "", n, None if n % 3 else n, None, "time", n % 2 == 0)
        for n in range(many)
    )
    with home.database.transaction():
        assert home.database.load("audience.transition", columns, rows) == many
    sums = "SELECT count(*), CAST(sum(sequence) AS BIGINT), count(flipped_at), count(meaning) FROM audience.transition"
    assert home.database.rows(sums) == [(many, many * (many - 1) // 2, (many + 2) // 3, 0)]
    batches = list(
        home.database.stream(
            "SELECT sequence FROM audience.transition WHERE notify = $notify ORDER BY 1", {"notify": True}, rows=999
        )
    )
    assert [n for batch in batches for (n,) in batch] == list(range(0, many, 2))
    assert {len(batch) for batch in batches[:-1]} == {999}


def test_loading_is_whole_or_nothing_and_takes_no_rows(home: Home) -> None:
    assert home.database.load("audience.person", PERSON, []) == 0
    rows = [("development", f"u{n}", n) for n in range(20_000)]
    with pytest.raises(EngineError):
        home.database.load("audience.person", PERSON, [*rows, ("development", None, 1)])
    assert home.database.rows(COUNT) == [(0,)]


def test_a_document_is_kept_as_json(home: Home) -> None:
    columns = ("environment", "id", "user_no", "properties", "created_at", "updated_at", "change")
    home.database.load("audience.users", columns, [("development", "a", 1, '{"plan": "pro %"}', 1, 1, 1)])
    home.database.execute("UPDATE audience.users SET properties = $new WHERE id = 'a'", {"new": '{"plan": ["$x"]}'})
    assert home.database.rows("SELECT properties->'plan'->>0 FROM audience.users") == [("$x",)]


def test_a_stream_that_is_left_ends(home: Home) -> None:
    home.database.load("audience.person", PERSON, [("development", f"u{n}", n) for n in range(30)])
    with home.database.transaction():
        stream = home.database.stream(IDS, rows=10)
        assert len(next(stream)) == 10
        stream.close()
        home.database.execute(ADD, {"id": "last", "user_no": 99})
    assert home.database.rows(COUNT) == [(31,)]
