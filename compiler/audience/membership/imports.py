"""Import people, and members of static audiences, from a file: all of it in one transaction, or nothing.

Rows go through in batches. Nothing is remembered of those that are written, so memory is bounded whatever the size
of the file. A row of members that says something of its person identifies them too; one with an id (and a tenant)
alone makes a member, who is missing until somebody identifies them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from audience.errors import UsageError
from audience.membership.csv_import import CsvPeople, ImportedRow, open_csv
from audience.membership.csv_source import CsvBytes, Progress
from audience.membership.environment import Environment
from audience.membership.ndjson_import import open_ndjson
from audience.membership.people import BATCH, DOING, Merging
from audience.membership.rejects import Rejected, Rejecting, RejectsFile
from audience.membership.settle import FEW, settle, settle_scope
from audience.membership.static import expect_static
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import Stage
from audience.store.static_members import Change

BATCH_CHARACTERS = 8_000_000
"""How much of a file stands in memory at once, where rows are so large that it is less than a batch."""

EXAMPLES_MAX = 10
"""How many rejects a message shows: after so many one corrects the file, and looks into the file of rejects."""

NDJSON_SUFFIXES = (".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is read, and what becomes of rows that are wrong.

    `mapping` has entries such as "User ID=id" and "Seats=seats:number" for columns of CSV, `encoding` and `delimiter`
    are told from the file where they are not given. `format` is csv or ndjson, told from the suffix where it is not
    given. `name` is what messages call a stream. With `partial` rows that are wrong are left out; without, one of them
    undoes everything. `rejects` is a file for them. `bytes_max` bounds the file. `progress` is told bytes.
    """

    mapping: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    format: str | None = None
    name: str | None = None
    partial: bool = False
    rejects: Path | None = None
    bytes_max: int | None = None
    progress: Progress | None = None


DEFAULT = ImportOptions()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    `rows` were in the file; `imported` of them were taken and `rejected` left out, the first of which are `examples`.
    `changed` people are new or have other properties, `entered` pairs of a person and a tenant are new members.
    `unread` are columns that were left alone, because people are the user's own; `suggested` are headers that look
    like something else than the property that they became, with what that is.
    """

    rows: int
    imported: int
    changed: int
    entered: int
    rejected: int
    examples: tuple[Rejected, ...] = ()
    unread: tuple[str, ...] = ()
    suggested: tuple[tuple[str, str], ...] = ()


def import_people(environment: Environment, file: CsvBytes, options: ImportOptions = DEFAULT) -> Imported:
    """Merge the people of a CSV or NDJSON file, as if each row was put.

    UsageError A711 where people are the user's own, A722 and A723 for what cannot be read at all, A726 for rows that
    are wrong; nothing is written then.
    """
    environment.expect_own(DOING)
    with _opened(file, options, members=False, own=True) as rows:

        def write(writing: Writing) -> Imported:
            merging = Merging(environment, writing)
            for batch in rows.batches():
                _merge(merging, batch, rows, bare=True)
            merging.settle(Cause.IMPORT, environment.known(writing.database).dynamic)
            return rows.imported(changed=merging.changed())

        return _written(environment, rows, write)


def import_members(
    environment: Environment, audience: str, file: CsvBytes, options: ImportOptions = DEFAULT
) -> Imported:
    """Put the people of a CSV file into a static audience, and merge what the file says of them.

    UsageError A401 for an unknown audience, A710 for a dynamic one; others as for `import_people`. Of people who are
    the user's own only ids and tenants are read.
    """
    own = environment.foreign is None
    with environment.home.reading() as database:
        expect_static(environment.known(database), audience)  # before a large file is looked through
    with _opened(file, options, members=True, own=own) as rows:

        def write(writing: Writing) -> Imported:
            expect_static(environment.known(writing.database), audience)
            merging, change = Merging(environment, writing), Change(writing, audience, own=own)
            for batch in rows.batches():
                taken = _merge(merging, batch, rows, bare=False) if own else batch
                change.give((row.id, row.tenant or "") for row in taken)
            entered = change.add(Cause.IMPORT)
            _settle(environment, writing, audience, merging, change if entered else None)
            change.close()
            return rows.imported(changed=merging.changed(), entered=entered)

        return _written(environment, rows, write)


def _merge(merging: Merging, batch: list[ImportedRow], rows: "_Rows", *, bare: bool) -> list[ImportedRow]:
    """Merge the people of a batch (with `bare` those of whom nothing is said as well); the rows that are taken."""
    given = batch if bare else [row for row in batch if row.properties]
    refused: set[int] = set()

    def refuse(position: int, error: UsageError) -> None:
        row = given[position]
        refused.add(row.line)
        rows.reject(Rejected(row.line, error.code, error.message, row.cells))

    if given:
        merging.merge([(row.id, row.properties) for row in given], refuse)
    rows.expect_whole()
    return [row for row in batch if row.line not in refused] if refused else batch


def _settle(environment: Environment, writing: Writing, audience: str, merging: Merging, change: Change | None) -> None:
    """Bring every dynamic audience up to date once: those that ask about this one for who entered it as well."""
    known = environment.known(writing.database)
    asking = known.dependents(audience) if change is not None else {}
    merging.settle(Cause.IMPORT, {key: held for key, held in known.dynamic.items() if key not in asking})
    if change is None or not any(held.stands for held in asking.values()):
        return
    entered, changed = change.ids(FEW + 1), merging.few()
    if changed is not None and len(changed.union(entered)) <= FEW:
        settle(environment, writing, changed.union(entered), Cause.IMPORT, asking)
        return
    stage = Stage(writing)
    merging.scope()
    change.scope()
    settle_scope(environment, writing, stage, Cause.IMPORT, asking)
    stage.close()


# ── the rows of a file ────────────────────────────────────────────────────────────────────────────


class Importable(Rejecting, Protocol):
    """A file of people that is open."""

    def rows(self, progress: Progress | None = None) -> Iterator[ImportedRow | Rejected]:
        """Every row of it."""


class _Refused(Exception):
    """Undoes the transaction of a file that has rejects, and may have none."""


class _Rows:
    """The rows of a file in batches; what is rejected is counted, and written to the file of rejects."""

    def __init__(self, people: Importable, options: ImportOptions, rejects: RejectsFile | None) -> None:
        self._people, self._partial, self._file = people, options.partial, rejects
        self._rows = people.rows(options.progress)
        self._count = self._rejected = 0
        self._examples: list[Rejected] = []

    def batches(self) -> Iterator[list[ImportedRow]]:
        """The rows that can be read."""
        batch: list[ImportedRow] = []
        characters = 0
        for row in self._rows:
            self._count += 1
            if isinstance(row, Rejected):
                self.reject(row)
                self.expect_whole()
                continue
            batch.append(row)
            characters += sum(map(len, row.cells))
            if len(batch) == BATCH or characters > BATCH_CHARACTERS:
                yield batch
                batch, characters = [], 0
        if batch:
            yield batch

    def reject(self, rejected: Rejected) -> None:
        """Leave a row out."""
        self._rejected += 1
        if len(self._examples) < EXAMPLES_MAX:
            self._examples.append(rejected)
        if self._file is not None:
            self._file.write(rejected)

    def expect_whole(self) -> None:
        """Undo everything where a row is rejected, and none may be."""
        if self._rejected and not self._partial:
            raise _Refused

    def refused(self) -> UsageError:
        """What is raised when everything is undone: it says of the rest of the file as well what is wrong."""
        for row in self._rows:
            self._count += 1
            if isinstance(row, Rejected):
                self.reject(row)
        some = "1 row" if self._rejected == 1 else f"{self._rejected:,} rows"
        more = self._rejected - len(self._examples)
        lines = [f"  line {shown.line:,}: {shown.reason} ({shown.code})" for shown in self._examples]
        lines += [f"  and {more:,} more"] if more else []
        return UsageError(
            "A726",
            "\n".join([f"{self._people.name}: {some} of {self._count:,} cannot be imported, so none is", *lines]),
            "correct them, or leave them out with --partial; --rejects FILE writes them all to a file",
        )

    def imported(self, *, changed: int, entered: int = 0) -> Imported:
        """What was done with them."""
        columns = self._people.columns if isinstance(self._people, CsvPeople) else None
        ids_only = isinstance(self._people, CsvPeople) and self._people.ids_only
        return Imported(
            rows=self._count,
            imported=self._count - self._rejected,
            changed=changed,
            entered=entered,
            rejected=self._rejected,
            examples=tuple(sorted(self._examples, key=lambda rejected: rejected.line)),
            unread=tuple(name for _, name, _ in columns.properties) if columns and ids_only else (),
            suggested=tuple(columns.suggested.items()) if columns and not ids_only else (),
        )


T = TypeVar("T")


def _written(environment: Environment, rows: _Rows, write: Callable[[Writing], T]) -> T:
    """Write in one transaction. Where it is undone for rejects, the rest is looked at without holding the lock."""
    try:
        with environment.home.writing(environment.name) as writing:
            return write(writing)
    except _Refused:
        pass
    raise rows.refused()


@contextmanager
def _opened(file: CsvBytes, options: ImportOptions, *, members: bool, own: bool) -> Iterator[_Rows]:
    with ExitStack() as opened:
        people: Importable
        match options.format or _format_of(file):
            case "csv":
                people = opened.enter_context(
                    open_csv(
                        file,
                        mapping=options.mapping,
                        tenants=members,
                        name=options.name,
                        encoding=options.encoding,
                        delimiter=options.delimiter,
                        bytes_max=options.bytes_max,
                        ids_only=not own,
                    )
                )
            case "ndjson" if members:
                raise UsageError("A707", "members are imported from CSV", "write ids and tenants as CSV")
            case "ndjson":
                if options.mapping or options.encoding or options.delimiter:
                    raise UsageError("A707", "NDJSON has no columns, and is UTF-8", "leave out what is said of CSV")
                people = opened.enter_context(open_ndjson(file, name=options.name, bytes_max=options.bytes_max))
            case unknown:
                raise UsageError("A707", f"`{unknown}` is no format of people", "formats are csv and ndjson")
        rejects = None if options.rejects is None else opened.enter_context(RejectsFile(options.rejects, people))
        yield _Rows(people, options, rejects)


def _format_of(file: CsvBytes) -> str:
    is_ndjson = isinstance(file, str | Path) and Path(file).suffix.lower() in NDJSON_SUFFIXES
    return "ndjson" if is_ndjson else "csv"
