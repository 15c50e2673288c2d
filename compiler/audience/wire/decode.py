"""JSON to AST: documents, segments and conditions, with a pointer to the place of everything that is wrong.

The shapes are checked by hand and not by the models of `models.py`: the decoder needs the place of each
part for the AST anyway, its messages name what was probably meant, and reading a condition need not
load pydantic. A pointer to something that is missing is the pointer it would have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal as Choice
from typing import assert_never

from audience.diagnostics import Diagnostic, Pointer, Severity, Source, did_you_mean
from audience.language.nodes import Condition, Definition, Expression, Nobody, Property
from audience.language.partly_read import refuse
from audience.language.walk import all_of, any_of
from audience.limits import CONDITIONS_MAX
from audience.operators import BY_NAME, BY_WORDS, FOREIGN_SPELLINGS, WITHOUT_OPERATOR, Operator, Takes
from audience.values import unstorable
from audience.wire.arguments import check_value, decode_argument, decode_path, kind, shown
from audience.wire.strict_json import load_json

AudienceType = Choice["dynamic", "static"]

OTHER_SHAPES: dict[str, str] = {
    "conditions": 'a segment stands in a list: {"segments": [{"conditions": [...]}]}',
    "property": 'a condition stands in a segment: {"segments": [{"conditions": [...]}]}',
    "all": 'conditions joined by AND are a segment: {"segments": [{"conditions": [...]}]}',
    "any": "alternatives are segments, each with its list of conditions",
    "audience": "give the audience itself, without the `audience` around it",
}
"""Members that only documents of another shape have at the top, and what to write instead."""

OTHER_MEMBERS: dict[str, tuple[str, ...]] = {
    "property": ("variable", "field", "attribute", "prop", "key", "name", "path", "column"),
    "operator": ("op", "comparator", "comparison", "condition", "type"),
    "argument": ("value", "values", "val", "arg", "args", "arguments"),
    "conditions": ("filters", "rules", "all"),
}
"""Members that people of other formats write, by what they are called here."""

OF_A_CONDITION = ("property", "operator", "argument")
OF_A_SEGMENT = ("conditions",)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A stored audience as read: its definition, its type, and the warnings about it."""

    definition: Definition
    type: AudienceType
    warnings: tuple[Diagnostic, ...]


def decode(data: object, name: str = "<json>") -> Expression:
    """The expression of a list of segments, of an object with `segments`, or of a whole audience document.

    `data` is JSON text or what `json.loads` makes of it; with text, `name` says in reports where it came from.
    Warnings are dropped: `decode_segments` and `decode_definition` have them.
    """
    return decode_segments(data, name)[0]


def decode_segments(data: object, name: str = "<json>") -> tuple[Expression, tuple[Diagnostic, ...]]:
    """The expression that `decode` returns, and the warnings about it."""
    reading = _Reading()
    expression: Expression | None = None
    document = _document(data, name)
    match document:
        case list() | tuple():
            expression = reading.segments(document, Pointer())
        case dict() if document.get("type") == "static":
            reading.problem("A109", "a static audience is a list of people, without a condition", Pointer("/type"))
        case dict():
            expression = reading.segments_of(document)
            if not reading.found and "segments" not in document and "type" not in document:
                # Only a document that says it is an audience may leave its segments out; anything else is a slip.
                reading.problem("A109", "the object has no `segments`", Pointer("/segments"))
        case _:
            message = f"an audience is an object with `segments`, and {kind(document)} is given"
            reading.problem("A109", message, Pointer())
    warnings = reading.finish(data, name, expression)
    assert expression is not None, "without an expression there is a problem"
    return expression, warnings


def decode_definition(data: object, name: str = "<json>") -> Decoded:
    """A whole audience document: Knock's `audience.json`, or what its management API takes and returns.

    `type` and `name` are required. The key is read from `__readonly.key` or from `key`. Members that mean
    nothing here (`$schema`, `sha`, `environment`, …) are passed over.
    """
    reading = _Reading()
    document = _document(data, name)
    if not isinstance(document, dict):
        reading.problem("A109", f"an audience is an object, and {kind(document)} is given", Pointer())
        document = {}
    which = reading.type(document)
    called = reading.text(document, "name", Pointer(), required=True)
    description = reading.text(document, "description", Pointer())
    readonly = document.get("__readonly")
    key = reading.text(readonly, "key", Pointer("/__readonly")) if isinstance(readonly, dict) else None
    if key is None:
        key = reading.text(document, "key", Pointer())
    expression: Expression | None = None
    match which:
        case "dynamic":
            expression = reading.segments_of(document)
        case "static":
            if document.get("segments"):
                reading.problem(
                    "A109", "a static audience has no segments", Pointer("/segments"), "its type is `dynamic`"
                )
        case None:
            expression = reading.segments_of(document)  # for what is wrong below
        case _:
            assert_never(which)
    warnings = reading.finish(data, name, expression)
    assert which is not None, "without a type there is a problem"
    return Decoded(Definition(called, description, expression, key), which, warnings)


def _document(data: object, name: str) -> object:
    return load_json(data, name) if isinstance(data, str) else data


@dataclass(slots=True)
class _Reading:
    """One pass over one document; what is found gathers in `found`, in the order of the source."""

    found: list[Diagnostic] = field(default_factory=list)

    def problem(self, code: str, message: str, place: Pointer, help: str | None = None) -> None:
        self.found.append(Diagnostic(code, message, place, help))

    def finish(self, data: object, name: str, expression: Expression | None) -> tuple[Diagnostic, ...]:
        """The warnings; raises when there are errors among the findings. `expression` is what could be read."""
        source = Source(name, data) if isinstance(data, str) else None
        found = [replace(diagnostic, source=source) for diagnostic in self.found]
        errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
        if errors:
            raise refuse(errors, [] if expression is None else [expression])
        return tuple(found)

    # ── the document ──────────────────────────────────────────────────────────────────────────────

    def shape(self, document: Mapping[str, object]) -> bool:
        """Whether the document can be an audience at all; without `segments` it may be one of another format."""
        if "segments" in document:
            return True
        for member, advice in OTHER_SHAPES.items():
            if member in document:
                self.problem("A109", f"`{member}` at the top is not the shape of an audience", Pointer(), advice)
                return False
        meant = [member for member in _names(document) if did_you_mean(member, ["segments"])]
        if meant:
            self.problem(
                "A109", f"unknown member `{shown(meant[0])}`", Pointer().child(meant[0]), "it is called `segments`"
            )
        return not meant

    def type(self, document: Mapping[str, object]) -> AudienceType | None:
        match document.get("type"):
            case "dynamic":
                return "dynamic"
            case "static":
                return "static"
            case None:
                self.problem("A109", "`type` is missing", Pointer("/type"), "it is `dynamic` or `static`")
            case str() as type:
                advice = did_you_mean(type, ["dynamic", "static"]) or "it is `dynamic` or `static`"
                self.problem("A109", f"unknown type `{shown(type)}`", Pointer("/type"), advice)
            case other:
                self.problem("A109", f"`type` is {kind(other)}", Pointer("/type"), "it is `dynamic` or `static`")
        return None

    def text(self, members: Mapping[str, object], name: str, place: Pointer, *, required: bool = False) -> str | None:
        """A member that is a text; null counts as missing."""
        value = members.get(name)
        if isinstance(value, str):
            self.found.extend(check_value(value, place.child(name)))
            return value
        if value is not None:
            self.problem("A109", f"`{name}` is a text, and {kind(value)} is given", place.child(name))
        elif required:
            self.problem("A109", f"`{name}` is missing", place.child(name))
        return None

    # ── segments and conditions ───────────────────────────────────────────────────────────────────

    def segments_of(self, document: Mapping[str, object]) -> Expression:
        if not self.shape(document):
            return Nobody()
        return self.segments(document.get("segments", ()), Pointer("/segments"))

    def segments(self, segments: object, place: Pointer) -> Expression:
        if not isinstance(segments, list | tuple):
            self.problem("A109", f"`segments` is a list, and {kind(segments)} is given", place)
            return Nobody(place)
        # Counted before anything is read: a document of a megabyte must not become a report of ten.
        count = sum(max(1, _conditions_in(segment)) for segment in segments)
        if count > CONDITIONS_MAX:
            message = f"the audience has {count:,} conditions, at most {CONDITIONS_MAX:,} are allowed"
            self.problem("A903", message, place)
            return Nobody(place)
        parts = [self.segment(segment, place.child(index)) for index, segment in enumerate(segments)]
        return any_of((part for part in parts if part is not None), place)

    def segment(self, segment: object, place: Pointer) -> Expression | None:
        if not isinstance(segment, dict):
            message = f"a segment is an object with `conditions`, and {kind(segment)} is given"
            self.problem("A109", message, place)
            return None
        if "conditions" not in segment:
            advice = 'a condition stands in a list: {"conditions": [...]}' if "property" in segment else None
            advice = advice or _member_meant("conditions", segment)
            self.problem("A109", "the segment has no `conditions`", place.child("conditions"), advice)
            return None
        conditions, place_of = segment["conditions"], place.child("conditions")
        if not isinstance(conditions, list | tuple):
            self.problem("A109", f"`conditions` is a list, and {kind(conditions)} is given", place_of)
            return None
        if not conditions:
            advice = "write a condition, or leave the segment out"
            self.problem("A111", "a segment without conditions would be everybody", place_of, advice)
            return None
        self.superfluous(segment, OF_A_SEGMENT, place)
        parts = [self.condition(condition, place_of.child(index)) for index, condition in enumerate(conditions)]
        known = [part for part in parts if part is not None]
        return all_of(known, place) if known else None

    def condition(self, condition: object, place: Pointer) -> Condition | None:
        """One condition; None when it has problems, which are then in `found`."""
        if not isinstance(condition, dict):
            message = f"a condition is an object with `property` and `operator`, and {kind(condition)} is given"
            self.problem("A109", message, place)
            return None
        before = len(self.found)
        operator = self.operator(condition, place)
        asked = self.property(condition, operator, place)
        argument = None
        if operator is not None and "argument" in condition:
            decoded = decode_argument(condition["argument"], operator, place.child("argument"))
            argument = decoded.argument
            self.found.extend(decoded.diagnostics)
        elif operator is not None and operator.takes is not Takes.NOTHING:
            message = f"`{operator.name}` needs an argument: {operator.takes.value}"
            self.problem("A301", message, place.child("argument"), _member_meant("argument", condition))
        if any(diagnostic.severity is Severity.ERROR for diagnostic in self.found[before:]):
            return None
        self.superfluous(condition, OF_A_CONDITION, place)
        assert operator is not None, "without an operator there is a problem"
        assert asked is not None, "without a property there is a problem"
        return Condition(asked, operator, argument, place)

    def superfluous(self, members: Mapping[str, object], known: tuple[str, ...], place: Pointer) -> None:
        """Warn of members that nobody reads; the decoder passes them over, and they are often misspelled."""
        for name in _names(members):
            if name in known or name.startswith("$"):
                continue
            message, advice = f"`{shown(name)}` is not read", did_you_mean(name, known)
            self.found.append(Diagnostic("A109", message, place.child(name), advice, None, Severity.WARNING))

    def operator(self, condition: Mapping[str, object], place: Pointer) -> Operator | None:
        name, place = condition.get("operator"), place.child("operator")
        if isinstance(name, str) and name in BY_NAME:
            return BY_NAME[name]
        if isinstance(name, str):
            self.problem("A202", f"unknown operator `{shown(name)}`", place, _operator_meant(name))
        elif "operator" in condition:
            self.problem("A109", f"`operator` is a text, and {kind(name)} is given", place)
        else:
            self.problem("A109", "the condition has no `operator`", place, _member_meant("operator", condition))
        return None

    def property(self, condition: Mapping[str, object], operator: Operator | None, place: Pointer) -> Property | None:
        text, place = condition.get("property"), place.child("property")
        if not isinstance(text, str):
            if "property" in condition:
                self.problem("A109", f"`property` is a text, and {kind(text)} is given", place)
            else:
                self.problem("A109", "the condition has no `property`", place, _member_meant("property", condition))
            return None
        if operator is not None and operator.takes is Takes.AUDIENCE:
            return Property((), place)
        steps, problems = decode_path(text, place)
        self.found.extend(problems)
        if not problems and not steps and operator is not None:
            message = f"`{shown(text)}` is the whole person, and `{operator.name}` asks about a property"
            self.problem("A110", message, place, "write a property such as `recipient.plan`")
        return Property(steps, place)


def _conditions_in(segment: object) -> int:
    conditions = segment.get("conditions") if isinstance(segment, dict) else None
    return len(conditions) if isinstance(conditions, Sequence) else 0


def _operator_meant(name: str) -> str | None:
    words = " ".join(name.lower().replace("_", " ").split())
    if words.removeprefix("not ") in WITHOUT_OPERATOR:
        return WITHOUT_OPERATOR[words.removeprefix("not ")]
    known = BY_WORDS.get(FOREIGN_SPELLINGS.get(words, words)) or BY_NAME.get(words.replace(" ", "_"))
    return f"write `{known.name}`" if known else did_you_mean(name[:100], BY_NAME)


def _member_meant(missing: str, condition: Mapping[str, object]) -> str | None:
    """What is written in the place of a missing member."""
    names = [name for name in _names(condition) if name not in OF_A_CONDITION]
    written = next((name for name in names if name.lower() in OTHER_MEMBERS[missing]), None)
    written = written or next((name for name in names if did_you_mean(name, [missing])), None)
    return f"`{shown(written)}` is not read: it is called `{missing}`" if written else None


def _names(members: Mapping[str, object]) -> list[str]:
    """The names of members that a message can repeat on any terminal."""
    return [name for name in members if isinstance(name, str) and unstorable(name) is None]


def decode_condition(condition: object, place: Pointer) -> tuple[Condition | None, tuple[Diagnostic, ...]]:
    """One condition and everything found about it; None when an error is among that."""
    reading = _Reading()
    decoded = reading.condition(condition, place)
    return decoded, tuple(reading.found)
