"""Ask the interpreter about one person: the reference answer, with no database anywhere."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audience.catalog import ID, open_catalog
from audience.interpreter import Person, read_id, read_profile
from audience.interpreter import evaluate as evaluate_predicate
from audience.language import Expression
from audience.limits import INTEGER_SAFE_MAX
from audience.membership.run_inputs import GivenMembers, Now, clock, read_now, resolve_run


def evaluate(
    expression: Expression,
    profile: Mapping[str, Any] | str,
    *,
    now: Now | None = None,
    user_id: object = None,
    audiences: Mapping[str, Expression] | None = None,
    members: GivenMembers | None = None,
    tenant: str | None = None,
) -> bool:
    """Whether a person matches.

    `profile` is a dict or the text of a JSON object. The person's id is `user_id`, or what the profile holds under
    `id`. `now` is the clock's when it is not given. Raises DefinitionError for a wrong expression and UsageError for a
    profile that is no JSON object.
    """
    resolved = resolve_run(expression, open_catalog(), audiences, members)
    properties = read_profile(profile)
    held = _own_id(profile) if user_id is None else read_id(user_id)
    instant = clock() if now is None else read_now(now)
    person = Person(held, properties, tenant or None)
    return evaluate_predicate(resolved.resolution.predicate, person, instant, resolved.members)


def _own_id(profile: Mapping[str, Any] | str) -> str | None:
    """The id that a profile holds: a text or a UUID, or a whole number in decimal (5.0 is 5); else there is none."""
    held = json.loads(profile).get(ID) if isinstance(profile, str) else profile.get(ID)
    match held:
        case bool():
            return None
        case float():
            return str(int(held)) if held.is_integer() and abs(held) <= INTEGER_SAFE_MAX else None
        case str() | int() | UUID():
            return read_id(held)
        case _:
            return None
