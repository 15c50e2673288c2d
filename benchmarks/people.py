"""The population that is measured over: made once for each size, then kept in a folder of the caller's choice."""

import tempfile
from pathlib import Path

import duckdb

from fixtures.generate import NOW, write_people

TABLE = "people"
SEED = 1

CACHE = Path(tempfile.gettempdir()) / "audience-benchmarks"
"""Where populations are kept unless told otherwise: outside the repository, because ten million are gigabytes."""

INSTANT = NOW.replace(" ", "T") + "Z"
"""The run's now: the instant at which the population is frozen."""


def people_file(people: int, cache: Path = CACHE) -> Path:
    """A DuckDB file with the table `people`, whole or not there: it is written under another name first."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"people-{people}-seed-{SEED}.duckdb"
    if not path.exists():
        unfinished = path.with_name(f"unfinished-{path.name}")
        write_people(unfinished, people, SEED)
        unfinished.rename(path)
    return path


def connect(people: int, cache: Path = CACHE) -> duckdb.DuckDBPyConnection:
    """A connection that may only read the population."""
    return duckdb.connect(str(people_file(people, cache)), read_only=True)
