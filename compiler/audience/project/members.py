"""Read the members of static audiences from a file: JSON by audience, or CSV with one membership a row."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from audience.errors import UsageError

Member = tuple[str, str | None]
"""A person's id and the tenant the membership holds in, or None."""

DELIMITERS = (",", ";", "\t")
"""What may stand between the values, as the first line shows it: spreadsheets of some countries write `;`."""

HEADERS = (["audience", "user_id"], ["audience", "user_id", "tenant"])

JSON_HELP = 'write {"vip": ["u1", ["u2", "tenant"]]}: ids, or pairs of id and tenant, by audience'
CSV_HELP = "the first line is `audience,user_id` or `audience,user_id,tenant`"


def read_members(path: Path) -> dict[str, frozenset[Member]]:
    """The members by audience; UsageError A707 names the file and the place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError("A707", f"{path} cannot be read: {error.strerror}", JSON_HELP) from error
    except UnicodeDecodeError as error:
        raise UsageError("A707", f"{path} is no UTF-8 text", JSON_HELP) from error
    pairs = _from_csv(path, text) if path.suffix.lower() == ".csv" else _from_json(path, text)
    members: dict[str, set[Member]] = defaultdict(set)
    for audience, member in pairs:
        members[audience].update(() if member is None else (member,))
    return {audience: frozenset(found) for audience, found in members.items()}


def _from_json(path: Path, text: str) -> Iterator[tuple[str, Member | None]]:
    """Each membership; an audience without members is stated once, with None."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UsageError("A707", f"{path} is no JSON: {error}", JSON_HELP) from error
    if not isinstance(data, dict):
        raise UsageError("A707", f"{path} is no JSON object", JSON_HELP)
    for audience, listed in data.items():
        if not isinstance(listed, list):
            raise UsageError("A707", f"{path}: /{audience} is no list", JSON_HELP)
        yield audience, None
        for position, item in enumerate(listed):
            member = _member(item)
            if member is None:
                raise UsageError("A707", f"{path}: /{audience}/{position} is no id and no pair", JSON_HELP)
            yield audience, member


def _member(item: object) -> Member | None:
    match item:
        case bool():
            return None
        case str() | int():
            return str(item), None
        case [str() | int() as id, str() | None as tenant] if not isinstance(id, bool):
            return str(id), tenant or None
        case _:
            return None


def _from_csv(path: Path, text: str) -> Iterator[tuple[str, Member]]:
    lines = text.splitlines()
    delimiter = next((sign for sign in DELIMITERS if sign in lines[0]), ",") if lines else ","
    rows = csv.reader(lines, strict=True, delimiter=delimiter, skipinitialspace=True)
    try:
        header = [heading.strip() for heading in next(rows, [])]
        if header not in HEADERS:
            raise UsageError("A707", f"{path} starts with `{delimiter.join(header)}`", CSV_HELP)
        for row in filter(None, rows):
            if len(row) != len(header) or not row[0] or not row[1]:
                raise UsageError("A707", f"{path}: line {rows.line_num} does not fit the header", CSV_HELP)
            yield row[0], (row[1], (row[2] or None) if len(row) > 2 else None)
    except csv.Error as error:
        raise UsageError("A707", f"{path}: line {rows.line_num}: {error}", CSV_HELP) from error
