"""What a definition means, independent of spelling and engines.

`nodes` the predicate · `outline` the definition as it was written, each part with its predicate ·
`walk` children, leaves, complement · `order` the canonical order of operands · `verify` the invariants ·
`meaning` the hash of a predicate · `english` a predicate as a sentence.
"""

from audience.ir.english import describe
from audience.ir.meaning import meaning
from audience.ir.nodes import (
    And,
    Bound,
    Compares,
    ComparesInstant,
    Constant,
    Contains,
    ContainsAll,
    ContainsAny,
    Equals,
    Exists,
    IsEmpty,
    IsMember,
    IsTimestamp,
    Leaf,
    Not,
    Now,
    Operand,
    Or,
    Order,
    Predicate,
    Property,
)
from audience.ir.outline import NodeKind, Outline
from audience.ir.verify import verify
from audience.ir.walk import children, depth, leaves, map_leaves, negate, properties, uses_now

__all__ = [
    "And",
    "Bound",
    "Compares",
    "ComparesInstant",
    "Constant",
    "Contains",
    "ContainsAll",
    "ContainsAny",
    "Equals",
    "Exists",
    "IsEmpty",
    "IsMember",
    "IsTimestamp",
    "Leaf",
    "NodeKind",
    "Not",
    "Now",
    "Operand",
    "Or",
    "Order",
    "Outline",
    "Predicate",
    "Property",
    "children",
    "depth",
    "describe",
    "leaves",
    "map_leaves",
    "meaning",
    "negate",
    "properties",
    "uses_now",
    "verify",
]
