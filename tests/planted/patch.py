"""A planted bug: a unified diff under two sentences that say what it is and what it would do, and maybe an engine."""

import re
from dataclasses import dataclass
from pathlib import Path

PATCHES = Path(__file__).parent / "patches"

HEADER = re.compile(r"Bug: (?P<bug>.+?)\nCounts: (?P<counts>.+?)\n(?:Engine: (?P<engine>\S+)\n)?\s*\Z", re.DOTALL)
CHANGED = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Patch:
    """One planted bug. `bug` and `counts` are the sentences of its header, `files` what it changes.

    `engine` is the store of `tests/stores/` on which alone it shows, None for what `make test` runs on.
    """

    path: Path
    bug: str
    counts: str
    files: tuple[str, ...]
    engine: str | None = None

    @property
    def name(self) -> str:
        """What the command line and the table call it."""
        return self.path.stem


def read_patch(path: Path) -> Patch:
    """The patch of a file; ValueError when its header is missing."""
    header, diff, rest = path.read_text(encoding="utf-8").partition("\ndiff --git ")
    found = HEADER.fullmatch(f"{header}\n")
    if found is None or not diff:
        raise ValueError(f"{path.name} does not open with the lines `Bug: …` and `Counts: …`")
    bug, counts = (" ".join(found[part].split()) for part in ("bug", "counts"))
    return Patch(path, bug, counts, tuple(dict.fromkeys(CHANGED.findall(rest))), found["engine"])


def read_patches() -> list[Patch]:
    """Every planted bug, by name."""
    return [read_patch(path) for path in sorted(PATCHES.glob("*.patch"))]
