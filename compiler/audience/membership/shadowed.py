"""Warn where a column and a key of the JSON document have one name: the column is used, and the key is not."""

import json

from audience.catalog import ID, Documents
from audience.diagnostics import Diagnostic, Severity
from audience.lowering import find_dialect, some_documents
from audience.membership.users import Users

LOOKED_AT = 1_000
"""People whose documents are looked at."""


def shadowed_keys(users: Users) -> tuple[Diagnostic, ...]:
    """One warning for each column that hides a key of some document; empty where there is no document."""
    catalog = users.catalog
    if catalog.document is None:
        return ()
    engine = users.open_engine()
    query = some_documents(find_dialect(engine.dialect), catalog, LOOKED_AT)
    keys: set[str] = set()
    for (text,) in engine.run(query.sql, doing="reading some documents"):
        keys |= _keys(text)
    if isinstance(catalog.relation, Documents):
        # Such a file has no columns. Its id is a key, and hides the key `id` only where it is another one.
        if catalog.relation.id == ID or ID not in keys:
            return ()
        message = f"`{ID}` is the key `{catalog.relation.id}`, and the key called `{ID}` cannot be asked for"
        return (Diagnostic("A317", message, severity=Severity.WARNING),)
    return tuple(
        Diagnostic(
            "A317",
            f"the column `{held.name}` is used for `{held.property}`, and the key of that name in "
            f"`{catalog.document.name}` is not",
            severity=Severity.WARNING,
        )
        for held in (catalog.id, *catalog.columns)
        if held.property in keys
    )


def _keys(text: object) -> set[str]:
    try:
        document = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return set()
    return set(document) if isinstance(document, dict) else set()
