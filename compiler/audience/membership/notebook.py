"""A preview as HTML, for notebooks: the headline, the conditions with bars, the sample."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from audience.membership.counts import NodeCounts

BAR_PIXELS = 120


def write_html(
    conditions: NodeCounts, total: int, now: str, sample: Sequence[Mapping[str, object]], notes: Sequence[str]
) -> str:
    """The whole preview, `notes` what is to be known beside it; every text in it is escaped."""
    share = conditions.true / total if total else 0
    head = f"<p><b>{conditions.true:,}</b> of {total:,} people ({share:.1%}), now = {escape(now)}</p>"
    rows = "".join(_rows(conditions, total, 0))
    table = (
        "<table><tr><th style='text-align:left'>condition</th><th>true</th><th>false</th><th>absent</th>"
        f"<th>then</th><th></th></tr>{rows}</table>"
    )
    said = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return head + table + _sample(sample) + said


def _rows(node: NodeCounts, total: int, depth: int) -> Iterator[str]:
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


def _sample(sample: Sequence[Mapping[str, object]]) -> str:
    if not sample:
        return ""
    names = list(sample[0])
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(person[name]))}</td>" for name in names) + "</tr>" for person in sample
    )
    return f"<table><tr>{head}</tr>{body}</table>"
