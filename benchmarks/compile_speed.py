"""Parse, check and compile, warm, over a declared relation of forty typed columns.

Here the times themselves have targets; the ratio is to a fixed piece of Python that runs in turn with the compiler,
so that two machines, or two days on a busy one, can be compared.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import audience
from audience.errors import UnsupportedByDialect
from audience.lowering import DIALECTS
from benchmarks.ratios import compare

COLUMNS = {
    f"{name}_{number}": type_name
    for number in range(8)
    for name, type_name in {
        "plan": "VARCHAR", "mrr": "DOUBLE", "seats": "INTEGER", "seen": "TIMESTAMP", "tags": "VARCHAR[]",
    }.items()
}  # fmt: skip
"""Forty columns of the types that people tables have."""

CONDITIONS = (
    'plan_{c} = "value {n}"',
    "mrr_{c} >= {n}.5",
    "seats_{c} not < {n}",
    "seen_{c} on or after {n} days ago",
    'tags_{c} contains "tag {n}"',
    'plan_{c} not in ["a {n}", "b {n}"]',
    "mrr_{c} != {n}",
    'seen_{c} before "{y}-01-01T00:00:00Z"',
    'plan_{c} contains "part {n}"',
    "seats_{c} > {n}",
)


def conditions() -> Iterator[str]:
    """Conditions for as long as years have four digits, no two of which are the same."""
    for number in count():
        turn = number // len(CONDITIONS)
        yield CONDITIONS[number % len(CONDITIONS)].format(c=turn % 8, n=turn + 1, y=1950 + turn)


def conditions_of(number: int) -> list[str]:
    """The first so many."""
    return list(islice(conditions(), number))


def segments(number: int, size: int = 10) -> str:
    """So many conditions, as an OR of ANDs."""
    found = conditions_of(number)
    return "\nor ".join(" and ".join(found[at : at + size]) for at in range(0, number, size))


def nested(depth: int) -> str:
    """Groups in groups, AND and OR by turns."""
    source = conditions()
    text = f"{next(source)} and {next(source)}"
    for level in range(depth - 1):
        text = f"{next(source)} {'and' if level % 2 else 'or'} ({text})"
    return text


CASES: dict[str, tuple[str, float | None]] = {
    "1 condition": (segments(1), None),
    "10 conditions": (segments(10), 5.0),
    "100 conditions": (segments(100), None),
    "1,000 conditions": (segments(1_000), 300.0),
    "16 groups deep": (nested(16), None),
}
"""What is compiled, and in how many milliseconds."""

YARDSTICK_STEPS = 20_000


def yardstick() -> int:
    """A fixed piece of work for the interpreter: dictionary, tuple and string operations."""
    seen: dict[tuple[int, str], int] = {}
    for step in range(YARDSTICK_STEPS):
        key = (step % 97, str(step % 89))
        seen[key] = seen.get(key, 0) + step
    return len(seen)


NOW = "2026-01-15T12:00:00Z"


def compiling(text: str, users: audience.Users, dialect: str = "duckdb") -> Callable[[], object]:
    """Text to SQL, the whole way, as `audience compile` goes it."""
    return lambda: audience.compile(audience.parse(text), users=users, dialect=dialect, now=NOW)


def run(_people: int, rounds: int, _cache: Path) -> dict[str, object]:
    """Every case against the yardstick."""
    users, found = audience.Users(columns=COLUMNS), []
    for name, (text, target) in CASES.items():
        ratio = compare(name, compiling(text, users), yardstick, rounds)
        print(ratio.line() + ("" if target is None else f"   target {target:g} ms"), flush=True)
        found.append(ratio.to_json() | ({} if target is None else {"target_ms": target}))
    return {"rounds": rounds, "against": "a fixed piece of Python", "compile": found}


ANY_DIALECT = 10.0
"""Milliseconds for ten conditions in any dialect."""


def run_all(_people: int, rounds: int, _cache: Path) -> dict[str, object]:
    """Ten conditions in every dialect against the yardstick, without those that it names as beyond it."""
    users, found = audience.Users(columns=COLUMNS), []
    for dialect in DIALECTS:
        text = " and ".join(islice(filter(partial(_is_sayable, users, dialect), conditions()), 10))
        ratio = compare(dialect, compiling(text, users, dialect), yardstick, rounds)
        print(f"{ratio.line()}   target {ANY_DIALECT:g} ms", flush=True)
        found.append(ratio.to_json() | {"target_ms": ANY_DIALECT})
    return {"rounds": rounds, "against": "a fixed piece of Python", "compile": found}


def _is_sayable(users: audience.Users, dialect: str, condition: str) -> bool:
    try:
        compiling(condition, users, dialect)()
    except UnsupportedByDialect:
        return False
    return True
