"""Audience: conditions about people, compiled into set queries whose counts are proved right.

Text or JSON becomes an expression (`parse`, `decode`) and back (`format`, `encode`). An expression is asked of one
person (`evaluate`), or of a relation (`users`, `Users`): `compile` gives the SQL, `preview` runs it and shows what
each condition did. `open_home` opens the database in which members are kept, and `Environment` is one set of people
and members in it; the functions of `audience.membership` change and read them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audience.errors import (
        AudienceError,
        CompilerBug,
        DefinitionError,
        EngineError,
        UnsupportedByDialect,
        UsageError,
    )
    from audience.language import Definition, Expression, parse, parse_definition
    from audience.language import format_expression as format
    from audience.lowering import Query
    from audience.membership.compile import compile
    from audience.membership.environment import Environment
    from audience.membership.evaluate import evaluate
    from audience.membership.preview import Preview, preview
    from audience.membership.users import Users, users
    from audience.store import Home, open_home
    from audience.wire import decode, encode

__version__ = "0.1.0"

__all__ = [
    "AudienceError",
    "CompilerBug",
    "Definition",
    "DefinitionError",
    "EngineError",
    "Environment",
    "Expression",
    "Home",
    "Preview",
    "Query",
    "UnsupportedByDialect",
    "UsageError",
    "Users",
    "compile",
    "decode",
    "encode",
    "evaluate",
    "format",
    "open_home",
    "parse",
    "parse_definition",
    "preview",
    "users",
]

_HOMES = {
    "AudienceError": "audience.errors",
    "CompilerBug": "audience.errors",
    "Definition": "audience.language",
    "DefinitionError": "audience.errors",
    "EngineError": "audience.errors",
    "Environment": "audience.membership.environment",
    "Expression": "audience.language",
    "Home": "audience.store",
    "Preview": "audience.membership.preview",
    "Query": "audience.lowering",
    "UnsupportedByDialect": "audience.errors",
    "UsageError": "audience.errors",
    "Users": "audience.membership.users",
    "compile": "audience.membership.compile",
    "decode": "audience.wire",
    "encode": "audience.wire",
    "evaluate": "audience.membership.evaluate",
    "format": "audience.language",
    "open_home": "audience.store",
    "parse": "audience.language",
    "parse_definition": "audience.language",
    "preview": "audience.membership.preview",
    "users": "audience.membership.users",
}
"""Where each public name lives: a name is imported when it is first used, so that a command or a caller that only
parses never waits for the SQL compiler or the database."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'audience' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), "format_expression" if name == "format" else name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
