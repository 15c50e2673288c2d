"""Typed columns of every kind: how a value is given to a store, and what the interpreter takes it for.

A value is given as a text: a scalar as itself, in ISO 8601 and UTC where it is an instant; a list as a JSON array, and
an object as a JSON object, of such texts and nulls; JSON as it is, and a list of JSON as an array. The names of the
types here, and how texts become values on the way (`via`), are DuckDB's. The other stores of `tests/stores` have
columns of the same names with types of their own, and draw from here, or for themselves where they hold other values.

The second reading is written here a second time, from the semantics, and shares nothing with the compiler: integers
exact, decimals and floats as binary64, timestamps cut to microseconds, infinities beyond every instant.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from audience.interpreter import DocumentValue, read_document
from audience.values import Instant, write_instant
from tests.fuzz.edges import (
    INTEGERS,
    pick_json,
    pick_moment,
    pick_moment_text,
    pick_number,
    pick_text,
)
from tests.fuzz.spelling import spell_json

Given = tuple[str | None, DocumentValue]
"""The text that a store casts, and the value for the interpreter."""

FOREVER = 10**30
"""How far from the epoch the interpreter puts an infinite timestamp."""

NULL_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column: its type, the type that its text is cast to first (VARCHAR: none), and how a value is drawn."""

    name: str
    type: str
    draw: Callable[[Random], Given]
    via: str = "VARCHAR"
    epoch: str | None = None
    nullable: bool = True

    def pick(self, rng: Random) -> Given:
        """A value, NULL now and then where a column can be."""
        return (None, None) if self.nullable and rng.random() < NULL_SHARE else self.draw(rng)

    def draws_like(self, other: "TypedColumn") -> bool:
        """Whether what is drawn for another column can stand in this one."""
        same_pick = type(self).pick is type(other).pick
        return same_pick and self.draw is other.draw and (self.nullable or not other.nullable)


def _integer(low: int, high: int) -> Callable[[Random], Given]:
    pool = [number for number in (*INTEGERS, low, high, low + 1, high - 1) if low <= number <= high]

    def draw(rng: Random) -> Given:
        number = rng.choice(pool)
        return str(number), number

    return draw


def _decimal(precision: int, scale: int) -> Callable[[Random], Given]:
    def draw(rng: Random) -> Given:
        digits = rng.choice((rng.randint(0, 20), rng.randint(0, 10 ** rng.randint(1, precision) - 1), 1, 10**scale))
        number = rng.choice((1, -1)) * digits
        text = f"{'-' if number < 0 else ''}{abs(number) // 10**scale}.{abs(number) % 10**scale:0{scale}}"
        return text, float(text) + 0.0

    return draw


def _double(rng: Random) -> Given:
    number = rng.choice((math.nan, math.inf, -math.inf)) if rng.random() < 0.15 else float(pick_number(rng))
    return repr(number), number + 0.0


def _float(rng: Random) -> Given:
    number = rng.choice((math.nan, math.inf, -math.inf)) if rng.random() < 0.15 else float(pick_number(rng))
    if math.isfinite(number) and abs(number) > 3.4e38:
        number = 1.5
    [rounded] = struct.unpack("f", struct.pack("f", number))
    return repr(rounded), rounded + 0.0


def _boolean(rng: Random) -> Given:
    held = rng.random() < 0.5
    return str(held).lower(), held


def _text(rng: Random) -> Given:
    text = pick_moment_text(rng) if rng.random() < 0.15 else pick_text(rng)
    return text, text


UUIDS = (
    "00000000-0000-0000-0000-000000000000",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
)
ENUM = ("", "pro", "Pro", "free", "2024-12-31", "2025-01-01T00:00:00Z", "it's")


def _uuid(rng: Random) -> Given:
    text = rng.choice(UUIDS)
    return rng.choice((text, text.upper())), text


def _enum(rng: Random) -> Given:
    text = rng.choice(ENUM)
    return text, text


def _moment(unit: int, *, low: int, high: int, infinite: bool = True, suffix: str = "") -> Callable[[Random], Given]:
    """Timestamps of a precision of `unit` nanoseconds, in UTC."""

    def draw(rng: Random) -> Given:
        if infinite and rng.random() < 0.08:
            return rng.choice((("infinity", Instant(FOREVER)), ("-infinity", Instant(-FOREVER))))
        nanoseconds = pick_moment(rng) * 1_000 + (rng.choice((0, 0, 1, 999)) if unit == 1 else 0)
        nanoseconds = min(max(nanoseconds, low), high) // unit * unit
        return _spell(nanoseconds) + suffix, Instant(nanoseconds // 1_000)

    return draw


def _spell(nanoseconds: int) -> str:
    """Nanoseconds since the epoch as DuckDB reads them, by days counted from the calendar of the interpreter."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    text = write_instant(seconds * 1_000_000)[:-1].replace("T", " ")
    return f"{text}.{fraction:09}".rstrip("0").rstrip(".")


def _date(rng: Random) -> Given:
    day = 86_400_000_000
    if rng.random() < 0.08:
        return rng.choice((("infinity", Instant(FOREVER)), ("-infinity", Instant(-FOREVER))))
    moment = pick_moment(rng) // day * day
    return _spell(moment * 1_000)[:10], Instant(moment)


def _epoch(unit: int) -> Callable[[Random], Given]:
    def draw(rng: Random) -> Given:
        count = pick_moment(rng) // unit
        return str(count), Instant(count * unit)

    return draw


def _json(rng: Random) -> Given:
    text = spell_json(rng, pick_json(rng))
    return text, read_document(f'{{"v": {text}}}')["v"]


def _list(draw: Callable[[Random], Given]) -> Callable[[Random], Given]:
    def draw_list(rng: Random) -> Given:
        items = [(None, None) if rng.random() < 0.1 else draw(rng) for _ in range(rng.randint(0, 3))]
        return json.dumps([text for text, _ in items]), [value for _, value in items]

    return draw_list


def _nested_list(rng: Random) -> Given:
    items = [_list(_text)(rng) for _ in range(rng.randint(0, 2))]
    return json.dumps([json.loads(text or "") for text, _ in items]), [value for _, value in items]


def _json_list(rng: Random) -> Given:
    items = [_json(rng) for _ in range(rng.randint(0, 3))]
    # A JSON null inside of JSON[] and a SQL NULL are both null.
    return f"[{', '.join(text or '' for text, _ in items)}]", [value for _, value in items]


FIELDS: dict[str, tuple[str, Callable[[Random], Given]]] = {
    "city": ("VARCHAR", _text),
    "n": ("BIGINT", _integer(-(2**63), 2**63 - 1)),
    "at": ("TIMESTAMP", _moment(1_000, low=-(10**30), high=10**30)),
    "it's": ("DOUBLE", _double),
}


def _struct(rng: Random) -> Given:
    drawn = {key: (None, None) if rng.random() < 0.1 else draw(rng) for key, (_, draw) in FIELDS.items()}
    return json.dumps({key: text for key, (text, _) in drawn.items()}), {
        key: value for key, (_, value) in drawn.items()
    }


def _map(draw: Callable[[Random], Given]) -> Callable[[Random], Given]:
    def draw_map(rng: Random) -> Given:
        keys = rng.sample(("a", "A", "", "it's", "city", "a.b"), rng.randint(0, 2))
        drawn = {key: (None, None) if rng.random() < 0.1 else draw(rng) for key in keys}
        return (
            json.dumps({key: text for key, (text, _) in drawn.items()}),
            {key: value for key, (_, value) in drawn.items()},
        )

    return draw_map


def _time(rng: Random) -> Given:
    return "10:20:30", "10:20:30"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


STRUCT = f"STRUCT({', '.join(f'{_quoted(key)} {kind}' for key, (kind, _) in FIELDS.items())})"
STRUCT_OF_TEXTS = f"STRUCT({', '.join(f'{_quoted(key)} VARCHAR' for key in FIELDS)})"
ENUM_TYPE = "ENUM('', 'pro', 'Pro', 'free', '2024-12-31', '2025-01-01T00:00:00Z', 'it''s')"
WIDE = {"low": -(10**30), "high": 10**30}
NS = {"low": -9_223_372_036_854_775_000, "high": 9_223_372_036_854_775_000}

COLUMNS: tuple[TypedColumn, ...] = (
    TypedColumn("c_bool", "BOOLEAN", _boolean),
    TypedColumn("c_tiny", "TINYINT", _integer(-128, 127)),
    TypedColumn("c_int", "INTEGER", _integer(-(2**31), 2**31 - 1)),
    TypedColumn("c_big", "BIGINT", _integer(-(2**63), 2**63 - 1)),
    TypedColumn("c_huge", "HUGEINT", _integer(-(2**127), 2**127 - 1)),
    TypedColumn("c_ubig", "UBIGINT", _integer(0, 2**64 - 1)),
    TypedColumn("c_dec", "DECIMAL(10,2)", _decimal(10, 2)),
    TypedColumn("c_wide", "DECIMAL(30,5)", _decimal(30, 5)),
    TypedColumn("c_float", "FLOAT", _float),
    TypedColumn("c_double", "DOUBLE", _double),
    TypedColumn("c_text", "VARCHAR", _text),
    TypedColumn("c_nocase", "VARCHAR COLLATE NOCASE", _text),
    TypedColumn("c_uuid", "UUID", _uuid),
    TypedColumn("c_enum", ENUM_TYPE, _enum),
    TypedColumn("c_date", "DATE", _date),
    TypedColumn("c_ts", "TIMESTAMP", _moment(1_000, **WIDE)),
    TypedColumn("c_tz", "TIMESTAMPTZ", _moment(1_000, **WIDE, suffix="+00")),
    TypedColumn("c_ns", "TIMESTAMP_NS", _moment(1, **NS)),
    TypedColumn("c_s", "TIMESTAMP_S", _moment(1_000_000_000, **WIDE)),
    TypedColumn("c_ms", "TIMESTAMP_MS", _moment(1_000_000, **WIDE)),
    TypedColumn("c_epoch_s", "BIGINT", _epoch(1_000_000), epoch="s"),
    TypedColumn("c_epoch_ms", "BIGINT", _epoch(1_000), epoch="ms"),
    TypedColumn("c_json", "JSON", _json),
    TypedColumn("c_time", "TIME", _time),
    TypedColumn("l_text", "VARCHAR[]", _list(_text), "JSON"),
    TypedColumn("l_bool", "BOOLEAN[]", _list(_boolean), "VARCHAR[]"),
    TypedColumn("l_big", "BIGINT[]", _list(_integer(-(2**63), 2**63 - 1)), "VARCHAR[]"),
    TypedColumn("l_double", "DOUBLE[]", _list(_double), "VARCHAR[]"),
    TypedColumn("l_float", "FLOAT[]", _list(_float), "VARCHAR[]"),
    TypedColumn("l_dec", "DECIMAL(10,2)[]", _list(_decimal(10, 2)), "VARCHAR[]"),
    TypedColumn("l_wide", "DECIMAL(30,5)[]", _list(_decimal(30, 5)), "VARCHAR[]"),
    TypedColumn("l_uuid", "UUID[]", _list(_uuid), "VARCHAR[]"),
    TypedColumn("l_enum", f"{ENUM_TYPE}[]", _list(_enum), "VARCHAR[]"),
    TypedColumn("l_date", "DATE[]", _list(_date), "VARCHAR[]"),
    TypedColumn("l_ts", "TIMESTAMP[]", _list(_moment(1_000, **WIDE)), "VARCHAR[]"),
    TypedColumn("l_tz", "TIMESTAMPTZ[]", _list(_moment(1_000, **WIDE, suffix="+00")), "VARCHAR[]"),
    TypedColumn("l_ns", "TIMESTAMP_NS[]", _list(_moment(1, **NS)), "VARCHAR[]"),
    TypedColumn("l_list", "VARCHAR[][]", _nested_list, "JSON"),
    TypedColumn("l_json", "JSON[]", _json_list, "JSON"),
    TypedColumn("s_one", STRUCT, _struct, STRUCT_OF_TEXTS),
    TypedColumn("m_text", "MAP(VARCHAR, VARCHAR)", _map(_text), "JSON"),
    TypedColumn("m_double", "MAP(VARCHAR, DOUBLE)", _map(_double), "MAP(VARCHAR, VARCHAR)"),
    TypedColumn(
        "m_tz", "MAP(VARCHAR, TIMESTAMPTZ)", _map(_moment(1_000, **WIDE, suffix="+00")), "MAP(VARCHAR, VARCHAR)"
    ),
)
"""One of each kind. The tests name columns by these names, and nothing else depends on them."""

BY_NAME = {column.name: column for column in COLUMNS}
