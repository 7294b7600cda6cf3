"""Experiment 1: accuracy against question-time tokens at five levels of verbosity, asleep and not."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Series, Table, point
from benchmarks.sleep_time.problems import Problem, ProblemSet
from benchmarks.sleep_time.questions import LEVELS, Answered
from benchmarks.sleep_time.scoring import is_number, is_text
from benchmarks.sleep_time.world import World

TITLE = "Accuracy against question-time tokens"
COLUMNS = (
    "read", "level", "problems", "numerically right", "right to the character", "over c at this level",
    "output tokens", "input tokens", "cached tokens", "cut short",
)  # fmt: skip
Curve = list[tuple[float, bootstrap.Estimate]]


async def run(world: World) -> Finding:
    """Asks every problem in every way at every level."""
    tables, plots, said = [], [], []
    for each in world.sets:
        table, plot, curves = await _measured(world, each)
        tables += [table, await _slept(world, each)]
        plots.append(plot)
        said += [f"{each.name}: {sentence}" for sentence in _compared(curves)]
    return Finding(1, TITLE, tuple(tables), tuple(plots), tuple(said))


async def _measured(world: World, each: ProblemSet) -> tuple[Table, Plot, dict[str, Curve]]:
    rows: list[tuple[Cell, ...]] = []
    series = []
    curves: dict[str, Curve] = {}
    answered = {arm: [await world.answers(problem, arm) for problem in each.problems] for arm in world.arms}
    for arm in world.arms:
        curve: Curve = []
        for at, level in enumerate(LEVELS):
            replies = [levels[at] for levels in answered[arm]]
            right = scores(each.problems, replies)
            base = scores(each.problems, [levels[at] for levels in answered["c"]])
            accuracy = bootstrap.mean(right)
            tokens = statistics.fmean(reply.usage.output_tokens for reply in replies)
            curve.append((tokens, accuracy))
            rows.append(
                (
                    arm,
                    level.name,
                    len(replies),
                    accuracy,
                    bootstrap.mean(scores(each.problems, replies, is_text)),
                    None if arm == "c" else bootstrap.difference(right, base),
                    round(tokens, 1),
                    round(statistics.fmean(reply.usage.input_tokens for reply in replies), 1),
                    round(statistics.fmean(reply.usage.cached_tokens for reply in replies), 1),
                    sum(reply.cut for reply in replies),
                )
            )
        series.append(Series(arm, tuple(point(tokens, accuracy) for tokens, accuracy in curve)))
        curves[arm] = curve
    name = f"1-accuracy-{_slug(each.name)}"
    plot = Plot(name, each.name, "question-time output tokens", "numerically right", tuple(series))
    return Table(each.name, COLUMNS, tuple(rows)), plot, curves


async def _slept(world: World, each: ProblemSet) -> Table:
    """What thinking took and left behind, a context at the mean."""
    found = [await world.asleep(problem.context) for problem in each.problems]
    dropped: dict[str, int] = {}
    for asleep in found:
        for reason, count in asleep.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    count = len(found)
    row: tuple[Cell, ...] = (
        count,
        round(sum(asleep.drafts for asleep in found) / count, 2),
        round(sum(asleep.input_tokens for asleep in found) / count, 1),
        round(sum(asleep.output_tokens for asleep in found) / count, 1),
        round(sum(asleep.cached_tokens for asleep in found) / count, 1),
        round(sum(asleep.claims for asleep in found) / count, 2),
        sum(not asleep.notes for asleep in found),
        ", ".join(f"{reason} {number}" for reason, number in sorted(dropped.items())) or "none",
    )
    columns = (
        "contexts", "drafts", "input tokens", "output tokens", "cached tokens", "claims kept", "empty c′", "dropped",
    )  # fmt: skip
    return Table(f"{each.name}: asleep", columns, (row,), "Means of a context, except the last two, which are counts.")


def scores(
    problems: Sequence[Problem], replies: Sequence[Answered], right: Callable[[str, str], bool] = is_number
) -> list[float]:
    """1 for each problem that is right."""
    return [float(right(reply.reply, problem.answer)) for problem, reply in zip(problems, replies, strict=True)]


def _compared(curves: dict[str, Curve]) -> list[str]:
    """How many times fewer question-time tokens reach the same accuracy, where anything reaches it."""
    base = curves["c"]
    best = max(accuracy.mean for _, accuracy in base)
    sentences = []
    for arm, curve in curves.items():
        if arm == "c":
            continue
        ratios = []
        for tokens, accuracy in curve:
            dearer = [other for other, reached in base if reached.mean >= accuracy.mean > 0]
            if dearer and tokens:
                ratios.append(min(dearer) / tokens)
        top = max(accuracy.mean for _, accuracy in curve)
        if ratios:
            sentences.append(
                f"`{arm}` needs between {min(1 / ratio for ratio in ratios):.2f} and "
                f"{max(1 / ratio for ratio in ratios):.2f} times the question-time tokens of `c` for the same accuracy"
            )
        sentences.append(f"the best level of `{arm}` is right {top:.3f} of the time, that of `c` {best:.3f}")
    return sentences


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name.lower()).strip("-")
