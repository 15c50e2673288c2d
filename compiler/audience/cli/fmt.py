"""`audience fmt`: write definitions in their canonical form, comments kept."""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.diagnostics import Diagnostic


@dataclass(slots=True)
class Outcome:
    """What became of the files."""

    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    errors: "list[Diagnostic]" = field(default_factory=list)


@reported
def fmt(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help=".audience files, folders of them, or - for standard input.", show_default=False
        ),
    ],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")] = False,
    json: JsonOption = False,
) -> None:
    """Write definitions in their canonical form.

    Comments are kept, and the meaning is unchanged. Files are rewritten in place; from standard input the
    result goes to standard output. A file with problems is left as it is, and they are reported. JSON files are
    left alone: `audience convert` writes those.
    """
    from audience.cli.definitions import STDIN
    from audience.cli.output import write_findings, write_json, write_note, write_text

    if files == [STDIN]:
        _format_stdin(check, json)
        return
    outcome = Outcome()
    for file in [name for given in files for name in _expand(given)]:
        _format_file(file, outcome, check)
    if json:
        write_json(
            {
                "changed": outcome.changed,
                "unchanged": outcome.unchanged,
                "skipped": outcome.skipped,
                "errors": [error.to_json() for error in outcome.errors],
            }
        )
    else:
        write_findings(outcome.errors)
        for name in outcome.skipped:
            write_note(f"{name} is JSON, which is left to `audience convert`")
        for name in outcome.changed:
            write_text(f"would change {name}" if check else f"changed {name}")
        if not outcome.changed and not outcome.errors and outcome.unchanged:
            write_text("nothing to change")
    if outcome.errors or (check and outcome.changed):
        raise typer.Exit(ExitCode.DEFINITION)


def _expand(given: str) -> list[str]:
    from audience.errors import UsageError

    folder = Path(given)
    if not folder.is_dir():
        return [given]
    found = sorted(map(str, folder.glob("*.audience")))
    if not found:
        raise UsageError("A707", f"there is no .audience file in {given}", "`audience convert` makes one of JSON")
    return found


def _format_file(name: str, outcome: Outcome, check: bool) -> None:
    from audience.cli.definitions import parse, take
    from audience.errors import DefinitionError, UsageError
    from audience.language import format_definition

    written = take(name)
    if written.file is None:
        raise UsageError("A707", f"there is no file {name}", "pipe a condition in: echo '…' | audience fmt -")
    if written.form == "json":
        outcome.skipped.append(name)
        return
    try:
        formatted = format_definition(parse(written).definition)
    except DefinitionError as error:
        outcome.errors.extend(error.diagnostics)
        return
    if formatted.encode() == written.file.read_bytes():
        outcome.unchanged.append(name)
        return
    if not check:
        replace_file(written.file, formatted)
    outcome.changed.append(name)


def replace_file(file: Path, text: str) -> None:
    """Write a file at once or not at all: whatever happens, the old text or the new one is there."""
    from audience.errors import UsageError

    target = file.resolve()  # what a link points to, not the link
    try:
        handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            shutil.copymode(target, scratch)
            Path(scratch).replace(target)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError("A707", f"{file} cannot be written: {error.strerror}", "it is as it was") from error


def _format_stdin(check: bool, json: bool) -> None:
    from audience.cli.definitions import STDIN, parse, take
    from audience.cli.output import write_json, write_text
    from audience.errors import UsageError
    from audience.language import format_definition

    written = take(STDIN)
    if written.form == "json":
        raise UsageError("A707", "standard input holds JSON", "`audience convert -` makes text of it")
    formatted = format_definition(parse(written).definition)
    changed = formatted != written.source.text
    if json:
        write_json({"text": formatted, "changed": changed})
    elif not check:
        write_text(formatted)
    else:
        write_text("would change standard input" if changed else "nothing to change")
    if check and changed:
        raise typer.Exit(ExitCode.DEFINITION)
