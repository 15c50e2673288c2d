"""A preview as HTML, for notebooks: the headline, the conditions with bars, the sample."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audience.membership.counts import NodeCounts
    from audience.membership.preview import Preview

BAR_PIXELS = 120


def write_html(preview: "Preview") -> str:
    """The whole preview; every text in it is escaped."""
    head = (
        f"<p><b>{preview.matched:,}</b> of {preview.total:,} people ({preview.share:.1%}) at {escape(preview.now)}</p>"
    )
    rows = "".join(_rows(preview.conditions, preview.total, 0))
    conditions = (
        "<table><tr><th style='text-align:left'>condition</th><th>true</th><th>false</th><th>absent</th>"
        f"<th>then</th><th></th></tr>{rows}</table>"
    )
    return head + conditions + _sample(preview)


def _rows(node: "NodeCounts", total: int, depth: int) -> Iterator[str]:
    text = node.text if not node.parts else {"and": "all of", "or": "any of", "not": "not"}[node.kind]
    then = (
        f"{node.remaining:,} left" if node.remaining is not None else f"+{node.gain:,}" if node.gain is not None else ""
    )
    width = round(BAR_PIXELS * node.true / total) if total else 0
    absent = f"{node.absent:,}" if node.absent is not None else ""
    yield (
        f"<tr><td style='text-align:left;padding-left:{depth}em'><code>{escape(text)}</code></td>"
        f"<td>{node.true:,}</td><td>{node.false:,}</td><td>{absent}</td><td>{then}</td>"
        f"<td><div style='width:{width}px;height:0.8em;background:#4c78a8'></div></td></tr>"
    )
    for part in node.parts:
        yield from _rows(part, total, depth + 1)


def _sample(preview: "Preview") -> str:
    if not preview.sample:
        return ""
    names = list(preview.sample[0])
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(person[name]))}</td>" for name in names) + "</tr>"
        for person in preview.sample
    )
    return f"<table><tr>{head}</tr>{body}</table>"
