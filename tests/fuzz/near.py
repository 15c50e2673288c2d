"""Near misses: a value that is nearly another one, in the ways in which implementations confuse the two."""

import math
from random import Random

from audience.values import read_instant
from tests.fuzz.edges import NOW, pick_json, spell_moment

MICROSECOND_SHIFTS = (-1, 1, -1_000, 1_000, 18_000_000_000, -18_000_000_000, 19_800_000_000, -19_800_000_000)
"""A microsecond, a millisecond, and the offsets of New York and Kolkata."""


def near(rng: Random, value: object) -> object:
    """A neighbour of a JSON value: of its type, or what a careless reader takes for it."""
    match value:
        case None:
            return rng.choice(("", "null", [], False, 0))
        case bool():
            return rng.choice((not value, int(value), str(value).lower()))
        case int() | float():
            return _near_number(rng, value)
        case str():
            return _near_text(rng, value)
        case list():
            return _near_list(rng, value)
        case dict():
            return _near_object(rng, value)
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value")


def _near_number(rng: Random, number: float) -> object:
    others: list[object] = [number + 1, number - 1, -number, str(number), number == 1, [number]]
    exact = float(number)
    others += [math.nextafter(exact, math.inf), math.nextafter(exact, -math.inf)] * 2
    kept = [other for other in others if not isinstance(other, float) or math.isfinite(other)]
    return rng.choice(kept)


def _near_text(rng: Random, text: str) -> object:
    moment = read_instant(text)
    if moment is not None and rng.random() < 0.8:
        return spell_moment(rng, moment + rng.choice(MICROSECOND_SHIFTS))
    at = rng.randrange(len(text)) if text else 0
    others: list[object] = [
        text.swapcase(),
        text.upper(),
        text.casefold(),
        f"{text} ",
        f" {text}",
        text[:-1],
        text[1:],
        text + text,
    ]
    others += [f"{text[:at]}{wildcard}{text[at + 1 :]}" for wildcard in ("%", "_", "\\", "\\%", "*")]
    others += [[text], None if text == "" else text]
    number = _number(text)
    if number is not None:
        others += [number] * 4
    if text in ("true", "false"):
        others += [text == "true"] * 4
    return rng.choice(others)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _near_list(rng: Random, items: list[object]) -> object:
    at = rng.randrange(len(items)) if items else 0
    others: list[object] = [
        [*items, pick_json(rng, 0)],
        list(reversed(items)),
        [items],
        [*items, *items],
        [*items, None],
    ]
    if items:
        others += [items[:at] + items[at + 1 :], [*items[:at], near(rng, items[at]), *items[at + 1 :]], items[at]]
    return rng.choice(others)


def _near_object(rng: Random, members: dict[str, object]) -> object:
    others: list[object] = [members | {"extra": None}, members | {"extra": 1}, list(members.values())]
    if members:
        key = rng.choice(list(members))
        without = {other: value for other, value in members.items() if other != key}
        others += [without, without | {key: near(rng, members[key])}, without | {key.swapcase(): members[key]}]
    return rng.choice(others)


def near_moment(rng: Random, moment: int) -> int:
    """An instant that is another one by a microsecond or by the offset of a session."""
    return rng.choice((moment, moment + rng.choice(MICROSECOND_SHIFTS), NOW))
