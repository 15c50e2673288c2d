"""Read what an argument names: a condition, a file, or standard input; as text or as JSON."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal as Choice

from audience.diagnostics import Diagnostic, Pointer, Source
from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Definition, Expression

Form = Choice["text", "json"]

STDIN = "-"
SUFFIXES: dict[str, Form] = {".audience": "text", ".json": "json"}
KNOCK_FILE = "audience.json"

WRITTEN_AS_CONDITION = re.compile(r'[=<>"\n]')
"""Signs that conditions have and that names of files as good as never have."""

DOCUMENT_MEMBERS = frozenset({"type", "name", "$schema", "__readonly"})
"""Members that only whole audiences have; without any of them JSON is bare segments."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was given, unread: its text, under the name that reports use. `file` is None for all but files."""

    source: Source
    form: Form
    file: Path | None

    @property
    def key(self) -> str | None:
        """The audience's key: a file's stem, or its folder's name where Knock lays out the files."""
        if self.file is None:
            return None
        return self.file.resolve().parent.name if self.file.name == KNOCK_FILE else self.file.stem


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
    from audience.wire import decode, decode_definition, load_json

    text, name = written.source.text, written.source.name
    document = load_json(text, name)
    if isinstance(document, dict) and document.keys() & DOCUMENT_MEMBERS:
        decoded = decode_definition(text, name)
        definition = replace(decoded.definition, key=decoded.definition.key or written.key)
        return Read(written, definition, sourced(decoded.warnings, written.source))
    if isinstance(document, dict) and "segments" not in document:
        # Of what is no audience at all, nothing is said about segments: it must not come to mean nobody.
        help = 'write {"segments": [{"conditions": [...]}]}; an audience of nobody is {"segments": []}'
        raise DefinitionError([Diagnostic("A109", "the object has no `segments`", Pointer(), help)])
    return Read(written, Definition(None, None, decode(text, name), written.key))


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
        raise UsageError("A707", f"{name} is no UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}") from error
