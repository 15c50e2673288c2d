"""The command `audience`: every subcommand is one file beside this one."""

import os
import sys
from typing import Annotated

import typer
from typer.main import get_command

from audience import __version__
from audience.cli.check import check
from audience.cli.compile import compile
from audience.cli.convert import convert
from audience.cli.demo import demo
from audience.cli.explain_code import explain_code
from audience.cli.failures import DEBUG, ExitCode
from audience.cli.fmt import fmt
from audience.cli.operators import operators
from audience.cli.preview import preview
from audience.cli.properties import properties

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
app.command("check", no_args_is_help=True)(check)
app.command("fmt", no_args_is_help=True)(fmt)
app.command("convert", no_args_is_help=True)(convert)
app.command("properties")(properties)
app.command("operators")(operators)
app.command("explain-code")(explain_code)


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    try:
        _run()
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader has seen enough; nothing is left to be flushed when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate in the data, or a terminal of another encoding, is no reason to die half way.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if "--json" not in sys.argv[1:]:
        app()
    # Whoever asks for JSON gets it also when the command line itself cannot be read.
    try:
        code = get_command(app).main(standalone_mode=False)
    except typer.TyperException as wrong:
        from audience.cli.output import write_json

        write_json({"errors": [{"code": "A707", "severity": "error", "message": wrong.format_message()}]})
        code = ExitCode.USAGE
    sys.exit(code or ExitCode.FINE)
