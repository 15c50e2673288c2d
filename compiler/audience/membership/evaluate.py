"""Ask the interpreter about one person: the reference answer, with no database anywhere."""

from collections.abc import Mapping
from typing import Any

from audience.catalog import ID, open_catalog
from audience.interpreter import Person, read_id, read_profile
from audience.interpreter import evaluate as evaluate_predicate
from audience.language import Expression
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
    person = Person(_id(properties.get(ID)) if user_id is None else read_id(user_id), properties, tenant)
    instant = clock() if now is None else read_now(now)
    return evaluate_predicate(resolved.resolution.predicate, person, instant, resolved.members)


def _id(held: object) -> str | None:
    """The id that a profile holds: a text, or a whole number in decimal."""
    match held:
        case str():
            return held
        case float() if held.is_integer():
            return str(int(held))
        case _:
            return None
