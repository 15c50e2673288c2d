"""Check definitions together: each one's problems are its own, and each may refer to the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from audience import ir
from audience.analysis import Verdict, verdict
from audience.catalog import Catalog, open_catalog
from audience.cli.definitions import KNOCK_FILE, Read, Written, parse, sourced, take
from audience.cli.references import References, read_references
from audience.diagnostics import Diagnostic, Severity
from audience.errors import DefinitionError, UsageError
from audience.language import Expression, Nobody
from audience.project.folder import find_definitions
from audience.resolution import resolve
from audience.wire import check_knock


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, and what was found in it. `english` says what it asks, where it is right."""

    name: str
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    english: str | None = None

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
class Known:
    """The audiences that the files may refer to: dynamic ones, the keys of the others, and where they came from."""

    dynamic: Mapping[str, Expression]
    static: Collection[str]
    references: References


def check_files(
    files: list[str], catalog: Catalog | None, audiences: Path | None, members: Path | None, *, knock: bool
) -> list[Checked]:
    """Check every file; each one's problems are its own."""
    references = read_references(audiences, members)
    texts = [written for file in files for written in _take(file)]
    read: dict[int, Read] = {}
    broken: dict[int, Checked] = {}
    for number, written in enumerate(texts):
        try:
            read[number] = parse(written)
        except DefinitionError as error:
            broken[number] = Checked(written.source.name, error.diagnostics)
    keys = {number: item.written.key or item.definition.key for number, item in read.items()}
    given = {key: read[number].definition.expression for number, key in keys.items() if key is not None}
    dynamic = dict(references.audiences) | {key: found for key, found in given.items() if found is not None}
    # What is wrong with a broken file is said once, at that file; whoever refers to it is right to do so.
    static = {*references.members, *references.memberless, *given} | {
        key for number in broken if (key := texts[number].key) is not None
    }
    static -= dynamic.keys() - references.members.keys()
    known = Known(dynamic, static, references)
    return [
        broken[number] if number in broken else _check(read[number], catalog or open_catalog(), known, knock)
        for number in range(len(texts))
    ]


def _check(read: Read, catalog: Catalog, known: Known, knock: bool) -> Checked:

    source, expression = read.written.source, read.definition.expression
    if expression is None:
        return Checked(source.name, (), read.warnings, "a static audience: a list of people")
    refused = sourced(check_knock(expression), source) if knock else ()
    try:
        resolution = resolve(
            expression, catalog, audiences=known.dynamic, static=known.static, source=source, lint=True
        )
    except DefinitionError as error:
        problems = known.references.advise(error).within(source).diagnostics
        return Checked(source.name, tuple(dict.fromkeys((*problems, *refused))), read.warnings)
    warnings = (*read.warnings, *sourced(resolution.warnings, source))
    warnings += _settled(verdict(resolution.predicate), warnings, read)
    return Checked(source.name, refused, warnings, ir.describe(resolution.predicate))


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


def _take(file: str) -> list[Written]:
    """The texts that an argument names: of a folder, every definition in it."""
    folder = Path(file)
    if folder.is_dir() and not (folder / KNOCK_FILE).is_file():
        found = [take(str(path)) for path in find_definitions(folder).values()]
        if not found:
            raise UsageError("A707", f"there is no definition in {file}", "definitions end in .audience or .json")
        return found
    return [take(file)]
