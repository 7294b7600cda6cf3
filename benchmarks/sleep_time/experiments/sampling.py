"""Experiment 4: against parallel sampling. A perfect judge picks among k samples of `c`, at equal tokens awake."""

from __future__ import annotations

import math
import statistics

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.experiments.accuracy import scores
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Series, Table, point
from benchmarks.sleep_time.questions import LEVELS, SAMPLED_TEMPERATURE, Arm, ask
from benchmarks.sleep_time.scoring import is_number
from benchmarks.sleep_time.world import World

TITLE = "Against parallel sampling"
LEVEL = LEVELS[1]
READ: tuple[Arm, ...] = ("c + c′", "c + unchecked")
COLUMNS = ("way", "level", "question output tokens", "numerically right", "pass@k at most these tokens", "over pass@k")


async def run(world: World) -> Finding:
    """Sampling has the help of a judge that knows the answer, as in the paper: no real one is as good."""
    problems, samples = world.few, world.limits.samples
    passed: list[list[float]] = []
    tokens: list[float] = []
    for problem in problems:
        replies = [
            await ask(
                world.model.sampled(number), problem.context, problem.question, LEVEL, temperature=SAMPLED_TEMPERATURE
            )
            for number in range(1, samples + 1)
        ]
        hits = sum(is_number(reply.reply, problem.answer) for reply in replies)
        passed.append([pass_at(samples, hits, k) for k in range(1, samples + 1)])
        tokens.append(statistics.fmean(reply.usage.output_tokens for reply in replies))
    one = statistics.fmean(tokens)
    sampled = [(k * one, [each[k - 1] for each in passed]) for k in range(1, samples + 1)]
    rows: list[tuple[Cell, ...]] = [
        (f"pass@{k}", LEVEL.name, round(spent, 1), bootstrap.mean(right), None, None)
        for k, (spent, right) in enumerate(sampled, 1)
    ]
    series = [Series("pass@k of c", tuple(point(spent, bootstrap.mean(right)) for spent, right in sampled))]
    for arm in READ:
        points = []
        answered = [await world.answers(problem, arm) for problem in problems]
        for at, level in enumerate(LEVELS):
            replies = [levels[at] for levels in answered]
            right = scores(problems, replies)
            spent = statistics.fmean(reply.usage.output_tokens for reply in replies)
            k = max(1, min(samples, int(spent / one))) if one else 1
            rows.append(
                (
                    arm, level.name, round(spent, 1), bootstrap.mean(right), f"pass@{k}",
                    bootstrap.difference(right, sampled[k - 1][1]),
                )
            )  # fmt: skip
            points.append(point(spent, bootstrap.mean(right)))
        series.append(Series(arm, tuple(points)))
    title = f"{len(problems)} problems, {samples} samples"
    plot = Plot("4-sampling", title, "question-time output tokens", "numerically right", tuple(series))
    return Finding(4, TITLE, (Table(title, COLUMNS, tuple(rows)),), (plot,))


def pass_at(samples: int, right: int, k: int) -> float:
    """The chance that k of the samples, drawn without putting back, hold a right one (Chen et al. 2021)."""
    return 1.0 - math.comb(samples - right, k) / math.comb(samples, k)
