"""A users relation: property → column or JSON path.

`kinds` what values can be · `types` an engine's type names as kinds · `catalog` the relation itself.
"""

from audience.catalog.catalog import (
    ID,
    Catalog,
    Column,
    Documents,
    Files,
    Location,
    Relation,
    Table,
    describe_relation,
    known_below,
    open_catalog,
)
from audience.catalog.kinds import ANY, Kind, describe
from audience.catalog.types import read_kind

__all__ = [
    "ANY",
    "ID",
    "Catalog",
    "Column",
    "Documents",
    "Files",
    "Kind",
    "Location",
    "Relation",
    "Table",
    "describe",
    "describe_relation",
    "known_below",
    "open_catalog",
    "read_kind",
]
