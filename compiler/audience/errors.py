"""Everything that Audience raises.

AudienceError
├── DefinitionError      the author of a definition is wrong: one or more diagnostics, all at once
├── UsageError           the caller is wrong: a source, an option or a configuration, with a code
├── UnsupportedByDialect right, but this dialect cannot say it: names the dialect and the reason
├── EngineError          the database said no: its own words, and what was being done
└── CompilerBug          should not happen: asks for a report, never blames the author
"""

from collections.abc import Iterable
from dataclasses import replace

from audience.diagnostics import CODES, Diagnostic, Source, render_all


class AudienceError(Exception):
    """The root: catch it to catch everything that Audience raises on purpose."""


class DefinitionError(AudienceError):
    """A definition is refused. `diagnostics` holds every error that was found, in the order of the source."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        assert self.diagnostics, "a DefinitionError says what is wrong"
        super().__init__(render_all(self.diagnostics))

    def within(self, source: Source) -> "DefinitionError":
        """The same error, its diagnostics tied to the text they speak of."""
        return DefinitionError(
            diagnostic if diagnostic.source else replace(diagnostic, source=source) for diagnostic in self.diagnostics
        )


class UsageError(AudienceError):
    """A call, an option, a source of people or a configuration file is wrong; `help` says what to give instead."""

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        assert code in CODES, f"{code} has no row in diagnostics/codes.py"
        self.code, self.message, self.help = code, message, help
        super().__init__(f"error[{code}]: {message}" + (f"\n  = help: {help}" if help else ""))


class UnsupportedByDialect(AudienceError):
    """The condition has a meaning, but this dialect has no exact way to write it."""

    def __init__(self, dialect: str, reason: str) -> None:
        self.dialect, self.reason = dialect, reason
        super().__init__(f"{dialect} cannot express this: {reason}")


class EngineError(AudienceError):
    """The engine failed while it did something for us; the driver's error is the cause.

    `help` says what to do, where the engine's own words do not.
    """

    def __init__(self, engine: str, doing: str, said: str, help: str | None = None) -> None:
        self.engine, self.doing, self.said, self.help = engine, doing, said, help
        self.message = f"{engine} failed while {doing}: {said}"
        super().__init__(self.message + (f"\n  = help: {help}" if help else ""))


class CompilerBug(AudienceError):
    """An invariant of the compiler does not hold. Nothing is wrong with the definition; please report it."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} (this is a bug in audience: please report it with the definition)")
