"""What to write instead of a literal that no value of the property can meet: a help line, perhaps a replacement.

A replacement stands here only where the condition with it asks what the author plainly meant.
"""

from audience import ir
from audience.catalog.kinds import (
    ArrayKind,
    BooleanKind,
    DecimalKind,
    DoubleKind,
    IntegerKind,
    Kind,
    MapKind,
    StructKind,
    TextKind,
    TimestampKind,
)
from audience.language.paths import write_path
from audience.operators import Test
from audience.resolution.arguments import TIMESTAMP_FORM, show
from audience.values import Array, Boolean, Number, Text, Value, from_json, read_instant

TRUTHS = {"true": "true", "false": "false", "yes": "true", "no": "false", "1": "true", "0": "false"}
"""How booleans are written elsewhere, as texts or as numbers."""

ORDERED = frozenset(
    {
        Test.LESS_THAN,
        Test.LESS_THAN_OR_EQUAL_TO,
        Test.GREATER_THAN,
        Test.GREATER_THAN_OR_EQUAL_TO,
        Test.IS_BETWEEN,
    }
)


def other_spelling(subject: ir.Property, test: Test, value: Value, *, listed: bool) -> tuple[str | None, str | None]:
    """The help line and the replacement for a literal; `listed` tells that it is an item of a list."""
    kind, path = subject.kind, write_path(subject.steps)
    if isinstance(kind, StructKind | MapKind) and isinstance(value, Text | Number | Boolean):
        key = kind.fields[0][0] if isinstance(kind, StructKind) and kind.fields else "key"
        return f"an object is asked by its keys, such as `{write_path((*subject.steps, key))}`", None
    if test is Test.CONTAINS and not listed and not isinstance(kind, ArrayKind | TextKind):
        return f"`contains` looks into texts and lists; write `{path} = {_shown(value)}`", None
    match kind, value:
        case TextKind(), Number() if test in ORDERED:
            # The quoted number would compare texts: "9" is greater than "18".
            return f"`{path}` holds texts, and texts are ordered letter by letter: store it as a number", None
        case TextKind(), Number() | Boolean():
            written = f'"{_shown(value)}"'
            return f"a text is quoted: {written}", written
        case ArrayKind(), Text() | Number() | Boolean() if test is Test.EQUAL_TO:
            return f"write `{path} contains {_shown(value)}` to ask for an item of the list", None
        case _, Array() if test is Test.EQUAL_TO:
            return f"write `{path} in {_shown(value)}` to ask for one of several values", None
        case _:
            return _of_kind(kind, value)


def _of_kind(kind: Kind, value: Value) -> tuple[str | None, str | None]:
    """The literal in the property's own type."""
    match kind, value:
        case BooleanKind(), Text() | Number():
            written = value.value if isinstance(value, Text) else _shown(value)
            word = TRUTHS.get(written.lower())
            if word is None:
                return "a boolean is `true` or `false`", None
            return (f"a boolean is not quoted: {word}" if word == written else f"a boolean is written {word}"), word
        case ((IntegerKind() | DecimalKind() | DoubleKind()), Text(text)):
            try:
                number = from_json(float(text)) if text.strip() == text and text.isascii() else None
            except ValueError:
                return None, None
            return (f"a number is not quoted: {text}", text) if number is not None else (None, None)
        case TimestampKind(), Number(number):
            digits = str(number)
            date = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == len("20250131") else ""
            if read_instant(date) is None:
                return TIMESTAMP_FORM, None
            return f'a timestamp is a text: "{date}"', f'"{date}"'
        case _:
            return None, None


def _shown(value: Value) -> str:
    return show(value)[1:-1]
