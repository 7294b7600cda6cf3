"""Experiment 3: many questions to one context. What a question costs on average when thinking is paid for once."""

from __future__ import annotations

import statistics

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.experiments.accuracy import scores
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Point, Series, Table
from benchmarks.sleep_time.problems import joined
from benchmarks.sleep_time.questions import LEVELS, Answered, Arm
from benchmarks.sleep_time.texts import Asleep
from benchmarks.sleep_time.world import AWAKE_WEIGHT, World
from lsp_server.ledger import cost_micros
from lsp_server.model import Usage
from lsp_server.model_settings import Price

TITLE = "Many questions, one context"
READ: tuple[Arm, ...] = ("c", "c + c′", "c + unchecked")
USED = (LEVELS[1], LEVELS[3])
COLUMNS = (
    "read", "level", "questions a context", "numerically right", "weighted cost of a question", "against c",
    "the same with input", "millionths of money a question",
)  # fmt: skip


async def run(world: World) -> Finding:
    """The cost of a question is its share of the sleep and what it takes itself.

    The weighted cost counts generated tokens, those at question time ten times (the paper's figure). With input, what
    is read counts as well, at the price table's ratio of input to output.
    """
    limits = world.limits
    contexts = joined(world.pool, max(limits.questions_each), limits.shared_contexts)
    rows: list[tuple[Cell, ...]] = []
    lines: dict[str, list[Point]] = {}
    for at, level in enumerate(USED):
        baseline: dict[int, float] = {}
        for arm in READ:
            replies = [[(await world.answers(each, arm, USED))[at] for each in problems] for problems in contexts]
            slept = [await world.asleep(problems[0].context) for problems in contexts] if arm != "c" else []
            right = [score for each, said in zip(contexts, replies, strict=True) for score in scores(each, said)]
            accuracy = bootstrap.mean(right)
            everything = [reply for said in replies for reply in said]
            awake = statistics.fmean(reply.usage.output_tokens for reply in everything)
            for count in limits.questions_each:
                asleep = statistics.fmean(each.output_tokens for each in slept) / count if slept else 0.0
                cost = asleep + AWAKE_WEIGHT * awake
                baseline.setdefault(count, cost)
                rows.append(
                    (
                        arm,
                        level.name,
                        count,
                        accuracy,
                        round(cost, 1),
                        round(cost / baseline[count], 3) if baseline[count] else None,
                        round(_with_input(everything, slept, count, world.price), 1),
                        round(_money(everything, slept, count, world.price), 2),
                    )
                )
                label = f"{arm}, level {level.name}"
                lines.setdefault(label, []).append(Point(count, cost, cost, cost))
    plot = Plot(
        "3-sharing", "Weighted cost of a question", "questions a context", "tokens, question time × 10",
        tuple(Series(label, tuple(points)) for label, points in lines.items()),
    )  # fmt: skip
    price = world.price
    note = (
        f"{len(contexts)} contexts of {max(limits.questions_each)} joined stories. Prices per million tokens: "
        f"{price.input:g} input, {price.cached if price.cached is not None else price.input:g} cached, "
        f"{price.output:g} output."
    )
    return Finding(3, TITLE, (Table("Cost of a question", COLUMNS, tuple(rows), note),), (plot,))


def _with_input(replies: list[Answered], slept: list[Asleep], count: int, price: Price) -> float:
    share = price.input / price.output if price.output else 1.0
    asleep = statistics.fmean(each.output_tokens + share * each.input_tokens for each in slept) / count if slept else 0
    awake = statistics.fmean(reply.usage.output_tokens + share * reply.usage.input_tokens for reply in replies)
    return asleep + AWAKE_WEIGHT * awake


def _money(replies: list[Answered], slept: list[Asleep], count: int, price: Price) -> float:
    """Real prices do not know who waits: nothing is weighted."""
    asleep = [cost_micros(price, Usage(each.input_tokens, each.output_tokens, each.cached_tokens)) for each in slept]
    awake = statistics.fmean(cost_micros(price, reply.usage) for reply in replies)
    return (statistics.fmean(asleep) / count if asleep else 0.0) + awake
