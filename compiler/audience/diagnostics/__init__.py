"""What is said to authors: places, findings with stable codes, and how they are drawn.

`span` where a thing stands · `codes` the table of codes · `diagnostic` one finding ·
`suggest` did-you-mean · `render` a finding as text with a caret.
"""

from audience.diagnostics.codes import CODES, Code
from audience.diagnostics.diagnostic import Diagnostic, Severity, Source, line_and_column
from audience.diagnostics.render import render, render_all
from audience.diagnostics.span import Place, Pointer, Span
from audience.diagnostics.suggest import did_you_mean, suggest

__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "Place",
    "Pointer",
    "Severity",
    "Source",
    "Span",
    "did_you_mean",
    "line_and_column",
    "render",
    "render_all",
    "suggest",
]
