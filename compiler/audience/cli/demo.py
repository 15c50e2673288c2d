"""`audience demo`: the whole idea on one screen, on people that come with the package."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import reported
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.language import Expression
    from audience.membership import Preview, Users

FOLDER = Path(__file__).parent / "demo"
PEOPLE = FOLDER / "people.parquet"
AUDIENCES = FOLDER / "audiences"

NOW = "2026-01-15T12:00:00Z"
"""The people are as they were at this instant, so that the demo says the same on every day."""

FIRST, SECOND = "regulars", "win-back"

CONFIG = '[users]\nsource = "people.parquet"\n'


@reported
def demo(
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write the people and the audiences into a folder, to try things on.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show the whole idea on 3,000 invented people.

    Two definitions, who matches and why, and the SQL. With --save the people and the audiences become files of a
    folder, to try things on.
    """
    from audience.cli.output import write_json, write_text

    if save is not None:
        written = save_demo(save)
        if json:
            write_json({"written": written})
        else:
            write_text("\n".join(f"wrote {name}" for name in written))
            _say_next(f"cd {save}")
        return
    from audience.membership import users
    from audience.project import read_audiences

    audiences = {key: found.expression for key, found in read_audiences(AUDIENCES).items() if found.expression}
    people = users(PEOPLE)
    previews = {key: _preview(audiences, key, people) for key in (FIRST, SECOND)}
    sql = _sql(audiences, people)
    if json:
        definitions = {key: _text(key) for key in previews}
        shown = {key: preview.to_json() for key, preview in previews.items()}
        write_json({"people": str(PEOPLE), "definitions": definitions, "previews": shown, "sql": sql})
        return
    _tell(previews, sql)


def _preview(audiences: "dict[str, Expression]", key: str, people: "Users") -> "Preview":
    from audience.membership import preview

    return preview(audiences[key], users=people, now=NOW, limit=3, audiences=audiences)


def _sql(audiences: "dict[str, Expression]", people: "Users") -> str:
    """The SQL as it would be over a table, which is easier to read than over a file of this package."""
    from audience.catalog import Table
    from audience.membership import Users, compile

    table = Users.of(replace(people.catalog, relation=Table(("people",))), None)
    return compile(audiences[SECOND], users=table, now=NOW, audiences=audiences).sql


def _text(key: str) -> str:
    return (AUDIENCES / f"{key}.audience").read_text(encoding="utf-8")


def _tell(previews: "dict[str, Preview]", sql: str) -> None:
    from audience.cli.output import console, write_text
    from audience.cli.preview_tables import draw

    out = console()
    total = previews[FIRST].total
    _heading("The people")
    write_text(
        f"{total:,} invented customers in a Parquet file: typed columns (plan, mrr, last_seen, …)\n"
        "and a JSON column with more (nps, devices, …). Some values are missing, as ever."
    )
    _heading(f"An audience is a condition in a file: {FIRST}.audience")
    write_text(_indented(_text(FIRST)))
    draw(previews[FIRST], out)
    _heading(f"It can refer to another one: {SECOND}.audience")
    write_text(_indented(_text(SECOND)))
    draw(previews[SECOND], out)
    _heading("The SQL behind it, as it would be over a table `people`")
    write_text(_indented(sql))
    _say_next("audience demo --save demo && cd demo")


def _heading(text: str) -> None:
    from audience.cli.output import console

    console().print(f"\n{text}\n", style="bold cyan")


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line.strip() else "\n" for line in text.splitlines()) + "\n"


def _say_next(first: str) -> None:
    from audience.cli.output import write_text

    _heading("Now you")
    tries = (
        first,
        f"audience preview audiences/{SECOND}.audience --audiences audiences --now {NOW}",
        'audience preview \'country = "SE" and tags contains "beta"\'',
        "audience preview 'plna = \"pro\"'        # what a slip looks like",
        "audience properties                    # what can be asked",
        "audience preview … --users your.parquet --id your_id",
    )
    write_text("\n".join(f"    {line}" for line in tries))


def save_demo(folder: Path) -> list[str]:
    """Write the demo into a folder, and return the files; UsageError A707 when one is there and is another."""
    from audience.errors import UsageError

    texts = {Path("people.parquet"): PEOPLE.read_bytes(), Path("audience.toml"): CONFIG.encode()}
    texts |= {Path("audiences") / path.name: path.read_bytes() for path in sorted(AUDIENCES.iterdir())}
    targets = {folder / name: data for name, data in texts.items()}
    try:
        for target, data in targets.items():
            if target.exists() and target.read_bytes() != data:
                raise UsageError("A707", f"{target} exists", "give a folder that is empty or does not exist")
        for target, data in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    except OSError as error:
        raise UsageError("A707", f"{folder} cannot be written: {error.strerror}") from error
    return [str(target) for target in targets]
