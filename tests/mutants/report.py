"""The report of a run: the score of each room, and every mutant that survived."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.mutants.run import Outcome, Verdict
from tests.mutants.sample import ROOMS


def score_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A table in Markdown: how many were tried and killed, by room and in all."""
    yield "| room | mutants | killed by a wrong answer | by a crash | without end | survived | score |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for room in (*ROOMS, "in all"):
        chosen = [outcome for outcome in outcomes if room in (outcome.mutant.room, "in all")]
        if chosen:
            counts = Counter(outcome.verdict for outcome in chosen)
            numbers = (
                counts[verdict] for verdict in (Verdict.KILLED, Verdict.CRASHED, Verdict.ENDLESS, Verdict.SURVIVED)
            )
            score = 1 - counts[Verdict.SURVIVED] / len(chosen)
            yield f"| {room} | {len(chosen)} | {' | '.join(map(str, numbers))} | {score:.1%} |"


def written(outcomes: Sequence[Outcome], noise: Iterable[tuple[str, int]], title: str) -> str:
    """The whole report, in Markdown."""
    lines = [f"# {title}", "", *score_table(outcomes), "", "Left out, because it says nothing about the tests:", ""]
    lines += [f"- {count} × {why}" for why, count in noise]
    lines += ["", "## Survivors"]
    for outcome in sorted(outcomes, key=lambda each: each.mutant.name):
        if outcome.verdict is Verdict.SURVIVED:
            lines += ["", f"`{outcome.mutant.name}`", "", "```diff", *outcome.diff, "```"]
    lines += ["", "## Killed", ""]
    killed = sorted(
        (each for each in outcomes if each.verdict is not Verdict.SURVIVED), key=lambda each: each.mutant.name
    )
    lines += [
        f"- {each.verdict} in {each.seconds:.0f} s `{each.mutant.name}` by {each.why.splitlines()[0]}"
        for each in killed
    ]
    return "\n".join([*lines, ""])
