"""Experiment 7: anticipation. The share of the gold solution's intermediate values that stand in the notes already."""

from __future__ import annotations

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.findings import Cell, Finding, Table
from benchmarks.sleep_time.scoring import numbers, recalled
from benchmarks.sleep_time.world import World

TITLE = "Anticipation recall"
COLUMNS = ("set", "where", "problems", "of all values", "of those that c does not state", "of the answers")


async def run(world: World) -> Finding:
    """No model judges. Values that the context states itself are no achievement, so they are also left out."""
    rows: list[tuple[Cell, ...]] = []
    for each in world.sets:
        problems = [problem for problem in each.problems if problem.steps]
        if not problems:
            continue
        slept = [await world.asleep(problem.context) for problem in problems]
        texts = {
            "c itself": [problem.context for problem in problems],
            "c′": [asleep.notes for asleep in slept],
            "drafts, unchecked": [asleep.unchecked for asleep in slept],
        }
        for where, noted in texts.items():
            everything, fresh, final = [], [], []
            for problem, text in zip(problems, noted, strict=True):
                stated = set(numbers(problem.context))
                new = [step for step in problem.steps if not stated.issuperset(numbers(step))]
                everything.append(recalled(text, problem.steps))
                final.append(recalled(text, [problem.answer]))
                if new:
                    fresh.append(recalled(text, new))
            rows.append(
                (
                    each.name, where, len(problems), bootstrap.mean(everything), bootstrap.mean(fresh),
                    bootstrap.mean(final),
                )
            )  # fmt: skip
    note = "A number counts wherever it stands, so that a long text recalls some by chance."
    return Finding(7, TITLE, (Table("Gold values that were noted before the question", COLUMNS, tuple(rows), note),))
