"""Experiment 2: scaling sleep. The same contexts with 1, 2, 5 and 10 drafts, which share their first ones."""

from __future__ import annotations

import statistics

import msgspec

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.experiments.accuracy import scores
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Series, Table, point
from benchmarks.sleep_time.questions import LEVELS, Arm, ask, block
from benchmarks.sleep_time.scoring import recalled
from benchmarks.sleep_time.world import World

TITLE = "Scaling sleep"
LEVEL = LEVELS[1]
READ: tuple[Arm, ...] = ("c + c′", "c + unchecked")
COLUMNS = (
    "read", "drafts at most", "drafts made", "sleep output tokens", "claims kept", "tokens of what was noted",
    "numerically right", "over one draft", "question output tokens", "anticipated steps",
)  # fmt: skip


async def run(world: World) -> Finding:
    """Drafting stops before its most where a new draft adds nothing, as in the product."""
    problems = world.few
    rows: list[tuple[Cell, ...]] = []
    series = []
    for arm in READ:
        first: list[float] = []
        points = []
        for count in world.limits.draft_counts:
            slept = [await world.asleep(problem.context, count) for problem in problems]
            replies = [
                await ask(world.model, block(problem.context, arm, asleep), problem.question, LEVEL)
                for problem, asleep in zip(problems, slept, strict=True)
            ]
            right = scores(problems, replies)
            first = first or right
            accuracy = bootstrap.mean(right)
            noted = [asleep.unchecked if arm == "c + unchecked" else asleep.notes for asleep in slept]
            points.append(point(count, accuracy))
            rows.append(
                (
                    arm,
                    count,
                    round(statistics.fmean(asleep.drafts for asleep in slept), 2),
                    round(statistics.fmean(asleep.output_tokens for asleep in slept), 1),
                    round(statistics.fmean(asleep.claims for asleep in slept), 2),
                    round(statistics.fmean(len(text) / 4 for text in noted), 1),
                    accuracy,
                    bootstrap.difference(right, first),
                    round(statistics.fmean(reply.usage.output_tokens for reply in replies), 1),
                    bootstrap.mean([recalled(text, each.steps) for text, each in zip(noted, problems, strict=True)]),
                )
            )
        series.append(Series(arm, tuple(points)))
    plot = Plot("2-drafts", f"{len(problems)} problems", "drafts at most", "numerically right", tuple(series))
    table = Table(f"{len(problems)} problems, level {LEVEL.name}", COLUMNS, tuple(rows))
    return Finding(2, TITLE, (msgspec.structs.replace(table, note="Tokens of notes are characters / 4."),), (plot,))
