"""The language: what the author wrote, as text and as a tree.

`parser` is the way in: `survey` looks over the text (limits, brackets, comments), `grammar` loads audience.lark,
`builder` makes the tree's nodes with `literals`, `paths` and `operator_words`, `comments` ties comments to
conditions, `syntax` explains a text that does not parse, `partly_read` keeps what does, `slips` knows
the habits of other languages. `nodes` is the AST, `walk` its readers and builders,
`formatter` the way out. Nothing is resolved here: no catalog, no other definitions.
"""

from audience.language.expected import expect_expression
from audience.language.formatter import format_argument, format_condition, format_definition, format_expression
from audience.language.nodes import (
    And,
    Argument,
    Comments,
    Condition,
    Definition,
    Expression,
    Items,
    Literal,
    Nobody,
    Not,
    Or,
    Property,
    Relative,
)
from audience.language.parser import parse, parse_definition
from audience.language.partly_read import PartlyRead

__all__ = [
    "And",
    "Argument",
    "Comments",
    "Condition",
    "Definition",
    "Expression",
    "Items",
    "Literal",
    "Nobody",
    "Not",
    "Or",
    "PartlyRead",
    "Property",
    "Relative",
    "expect_expression",
    "format_argument",
    "format_condition",
    "format_definition",
    "format_expression",
    "parse",
    "parse_definition",
]
