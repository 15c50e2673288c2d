"""Write people as NDJSON, as `audience users import` reads it again."""

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from audience.people.table import Stored


def write_people(people: "Iterable[Stored]", out: Path | None) -> int:
    """Write people to a file, or to standard output; how many. A file is there when it is complete, and not before."""
    from audience.errors import UsageError

    if out is None:
        return _write(people, sys.stdout.buffer)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        try:
            with unfinished.open("wb") as target:
                count = _write(people, target)
            unfinished.replace(out)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
    except OSError as error:
        raise UsageError("A707", f"{out} cannot be written: {error.strerror}", "name another file") from error
    return count


def _write(people: "Iterable[Stored]", target: BinaryIO) -> int:
    count = 0
    for person in people:
        target.write(line_of(person).encode())
        count += 1
    return count


def line_of(person: "Stored") -> str:
    """A person on a line: the id, and then the properties, among which no `id` is."""
    from audience.people import to_json

    id, properties = json.dumps(person.id, ensure_ascii=False), to_json(person.properties)
    return f'{{"id":{id}{"," if person.properties else ""}{properties[1:]}\n'
