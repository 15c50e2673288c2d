"""Which column of a CSV file becomes what: the id, the tenant, a property, or nothing.

A column becomes the property of its name, unless the mapping says otherwise. Only columns called `id` and
`tenant_id` are taken for ids by themselves; what looks like one is offered, because a wrong guess would make people.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audience.diagnostics import did_you_mean
from audience.errors import UsageError
from audience.membership.csv_cells import CellType
from audience.people.document import ID, NO_PROPERTIES

TENANT = "tenant_id"

REJECT_COLUMNS = ("reject_line", "reject_code", "reject_reason")
"""The columns that a file of rejects has in front; left out, so that such a file is imported when it is corrected."""

ALIASES = {
    ID: ("id", "userid", "user", "uid", "customerid", "personid", "memberid", "recipientid", "externalid", "contactid"),
    TENANT: ("tenantid", "tenant", "companyid", "company", "accountid", "workspaceid", "organizationid"),
    "email": ("email", "mail", "emailaddress", "mailaddress"),
    "phone_number": ("phonenumber", "phone", "mobile", "telephone"),
    "name": ("name", "fullname", "displayname"),
    "timezone": ("timezone", "tz"),
    "created_at": ("createdat", "created", "signupdate", "signedupat"),
}  # fmt: skip
"""Names that columns have in exports, without case and signs."""

HELP = 'columns are mapped like this: "User ID=id", "Seats=seats:number", "Notes=" for one that is left out'


@dataclass(frozen=True, slots=True)
class Target:
    """What a column becomes: a property, `id` or `tenant_id`; None for nothing."""

    name: str | None
    type: CellType = CellType.TEXT


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file in their order, and where what stands. `suggested` are targets that were not mapped."""

    headers: tuple[str, ...]
    id: int
    tenant: int | None
    properties: tuple[tuple[int, str, CellType], ...]
    suggested: Mapping[str, str]


def read_mapping(entries: Iterable[str]) -> dict[str, Target]:
    """What `HEADER=TARGET` and `HEADER=TARGET:TYPE` say, by the header; the last `=` divides, headers may have some."""
    mapping: dict[str, Target] = {}
    for entry in entries:
        header, divider, said = entry.rpartition("=")
        header = header.strip()
        if not divider or not header:
            raise UsageError("A723", f"`{entry}` maps no column", HELP)
        if header in mapping:
            raise UsageError("A723", f"the column `{header}` is mapped twice", HELP)
        mapping[header] = _read_target(said.strip())
    return mapping


def _read_target(said: str) -> Target:
    if not said:
        return Target(None)
    name, divider, word = said.rpartition(":")
    if not divider:
        return Target(said)
    types = {kind.value: kind for kind in CellType}
    if word not in types or not name:
        raise UsageError(
            "A723",
            f"`{word}` is no type of a column",
            did_you_mean(word, types)
            or f"types are {', '.join(types)}; a property with a colon is written `{said}:text`",
        )
    return Target(name, types[word])


def choose_columns(headers: Sequence[str], mapping: Mapping[str, Target], *, tenants: bool = True) -> Columns:
    """The columns of a header; UsageError A723 where it cannot be used.

    Without `tenants` a column called `tenant_id` is a property like any other.
    """
    names = tuple(header.strip() for header in headers)
    _check_names(names, mapping)
    targets = [_target(name, mapping) for name in names]
    holders: dict[str, str] = {}
    for name, target in zip(names, targets, strict=True):
        if target.name is None:
            continue
        if target.name in holders:
            raise UsageError(
                "A723", f"the columns `{holders[target.name]}` and `{name}` both become `{target.name}`", HELP
            )
        holders[target.name] = name
        _check_target(name, target, tenants)
    found = {target.name: position for position, target in enumerate(targets)}
    suggested = _suggested(names, mapping, found.keys(), tenants)
    if ID not in found:
        raise UsageError("A723", f"no column holds the ids of the people: {_listed(names)}", _id_help(suggested))
    roles = {ID, TENANT} if tenants else {ID}
    properties = tuple(
        (position, target.name, target.type)
        for position, target in enumerate(targets)
        if target.name is not None and target.name not in roles
    )
    return Columns(names, found[ID], found.get(TENANT) if tenants else None, properties, suggested)


def _check_names(names: tuple[str, ...], mapping: Mapping[str, Target]) -> None:
    nameless = [position for position, name in enumerate(names, start=1) if not name]
    if nameless:
        raise UsageError("A723", f"column {nameless[0]} has no name", "the first line names the columns")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError("A723", f"more than one column is called {_listed(twice)}", "rename them in the first line")
    for header in mapping:
        if header not in names:
            closest = did_you_mean(header, names) or f"the columns are {_listed(names)}"
            raise UsageError("A723", f"no column is called `{header}`", closest)


def _target(name: str, mapping: Mapping[str, Target]) -> Target:
    return mapping.get(name) or Target(None if name in REJECT_COLUMNS else name)


def _check_target(header: str, target: Target, tenants: bool) -> None:
    if target.name in NO_PROPERTIES:
        raise UsageError("A723", f"`{target.name}` is no property of people", f'leave the column out with "{header}="')
    if target.name in ((ID, TENANT) if tenants else (ID,)) and target.type is not CellType.TEXT:
        raise UsageError("A723", f"`{target.name}` is a text and no {target.type.value}", HELP)


def _suggested(
    names: tuple[str, ...], mapping: Mapping[str, Target], found: Iterable[str | None], tenants: bool
) -> dict[str, str]:
    """For columns that nobody mapped the target that their name looks like, each target once."""
    open_targets = {target: words for target, words in ALIASES.items() if target not in set(found)}
    if not tenants:
        open_targets.pop(TENANT, None)
    suggested: dict[str, str] = {}
    for target, words in open_targets.items():
        plain = {_plain(name): name for name in reversed(names) if name not in mapping}
        closest = next((plain[word] for word in words if word in plain), None)
        if closest is not None:
            suggested[closest] = target
    return suggested


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def looks_like_header(headers: Sequence[str], mapping: Mapping[str, Target]) -> bool:
    """Whether one of the names is known: a column that is mapped, or one that ids usually stand in."""
    names = {header.strip() for header in headers}
    return not names.isdisjoint(mapping) or any(_plain(name) in ALIASES[ID] for name in names)


def _id_help(suggested: Mapping[str, str]) -> str:
    likely = next((header for header, target in suggested.items() if target == ID), None)
    if likely is not None:
        return f'did you mean `{likely}`? map it with "{likely}={ID}"'
    return f'the first line names the columns; map the one with the ids with "HEADER={ID}"'


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name[:40]}{'…' if len(name) > 40 else ''}`" for name in names[:10]]
    return ", ".join(shown) + (f" and {len(names) - 10:,} more" if len(names) > 10 else "")
