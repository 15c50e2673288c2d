"""An import is the same as putting its people one by one, or it is nothing at all."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.errors import UsageError
from audience.language import parse_definition
from audience.language.nodes import Definition
from audience.membership import imports, people, static
from audience.membership.define import define
from audience.membership.environment import Environment, over_table
from audience.membership.imports import Imported, ImportOptions, import_members, import_people
from audience.membership.people import Merging, get_person, put_person
from audience.membership.refresh import refresh
from audience.membership.static import add_members
from audience.people import table
from audience.store import Home, open_home
from audience.store.home import MEMORY
from tests.membership.csv_texts import written
from tests.membership.ledgers import dump, fold, held, ledger_of

NAME = "development"

DEFINITIONS = {
    "vip": Definition(None, None, None),
    "pro": parse_definition('plan = "pro"'),
    "outside": parse_definition('not member of "vip" and plan exists'),
    "inside": parse_definition('member of "vip" and seats >= 2'),
}


def kept(home: Home) -> Environment:
    """An environment that keeps audiences which ask for properties, and for members."""
    environment = Environment(home)
    define(environment, DEFINITIONS)
    refresh(environment)
    return environment


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def stored(environment: Environment) -> dict[str, Any]:
    return {person.id: person.properties for person in people.export_people(environment)}


def consistent(environment: Environment) -> dict[str, Any]:
    """The members, which are those of the ledger, and those that a refresh in full would make."""
    database = environment.home.database
    members = held(database, NAME)
    assert fold(ledger_of(database, NAME)) == members
    assert not any(moved.entered or moved.left for moved in refresh(environment, mode=None).moved.values())
    return members


def refused(code: str, call: Callable[[], object]) -> UsageError:
    with pytest.raises(UsageError) as found:
        call()
    assert found.value.code == code
    return found.value


# ── the law ───────────────────────────────────────────────────────────────────────────────────────

IDS = ("ada", "bob", "cy", "a/b", "")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(("", "acme", "x#y")),
        st.sampled_from(("", "pro", "free")),
        st.sampled_from(("", "1", "2", "many")),
    ),
    max_size=12,
)
MAPPED = ("Seats=seats:number", "Company=tenant_id")
HEADER = ("id", "Company", "plan", "Seats")


def put_one_by_one(environment: Environment, rows: list[tuple[str, str, str, str]], *, members: bool) -> int:
    """What an import is: how many rows are good. Without members the tenant is a property like any other."""
    good = 0
    for id, tenant, plan, seats in rows:
        if not id or "/" in id or seats == "many" or (members and "#" in tenant):
            continue
        good += 1
        properties = {"plan": plan, "seats": int(seats or 0), "tenant_id": "" if members else tenant}
        said = {name: value for name, value in properties.items() if value}
        if said or not members:
            put_person(environment, id, said)
        if members:
            add_members(environment, "vip", [(id, tenant)])
    return good


@pytest.mark.parametrize("members", [False, True])
@pytest.mark.parametrize("many", [False, True])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, split=st.integers(0, 12))
def test_an_import_is_its_good_rows_put_one_by_one(
    monkeypatch: pytest.MonkeyPatch, members: bool, many: bool, rows: list[tuple[str, str, str, str]], split: int
) -> None:
    with monkeypatch.context() as patched, open_home(MEMORY) as one, open_home(MEMORY) as other:
        if many:  # the ways of many people, with batches of a few rows
            patched.setattr(imports, "BATCH", 2)
            for module in (people, imports, static):
                patched.setattr(module, "FEW", 1)
        by_file, by_hand = kept(one), kept(other)
        for some in (rows[:split], rows[split:]):
            data = io.BytesIO(written([HEADER, *some]))
            options = ImportOptions(mapping=MAPPED, partial=True)
            done = import_members(by_file, "vip", data, options) if members else import_people(by_file, data, options)
            good = put_one_by_one(by_hand, some, members=members)
            assert (done.rows, done.imported, done.rejected) == (len(some), good, len(some) - good)
        assert stored(by_file) == stored(by_hand)
        assert consistent(by_file) == consistent(by_hand)


# ── on both databases ─────────────────────────────────────────────────────────────────────────────

TEXT = "User ID,tenant_id,plan,Seats\nada,acme,pro,3\nbob,,,\ncy,,free,1\nada,,,2\n"
OPTIONS = ImportOptions(mapping=("User ID=id", "Seats=seats:number"))


def test_members_come_with_their_people(home: Home) -> None:
    environment = kept(home)
    put_person(environment, "cy", {"plan": "pro", "name": "Cy"})
    done = import_members(environment, "vip", file(TEXT), OPTIONS)
    assert done == Imported(rows=4, imported=4, changed=2, entered=4, rejected=0)
    assert stored(environment) == {
        "ada": {"plan": "pro", "seats": 2},
        "cy": {"plan": "free", "seats": 1, "name": "Cy"},
    }
    members = consistent(environment)
    assert members == {
        "vip": {("ada", "acme"), ("bob", None), ("cy", None), ("ada", None)},
        "pro": {("ada", None)},
        "inside": {("ada", None)},
    }
    moves = [
        (moved.kind, moved.audience, moved.user_id, str(moved.cause), moved.notify)
        for moved in ledger_of(home.database, NAME)
        if moved.cause == "import"
    ]
    assert sorted(moves) == [
        ("enter", "inside", "ada", "import", True),
        ("enter", "pro", "ada", "import", True),
        *[("enter", "vip", id, "import", id != "bob") for id in ("ada", "ada", "bob", "cy")],
        ("exit", "outside", "cy", "import", True),
        ("exit", "pro", "cy", "import", True),
    ], "nobody enters `outside` for a moment"
    before = dump(home.database, NAME)
    again = import_members(environment, "vip", file(TEXT), OPTIONS)
    assert (again.imported, again.entered) == (4, 0)
    assert dump(home.database, NAME)["transition"] == before["transition"]


def test_people_are_imported_in_many_batches(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = kept(home)
    monkeypatch.setattr(imports, "BATCH", 100)
    rows = [[f"u{number}", ("pro", "free")[number % 2], "x" * 50] for number in range(1_000)]
    told: list[tuple[int, int]] = []
    data = written([["id", "plan", "note"], *rows, ["u7", "pro", ""]])
    done = import_people(environment, io.BytesIO(data), ImportOptions(progress=lambda *share: told.append(share)))
    assert done == Imported(rows=1_001, imported=1_001, changed=1_000, entered=0, rejected=0)
    assert told[-1] == (len(data), len(data))
    members = consistent(environment)
    assert len(members["pro"]) == 501
    assert get_person(environment, "u7").properties == {"plan": "pro", "note": "x" * 50}  # type: ignore[union-attr]


BAD = {
    "no id, and many more": (
        "id,plan\n" + ",pro\n" * 30,
        "A726",
        ["30 rows of 30", "line 2: the row has no id", "and 20 more", "--partial"],
    ),
    "malformed ids": (
        f"id,plan\n{'x' * 257},pro\na/b,pro\nok,pro\na#b,pro\n",
        "A726",
        ["3 rows of 4", "line 2: ", "257 characters", "line 3: ", "holds `/`", "line 5: ", "holds `#`"],
    ),
    "a ragged row": ("id,plan\nada,pro\nbob\n", "A726", ["1 row of 2", "line 3: the row has 1 cell"]),
    "a row with too much": ("id,plan\nada,pro,x\n", "A726", ["line 2: the row has 3 cells, and the header has 2"]),
    "an open quote": ('id,plan\nada,pro\nbob,"pro\ncy,pro\n', "A722", ["line 3 is not closed"]),
    "an open quote behind a reject": ('id,plan\n,pro\nbob,"pro\ncy,pro\n', "A722", ["line 3 is not closed"]),
    "a header with one name twice": ("id,plan,plan\nada,pro,x\n", "A723", ["called `plan`"]),
    "no id in the header": ("User ID,plan\nada,pro\n", "A723", ["did you mean `User ID`"]),
    "a binary file": ("id\0\x01\n", "A722", ["binary"]),
    "a workbook": ("PK\x03\x04", "A722", ["Excel"]),
    "nothing": ("", "A722", ["is empty"]),
}


@pytest.mark.parametrize("members", [False, True])
@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_wrong_changes_nothing(case: str, members: bool, home: Home, tmp_path: Path) -> None:
    text, code, said = BAD[case]
    environment = kept(home)
    add_members(environment, "vip", ["ada"])
    before = dump(home.database, NAME)
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode())
    error = refused(
        code, lambda: import_members(environment, "vip", path) if members else import_people(environment, path)
    )
    for words in said:
        assert words in str(error)
    assert str(path) in error.message
    assert dump(home.database, NAME) == before
    consistent(environment)


class Stop(Exception):
    """Raised by a test inside an import."""


@pytest.mark.parametrize("members", [False, True])
@pytest.mark.parametrize("after", [1, 3])
def test_an_exception_in_the_middle_changes_nothing(
    members: bool, after: int, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = kept(home)
    add_members(environment, "vip", ["ada"])
    before = dump(home.database, NAME)
    merge, calls = Merging.merge, 0

    def stopping(self: Merging, *arguments: Any) -> None:
        nonlocal calls
        calls += 1
        merge(self, *arguments)
        if calls == after:
            raise Stop

    monkeypatch.setattr(imports, "BATCH", 1)
    monkeypatch.setattr(Merging, "merge", stopping)
    text = "id,plan\n" + "".join(f"u{number},pro\n" for number in range(4))
    with pytest.raises(Stop):
        import_members(environment, "vip", file(text)) if members else import_people(environment, file(text))
    assert calls == after
    assert dump(home.database, NAME) == before
    monkeypatch.undo()
    consistent(environment)


# ── rejects ───────────────────────────────────────────────────────────────────────────────────────


def test_partial_reports_what_it_leaves_out_and_the_corrected_file_completes_it(home: Home, tmp_path: Path) -> None:
    environment = kept(home)
    rejects = tmp_path / "rejects.csv"
    text = "\ufeffid;Company;plan\nada;;pro\na/b;acme;pro\n;x;pro\ncy\nbob;a#b;free\n"
    options = ImportOptions(mapping=("Company=tenant_id",), partial=True, rejects=rejects)
    done = import_members(environment, "vip", file(text), options)
    assert (done.rows, done.imported, done.rejected, done.entered) == (5, 1, 4, 1)
    assert [(rejected.line, rejected.code) for rejected in done.examples] == [
        (3, "A720"),
        (4, "A720"),
        (5, "A724"),
        (6, "A720"),
    ]
    with rejects.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.reader(source, delimiter=";"))
    assert [row[3:] for row in rows] == [
        ["id", "Company", "plan"],
        *(["a/b", "acme", "pro"], ["", "x", "pro"], ["cy"], ["bob", "a#b", "free"]),
    ]
    rows[1][3], rows[2][3], rows[4][4] = "ab", "eve", "acme"
    corrected = written([row for row in rows if row[3:] != ["cy"]], delimiter=";").decode()
    done = import_members(environment, "vip", file(corrected), ImportOptions(mapping=("Company=tenant_id",)))
    assert (done.imported, done.rejected) == (3, 0)
    assert consistent(environment)["vip"] == {("ada", None), ("ab", "acme"), ("eve", "x"), ("bob", "acme")}


def test_a_refused_file_writes_all_of_its_rejects(home: Home, tmp_path: Path) -> None:
    environment = kept(home)
    rejects = tmp_path / "rejects.csv"
    text = "id,plan\n" + ",pro\nada,pro\n" * 30
    refused("A726", lambda: import_people(environment, file(text), ImportOptions(rejects=rejects)))
    assert [line.split(",")[0] for line in rejects.read_text("utf-8-sig").splitlines()] == [
        "reject_line",
        *(str(line) for line in range(2, 62, 2)),
    ]


@pytest.mark.parametrize("members", [False, True])
def test_a_person_who_would_be_too_large_is_a_reject(home: Home, members: bool) -> None:
    environment = kept(home)
    put_person(environment, "ada", {"a": "x" * 150_000, "plan": "free"})
    before = dump(home.database, NAME)
    large = "y" * 150_000
    text = f"id,b,plan\nada,,pro\nada,{large},free\nada,short,\nbob,{large},pro\n"

    def run(options: ImportOptions) -> Imported:
        data = file(text)
        return (
            import_members(environment, "vip", data, options) if members else import_people(environment, data, options)
        )

    error = refused("A726", lambda: run(ImportOptions()))
    assert "1 row of 4" in error.message
    assert "line 3" in error.message
    assert dump(home.database, NAME) == before
    done = run(ImportOptions(partial=True))
    assert [(rejected.line, rejected.code, rejected.cells) for rejected in done.examples] == [
        (3, "A907", ("ada", large, "free"))
    ]
    assert (done.imported, done.rejected, done.changed) == (3, 1, 2)
    assert get_person(environment, "ada").properties == {"a": "x" * 150_000, "b": "short", "plan": "pro"}  # type: ignore[union-attr]
    consistent(environment)


def test_a_field_of_fifty_megabytes_is_one_reject(home: Home, tmp_path: Path) -> None:
    environment = kept(home)
    path = tmp_path / "large.csv"
    with path.open("w") as target:
        target.write('id,note\nada,"')
        for _ in range(50):
            target.write("x" * 1_000_000)
        target.write('"\nbob,short\n')
    assert "line 2" in refused("A726", lambda: import_people(environment, path)).message
    assert import_people(environment, path, ImportOptions(partial=True)).rejected == 1
    assert list(stored(environment)) == ["bob"]


# ── audiences and people ──────────────────────────────────────────────────────────────────────────


def test_members_are_imported_into_static_audiences_only(home: Home) -> None:
    environment = kept(home)
    before = dump(home.database, NAME)
    refused("A710", lambda: import_members(environment, "pro", file("id\nada\n")))
    assert "vip" in str(refused("A401", lambda: import_members(environment, "vipp", file("id\nada\n"))))
    assert dump(home.database, NAME) == before


def test_who_is_identified_later_does_not_enter_again(home: Home) -> None:
    environment = kept(home)
    import_members(environment, "vip", file("id,tenant_id,plan\nada,,\n"))
    [entry] = ledger_of(home.database, NAME)
    assert (entry.user_id, entry.notify) == ("ada", False)
    [member] = static.members(environment, "vip")
    assert member.missing
    import_people(environment, file("id\nada\n"))
    [member] = static.members(environment, "vip")
    assert not member.missing
    assert ledger_of(home.database, NAME) == [entry]


def test_of_people_of_the_users_own_only_ids_are_read(home: Home) -> None:
    home.database.execute("CREATE TABLE customers (id VARCHAR(20), plan VARCHAR(20))")
    home.database.execute("INSERT INTO customers VALUES ('a/b', 'pro'), ('bob', 'free')")
    from audience.catalog.declare import Roles

    environment = over_table(home, ("customers",), Roles("id", None))
    define(environment, DEFINITIONS | {"inside": parse_definition('member of "vip" and plan = "pro"')})
    refresh(environment)
    done = import_members(
        environment, "vip", file("id,Seats\na/b,many\nbob,1\n"), ImportOptions(mapping=("Seats=seats:number",))
    )
    assert (done.imported, done.entered, done.changed, done.unread) == (2, 2, 0, ("seats",))
    assert held(home.database, NAME) == {
        "vip": {("a/b", None), ("bob", None)},
        "pro": {("a/b", None)},
        "inside": {("a/b", None)},
    }
    assert fold(ledger_of(home.database, NAME)) == held(home.database, NAME)
    refused("A711", lambda: import_people(environment, file("id\nada\n")))
    assert table.count(home.database, NAME) == 0


# ── NDJSON ────────────────────────────────────────────────────────────────────────────────────────

DOCUMENTS = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=4).filter(
        lambda key: key not in ("id", "preferences", "channel_data")
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "b")), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=30)
@given(
    given=st.lists(st.tuples(st.sampled_from(("ada", "bob", "cy")), DOCUMENTS), max_size=6),
    ends=st.sampled_from(("\n", "\r\n")),
)
def test_ndjson_is_its_people_put_one_by_one(given: list[tuple[str, dict[str, Any]]], ends: str) -> None:
    with open_home(MEMORY) as one, open_home(MEMORY) as other:
        by_file, by_hand = Environment(one), Environment(other)
        text = "".join(json.dumps({"id": id, **document}) + ends for id, document in given) or ends
        done = import_people(by_file, file(text), ImportOptions(format="ndjson"))
        for id, document in given:
            put_person(by_hand, id, document)
        assert done.imported == len(given)
        assert stored(by_file) == stored(by_hand)


def test_lines_that_are_no_people_are_rejects(home: Home, tmp_path: Path) -> None:
    environment = kept(home)
    path, rejects = tmp_path / "people.NDJSON", tmp_path / "rejects.ndjson"
    long = '{"id": "long", "note": "' + "x" * 5_000_000 + '"}'
    path.write_text(
        '\ufeff{"id": "ada", "plan": "pro"}\n\n{"id": "bob", \n[1]\n{"plan": "pro"}\n' + long + '\n{"id": 7}'
    )
    refused("A726", lambda: import_people(environment, path))
    assert stored(environment) == {}
    done = import_people(environment, path, ImportOptions(partial=True, rejects=rejects))
    assert (done.rows, done.imported) == (6, 2)
    assert stored(environment) == {"7": {}, "ada": {"plan": "pro"}}
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(line["reject_line"], line["reject_code"]) for line in found] == [
        (3, "A108"),
        (4, "A721"),
        (5, "A720"),
        (6, "A907"),
    ]
    assert found[0]["text"] == '{"id": "bob",'
    refused("A707", lambda: import_members(environment, "vip", path))
    refused("A707", lambda: import_people(environment, path, ImportOptions(delimiter=";")))
    refused("A707", lambda: import_people(environment, path, ImportOptions(format="xml")))
