"""Property paths: `recipient.address.city`, `recipient.tags[0]`, `recipient["a.b"].c`.

The one reader and the one writer of paths; the text language takes whole paths as one token (path.lark)
and hands them here, the wire form hands its strings here.
"""

import json
import re

from audience.limits import PATH_STEPS_MAX

Steps = tuple[str | int, ...]

SCOPES = ("recipient", "user")
"""The words that mean the person whose membership is asked for; `recipient` is the canonical one."""

OTHER_SCOPES = ("data", "vars", "tenant", "actor", "workflow", "run", "refs", "event")
"""Scopes that other parts of a messaging system have, and audiences have not."""

BARE_KEY = re.compile(r"[\w-]+")
"""A key that needs no quotes after a dot: letters, digits, underscore and hyphen of any script."""

_STEP = re.compile(
    r"""
    \.(?P<key>[\w-]+)
    | \[\s*(?P<index>[0-9]+)\s*\]
    | \[\s*(?P<quoted>"(?:[^"\\\x00-\x1f]|\\.)*")\s*\]
    """,
    re.VERBOSE,
)


class PathProblem(Exception):
    """A path cannot be read: what is wrong, where in the text (code points), and what to write instead."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str | None = None) -> None:
        self.code, self.message, self.start, self.end, self.help = code, message, start, end, help
        super().__init__(message)


def read_steps(text: str, start: int = 0) -> Steps:
    """The steps that follow the scope, from a text like `.address["zip code"][0]`; PathProblem when it is none.

    `start` is the offset of `text` in the path that a problem's place speaks of.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise _unreadable(text, position, start)
        if found["key"] is not None:
            steps.append(found["key"])
        elif found["index"] is not None:
            steps.append(int(found["index"][:18]))
        else:
            try:
                steps.append(json.loads(found["quoted"]))
            except ValueError:
                raise PathProblem(
                    "A110", "a quoted key is a JSON text", start + position, start + found.end(), None
                ) from None
        position = found.end()
    if len(steps) > PATH_STEPS_MAX:
        raise PathProblem(
            "A905", f"the path has {len(steps)} steps, at most {PATH_STEPS_MAX} are allowed", start, start + len(text)
        )
    return tuple(steps)


def read_path(text: str) -> Steps:
    """The steps of a path with its scope, `recipient.plan` → ("plan",); `recipient` alone → ()."""
    scope = next((word for word in SCOPES if re.match(rf"{word}(?![\w-])", text)), None)
    if scope is None:
        first = re.match(r"[\w-]*", text)
        word = first.group() if first else ""
        if word in OTHER_SCOPES and text[len(word) : len(word) + 1] in (".", "["):
            raise PathProblem(
                "A203",
                f"`{word}` is not known when membership is computed",
                0,
                len(word),
                f"audiences ask about people: store the value on the person and write `recipient{text[len(word) :]}`",
            )
        suggestion = (
            f"recipient.{text}" if BARE_KEY.match(text) else f"recipient[{json.dumps(text, ensure_ascii=False)}]"
        )
        raise PathProblem("A110", f"`{text}` is no property path", 0, len(text), f"write `{suggestion}`")
    return read_steps(text[len(scope) :], len(scope))


def write_path(steps: Steps, scope: str = "recipient") -> str:
    """A path as text, keys quoted only where they must be; the inverse of `read_path`.

    With scope "" the first key stands bare, which is only right where it is a bare key (see BARE_KEY).
    """
    parts = [scope]
    for step in steps:
        match step:
            case int():
                parts.append(f"[{step}]")
            case str() if BARE_KEY.fullmatch(step):
                parts.append(f".{step}" if parts != [""] else step)
            case str():
                parts.append(f"[{json.dumps(step, ensure_ascii=False)}]")
    return "".join(parts)


def _unreadable(text: str, position: int, start: int) -> PathProblem:
    rest = text[position:]
    end = start + len(text)
    here = start + position
    if re.match(r"\[\s*-", rest):
        return PathProblem("A110", "an index counts from the start, so it cannot be negative", here, end, "write `[0]`")
    if rest.startswith("['"):
        return PathProblem("A110", "keys are quoted with double quotes", here, end, 'write `["key"]`')
    if rest.startswith("["):
        return PathProblem("A110", 'brackets hold an index or a quoted key: `[0]`, `["key"]`', here, end)
    if rest.startswith("."):
        return PathProblem(
            "A110", "a dot is followed by a key", here, end, 'keys with other characters are quoted: `["a b"]`'
        )
    return PathProblem("A110", f"`{rest[:20]}` cannot stand in a path", here, end, 'quote such a key: `["a b"]`')
