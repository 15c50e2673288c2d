"""Draw a preview for people: a headline, the conditions as a tree with bars, the sample, and what to know."""

import json
import textwrap
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from audience.cli.output import plain_table, visible
from audience.membership import NodeCounts, Preview

BAR_COLUMNS = 12
CELL_COLUMNS_MAX = 28
LABEL_COLUMNS_MIN = 24
EIGHTHS = " ▏▎▍▌▋▊▉"
GROUPS = {"and": "all of", "or": "any of", "not": "not", "nobody": "nobody"}
ID_HELP = " If the id has another name, give it as --id."

SHARE = "share"
"""The heading of the bars: `true` as a part of all people."""

GIVE_WAY = (SHARE, "unreadable", "absent", "then", "true")
"""The columns that a narrow terminal has no room for, the first one first; --json has them all."""

NOTHING = "–"
"""Shown for a value that is absent."""


def draw(preview: Preview, console: Console, *, tenant: str | None = None, ids_are_told: bool = False) -> None:
    """Print the whole preview; `ids_are_told` when more is said of the ids than a note can."""
    console.print(headline(preview), soft_wrap=True)
    console.print()
    console.print(conditions_table(preview, console.width, ascii_only=not console.encoding.startswith("utf")))
    if preview.sample:
        console.print()
        shown = len(preview.sample)
        first = "the first one" if shown == 1 else f"the first {shown:,}"
        which = "everybody who matches" if shown == preview.matched else f"{first} by id"
        console.print(Text(f"Sample: {which}", style="bold"))
        console.print(sample_table(preview.sample, console.width))
    for note in notes(preview, tenant, ids_are_told):
        console.print()
        console.print(Text(note))


def headline(preview: Preview) -> Text:
    """How many match, in one line."""
    match = "matches" if preview.matched == 1 else "match"
    return Text.assemble(
        (f"{preview.matched:,}", "bold"), f" of {preview.total:,} people {match} ({percent(preview)})",
        (f"  now = {preview.now}", "dim"),
    )  # fmt: skip


def percent(preview: Preview) -> str:
    """The share in percent; what is not quite nobody or everybody does not look like it."""
    share = preview.share * 100
    if preview.matched and share < 0.05:
        return "< 0.1 %"
    if preview.matched < preview.total and share >= 99.95:
        return "> 99.9 %"
    return f"{share:.1f} %"


def conditions_table(preview: Preview, width: int, ascii_only: bool) -> Table:
    """One row a node of the definition, in its shape. The text stays; bars, and then counts, give way to it."""
    nodes = list(_walk(preview.conditions, "", "", ascii_only))
    wanted = min(LABEL_COLUMNS_MIN, max(cell_len(branch) + cell_len(_label(node)) for branch, _, node in nodes))
    columns = _counts(preview, nodes, ascii_only)
    for giving_way in GIVE_WAY:
        if width - _taken(columns) >= wanted:
            break
        columns.pop(giving_way, None)
    left = max(width - _taken(columns), LABEL_COLUMNS_MIN // 2)
    table = plain_table("condition", *columns, right=[heading for heading in columns if heading != SHARE])
    for column in table.columns:
        column.no_wrap = True
    for position, (branch, below, node) in enumerate(nodes):
        label = Text(_wrapped(_label(node), branch, below, left), style="italic" if node.parts else "")
        cells = (Text(column[position], style="blue" if at == SHARE else "") for at, column in columns.items())
        table.add_row(label, *cells)
    return table


def _label(node: NodeCounts) -> str:
    return GROUPS[node.kind] if node.parts else visible(node.text)


def _counts(preview: Preview, nodes: list[tuple[str, str, NodeCounts]], ascii_only: bool) -> dict[str, list[str]]:
    """The columns beside the conditions, by heading; those that say nothing of any node are left out."""
    columns = {
        "true": [f"{node.true:,}" for *_, node in nodes],
        "absent": [_count(node.absent) for *_, node in nodes],
        "unreadable": [_count(node.unreadable) if node.unreadable else "" for *_, node in nodes],
        "then": [_then(node) for *_, node in nodes],
        SHARE: [bar(node.true, preview.total, ascii_only) for *_, node in nodes],
    }
    return {heading: column for heading, column in columns.items() if any(column) or heading == SHARE}


def _taken(columns: dict[str, list[str]]) -> int:
    """How wide the columns are, with the gaps before and after them."""
    widths = [
        BAR_COLUMNS if heading == SHARE else max(map(len, (heading, *column))) for heading, column in columns.items()
    ]
    return 2 + sum(2 + width for width in widths)


def _wrapped(text: str, branch: str, below: str, width: int) -> str:
    """The text on as many lines as it takes, the branches of the tree going on beside it."""
    room = max(width - max(len(branch), len(below)), LABEL_COLUMNS_MIN // 3)
    lines = textwrap.wrap(text, room, expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)
    return f"\n{below}".join([branch + (lines or [""])[0], *lines[1:]])


def _walk(node: NodeCounts, branch: str, below: str, ascii_only: bool) -> Iterator[tuple[str, str, NodeCounts]]:
    """Every node with the branch that leads to it, and what stands under that branch."""
    turn, end, line, gap = ("|- ", "`- ", "|  ", "   ") if ascii_only else ("├─ ", "└─ ", "│  ", "   ")
    yield branch, below + (line if node.parts else gap) if branch else gap, node
    for position, part in enumerate(node.parts):
        last = position == len(node.parts) - 1
        yield from _walk(part, below + (end if last else turn), below + (gap if last else line), ascii_only)


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _then(node: NodeCounts) -> str:
    if node.remaining is not None:
        return f"{node.remaining:,} left"
    return "" if node.gain is None else f"+{node.gain:,}"


def bar(part: int, total: int, ascii_only: bool) -> str:
    """A bar as long as the share; a share above nothing is always to be seen."""
    eighths = round(part / total * BAR_COLUMNS * 8) if total else 0
    if part and not eighths:
        eighths = 1
    if ascii_only:
        return "#" * max(round(eighths / 8), 1 if part else 0)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def sample_table(sample: tuple[dict[str, object], ...], width: int) -> Table:
    """The people, with as many of their properties as fit side by side."""
    names = list(sample[0])
    texts = {name: [cell(person.get(name)) for person in sample] for name in names}
    widths = {name: min(max(map(cell_len, [name, *texts[name]])), CELL_COLUMNS_MAX) + 2 for name in names}
    shown: list[str] = []
    left = width
    for name in names:
        left -= widths[name]
        if left < 0 and shown:
            break
        shown.append(name)
    table = plain_table(*map(visible, shown))
    for column in table.columns:
        column.overflow, column.no_wrap, column.max_width = "ellipsis", True, CELL_COLUMNS_MAX
    for row in range(len(sample)):
        table.add_row(*(Text(texts[name][row]) for name in shown))
    if len(shown) < len(names):
        table.caption = Text(f"not shown: {', '.join(map(visible, names[len(shown) :]))}", style="dim")
        table.caption_justify = "left"
    return table


def cell(value: object) -> str:
    """A value as its literal, texts without quotes unless they are empty."""
    if value is None:
        return NOTHING
    if isinstance(value, str) and value.strip():
        return visible(value).replace("\n", "␊")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return visible(json.dumps(value, ensure_ascii=False))


def notes(preview: Preview, tenant: str | None, ids_are_told: bool) -> Iterator[str]:
    """What of the people could not be read, and why there are none."""
    if not preview.total:
        yield "There are no people." if tenant is None else f"There are no people of the tenant `{visible(tenant)}`."
    documents = preview.malformed - preview.unread_lines
    if documents:
        one = documents == 1
        yield (
            f"{documents:,} {'row has a document that is' if one else 'rows have documents that are'} no JSON "
            f"object; {'it counts as a person' if one else 'they count as people'} without properties (A705)."
        )
    if preview.unread_lines:
        one = preview.unread_lines == 1
        yield (
            f"{preview.unread_lines:,} {'line is' if one else 'lines are'} no JSON object and {'is' if one else 'are'} "
            "in no number above (A705)."
        )
    if preview.null_ids and not ids_are_told:
        one = preview.null_ids == 1
        yield (
            f"{preview.null_ids:,} {'row has' if one else 'rows have'} no id and {'is' if one else 'are'} "
            f"in no number above (A704).{'' if preview.total else ID_HELP}"
        )
