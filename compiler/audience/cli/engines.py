"""`audience engines`: the engines that SQL can be compiled for."""

from audience.cli.failures import reported
from audience.cli.options import JsonOption

GIVE_WAY = ("versions", "pip install", "engine")
"""The columns that a terminal which is too narrow goes without, the first one first."""

GAP = 2
"""Blanks between columns, and before what belongs to the line above."""


@reported
def engines(json: JsonOption = False) -> None:
    """List the engines that SQL can be compiled for.

    And what each of them cannot do. Verified: the tests run every law on the engine itself, BigQuery on zetasql, its
    open reference engine. Compiled only: the SQL follows the documentation of the engine, and says in its first line
    that nobody has run it there. `pip install` brings what runs SQL there; where it names nothing, Audience compiles
    and leaves it to you to run.
    """
    from audience.cli.output import write_json
    from audience.lowering import DIALECTS

    if json:
        write_json({"engines": [_as_json(name) for name in DIALECTS]})
        return
    _print_engines()
    _print_sources()
    _print_limits()


def _print_engines() -> None:
    """The table: one line for an engine, and fewer columns where the terminal is narrow."""
    from rich.cells import cell_len
    from rich.text import Text

    from audience.cli.output import console, plain_table
    from audience.lowering import DIALECTS

    known = {name: dialect.capabilities for name, dialect in DIALECTS.items()}
    columns = {
        "dialect": [*known],
        "engine": [engine.title for engine in known.values()],
        "versions": [engine.versions for engine in known.values()],
        "checked": ["verified" if engine.verified else "compiled only" for engine in known.values()],
        "pip install": [engine.driver or "–" for engine in known.values()],
    }
    screen = console()
    for giving_way in GIVE_WAY:
        widths = [max(map(cell_len, (heading, *texts))) for heading, texts in columns.items()]
        if sum(widths) + GAP * (len(widths) - 1) <= screen.width:
            break
        del columns[giving_way]
    table = plain_table(*columns)
    for name, *others in zip(*columns.values(), strict=True):
        table.add_row(Text(name, style="bold"), *map(Text, others))
    screen.print(table)


def _print_sources() -> None:
    """What SQL selects from: what most engines have, and those that differ."""
    from statistics import mode

    from rich.table import Table
    from rich.text import Text

    from audience.cli.output import console
    from audience.lowering import DIALECTS

    mostly = mode(dialect.capabilities.reads for dialect in DIALECTS.values())
    shown = Table.grid(padding=(0, GAP, 0, 0))
    for name, dialect in DIALECTS.items():
        known = dialect.capabilities
        if known.reads != mostly or not known.documents:
            shown.add_row(
                Text(f"{' ' * GAP}{name}", style="bold", no_wrap=True),
                Text(known.reads if known.documents else f"{known.reads}, without JSON"),
            )
    screen = console()
    screen.print(f"\nSQL selects from {mostly}, with typed columns and JSON, except for")
    screen.print(shown)


def _print_limits() -> None:
    """What is known that each engine cannot do, an item to a limit."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from audience.cli.output import console
    from audience.lowering import DIALECTS

    screen = console()
    for name, dialect in DIALECTS.items():
        if dialect.capabilities.limits:
            screen.print(Text.assemble("\nknown limits of ", (name, "bold")))
        for limit in dialect.capabilities.limits:
            cases = f" ({', '.join(limit.cases)})" if limit.cases else ""
            item = Table.grid(padding=(0, 1, 0, 0))
            item.add_row("-", Text.assemble((limit.what, "italic"), f": {limit.why.rstrip('.')}{cases}"))
            screen.print(Padding(item, (0, 0, 0, GAP)))


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
