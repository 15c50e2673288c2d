"""What went wrong, as a message and an exit code; with --json as JSON, and never as a traceback.

0 fine · 1 the definition has problems · 2 the command was used wrongly · 3 the engine failed · 4 a bug of ours.
"""

import errno
import os
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

P = ParamSpec("P")
R = TypeVar("R")

PIPE_CLOSED = 141
"""What a shell reports of a program whose reader went away."""

OUTPUT_ERRORS = {errno.ENOSPC, errno.EIO, errno.EBADF}
"""What happens while an answer is written, which is nobody's bug; such an error names no file."""

DEBUG = "AUDIENCE_DEBUG"
"""The variable of the environment under which failures show their traceback; `audience --debug` sets it."""


class ExitCode(IntEnum):
    """Whose turn it is."""

    FINE = 0
    DEFINITION = 1
    USAGE = 2
    ENGINE = 3
    BUG = 4


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose failures are reported; its argument `json` says how."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:
            raise typer.Exit(PIPE_CLOSED) from None
        except Exception as failure:
            if isinstance(failure, OSError) and failure.errno in OUTPUT_ERRORS and failure.filename is None:
                raise  # `main` says so, where it can
            if os.environ.get(DEBUG):
                raise
            raise typer.Exit(report(failure, bool(kwargs.get("json")))) from None

    return run


def report(failure: Exception, json: bool) -> ExitCode:
    """Say what failed, and return whose turn it is."""
    from audience.cli.output import write_error, write_findings, write_json
    from audience.errors import AudienceError, DefinitionError

    if json:
        found = as_json(failure)
        warnings = [finding for finding in found if finding["severity"] == "warning"]
        errors = [finding for finding in found if finding["severity"] != "warning"]
        write_json({"errors": errors, "warnings": warnings} if warnings else {"errors": errors})
    elif isinstance(failure, DefinitionError):
        write_findings(failure.diagnostics)
    elif isinstance(failure, AudienceError):
        write_error(str(failure))
    else:
        write_error(_bug(failure))
    return exit_code(failure)


def exit_code(failure: Exception) -> ExitCode:
    """Whose turn it is after a failure."""
    from audience.errors import DefinitionError, EngineError, UnsupportedByDialect, UsageError

    match failure:
        case DefinitionError() | UnsupportedByDialect():
            return ExitCode.DEFINITION
        case UsageError():
            return ExitCode.USAGE
        case EngineError():
            return ExitCode.ENGINE
        case _:
            return ExitCode.BUG


def as_json(failure: Exception) -> list[dict[str, object]]:
    """The failure as a list of errors; only findings and usage errors have a code."""
    from audience.errors import AudienceError, DefinitionError, EngineError, UnsupportedByDialect, UsageError

    match failure:
        case DefinitionError(diagnostics=diagnostics):
            return [diagnostic.to_json() for diagnostic in diagnostics]
        case UsageError(code=code, message=message, help=help):
            error: dict[str, object] = {"code": code, "severity": "error", "message": message}
            return [error if help is None else error | {"help": help}]
        case EngineError(engine=engine, message=message, help=help):
            failed: dict[str, object] = {"severity": "error", "message": message, "engine": engine}
            return [failed if help is None else failed | {"help": help}]
        case UnsupportedByDialect(dialect=dialect):
            return [{"severity": "error", "message": str(failure), "dialect": dialect}]
        case AudienceError():
            return [{"severity": "error", "message": str(failure)}]
        case _:
            return [{"severity": "error", "message": _bug(failure)}]


def _bug(failure: Exception) -> str:
    what = f"{type(failure).__name__}: {failure}"
    return f"bug: {what}\n  = help: please report it with the command; `audience --debug …` shows where it happened"
