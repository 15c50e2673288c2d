"""The many spellings of one JSON value: key order, white space, escapes, numbers as 1, 1.0, 10e-1."""

import json
import math
from random import Random


def spell_json(rng: Random, value: object) -> str:
    """A JSON text of a value, spelled as no writer in its right mind would."""
    gap = rng.choice(("", "", "", " ", "\n", "\t "))
    match value:
        case None | bool():
            return gap + json.dumps(value) + gap
        case int() | float():
            return gap + _number(rng, value) + gap
        case str():
            return gap + _text(rng, value) + gap
        case list():
            return f"{gap}[{','.join(spell_json(rng, item) for item in value)}{gap}]{gap}"
        case dict():
            members = list(value.items())
            rng.shuffle(members)
            inside = ",".join(f"{gap}{_text(rng, key)}{gap}:{spell_json(rng, item)}" for key, item in members)
            return f"{gap}{{{inside}{gap}}}{gap}"
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value")


def _number(rng: Random, number: float) -> str:
    """The shortest text, or another one that rounds to the same binary64."""
    exact = float(number)
    if not math.isfinite(exact):
        return "1e400" if exact > 0 else "-1e400"
    plain = str(number) if isinstance(number, int) else repr(exact)
    others = [plain, plain, repr(exact), f"{exact:.17e}", f"{exact:.17E}".replace("E+", "E")]
    if exact.is_integer() and abs(exact) < 1e17:
        others += [f"{int(exact)}.000", f"{int(exact)}e0"]
    others += ["-0", "-0.0", "0e5"] if exact == 0 else []
    others += [f"{int(exact)}0E-1"] if exact != 0 and exact.is_integer() and abs(exact) < 1e17 else []
    return rng.choice(others)


def _text(rng: Random, text: str) -> str:
    """Raw, with all escapes that there can be, or with a few."""
    chance = rng.random()
    if chance < 0.5:
        return json.dumps(text, ensure_ascii=False)
    if chance < 0.7:
        return json.dumps(text)
    escaped = "".join(
        _escape(character) if rng.random() < 0.5 else json.dumps(character, ensure_ascii=False)[1:-1]
        for character in text
    )
    return f'"{escaped}"'


def _escape(character: str) -> str:
    if character == "/":
        return "\\/"
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))
