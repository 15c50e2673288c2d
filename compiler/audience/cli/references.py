"""The audiences that a definition may refer to: --audiences and --members, read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Condition, Expression, Items, Literal
from audience.language.walk import conditions
from audience.operators import Takes
from audience.project import Member, read_audiences, read_members
from audience.values import Text

MISSING_OPTION = "give the folder that holds it as --audiences, or the members of a static audience as --members"


@dataclass(frozen=True, slots=True)
class References:
    """Dynamic audiences by key, the members of static ones, and the keys of static ones whose members are not given.

    `given` tells whether there was any option that names audiences.
    """

    audiences: Mapping[str, Expression] = field(default_factory=dict)
    members: Mapping[str, frozenset[Member]] = field(default_factory=dict)
    memberless: frozenset[str] = frozenset()
    given: bool = True

    def advise(self, error: DefinitionError) -> DefinitionError:
        """The error, with the option that is missing where no audience can be known without it."""
        if self.given:
            return error
        return DefinitionError(
            replace(problem, help=MISSING_OPTION) if problem.code == "A401" and problem.help is None else problem
            for problem in error.diagnostics
        )

    def require_members(self, expression: Expression) -> None:
        """UsageError A707 when the answer depends on members that nobody gave: not knowing them is not having none."""
        seen: set[str] = set()
        waiting = [expression]
        while waiting:
            for key in _referred(waiting.pop()):
                if key in self.memberless:
                    help = f'give them as --members members.json: {{"{key}": ["u1", "u2"]}}'
                    raise UsageError("A707", f"the members of the static audience `{key}` are not given", help)
                if key not in seen and key in self.audiences:
                    seen.add(key)
                    waiting.append(self.audiences[key])


def read_references(audiences: Path | None, members: Path | None) -> References:
    """Read a folder of audiences and a file of members; either may be missing."""
    definitions = {} if audiences is None else read_audiences(audiences)
    given = {} if members is None else read_members(members)
    dynamic = {key: found.expression for key, found in definitions.items() if found.expression is not None}
    memberless = frozenset(definitions.keys() - dynamic.keys() - given.keys())
    return References(dynamic, given, memberless, audiences is not None or members is not None)


def _referred(expression: Expression) -> Iterator[str]:
    for condition in conditions(expression):
        if condition.operator.takes is Takes.AUDIENCE:
            yield from _keys(condition)


def _keys(condition: Condition) -> Iterator[str]:
    argument = condition.argument
    for item in argument.items if isinstance(argument, Items) else (argument,):
        match item:
            case Literal(Text(key)):
                yield key
            case _:
                pass  # no key of an audience; resolving says so
