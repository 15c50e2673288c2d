"""How answers leave: JSON and tables on standard output, findings and notes on standard error."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from audience.diagnostics import Diagnostic

STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan", "bug": "bold red"}

VISIBLE = {
    **{code: 0x2400 + code for code in range(32) if code != ord("\n")},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}
"""Control characters as their pictures, one column each: what people or files hold must not steer a terminal."""


def visible(text: str) -> str:
    """The text without control characters; line ends stay."""
    return text.translate(VISIBLE)


def console(stderr: bool = False) -> Console:
    """A console for this moment's stream; nothing in a text is markup, and only a terminal gets colour."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def write_json(data: object) -> None:
    """One JSON document, indented; a stream that cannot take every character gets escapes."""
    escaped = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=escaped, allow_nan=False) + "\n")


def write_json_line(data: object) -> None:
    """One JSON document on a line of its own, which whoever reads along gets at once."""
    escaped = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(data, ensure_ascii=escaped, allow_nan=False) + "\n")
    sys.stdout.flush()


def write_text(text: str) -> None:
    """Text as it is, such as SQL or a definition."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_findings(findings: "Iterable[Diagnostic]") -> None:
    """Findings on standard error, a blank line after each."""
    from audience.diagnostics import render

    for finding in findings:
        write_error(render(finding) + "\n")


def write_error(text: str) -> None:
    """A message on standard error; `error`, `warning`, `note` or `bug` before its first colon is coloured."""
    shown = Text(visible(text))
    label = text.partition(":")[0]
    word = label.partition("[")[0]
    if word in STYLES:
        shown.stylize(STYLES[word], 0, len(label))
    elif not text.startswith(tuple(STYLES)):
        shown = Text.assemble(("error", STYLES["error"]), ": ", shown)
    console(stderr=True).print(shown, soft_wrap=True)


def write_blank() -> None:
    """An empty line on standard error, between an answer and what is to be said about it."""
    sys.stderr.write("\n")


def write_note(text: str) -> None:
    """Something that is good to know, on standard error."""
    write_error(f"note: {text}")


def plain_table(*headings: str, right: Iterable[str] = ()) -> Table:
    """A table without lines; the columns named in `right` hold numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        justify = "right" if heading in right else "left"
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=heading in right)  # type: ignore[arg-type]
    return table
