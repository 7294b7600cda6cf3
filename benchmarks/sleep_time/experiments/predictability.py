"""Experiment 5: is more gained where the question was easier to foresee? Five bins of log p(question | context)."""

from __future__ import annotations

import statistics

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.experiments.accuracy import scores
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Point, Series, Table
from benchmarks.sleep_time.problems import Problem
from benchmarks.sleep_time.questions import LEVELS, Arm
from benchmarks.sleep_time.world import World

TITLE = "Predictability"
BINS = 5
READ: tuple[Arm, ...] = ("c + c′", "c + unchecked")
COLUMNS = ("read", "bin", "problems", "log p of the question, a token", "right with c", "right with notes", "gain")
ABSENT = "The endpoint does not give the log-probabilities of a prompt, so nothing was measured."


async def run(world: World) -> Finding:
    """Gains are means over the levels, so that one problem counts once."""
    problems = world.sets[0].problems if world.sets else ()
    scored: list[tuple[float, Problem]] = []
    for problem in problems:
        value = await world.model.log_probability(f"{problem.context}\n\nQuestion:", f" {problem.question}")
        if value is None:
            return Finding(5, TITLE, (), (), (ABSENT,))
        scored.append((value, problem))
    scored.sort(key=lambda pair: pair[0])
    rows: list[tuple[Cell, ...]] = []
    series, said = [], []
    for arm in READ:
        bins = [scored[len(scored) * at // BINS : len(scored) * (at + 1) // BINS] for at in range(BINS)]
        gains: list[list[float]] = []
        points = []
        for at, members in enumerate(bins, 1):
            if not members:
                continue
            base = [await _rate(world, problem, "c") for _, problem in members]
            with_notes = [await _rate(world, problem, arm) for _, problem in members]
            gain = bootstrap.difference(with_notes, base)
            gains.append([one - other for one, other in zip(with_notes, base, strict=True)])
            centre = statistics.fmean(value for value, _ in members)
            points.append(Point(centre, gain.mean, gain.low, gain.high))
            rows.append(
                (
                    arm, f"{at} of {BINS}, least foreseen first" if at == 1 else f"{at} of {BINS}", len(members),
                    round(centre, 3), bootstrap.mean(base), bootstrap.mean(with_notes), gain,
                )
            )  # fmt: skip
        series.append(Series(arm, tuple(points)))
        if len(gains) > 1:
            more = bootstrap.apart(gains[-1], gains[0])
            verdict = "which excludes zero" if more.excludes_zero() else "which does not exclude zero"
            said.append(f"`{arm}`: the most foreseeable bin gains {more} more than the least, {verdict}")
    plot = Plot("5-predictability", "Gain by bin", "log p(question | context), a token", "gain", tuple(series))
    return Finding(5, TITLE, (Table("Gain by bin", COLUMNS, tuple(rows)),), (plot,), tuple(said))


async def _rate(world: World, problem: Problem, arm: Arm) -> float:
    """How often a problem is right over the levels."""
    return statistics.fmean(scores([problem] * len(LEVELS), await world.answers(problem, arm)))
