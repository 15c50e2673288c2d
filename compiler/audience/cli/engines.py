"""`audience engines`: the table of engines."""

from audience.cli.failures import reported
from audience.cli.options import JsonOption


@reported
def engines(json: JsonOption = False) -> None:
    """List the engines that SQL can be compiled for, and what each of them cannot do.

    Verified: the tests run every law on the engine itself. Compiled only: the SQL follows the documentation of the
    engine, and says in its first line that nobody has run it there. `pip install` brings what runs SQL there; where
    it names nothing, Audience compiles and leaves it to you to run.
    """
    from rich.text import Text

    from audience.cli.output import console, plain_table, write_json
    from audience.lowering import DIALECTS

    if json:
        write_json({"engines": [_as_json(name) for name in DIALECTS]})
        return
    table = plain_table("--dialect", "engine", "checked", "selects from", "pip install")
    table.columns[-1].no_wrap = True
    for name, dialect in DIALECTS.items():
        known = dialect.capabilities
        table.add_row(
            Text(name, style="bold"),
            Text.assemble(known.title, (f"\n{known.versions}", "dim")),
            Text("verified" if known.verified else "compiled only"),
            Text(known.reads if known.documents else f"{known.reads}, without JSON"),
            Text(known.driver),
        )
    console().print(table)
    _print_limits()


def _print_limits() -> None:
    from rich.padding import Padding
    from rich.text import Text

    from audience.cli.output import console
    from audience.lowering import DIALECTS

    screen = console()
    for name, dialect in DIALECTS.items():
        if dialect.capabilities.limits:
            screen.print(Text.assemble("\nknown limits of ", (name, "bold")))
        for limit in dialect.capabilities.limits:
            cases = f" ({', '.join(limit.cases)})" if limit.cases else ""
            said = Text.assemble((limit.what, "italic"), f": {limit.why.rstrip('.')}{cases}")
            screen.print(Padding(said, (0, 0, 0, 2)))


def _as_json(name: str) -> dict[str, object]:
    from audience.lowering import DIALECTS

    known = DIALECTS[name].capabilities
    return {
        "name": name,
        "title": known.title,
        "versions": known.versions,
        "verified": known.verified,
        "reads": known.reads,
        "json": known.documents,
        "driver": known.driver or None,
        "limits": [{"what": limit.what, "why": limit.why, "cases": list(limit.cases)} for limit in known.limits],
    }
