"""`audience install-triggers` and `audience remove-triggers`: members that are true whoever writes to your table."""

import typer

from audience.cli.failures import ExitCode, reported
from audience.cli.home import EnvironmentOption, HomeConfigOption, HomeOption
from audience.cli.options import JsonOption


@reported
def install_triggers(
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Have PostgreSQL keep members true by itself.

    Have PostgreSQL keep members true whoever writes to the table of the people, in the writer's own transaction.

    Then refreshes once in full, by the definitions that the home has, for what was written before. Run it again when
    the table gets a partition. What time alone changes is for `audience tick`.
    """
    from audience.cli.home import find_place, open_place, people_of
    from audience.cli.output import write_error, write_json, write_text
    from audience.cli.progress import ScanProgress
    from audience.membership.refresh import Mode, refresh
    from audience.membership.triggers import install_triggers as install

    place = find_place(home, environment, config)
    with open_place(place) as held:
        people = people_of(held, place)
        installed = install(people)
        with ScanProgress("refreshing") as progress:
            done = refresh(people, mode=Mode.FULL, progress=lambda share, key: progress(share, key or None))
    entered, left = (sum(getattr(moved, way) for moved in done.moved.values()) for way in ("entered", "left"))
    if json:
        moved = {"entered": entered, "left": left, "stopped": dict(done.stopped)}
        write_json({"tables": list(installed.tables), "audiences": sorted(done.moved), **moved})
    else:
        kept = "1 audience" if len(done.moved) == 1 else f"{len(done.moved):,} audiences"
        write_text(f"Triggers on {', '.join(installed.tables)} keep {kept}.")
        write_text(f"Of what was written before, {entered:,} entered and {left:,} left.")
        for key, error in sorted(done.stopped.items()):
            write_error(f"error: `{key}` stands still\n{error.strip()}\n")
    if done.stopped:
        raise typer.Exit(ExitCode.DEFINITION)


@reported
def remove_triggers(
    home: HomeOption = None,
    environment: EnvironmentOption = None,
    config: HomeConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Remove what `audience install-triggers` has installed. Members stay, and refreshes keep them."""
    from audience.cli.home import find_place, open_place, people_of
    from audience.cli.output import write_json, write_text
    from audience.membership.triggers import remove_triggers as remove

    place = find_place(home, environment, config)
    with open_place(place) as held:
        tables = remove(people_of(held, place))
    if json:
        write_json({"tables": list(tables)})
    else:
        write_text(f"Removed the triggers on {', '.join(tables)}." if tables else "There are no triggers.")
