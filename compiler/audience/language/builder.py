"""Build the AST from the parser's tree, and say everything that is wrong with its words and values.

The tree has few kinds of nodes, because the grammar knows no operators; here the operator table is asked.
A finding never stops the building: a broken value becomes null, and the definition is refused at the end.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audience.diagnostics import Diagnostic, Source, Span
from audience.language import literals, walk
from audience.language.literals import Problem
from audience.language.nodes import (
    Argument,
    Condition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Property,
    Relative,
)
from audience.language.operator_words import LIST_SPELLINGS, instead_of, normalize_words, operator_of
from audience.language.paths import OTHER_SCOPES, SCOPES, PathProblem, read_path, read_steps
from audience.language.slips import instead_of_time, invisible, visible
from audience.operators import BY_WORDS, FOREIGN_SPELLINGS, RELATIVE_TIME_SHAPES, Operator, Takes
from audience.values import Array, Boolean, Null, Object, Text, Value, unstorable

if TYPE_CHECKING:
    from lark import Token, Tree

FOREIGN_WORDS = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null"}
"""Constants as other languages spell them."""

REFUSED_TOKENS: dict[str, Callable[[str], Problem]] = {
    "ODD_NUMBER": literals.odd_number,
    "SINGLE_QUOTED": literals.single_quoted,
    "UNCLOSED": literals.unclosed,
}
"""Tokens that the grammar lets pass only so that they are refused with a fitting sentence."""


class Builder:
    """Builds one tree; `offset` is where the tree's text starts in the source."""

    def __init__(self, source: Source, offset: int = 0) -> None:
        self.source, self.offset = source, offset
        self.problems: list[Diagnostic] = []
        self.header: dict[str, str] = {}

    def build(self, tree: "Tree[Token]") -> Expression | None:
        """The expression of a tree, None for a text without one. Without recursion: `not`s may nest deep."""
        order, stack = [], [tree]
        while stack:
            node = stack.pop()
            order.append(node)
            stack.extend(child for child in node.children if not isinstance(child, str))
        built: dict[int, Any] = {}
        for node in reversed(order):
            parts = [child if isinstance(child, str) else built.pop(id(child)) for child in node.children]
            built[id(node)] = self._node(str(node.data), parts)
        result: Expression | None = built[id(tree)]
        return result

    def _node(self, rule: str, parts: list[Any]) -> Any:
        match rule:
            case "scalar":
                return self._scalar(parts[0])
            case "list":
                return Items(tuple(self._item(item) for item in parts[1:-1]), self._between(parts[0], parts[-1]))
            case "parenthesized":
                return self._parenthesized(parts)
            case "object":
                return self._object(parts)
            case "member":
                return self._member_key(parts[0]), self._item(parts[1])
            case "condition":
                return self._condition(*parts)
            case "range":
                return self._range(parts)
            case "membership":
                return self._finish(Property((), self._place(parts[0])), *parts)
            case "negation":
                return Not(parts[1], self._place(parts[0]).to(_span(parts[1])))
            case "conjunction":
                return walk.all_of(parts[::2], _span(parts[0]).to(_span(parts[-1])))
            case "disjunction":
                return walk.any_of(parts[::2], _span(parts[0]).to(_span(parts[-1])))
            case "nobody":
                return Nobody(self._place(parts[0]))
            case "header":
                return self._header(parts[0], parts[1])
            case _:  # definition, negation_or_condition: the headers left None
                return next((part for part in parts if part is not None), None)

    # ── conditions ──────────────────────────────────────────────────────────────────────────────────

    def _condition(self, path: "Token", words: "Token", argument: Argument | None = None) -> Condition:
        return self._finish(self._left(path), words, argument)

    def _range(self, parts: list[Any]) -> Condition:
        path, words, *bounds = parts
        subject = self._left(path)
        if len(bounds) == 3:
            first, second = self._item(bounds[0]), self._item(bounds[2])
            return self._finish(subject, words, Items((first, second), _span(first).to(_span(second))))
        return self._finish(subject, words, bounds[0] if bounds else None)

    def _finish(self, subject: Property, words: "Token", argument: Argument | None = None) -> Condition:
        """The condition, after the operator is found and its number of arguments is right."""
        place = self._place(words)
        whole = _span(subject).to(_span(argument) if argument else place)
        operator = operator_of(words)
        if operator is None:
            self._no_operator(subject, words, argument)
            return Condition(subject, BY_WORDS["="], argument, whole)
        shown = normalize_words(words)
        if operator.takes is Takes.NOTHING:
            if argument is not None:
                self._problem("A302", f"`{shown}` takes no argument", _span(argument), "leave it out")
        elif argument is None:
            missing = "two bounds are" if operator.takes in (Takes.RANGE, Takes.INSTANTS) else "a value is"
            self._problem("A104", f"after `{shown}` {missing} missing", place, f"for example `{operator.example}`")
        elif not isinstance(argument, Items):
            text = literals.shorten(self.source.text[_span(argument).start : _span(argument).end])
            if operator.takes in (Takes.RANGE, Takes.INSTANTS):
                self._problem("A303", f"`{shown}` takes two bounds", _span(argument), f"write `{shown} {text} and …`")
            elif shown in LIST_SPELLINGS:
                self._problem("A303", f"`{shown}` takes a list", _span(argument), f"write `{shown} [{text}]`")
        if argument is not None and operator.takes in RELATIVE_TIME_SHAPES:
            self._named_times(_span(argument))
        return Condition(self._subject(subject, operator, argument), operator, argument, whole)

    def _no_operator(self, subject: Property, words: "Token", argument: Argument | None) -> None:
        """Say what is meant by words that are no operator."""
        place, shown = self._place(words), normalize_words(words)
        unseen = invisible(words)
        if unseen is not None:
            # Without it the words may be an operator.
            fix = visible(words) if operator_of(visible(words)) else None
            self._problem("A202", f"the operator holds {unseen}, which cannot be seen", place, "delete it", fix)
            return
        keyword = subject.place is not None and self._text(subject).lower() in ("where", "select")
        if keyword and words[0].isalpha() and instead_of(words)[1] is None:
            help = "only the condition is written: what would follow `where`"
            self._problem("A101", f"unexpected `{self._text(subject)}`", subject.place, help)
            return
        if subject.place is not None and self._text(subject).lower() == "exists" and argument is None:
            help = "the property stands before the operator"
            self._problem("A101", "unexpected `exists`", _span(subject).to(place), help, f"{words} exists")
            return
        if isinstance(argument, Literal) and f"{shown} {self._text(argument).lower()}" in FOREIGN_SPELLINGS:
            # `is unknown` is read as an operator and a bare word.
            shown = f"{shown} {self._text(argument).lower()}"
            place = place.to(_span(argument))
            self.problems = [problem for problem in self.problems if problem.place != argument.place]
            self._problem("A202", f"unknown operator `{shown}`", place, None, FOREIGN_SPELLINGS[shown])
            return
        self._problem("A202", f"unknown operator `{shown}`", place, *instead_of(words))

    def _text(self, node: Argument | Property) -> str:
        return self.source.text[_span(node).start : _span(node).end]

    def _subject(self, subject: Property, operator: Operator, argument: Argument | None) -> Property:
        if operator.takes is Takes.AUDIENCE:
            if subject.steps:
                example = f"for example `{operator.example}`"
                self._problem("A101", "people are members, not their properties", subject.place, example)
            if argument is not None:
                self._only_keys(_span(argument))
        elif not subject.steps and subject.place is not None:
            self._whole_person(_span(subject))
        return subject

    def _named_times(self, place: Span) -> None:
        """Where an instant is needed `yesterday` is neither a text nor a property."""
        for index, problem in enumerate(self.problems):
            where = problem.place
            if problem.code == "A105" and isinstance(where, Span) and place.start <= where.start < place.end:
                help, fix = instead_of_time(self.source.text[where.start : where.end])
                if help is not None:
                    self.problems[index] = replace(problem, help=help, fix=fix)

    def _only_keys(self, place: Span) -> None:
        """A bare word after `member of` can only be the key of an audience: do not offer the property."""
        for index, problem in enumerate(self.problems):
            where = problem.place
            if problem.code == "A105" and isinstance(where, Span) and place.start <= where.start < place.end:
                quoted = f'"{self.source.text[where.start : where.end]}"'
                self.problems[index] = replace(problem, help="the key of an audience is a text", fix=quoted)

    def _left(self, token: "Token") -> Property:
        """The property at the left of a condition, its scope optional."""
        place = self._place(token)
        text = str(token)
        scoped = _first_word(text) in SCOPES
        try:
            # The added dot stands one before the token.
            steps = read_path(text) if scoped else read_steps(f".{text}", -1)
        except PathProblem as problem:
            return self._bad_path(problem, place)
        self._check_keys(steps, place)
        # An unreadable path leaves a Property without place, so that it is not reported twice.
        return Property(steps, place)

    # ── values ──────────────────────────────────────────────────────────────────────────────────────

    def _scalar(self, token: "Token") -> Literal | Property | Relative:
        place = self._place(token)
        match token.type:
            case "STRING":
                text = literals.read_text(token)
                return Literal(Null() if self._refused(text, place) else Text(str(text)), place)
            case "NUMBER":
                number = literals.read_number(token)
                return Literal(self._refuse(number, place) if isinstance(number, Problem) else number, place)
            case "TRUE" | "FALSE":
                return Literal(Boolean(token.type == "TRUE"), place)
            case "NULL":
                return Literal(Null(), place)
            case "RELATIVE":
                relative = literals.read_relative(token)
                if isinstance(relative, Problem):
                    return Literal(self._refuse(relative, place), place)
                return Relative(*relative, place)
            case "PATH":
                return self._right(str(token), place)
            case kind:
                return Literal(self._refuse(REFUSED_TOKENS[kind](token), place), place)

    def _right(self, text: str, place: Span) -> Literal | Property:
        """A word in the place of a value: a property with its scope, anything else is a slip."""
        first = _first_word(text)
        if first in SCOPES or (first in OTHER_SCOPES and text[len(first) :].startswith((".", "["))):
            try:
                steps = read_path(text)
            except PathProblem as problem:
                return self._bad_path(problem, place)
            self._check_keys(steps, place)
            if not steps:
                self._whole_person(place)
            return Property(steps, place)
        if text.lower() in FOREIGN_WORDS:
            self._problem("A106", f"`{text}` is no value", place, None, FOREIGN_WORDS[text.lower()])
        else:
            text = literals.shorten(text)
            self._problem(
                "A105",
                f"`{text}` could be a text or a property",
                place,
                f'write `"{text}"` for the text, `recipient.{text}` for the property'
                if '"' not in text
                else f"write `recipient.{text}` for the property",
            )
        return Literal(Null(), place)

    def _item(self, item: Argument) -> Literal | Property | Relative:
        """A part of a list, an object or a range; a list in it is a value, which holds only values."""
        if isinstance(item, Items):
            return Literal(Array(tuple(self._value(inner) for inner in item.items)), item.place)
        return item

    def _value(self, item: Literal | Property | Relative) -> Value:
        if isinstance(item, Literal):
            return item.value
        self._problem("A303", "lists and objects inside a value hold only values", _span(item))
        return Null()

    def _object(self, parts: list[Any]) -> Literal:
        members: dict[str, Value] = {}
        for (key, place), item in parts[1:-1]:
            if key in members:
                self._problem("A310", f"the object has the key `{literals.shorten(key)}` twice", place)
            members[key] = self._value(item)
        return Literal(Object(tuple(members.items())), self._between(parts[0], parts[-1]))

    def _member_key(self, token: "Token") -> tuple[str, Span]:
        place = self._place(token)
        if token.type == "PATH":
            self._problem("A106", "the keys of an object are texts", place, None, f'"{token}"')
            return str(token), place
        key = literals.read_text(token) if token.type == "STRING" else REFUSED_TOKENS[token.type](token)
        # A refused key is no key twice.
        return (f"\x00{place.start}" if self._refused(key, place) else str(key)), place

    def _parenthesized(self, parts: list[Any]) -> Items:
        place = self._between(parts[0], parts[-1])
        inner = self.source.text[place.start + 1 : place.end - 1]
        self._problem("A106", "lists are written in brackets", place, None, f"[{inner}]" if len(inner) <= 60 else "[…]")
        return Items(tuple(self._item(item) for item in parts[1:-1]), place)

    # ── header, findings, places ────────────────────────────────────────────────────────────────────

    def _header(self, word: "Token", token: "Token") -> None:
        place = self._place(token)
        text = literals.read_text(token) if token.type == "STRING" else REFUSED_TOKENS[token.type](token)
        if word in self.header:
            self._problem("A112", f"the header says `{word}` twice", self._place(word))
        self.header[str(word)] = "" if self._refused(text, place) else str(text)

    def _refused(self, read: object, place: Span) -> bool:
        if isinstance(read, Problem):
            self._refuse(read, place)
        return isinstance(read, Problem)

    def _refuse(self, problem: Problem, place: Span) -> Null:
        start = place.start + (problem.start or 0)
        end = place.end if problem.end is None else place.start + problem.end
        self._problem(problem.code, problem.message, Span(start, end), problem.help, problem.fix)
        return Null()

    def _bad_path(self, problem: PathProblem, place: Span) -> Property:
        span = Span(place.start + max(problem.start, 0), place.start + max(problem.end, 1))
        self._problem(problem.code, problem.message, span, problem.help)
        return Property(())

    def _check_keys(self, steps: tuple[str | int, ...], place: Span) -> None:
        for step in steps:
            reason = unstorable(step) if isinstance(step, str) else None
            if reason:
                self._problem("A309", f"the key holds {reason}, which cannot be stored", place)

    def _whole_person(self, place: Span) -> None:
        word = self.source.text[place.start : place.end]
        self._problem(
            "A110", f"`{word}` is the person as a whole, not a property", place, f"name one, for example `{word}.plan`"
        )

    def _problem(self, code: str, message: str, place: object, help: str | None = None, fix: str | None = None) -> None:
        assert isinstance(place, Span)
        self.problems.append(Diagnostic(code, message, place, help, fix, source=self.source))

    def _place(self, token: "Token") -> Span:
        assert token.start_pos is not None
        start = self.offset + token.start_pos
        return Span(start, start + len(token))

    def _between(self, first: "Token", last: "Token") -> Span:
        return self._place(first).to(self._place(last))


def _first_word(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]


def _span(node: Expression | Argument | Property) -> Span:
    """Where a node stands; everything that is built here has a span, but for a path that could not be read."""
    return node.place if isinstance(node.place, Span) else Span(0, 0)
