"""The counting query of a preview against one hand-written scan that evaluates every condition, and its sample.

The hand-written scan counts every condition and the whole definition, with nothing cut short. A preview also
counts who is absent, who is unreadable, and who is left after each condition, so it cannot be quite as fast.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

import duckdb

import audience
from audience.ir import Property
from audience.lowering import Run, count, find_dialect, select_sample
from audience.membership.run_inputs import read_now
from audience.resolution import Resolution, resolve
from benchmarks.people import INSTANT, TABLE, connect
from benchmarks.ratios import Ratio, compare

CONDITIONS = Path(__file__).with_name("conditions.toml")

SHOWN = ("plan", "mrr", "last_seen", "country", "tags", "logins_30d")
"""The columns of a sample."""

Pairs = list[tuple[str, str]]


def read_conditions() -> Pairs:
    """Each condition as text, and as SQL by hand."""
    entries = tomllib.loads(CONDITIONS.read_text(encoding="utf-8"))["condition"]
    return [(entry["text"], entry["where"]) for entry in entries]


def joined(parts: list[str], word: str) -> str:
    """The parts in parentheses with a word between them."""
    return f" {word} ".join(f"({part})" for part in parts)


def in_segments(parts: list[str], size: int, both: tuple[str, str] = ("and", "or")) -> str:
    """An OR of ANDs of so many parts each."""
    inner, outer = both
    return joined([joined(parts[at : at + size], inner) for at in range(0, len(parts), size)], outer)


SHAPES: dict[str, tuple[int, Callable[[list[str]], str]]] = {
    "3 conditions, all of them": (3, lambda parts: joined(parts, "and")),
    "10 conditions, all of them": (10, lambda parts: joined(parts, "and")),
    "10 conditions, any of them": (10, lambda parts: joined(parts, "or")),
    "10 conditions, two segments": (10, lambda parts: in_segments(parts, 5)),
    "30 conditions, all of them": (30, lambda parts: joined(parts, "and")),
    "30 conditions, five segments": (30, lambda parts: in_segments(parts, 6)),
    "30 conditions, ORs within an AND": (30, lambda parts: in_segments(parts, 6, ("or", "and"))),
}
"""How many of the conditions, and how they are put together, in text and in SQL alike."""


def counted_by_hand(wheres: list[str], whole: str) -> str:
    """One scan that counts each condition and the whole."""
    counts = ", ".join(f"count_if({where})" for where in wheres)
    return f"SELECT count(*), {counts}, count_if({whole}) FROM {TABLE}"


def sampled_by_hand(whole: str, limit: int) -> str:
    """The first people by id, with the columns that a preview of these conditions shows."""
    return f"SELECT id, {', '.join(SHOWN)} FROM {TABLE} WHERE {whole} ORDER BY id LIMIT {limit}"


def resolved(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[Run, Resolution]:
    """A definition over the typed columns, ready to be lowered."""
    catalog = audience.users(connection, table=TABLE).catalog
    return Run(catalog, find_dialect("duckdb"), read_now(INSTANT)), resolve(audience.parse(text), catalog)


def run(people: int, rounds: int, cache: Path) -> dict[str, object]:
    """The counting query in every shape, then the sample of the first one that matches somebody."""
    pairs = read_conditions()
    counts: list[Ratio] = []
    samples: list[Ratio] = []
    with connect(people, cache) as connection:
        cursor = connection.cursor()

        def execute(sql: str) -> Callable[[], object]:
            return lambda: cursor.execute(sql).fetchall()

        for title, (number, shape) in SHAPES.items():
            texts, wheres = [text for text, _ in pairs[:number]], [where for _, where in pairs[:number]]
            whole = shape(wheres)
            run_, resolution = resolved(connection, shape(texts))
            ours = count(run_, resolution.outline).query.sql
            counts.append(compare(title, execute(ours), execute(counted_by_hand(wheres, whole)), rounds))
            print(f"counts {counts[-1].line()}", flush=True)
            if number <= 10:
                kinds = {column.property: column.kind for column in run_.catalog.columns}
                shown = [Property((name,), kinds[name]) for name in SHOWN]
                sample = select_sample(run_, resolution.predicate, shown, 20).sql
                samples.append(compare(title, execute(sample), execute(sampled_by_hand(whole, 20)), rounds))
                print(f"sample {samples[-1].line()}", flush=True)
    return {
        "people": people,
        "rounds": rounds,
        "target": 2.0,
        "counts": [ratio.to_json() for ratio in counts],
        "sample": [ratio.to_json() for ratio in samples],
    }
