"""Experiment 6: how much the context alone gives away. The model is to guess the question, and to answer it."""

from __future__ import annotations

import statistics

from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.experiments.accuracy import scores
from benchmarks.sleep_time.findings import Finding, Table
from benchmarks.sleep_time.questions import LEVELS, ask
from benchmarks.sleep_time.world import World

TITLE = "Context only"
LEVEL = LEVELS[2]
GUESS = "Which question does this text end in? Guess the likeliest one, and answer it."


async def run(world: World) -> Finding:
    """A set whose contexts give the answer away would reward thinking that never saw a question."""
    problems = world.few
    blind = [await ask(world.model, problem.context, GUESS, LEVEL) for problem in problems]
    asked = [await ask(world.model, problem.context, problem.question, LEVEL) for problem in problems]
    right, base = scores(problems, blind), scores(problems, asked)
    row = (
        len(problems),
        LEVEL.name,
        bootstrap.mean(right),
        bootstrap.mean(base),
        bootstrap.difference(right, base),
        round(statistics.fmean(reply.usage.output_tokens for reply in blind), 1),
    )
    columns = ("problems", "level", "right without the question", "right with it", "difference", "output tokens")
    return Finding(6, TITLE, (Table("Guessing the question", columns, (row,)),))
