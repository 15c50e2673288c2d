"""Find the properties of conditions in the catalog, and say what was probably meant where one is not there."""

from difflib import SequenceMatcher

from audience import ir
from audience.catalog import ANY, ID, Documents, known_below
from audience.catalog.kinds import ArrayKind, Kind, MapKind, OpaqueKind, StructKind, describe
from audience.diagnostics import suggest
from audience.language import nodes as ast
from audience.language.paths import write_path
from audience.operators import Test
from audience.resolution.scope import Scope
from audience.values import unstorable

KNOWN_SHOWN_MAX = 5
"""Names listed where none is close: enough to see what kind of names there are."""

RESERVED = ("created_at", "updated_at")
"""What the system itself keeps about our own people."""

TYPO_SIMILARITY_MIN = 0.85
"""A JSON key is questioned only when it is nearly a column's name: `plan_name` beside `plan` is no slip."""

LOOKS_INTO_ITEMS = frozenset({Test.EQUAL_TO, Test.CONTAINS, Test.CONTAINS_ALL})
"""Tests that compare the parts of a value, not only the value."""


def locate(found: ast.Property, scope: Scope) -> ir.Property | None:
    """The property with its kind; None after an error. One that is nowhere on an open relation has any kind."""
    steps, path = found.steps, write_path(found.steps)
    if not steps:
        scope.error(
            "A110",
            "`recipient` is the person as a whole, not a property",
            found.place,
            "name one, for example `recipient.plan`",
        )
        return None
    for step in steps:
        reason = unstorable(step) if isinstance(step, str) else None
        if reason is not None:
            # A lone surrogate could not even be printed.
            shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
            scope.error("A309", f"the path `{shown}` holds {reason}, which cannot be stored", found.place)
            return None
    if scope.own_people and steps[0] in RESERVED:
        scope.error(
            "A204",
            f"`{write_path(steps[:1])}` belongs to the system",
            found.place,
            "store the time as a custom property, for example `recipient.signed_up_at`, and ask for that one",
        )
        return None
    location = scope.catalog.locate(steps)
    if location is None:
        return _nowhere(found, scope)
    if location.column is scope.catalog.document and not location.typed:
        _question_typo(found, scope)
    return ir.Property(steps, location.kind)


def check_looks_into(subject: ir.Property, test: Test, found: ast.Property, scope: Scope) -> bool:
    """Whether conditions may look into the values: those of some column types are only there or not there."""
    if test is Test.EXISTS:
        return True
    opaque = _opaque(subject.kind, deep=test in LOOKS_INTO_ITEMS)
    if opaque is None:
        return True
    path = write_path(found.steps)
    scope.error(
        "A315",
        f"`{path}` is of type {describe(subject.kind)}, which conditions cannot look into",
        found.place,
        f"only `{path} exists` and `{path} does not exist` can be asked",
    )
    return False


def _opaque(kind: Kind, deep: bool) -> OpaqueKind | None:
    match kind:
        case OpaqueKind():
            return kind
        case ArrayKind(inner) | MapKind(inner) if deep:
            return _opaque(inner, deep)
        case StructKind(fields) if deep:
            return next((found for _, inner in fields if (found := _opaque(inner, deep)) is not None), None)
        case _:
            return None


def _nowhere(found: ast.Property, scope: Scope) -> ir.Property | None:
    steps, path = found.steps, write_path(found.steps)
    meant = _other_name(steps, scope)
    if meant is not None:
        _unknown(f"unknown property `{path}`", found, *meant, scope)
        return None if scope.catalog.closed else ir.Property(steps, ANY)
    held = _longest_known(steps, scope)
    if held:
        kind = scope.catalog.locate(steps[:held])
        known: tuple[str, ...] = known_below(kind.kind) if kind else ()
        message = f"unknown property `{path}`: {_why_nothing(steps, held, kind.kind if kind else None)}"
    else:
        known = scope.catalog.names()
        message = f"unknown property `{path}`"
    wrong = steps[held]
    close = [
        write_path((*steps[:held], name, *steps[held + 1 :]))
        for name in suggest(str(wrong), known)
        if scope.catalog.locate((*steps[:held], name, *steps[held + 1 :])) is not None
    ]
    advice = f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else _known_names(known)
    fix = close[0] if len(close) == 1 else None
    _unknown(message, found, advice, fix, scope)
    return None if scope.catalog.closed else ir.Property(steps, ANY)


def _why_nothing(steps: ast.Steps, held: int, kind: Kind | None) -> str:
    """Why the first step that leads nowhere does, after steps that hold something."""
    within = f"`{write_path(steps[:held])}`"
    if isinstance(kind, OpaqueKind):
        return f"{within} is of type {kind.type}, which conditions cannot look into"
    what = f" is {_a(describe(kind))} and" if kind else ""
    return f"{within}{what} has nothing at `{_step(steps[held])}`"


def _unknown(message: str, found: ast.Property, advice: str | None, fix: str | None, scope: Scope) -> None:
    """On an open relation somebody may get the property later, so there it is no error."""
    note = scope.error if scope.catalog.closed else scope.warn
    note("A201", message, found.place, advice, fix)


def _other_name(steps: ast.Steps, scope: Scope) -> tuple[str, str] | None:
    """Help and fix for a name that is surely another one's: the id's column, or a property behind a table's name."""
    first = steps[0]
    if first == scope.catalog.id.name and not isinstance(scope.catalog.relation, Documents):
        return f"`{first}` is the id column, which is asked as `id`", write_path((ID, *steps[1:]))
    known = isinstance(first, str) and first in scope.catalog.names()
    if not known and len(steps) > 1 and isinstance(steps[1], str) and steps[1] in scope.catalog.names():
        meant = write_path(steps[1:])
        return f"there is one table, and its columns are written without its name: `{meant}`", meant
    return None


def _longest_known(steps: ast.Steps, scope: Scope) -> int:
    return next((length for length in range(len(steps) - 1, 0, -1) if scope.catalog.locate(steps[:length])), 0)


def _known_names(known: tuple[str, ...]) -> str | None:
    shown = ", ".join(f"`{name}`" for name in known[:KNOWN_SHOWN_MAX])
    if not shown:
        return None
    rest = len(known) - KNOWN_SHOWN_MAX
    return f"known here: {shown} and {rest} more" if rest > 0 else f"known here: {shown}"


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else step


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


def _question_typo(found: ast.Property, scope: Scope) -> None:
    """A key of the JSON column that is nearly the name of a column is probably that column."""
    first = found.steps[0]
    assert isinstance(first, str), "a document is an object"
    if first == scope.catalog.id.name and not isinstance(scope.catalog.relation, Documents):
        meant = write_path((ID, *found.steps[1:]))
        message = f"`{write_path(found.steps)}` is looked up in the JSON column"
        scope.warn("A201", message, found.place, f"`{first}` is the id column, which is asked as `id`", meant)
        return
    if first not in scope.slips:
        scope.slips[first] = next((name for name in scope.catalog.names() if _is_slip(first, name)), None)
    name = scope.slips[first]
    if name is None:
        return
    meant = write_path((name, *found.steps[1:]))
    scope.warn(
        "A201",
        f"`{write_path(found.steps)}` is no column and is looked up in the JSON column",
        found.place,
        f"did you mean `{meant}`?",
        meant,
    )


def _is_slip(key: str, name: str) -> bool:
    shorter, longer = sorted((len(key), len(name)))
    # What two lengths alone allow is known before the texts are compared, which costs far more.
    if 2 * shorter < TYPO_SIMILARITY_MIN * (shorter + longer):
        return False
    return SequenceMatcher(None, key.casefold(), name.casefold()).ratio() >= TYPO_SIMILARITY_MIN
