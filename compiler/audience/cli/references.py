"""The audiences that a definition may refer to: --audiences and --members, read and checked."""

import shlex
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from audience.diagnostics import Diagnostic, Severity
from audience.errors import DefinitionError, UsageError
from audience.language.nodes import Expression
from audience.language.walk import named_audiences
from audience.project import Member, read_folder, read_members

MISSING_OPTION = "give the folder that holds it as --audiences, or the members of a static audience as --members"


@dataclass(frozen=True, slots=True)
class References:
    """Dynamic audiences by key, the members of static ones, and the keys of static ones whose members are not given.

    `broken` holds the files that are wrong by their keys, and `folder` where they are; they matter only to those who
    refer to them. `given` tells whether there was any option that names audiences.
    """

    audiences: Mapping[str, Expression] = field(default_factory=dict)
    members: Mapping[str, frozenset[Member]] = field(default_factory=dict)
    memberless: frozenset[str] = frozenset()
    given: bool = True
    folder: Path | None = None
    broken: Mapping[str, tuple[Path, tuple[Diagnostic, ...]]] = field(default_factory=dict)

    def advise(self, error: DefinitionError) -> DefinitionError:
        """The error, with the option that is missing where no audience can be known without it."""
        if self.given:
            return error
        return DefinitionError(
            replace(problem, help=MISSING_OPTION) if problem.code == "A401" and problem.help is None else problem
            for problem in error.diagnostics
        )

    def require(self, expression: Expression) -> None:
        """Refuse to answer without what the answer depends on.

        DefinitionError with the problems of the files that are referred to; UsageError A707 for members that nobody
        gave: not knowing them is not having none.
        """
        referred = self.reach(expression)
        if problems := self.problems(referred):
            raise DefinitionError(problems)
        for key in referred:
            if key in self.memberless:
                help = f'give them as --members members.json: {{"{key}": ["u1", "u2"]}}'
                raise UsageError("A707", f"the members of the static audience `{key}` are not given", help)

    def reach(self, expression: Expression) -> tuple[str, ...]:
        """The keys that an expression refers to, by itself and through other audiences."""
        seen: dict[str, None] = {}
        waiting = [expression]
        while waiting:
            for key in named_audiences(waiting.pop()):
                if key not in seen:
                    seen[key] = None
                    if key in self.audiences:
                        waiting.append(self.audiences[key])
        return tuple(seen)

    def problems(self, keys: Iterable[str]) -> tuple[Diagnostic, ...]:
        """What is wrong with the files of these keys."""
        return tuple(problem for key in keys if key in self.broken for problem in self.broken[key][1])

    def warn_of_broken(self, told: Container[str] = ()) -> tuple[Diagnostic, ...]:
        """One warning about the files that are wrong, but for the keys that are told already."""
        files = [str(file) for key, (file, _) in self.broken.items() if key not in told]
        if not files:
            return ()
        what = f"{files[0]} has problems" if len(files) == 1 else f"{', '.join(files)} have problems"
        it = "it" if len(files) == 1 else "them"
        message = f"{what}, and nothing here refers to {it}"
        help = f"`audience check {shlex.quote(str(self.folder))}` lists what is wrong"
        return (Diagnostic("A707", message, None, help, severity=Severity.WARNING),)


def read_references(audiences: Path | None, members: Path | None) -> References:
    """Read a folder of audiences and a file of members; either may be missing."""
    folder = None if audiences is None else read_folder(audiences)
    definitions = {} if folder is None else folder.definitions
    given = {} if members is None else read_members(members)
    dynamic = {key: found.expression for key, found in definitions.items() if found.expression is not None}
    memberless = frozenset(definitions.keys() - dynamic.keys() - given.keys())
    named = audiences is not None or members is not None
    broken = {} if folder is None else folder.broken
    return References(dynamic, given, memberless, named, audiences, broken)
