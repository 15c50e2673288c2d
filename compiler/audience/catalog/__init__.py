"""A users relation: property → column or JSON path.

`kinds` what values can be · `catalog` the relation itself · `declare` a catalog from columns and their types,
`types` an engine's type names as kinds. The last two read types with sqlglot and are imported where they are used,
so that whoever only needs kinds does not wait for it.
"""

from audience.catalog.catalog import (
    ID,
    Catalog,
    Column,
    Csv,
    Documents,
    Location,
    Parquet,
    Relation,
    Table,
    describe_relation,
    known_below,
    open_catalog,
)
from audience.catalog.kinds import ANY, Kind, describe

__all__ = [
    "ANY",
    "ID",
    "Catalog",
    "Column",
    "Csv",
    "Documents",
    "Kind",
    "Location",
    "Parquet",
    "Relation",
    "Table",
    "describe",
    "describe_relation",
    "known_below",
    "open_catalog",
]
