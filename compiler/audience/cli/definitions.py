"""Read what an argument names: a condition, a file, or standard input; as text or as JSON."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal as Choice

from audience.diagnostics import Diagnostic, Source
from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Definition, Expression
from audience.project.folder import KNOCK_FILE, UTF_8

Form = Choice["text", "json"]

STDIN = "-"
SUFFIXES: dict[str, Form] = {".audience": "text", ".json": "json"}

WRITTEN_AS_CONDITION = re.compile(r'[=<>"\n]')
"""Signs that conditions have and that names of files as good as never have."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was given, unread: its text, under the name that reports use. `file` is None for all but files."""

    source: Source
    form: Form
    file: Path | None

    @property
    def key(self) -> str | None:
        """The audience's key, if it comes from a file."""
        return None if self.file is None else key_of(self.file)


@dataclass(frozen=True, slots=True)
class Read:
    """A definition, and what reading it warned of."""

    written: Written
    definition: Definition
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def expression(self) -> Expression:
        """The condition; a static audience has none, which is an error of the definition."""
        if self.definition.expression is None:
            message = "a static audience is a list of people, without a condition"
            raise DefinitionError([Diagnostic("A109", message, source=self.written.source)])
        return self.definition.expression


def key_of(file: Path) -> str:
    """A file's stem, or its folder's name where Knock lays out the files."""
    return file.resolve().parent.name if file.name == KNOCK_FILE else file.stem


def read(argument: str) -> Read:
    """Read a condition, a file or standard input; DefinitionError with every problem of it."""
    return parse(take(argument))


def take(argument: str) -> Written:
    """The text behind an argument; UsageError A707 for a file that is not there or cannot be read."""
    if argument == STDIN:
        return _sniffed(Source("<stdin>", _decode(sys.stdin.buffer.read(), "standard input")), None)
    path = _path(argument)
    if path is None:
        return _sniffed(Source("<expression>", argument), None)
    try:
        text = _decode(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError("A707", f"{path} cannot be read: {error.strerror}") from error
    source = Source(str(path), text)
    if path.suffix in SUFFIXES:
        return Written(source, SUFFIXES[path.suffix], path)
    return _sniffed(source, path)


def parse(written: Written) -> Read:
    """The definition in a text; DefinitionError names the place of every problem."""
    source = written.source
    try:
        if written.form == "json":
            return _decoded(written)
        from audience.language import parse_definition

        definition = parse_definition(source.text, source.name)
    except DefinitionError as error:
        raise error.within(source) from error
    return Read(written, replace(definition, key=written.key))


def _decoded(written: Written) -> Read:
    from audience.project import read_json_definition

    found = read_json_definition(written.source.text, written.source.name)
    definition = replace(found.definition, key=found.definition.key or written.key)
    return Read(written, definition, sourced(found.warnings, written.source))


def sourced(findings: tuple[Diagnostic, ...], source: Source) -> tuple[Diagnostic, ...]:
    """The findings tied to the text that they speak of."""
    return tuple(finding if finding.source else replace(finding, source=source) for finding in findings)


def _sniffed(source: Source, file: Path | None) -> Written:
    return Written(source, "json" if source.text.lstrip().startswith(("{", "[")) else "text", file)


def _path(argument: str) -> Path | None:
    """The file that an argument names, or None when it is a condition."""
    if not argument.strip():
        return None
    path = Path(argument)
    try:
        if path.is_dir():
            if (path / KNOCK_FILE).is_file():
                return path / KNOCK_FILE
            raise UsageError("A707", f"{path} is a folder", "name a file in it")
        if path.exists():
            return path
    except (OSError, ValueError):
        return None  # longer than any name, or with a NUL
    if path.suffix in SUFFIXES and not WRITTEN_AS_CONDITION.search(argument):
        from audience.diagnostics import did_you_mean

        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        help = did_you_mean(path.name, names) or "a condition that ends like a file goes in parentheses"
        raise UsageError("A707", f"there is no file {path}", help)
    return None


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is 0x{data[error.start]:02x}"
        raise UsageError("A707", f"{name} is no UTF-8 text: {what}", UTF_8) from error
