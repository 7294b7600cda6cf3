"""What every experiment is given: the model behind its record, the thinker, the problems, and how much to ask.

It also holds what several experiments share: thinking about a context, and asking at every level, each done once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.sleep_time.problems import Problem, ProblemSet
from benchmarks.sleep_time.questions import ARMS, LEVELS, Answered, Arm, Level, ask, block
from benchmarks.sleep_time.recording import Recorder
from benchmarks.sleep_time.texts import Asleep, Sleeper
from lsp_server.model_settings import ModelSettings, Price, SleepSettings

AWAKE_WEIGHT = 10
"""How much dearer a token is while somebody waits: the paper's ratio."""


class Package(msgspec.Struct, frozen=True):
    """A package with a recording of what its tests did."""

    root: Path
    recording: Path


class Limits(msgspec.Struct, frozen=True):
    """How much is asked. Each is a number of problems, contexts, samples or questions."""

    small: int = 6
    """Problems of the experiments that need few."""
    samples: int = 4
    draft_counts: tuple[int, ...] = (1, 2, 5, 10)
    shared_contexts: int = 2
    questions_each: tuple[int, ...] = (1, 2, 5, 10)
    code_questions: int = 8
    """Questions of each kind and package."""
    router_questions: int = 40
    """As above, where no model is asked."""
    code_context_tokens: int = 1500
    code_levels: tuple[int, ...] = (0, 1, 2, 3, 4)


class World:
    """Belongs to one event loop. Experiments only read it."""

    def __init__(
        self,
        model: Recorder,
        settings: ModelSettings,
        sleep: SleepSettings,
        sets: Sequence[ProblemSet],
        *,
        limits: Limits,
        arms: Sequence[Arm] = ARMS,
        price: Price,
        pool: Sequence[Problem] = (),
        packages: Sequence[Package] = (),
    ) -> None:
        """`pool` is all sound problems, for making contexts that questions share."""
        self.model = model
        self.settings = settings
        self.sleep = sleep
        self.sets = tuple(sets)
        self.pool = tuple(pool)
        self.packages = tuple(packages)
        self.limits = limits
        self.arms = tuple(arms)
        self.price = price
        self.sleeper = Sleeper(model, settings, sleep)
        self._asleep: dict[tuple[str, int], Asleep] = {}

    @property
    def few(self) -> tuple[Problem, ...]:
        """The problems of the experiments that need few."""
        return self.sets[0].problems[: self.limits.small] if self.sets else ()

    async def asleep(self, context: str, drafts: int = 0) -> Asleep:
        """What thinking leaves behind for a context; done once."""
        key = context, drafts or self.sleep.drafts
        if key not in self._asleep:
            self._asleep[key] = await self.sleeper.text(context, drafts)
        return self._asleep[key]

    async def answers(self, problem: Problem, arm: Arm, levels: Sequence[Level] = LEVELS) -> list[Answered]:
        """The problem's answers at each level."""
        asleep = None if arm == "c" else await self.asleep(problem.context)
        read = block(problem.context, arm, asleep)
        return [await ask(self.model, read, problem.question, level) for level in levels]
