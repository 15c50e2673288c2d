"""The command `audience`: every subcommand is one file beside this one."""

import os
import re
import sys
from contextlib import suppress
from typing import Annotated

import typer
from typer.main import get_command

from audience import __version__
from audience.cli.advise import advise
from audience.cli.archive import archive
from audience.cli.check import check
from audience.cli.compile import compile
from audience.cli.convert import convert
from audience.cli.demo import demo
from audience.cli.engines import engines
from audience.cli.explain_code import explain_code
from audience.cli.failures import DEBUG, PIPE_CLOSED, ExitCode
from audience.cli.fmt import fmt
from audience.cli.init import init
from audience.cli.members import members
from audience.cli.operators import operators
from audience.cli.preview import preview
from audience.cli.properties import properties
from audience.cli.refresh import refresh
from audience.cli.status import status
from audience.cli.tick import tick
from audience.cli.transitions import transitions
from audience.cli.triggers import install_triggers, remove_triggers
from audience.cli.users import users

CONDITION_COMMANDS = {"preview", "compile", "convert"}
"""Commands whose one argument is a condition, which falls apart when a shell gets to see its blanks and quotes."""

QUOTES = "put the whole condition in single quotes, as in 'plan = \"pro\"'"

NO_INTEGER = re.compile(r"Input should be a valid integer.*|'.*' is not a valid integer.*")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audience {__version__}")
        raise typer.Exit


@app.callback()
def audience(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Let failures show their traceback.")] = False,
) -> None:
    """Ask which people meet a condition, where the people are stored.

    Start with `audience demo`. Exit codes: 0 fine, 1 the definition (or the ids of the people) has problems, 2 the
    command was used wrongly, 3 the engine failed, 4 a bug.
    """
    if debug:
        os.environ[DEBUG] = "1"


app.command("demo")(demo)
app.command("preview", no_args_is_help=True)(preview)
app.command("compile", no_args_is_help=True)(compile)
app.command("advise")(advise)
app.command("check", no_args_is_help=True)(check)
app.command("fmt", no_args_is_help=True)(fmt)
app.command("convert", no_args_is_help=True)(convert)
app.command("properties")(properties)
app.command("operators")(operators)
app.command("engines")(engines)
app.command("init")(init)
app.command("refresh")(refresh)
app.command("status")(status)
app.command("transitions")(transitions)
app.command("tick")(tick)
app.command("archive", no_args_is_help=True)(archive)
app.command("install-triggers")(install_triggers)
app.command("remove-triggers")(remove_triggers)
app.command("explain-code")(explain_code)
app.add_typer(users, name="users")
app.add_typer(members, name="members")


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    code: int = ExitCode.FINE
    try:
        code = _run()
        sys.stdout.flush()
    except OSError as error:
        code = _lost(error)
    sys.exit(code)


def _run() -> int:
    _ready_streams()
    try:
        return int(get_command(app).main(standalone_mode=False) or ExitCode.FINE)
    except typer.Abort:
        return ExitCode.USAGE
    except typer.TyperException as wrong:
        _say_usage(wrong)
        return ExitCode.USAGE


def _ready_streams() -> None:
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # it lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate in the data, or a terminal of another encoding, is no reason to die half way.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _say_usage(wrong: typer.TyperException) -> None:
    """Say what is wrong with the command line; whoever asks for JSON gets it also then."""
    if isinstance(said := getattr(wrong, "message", None), str):
        wrong.message = NO_INTEGER.sub("give a whole number", said)
    message = wrong.format_message()
    help = QUOTES if "unexpected extra argument" in message and CONDITION_COMMANDS & set(sys.argv[1:]) else None
    if "--json" in sys.argv[1:]:
        from audience.cli.output import write_json

        error = {"code": "A707", "severity": "error", "message": message}
        write_json({"errors": [error if help is None else error | {"help": help}]})
        return
    show = getattr(wrong, "show", None)
    if show is None:
        typer.echo(f"Error: {message}", err=True)
    else:
        show()  # with the usage of the command
    if help is not None:
        typer.echo(f"  = help: {help}", err=True)


def _lost(error: OSError) -> int:
    """The exit code when the output cannot be written; nothing is left to be flushed when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED  # the reader has seen enough, and nothing is to be said
    with suppress(OSError):
        typer.echo(f"error: the output cannot be written: {error.strerror or error}", err=True)
    return ExitCode.ENGINE
