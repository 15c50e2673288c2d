"""What the properties of people look like: the types seen, how many values, how often absent.

For pickers and did-you-mean, not for counting: a sample of the people is looked at, key by key.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audience.catalog import ID, Catalog, Kind, describe
from audience.catalog.kinds import JsonKind, StructKind
from audience.language.paths import write_path
from audience.limits import PATH_STEPS_MAX
from audience.lowering import find_dialect, sample_of_people
from audience.membership.users import Users
from audience.values import read_instant

SAMPLE_ROWS = 10_000
"""People looked at: shares are good to a percent, and a page that asks does not wait."""

EXAMPLES = 5
"""Values shown, the most frequent first."""

EXAMPLE_LENGTH_MAX = 60
"""A longer value is no example that anybody reads."""

PROPERTIES_MAX = 2_000
"""Different paths that are followed; documents whose keys are data would have millions."""

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PropertyStatistics:
    """One property in the sample.

    `property` is its path as conditions write it. `kinds` are the types seen, the most frequent first; for a typed
    column it is the column's. `rows` are the people that were looked at; `absent` is the share of them that has no
    value, from 0 to 1. `examples` are JSON texts.
    """

    property: str
    kinds: tuple[str, ...]
    distinct: int
    absent: float
    examples: tuple[str, ...]
    rows: int


@dataclass(slots=True)
class _Seen:
    """What was seen of one property so far."""

    kinds: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)


def statistics(
    users: Users, names: Iterable[str] | None = None, *, rows: int = SAMPLE_ROWS
) -> list[PropertyStatistics]:
    """The properties of at most `rows` people: typed columns in their order, then the document's keys by path.

    `names` keeps only these paths, e.g. `["plan", "address.city"]`.
    """
    catalog = users.catalog
    engine = users.open_engine()
    query = sample_of_people(find_dialect(engine.dialect), catalog, rows)
    found = engine.run(query.sql, doing="reading a sample of the people")
    seen: dict[Steps, _Seen] = {}
    for kind, steps in _typed_paths(catalog):
        seen[steps] = _Seen(Counter([describe(kind)]))
    typed = len(seen)
    for *columns, document in found:
        for described, text in zip(catalog.columns, columns, strict=True):
            _look(seen, (described.property,), _load(text), described.kind)
        if document is not None:
            _look_document(seen, _load(document), {ID, *(described.property for described in catalog.columns)})
    steps_in_order = [*list(seen)[:typed], *sorted(list(seen)[typed:], key=_path)]
    wanted = None if names is None else set(names)
    return [
        _statistics(steps, seen[steps], len(found))
        for steps in steps_in_order
        if wanted is None or _path(steps) in wanted
    ]


def _typed_paths(catalog: Catalog) -> Iterator[tuple[Kind, Steps]]:
    for described in catalog.columns:
        yield from _paths_below(described.kind, (described.property,))


def _paths_below(kind: Kind, steps: Steps) -> Iterator[tuple[Kind, Steps]]:
    yield kind, steps
    if isinstance(kind, StructKind):
        for key, below in kind.fields:
            yield from _paths_below(below, (*steps, key))


def _load(text: object) -> object:
    """The value of a JSON text; a text that is none is nothing, as it is for conditions."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _look_document(seen: dict[Steps, _Seen], document: object, shadowed: set[str]) -> None:
    if isinstance(document, dict):
        for key, value in document.items():
            if key not in shadowed:
                _look(seen, (key,), value, None)


def _look(seen: dict[Steps, _Seen], steps: Steps, value: object, kind: Kind | None) -> None:
    """Count a value, and the values of an object below it. `kind` is None where only values tell the type."""
    if value is None or len(steps) > PATH_STEPS_MAX:
        return
    if steps not in seen:
        if len(seen) >= PROPERTIES_MAX:
            return
        seen[steps] = _Seen()
    found = seen[steps]
    if kind is None or isinstance(kind, JsonKind):
        found.kinds[_kind_of(value)] += 1
    found.values[json.dumps(value, ensure_ascii=False)] += 1
    if isinstance(value, dict):
        fields = dict(kind.fields) if isinstance(kind, StructKind) else {}
        for key, below in value.items():
            if isinstance(kind, StructKind | JsonKind) or kind is None:
                _look(seen, (*steps, key), below, fields.get(key))


def _kind_of(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text" if read_instant(value) is None else "timestamp text"
        case dict():
            return "object"
        case list():
            kinds = sorted({_kind_of(item) for item in value if item is not None})
            return f"list of {kinds[0]}" if len(kinds) == 1 else "list"
        case _:
            raise AssertionError(f"{value!r} came from json.loads")


def _statistics(steps: Steps, seen: _Seen, rows: int) -> PropertyStatistics:
    present = seen.values.total()
    shown = sorted(
        (text for text in seen.values if len(text) <= EXAMPLE_LENGTH_MAX),
        key=lambda text: (-seen.values[text], text),
    )
    return PropertyStatistics(
        property=_path(steps),
        kinds=tuple(kind for kind, _ in sorted(seen.kinds.items(), key=lambda item: (-item[1], item[0]))),
        distinct=len(seen.values),
        absent=(rows - present) / rows if rows else 0.0,
        examples=tuple(shown[:EXAMPLES]),
        rows=rows,
    )


def _path(steps: Steps) -> str:
    """The path as conditions write it, the scope only where the first key needs quotes."""
    path = write_path(steps, scope="")
    return write_path(steps) if path.startswith("[") else path
