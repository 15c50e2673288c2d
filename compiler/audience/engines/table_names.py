"""Names of tables as people write them, and the error for a table that is not there."""

import re
from collections.abc import Iterable, Sequence

from audience.diagnostics import did_you_mean
from audience.errors import UsageError

PLAIN_NAME = re.compile(r"[A-Za-z_]\w*")


def write_table(parts: Iterable[str]) -> str:
    """The name as `table` takes it; `catalog.declare.split_table` reads it back."""
    return ".".join(map(_quoted, parts))


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return name if PLAIN_NAME.fullmatch(name) else f'"{escaped}"'


def missing_table(place: str, tables: Sequence[str]) -> UsageError:
    """A701 for a table that does not exist, with the ones that do."""
    known = f"the tables are {', '.join(tables)}" if tables else None
    return UsageError("A701", f"there is no table `{place}`", did_you_mean(place, tables) or known)
