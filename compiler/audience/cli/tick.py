"""`audience tick`: do what time makes due, once or again and again."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption, Place
from audience.cli.options import JsonOption

if TYPE_CHECKING:
    from audience.membership.refresh import Refreshed

DURATION = re.compile(r"([0-9]{1,6})(s|m|h)?")
SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}


@reported
def tick(
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="TIME", help="Go on until Ctrl-C: 60s, 5m, 1h.", show_default=False),
    ] = None,
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Move those whom time alone moves.

    Move those whom time alone moves, as `audience refresh --due` does, by the definitions that the home keeps.

    With --every it goes on; a home that is in use or away for a while is tried again at the next tick. Then --json
    prints a line for each tick.
    """
    from audience.cli.home import find_place
    from audience.cli.output import write_json
    from audience.cli.refresh import as_json, say

    seconds = None if every is None else _read_seconds(every)
    place = find_place(home, environment, config)
    if seconds is not None:
        _go_on(place, seconds, json)
        return
    done = _run(place)
    if json:
        write_json(as_json(done))
    else:
        say(done)
    if done.stopped:
        raise typer.Exit(ExitCode.DEFINITION)


def _read_seconds(every: str) -> int:
    from audience.errors import UsageError

    found = DURATION.fullmatch(every)
    seconds = 0 if found is None else int(found[1]) * SECONDS[found[2]]
    if not seconds:
        raise UsageError("A707", f"`--every` is {every!r}, which is no time", "write it like 60s, 5m or 1h")
    return seconds


def _run(place: Place) -> "Refreshed":
    from audience.cli.home import open_place, people_of
    from audience.membership.refresh import Mode, refresh

    with open_place(place) as held:
        return refresh(people_of(held, place), mode=Mode.DUE)


def _go_on(place: Place, seconds: int, json: bool) -> None:
    from audience.cli.going_on import Stop
    from audience.cli.output import write_error
    from audience.errors import EngineError, UsageError

    with Stop() as stop:
        _tell(_run(place), json)  # the first one has to work: what is wrong with it, time does not mend
        while not stop.wait(seconds):
            try:
                _tell(_run(place), json)
            except (EngineError, UsageError) as error:
                if isinstance(error, UsageError) and error.code != "A709":
                    raise
                write_error(str(error))


def _tell(done: "Refreshed", json: bool) -> None:
    import sys

    from audience.cli.instants import shown
    from audience.cli.output import visible, write_json_line
    from audience.cli.refresh import as_json

    if json:
        write_json_line(as_json(done))
        return
    moves = [
        f"{key} +{moved.entered:,} −{moved.left:,}"
        for key, moved in sorted(done.moved.items())
        if moved.entered or moved.left
    ]
    stopped = [f"{key} stands still" for key in sorted(done.stopped)]
    sys.stdout.write(visible(f"{shown(done.now)}  {', '.join(moves + stopped) or 'nobody moved'}") + "\n")
    sys.stdout.flush()
