"""What a run says about itself."""

import platform
from collections.abc import Sequence

import sqlglot

from tests.fuzz.batch import Tally
from tests.fuzz.coverage import Cell, reachable
from tests.fuzz.run import Settings
from tests.stores import Store

DISCRIMINATING_MIN = 0.55
"""Expressions that are true of somebody and false of somebody else, as a share of all."""

UNSUPPORTED_MAX = 0.2
"""Expressions that an engine may name as beyond it, as a share of those that it was asked."""

SHOWN_MAX = 12


def empty_cells(tally: Tally) -> list[Cell]:
    """Reachable cells that nothing filled."""
    return [cell for cell in reachable() if not tally.cells[cell]]


def share(tally: Tally) -> float:
    """How many of the expressions told people apart."""
    return tally.discriminating / max(tally.expressions, 1)


def problems(tally: Tally, settings: Settings, stores: Sequence[Store]) -> list[str]:
    """Why a run proves nothing, or disproves."""
    found = []
    if tally.differences:
        found.append(f"{len(tally.differences)} differences or errors")
    if tally.nulls:
        found.append(f"{tally.nulls} answers were NULL")
    if share(tally) < DISCRIMINATING_MIN:
        found.append(f"only {share(tally):.1%} of the expressions told people apart")
    if empty := empty_cells(tally):
        found.append(f"{len(empty)} empty cells: {', '.join(' × '.join(cell) for cell in empty[:SHOWN_MAX])}")
    for store in stores:
        answered = tally.evaluations[store.name] // settings.people
        if tally.unsupported[store.name] >= UNSUPPORTED_MAX * max(answered, 1):
            found.append(f"{store.name} refused {tally.unsupported[store.name]} and answered {answered} expressions")
    return found


def write_report(settings: Settings, tally: Tally, stores: Sequence[Store], seconds: float) -> str:
    """The whole report as text."""
    cells = list(reachable())
    least, rarest = min((tally.cells[cell], cell) for cell in cells)
    filled = len(cells) - len(empty_cells(tally))
    lines = [
        f"seed {settings.seed} · {settings.people} people × {settings.conditions} expressions · {seconds:.0f} s",
        f"python {platform.python_version()} · sqlglot {sqlglot.__version__}",
        *(f"{store.name}: {_count(tally, store)}" for store in stores),
        f"{tally.evaluations.total():,} evaluations of {tally.expressions:,} expressions, {tally.refused:,} refused",
        f"{share(tally):.1%} discriminating (at least {DISCRIMINATING_MIN:.0%})",
        f"{filled} of {len(cells)} cells filled, the least {least} times: {' × '.join(rarest)}",
        f"{tally.nulls} NULLs · {len(tally.differences)} differences",
        *tally.differences[:SHOWN_MAX],
    ]
    verdict = problems(tally, settings, stores)
    return "\n".join([*lines, f"FAILED: {'; '.join(verdict)}" if verdict else "passed"])


def _count(tally: Tally, store: Store) -> str:
    beyond = tally.unsupported[store.name]
    return f"{tally.evaluations[store.name]:,} evaluations" + (f", {beyond:,} expressions beyond it" if beyond else "")
