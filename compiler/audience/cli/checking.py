"""Check definitions together: each one's problems are its own, and each may refer to the others."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from audience import ir
from audience.analysis import Verdict, verdict
from audience.catalog import Catalog, open_catalog
from audience.cli.definitions import STDIN, Read, Written, key_of, parse, sourced, take
from audience.cli.references import References
from audience.diagnostics import Diagnostic, Severity
from audience.errors import DefinitionError, UsageError
from audience.language import Expression, Nobody
from audience.project.folder import KNOCK_FILE, find_definitions
from audience.resolution import resolve, resolve_refused
from audience.wire import check_knock


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, and what was found in it. `english` says what it asks, where it is right.

    `key` is its own, and `referred` are the keys of the audiences that its answer depends on.
    """

    name: str
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    english: str | None = None
    key: str | None = None
    referred: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, found: Iterable[Diagnostic], key: str | None, referred: tuple[str, ...] = ()) -> "Checked":
        """A file with problems; what is found with them and refuses nothing stays a warning."""
        told = tuple(dict.fromkeys(found))
        errors = tuple(finding for finding in told if finding.severity is Severity.ERROR)
        warnings = tuple(finding for finding in told if finding.severity is Severity.WARNING)
        return cls(name, errors, warnings, None, key, referred)

    def to_json(self) -> dict[str, object]:
        """The file as plain data."""
        return {
            "file": self.name,
            "ok": not self.errors,
            "describe": self.english,
            "errors": [error.to_json() for error in self.errors],
            "warnings": [warning.to_json() for warning in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is there and cannot be read as text, which is its own problem and no other file's."""

    file: Path
    problem: Diagnostic

    @property
    def key(self) -> str:
        """The audience's key."""
        return key_of(self.file)


@dataclass(frozen=True, slots=True)
class Known:
    """The audiences that the files may refer to: dynamic ones, the keys of the others, and where they came from."""

    dynamic: Mapping[str, Expression]
    static: Collection[str]
    references: References


def check_files(files: list[str], catalog: Catalog | None, references: References, *, knock: bool) -> list[Checked]:
    """Check every file; each one's problems are its own."""
    texts = [written for file in files for written in _take(file)]
    read: dict[int, Read] = {}
    broken: dict[int, DefinitionError] = {}
    for number, written in enumerate(texts):
        if isinstance(written, Unreadable):
            broken[number] = DefinitionError([written.problem])
            continue
        try:
            read[number] = parse(written)
        except DefinitionError as error:
            broken[number] = error
    keys = {number: item.written.key or item.definition.key for number, item in read.items()}
    given = {key: read[number].definition.expression for number, key in keys.items() if key is not None}
    dynamic = dict(references.audiences) | {key: found for key, found in given.items() if found is not None}
    # What is wrong with a broken file is said once, at that file; whoever refers to it is right to do so.
    static = {*references.members, *references.memberless, *given} | {
        key for number in broken if (key := texts[number].key) is not None
    }
    here = static | given.keys()
    broken_elsewhere = {key: found for key, found in references.broken.items() if key not in here}
    references = replace(references, audiences=dynamic, broken=broken_elsewhere)
    static |= broken_elsewhere.keys()
    static -= dynamic.keys() - references.members.keys()
    known = Known(dynamic, static, references)
    catalog = catalog or open_catalog()
    return [
        _refused(written, broken[number], catalog, known)
        if number in broken
        else _check(read[number], catalog, known, knock)
        for number, written in enumerate(texts)
    ]


def _refused(written: Written | Unreadable, error: DefinitionError, catalog: Catalog, known: Known) -> Checked:
    """A file that could not be read, checked as far as it could be."""
    name = str(written.file) if isinstance(written, Unreadable) else written.source.name
    found = resolve_refused(error, catalog, audiences=known.dynamic, static=known.static, lint=True)
    return Checked.of(name, known.references.advise(found).diagnostics, written.key)


def unasked(found: list[Checked], references: References) -> tuple[Diagnostic, ...]:
    """One warning about files of --audiences that are wrong, and that nothing here tells of or refers to."""
    told = {key for checked in found for key in (checked.key, *checked.referred) if key is not None}
    return references.warn_of_broken(told)


def _check(read: Read, catalog: Catalog, known: Known, knock: bool) -> Checked:
    source, expression = read.written.source, read.definition.expression
    key = read.written.key or read.definition.key
    if expression is None:
        return Checked(source.name, (), read.warnings, "a static audience: a list of people", key)
    refused = sourced(check_knock(expression), source) if knock else ()
    referred = known.references.reach(expression)
    elsewhere = known.references.problems(referred)
    # Whoever mistypes a name does not mean the audience that is being written.
    others = {name: found for name, found in known.dynamic.items() if name != key or name in referred}
    try:
        resolution = resolve(expression, catalog, audiences=others, static=known.static, source=source, lint=True)
    except DefinitionError as error:
        problems = known.references.advise(error).within(source).diagnostics
        return Checked.of(source.name, (*problems, *elsewhere, *refused, *read.warnings), key, referred)
    warnings = (*read.warnings, *sourced(resolution.warnings, source))
    warnings += _settled(verdict(resolution.predicate), warnings, read)
    return Checked(source.name, (*elsewhere, *refused), warnings, ir.describe(resolution.predicate), key, referred)


def _settled(found: Verdict, known: tuple[Diagnostic, ...], read: Read) -> tuple[Diagnostic, ...]:
    """A warning about a definition that no data can change the answer of, unless there is one."""
    if isinstance(read.expression, Nobody) or any(warning.code in ("A501", "A502") for warning in known):
        return ()
    source = read.written.source
    match found:
        case Verdict.NEVER:
            message, help = "this matches nobody, whatever the data", "write `nobody` if it is meant"
            return (Diagnostic("A501", message, None, help, None, Severity.WARNING, source),)
        case Verdict.ALWAYS:
            message = "this matches everybody, whatever the data"
            return (Diagnostic("A502", message, None, None, None, Severity.WARNING, source),)
        case Verdict.CONDITIONAL:
            return ()
        case _:
            assert_never(found)


def _take(file: str) -> list[Written | Unreadable]:
    """The texts that an argument names: of a folder, every definition in it."""
    folder = Path(file)
    if folder.is_dir() and not (folder / KNOCK_FILE).is_file():
        found = [_take_one(str(path)) for path in find_definitions(folder).values()]
        if not found:
            raise UsageError("A707", f"there is no definition in {file}", "definitions end in .audience or .json")
        return found
    return [_take_one(file)]


def _take_one(file: str) -> Written | Unreadable:
    try:
        return take(file)
    except UsageError as error:
        path = Path(file) / KNOCK_FILE if Path(file).is_dir() else Path(file)
        if file == STDIN or not path.is_file():
            raise
        return Unreadable(path, Diagnostic(error.code, error.message, help=error.help))
