"""Read a folder of definitions: `vip.audience`, `vip.json`, or `vip/audience.json` as Knock lays it out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from audience.diagnostics import Diagnostic, Source
from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Definition

TEXT_SUFFIX, JSON_SUFFIX = ".audience", ".json"
KNOCK_FILE = "audience.json"
UTF_8 = "store it as UTF-8"


@dataclass(frozen=True, slots=True)
class Folder:
    """The definitions of a folder by key, and by the keys of the others their files and what is wrong with them."""

    definitions: Mapping[str, Definition]
    broken: Mapping[str, tuple[Path, tuple[Diagnostic, ...]]]


def read_audiences(directory: Path) -> Mapping[str, Definition]:
    """The definitions by key, in the order of their keys. Problems of all files come as one DefinitionError.

    A key that two files state and a folder that is none are UsageErrors.
    """
    folder = read_folder(directory)
    if folder.broken:
        raise DefinitionError(problem for _, problems in folder.broken.values() for problem in problems)
    return folder.definitions


def read_folder(directory: Path) -> Folder:
    """Read every file of a folder; one that is wrong hides no other. UsageErrors as for `read_audiences`."""
    definitions: dict[str, Definition] = {}
    broken: dict[str, tuple[Path, tuple[Diagnostic, ...]]] = {}
    for key, file in find_definitions(directory).items():
        try:
            definitions[key] = replace(read_definition(file), key=key)
        except DefinitionError as error:
            broken[key] = (file, error.diagnostics)
        except UsageError as error:
            broken[key] = (file, (Diagnostic(error.code, error.message, help=error.help),))
    return Folder(definitions, broken)


def find_definitions(directory: Path) -> dict[str, Path]:
    """The file of each key, sorted by key."""
    if not directory.is_dir():
        raise UsageError("A707", f"{directory} is no folder", "give a folder with .audience or .json files")
    files: dict[str, Path] = {}
    for entry in sorted(directory.iterdir()):
        found = _definition_of(entry)
        if found is None:
            continue
        key, file = found
        if key in files:
            raise UsageError("A707", f"{files[key]} and {file} both define the audience `{key}`")
        files[key] = file
    return dict(sorted(files.items()))


def _definition_of(entry: Path) -> tuple[str, Path] | None:
    if entry.name.startswith("."):
        return None
    if entry.is_dir():
        file = entry / KNOCK_FILE
        return (entry.name, file) if file.is_file() else None
    return (entry.stem, entry) if entry.suffix in (TEXT_SUFFIX, JSON_SUFFIX) else None


def read_definition(file: Path) -> Definition:
    """Read one file, as text or as JSON by its suffix; problems name the file."""
    from audience.language.parser import parse_definition
    from audience.project.definition import read_json_definition

    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError("A707", f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError("A707", f"{file} is no UTF-8 text", UTF_8) from error
    try:
        if file.suffix == JSON_SUFFIX:
            return read_json_definition(text, str(file)).definition
        return parse_definition(text, str(file))
    except DefinitionError as error:
        raise error.within(Source(str(file), text)) from error
