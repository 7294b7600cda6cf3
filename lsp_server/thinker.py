"""The thinker: which anchor is thought about next, and when. It yields to the user at once and never passes a budget.

An anchor's turn comes by predictability × expected saving ÷ cost; where the cursor rests, a failing test and a
traceback come first. It must not know how thinking is done (`drafting`), nor where candidates come from (`Source`).

    thinker = Thinker(source, drafter, settings)
    task = asyncio.create_task(thinker.run())
    thinker.active()          # the user did something: what is running stops within the event loop's next turn
    thinker.changed()         # there may be other candidates now
    thinker.pause(True)
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from analyzers.thinking.context import Material
from lsp_server.drafting import Drafter, Outcome
from lsp_server.model import ModelError
from lsp_server.model_settings import Price, SleepSettings
from lsp_server.store import StoreError

_T = TypeVar("_T")

FAILURE_PAUSE_FIRST_S = 30.0
FAILURE_PAUSE_MAX_S = 900.0
BUDGET_PAUSE_S = 600.0
"""How often to look whether a new day began, or somebody raised a cap."""
BATTERY_PAUSE_S = 60.0
FRUITLESS_DRAFTS_MAX = 24
"""So many drafts in a row of which every claim was dropped, and thinking stops: the model cannot quote what it reads,
and more of it is waste (benchmarks/sleep_time/RESULTS.md). Were one draft in eight of use, so many failing in a row
would be a chance of four in a hundred."""
SCORE_S_MAX = 5.0
SCORED_AT_ONCE_MAX = 4
"""Candidates whose questions are scored by log-probability before each choice; each costs a request of its own."""


class Candidate(msgspec.Struct, frozen=True):
    """An anchor that could be thought about."""

    path: str
    symbol: str
    version: str
    """Changes when what is known about the anchor does; the same version is not looked at twice."""
    predictability: float
    """How likely it is that somebody asks about it, from 0 to 1."""
    context_tokens: int
    """About how large its context will be."""
    first: bool = False
    """The cursor rests there, its test fails, or it is in a traceback."""
    question: str = ""
    """What would be asked, in words: scored by log-probability where the endpoint offers that."""
    opening: str = ""
    """The beginning of its source, which the question is scored after."""


class Source(Protocol):
    """Where candidates and their material come from: the workspace, or a script in tests."""

    def candidates(self) -> Sequence[Candidate]:
        """What could be thought about now, in any order."""
        ...

    def material(self, candidate: Candidate) -> Material | None:
        """Everything that its context is made from; None where it is gone."""
        ...


class Thinker:
    """All methods belong to the event loop that runs it; other threads use `call_soon_threadsafe`."""

    def __init__(
        self,
        source: Source,
        drafter: Drafter,
        settings: SleepSettings,
        *,
        on_mains: Callable[[], bool] = lambda: True,
        tell: Callable[[Candidate, Outcome], None] = lambda candidate, outcome: None,
    ) -> None:
        """`tell` hears of every anchor that is done."""
        self._source = source
        self._drafter = drafter
        self._settings = settings
        self._on_mains = on_mains
        self._tell = tell
        self._wake = asyncio.Event()
        self._running: asyncio.Task[Any] | None = None
        self._done: set[tuple[str, str, str]] = set()
        self._log_probabilities: dict[tuple[str, str, str], float] = {}
        self._idle_since_s = -math.inf
        self._not_before_s = -math.inf
        self._failures = 0
        self._fruitless_drafts = 0
        self._paused = False
        self._scoring = True
        self._doing = "not started"

    @property
    def doing(self) -> str:
        """One clause for status lines."""
        return self._doing

    def active(self) -> None:
        """The user did something: stop at once, and wait until nothing was asked for a while."""
        self._idle_since_s = asyncio.get_running_loop().time()
        self._interrupt()

    def pause(self, paused: bool) -> None:
        """Stops or resumes on the user's word, which also gives a model that was given up another chance."""
        self._paused = paused
        if paused:
            self._interrupt()
        else:
            self._fruitless_drafts = 0
        self._wake.set()

    def changed(self) -> None:
        """Candidates or settings may be others now."""
        self._wake.set()

    async def run(self) -> None:
        """Thinks for ever; ends by being cancelled."""
        while True:
            self._wake.clear()
            obstacle, wait_s = self._obstacle()
            candidate = None if obstacle else await self._uninterrupted(self._next())
            if candidate is None:
                self._doing = obstacle or "nothing left to think about"
                await self._woken_or(wait_s)
                continue
            self._doing = f"thinking about {candidate.symbol or candidate.path}"
            await self._think(candidate)

    async def _think(self, candidate: Candidate) -> None:
        material = self._source.material(candidate)
        if material is None:
            self._done.add(_key(candidate))
            return
        try:
            outcome = await self._uninterrupted(self._drafter.think(material))
        except (ModelError, StoreError) as error:
            self._failed(candidate, error)
            return
        if outcome is None:
            # Interrupted by the user: its turn comes again, and what it stored is not repeated.
            return
        self._failures = 0
        self._weigh(outcome)
        if outcome.status == "over budget":
            self._doing = outcome.detail
            self._not_before_s = asyncio.get_running_loop().time() + BUDGET_PAUSE_S
        else:
            self._done.add(_key(candidate))
        self._tell(candidate, outcome)

    def _weigh(self, outcome: Outcome) -> None:
        """Counts drafts that were paid for and left nothing. An empty list is an answer: it does not count."""
        enriched = outcome.enriched
        if enriched is None or not outcome.drafts:
            return
        if enriched.thoughts:
            self._fruitless_drafts = 0
        elif enriched.dropped:
            self._fruitless_drafts += outcome.drafts

    async def _uninterrupted(self, work: Coroutine[Any, Any, _T]) -> _T | None:
        """The work's result; None where the user's activity ended it."""
        task = asyncio.create_task(work)
        self._running = task
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            self._running = None
        return None if task.cancelled() else task.result()

    def _failed(self, candidate: Candidate, error: ModelError | StoreError) -> None:
        now_s = asyncio.get_running_loop().time()
        if isinstance(error, ModelError) and error.kind == "too_long":
            self._done.add(_key(candidate))
            self._tell(candidate, Outcome("too long", detail=str(error)))
            return
        self._failures += 1
        pause_s = min(FAILURE_PAUSE_MAX_S, FAILURE_PAUSE_FIRST_S * 2.0 ** min(10, self._failures - 1))
        asked_s = error.retry_after_s if isinstance(error, ModelError) else None
        self._not_before_s = now_s + max(pause_s, asked_s or 0.0)
        self._doing = f"waiting: {error}"

    def _obstacle(self) -> tuple[str, float | None]:
        """Why not to think now, and how long that holds at least; an empty reason means: think."""
        now_s = asyncio.get_running_loop().time()
        if not self._settings.enabled:
            return "turned off", None
        if self._paused:
            return "paused", None
        if self._fruitless_drafts >= FRUITLESS_DRAFTS_MAX:
            drafts = self._fruitless_drafts
            return f"stopped: of {drafts} drafts in a row nothing stood in the source; try another model", None
        if now_s < self._not_before_s:
            return self._doing, self._not_before_s - now_s
        idle_for_s = now_s - self._idle_since_s
        if idle_for_s < self._settings.idle_seconds:
            return "waiting until the editor is idle", self._settings.idle_seconds - idle_for_s
        if not self._settings.on_battery and not self._on_mains():
            return "on battery", BATTERY_PAUSE_S
        return "", None

    async def _next(self) -> Candidate | None:
        left = [candidate for candidate in self._source.candidates() if _key(candidate) not in self._done]
        ranked = sorted(left, key=self._rank)
        if ranked and not ranked[0].first and await self._scored(ranked[:SCORED_AT_ONCE_MAX]):
            ranked.sort(key=self._rank)
        return ranked[0] if ranked else None

    async def _scored(self, candidates: Sequence[Candidate]) -> bool:
        """Asks for the questions' log-probabilities, as the paper scores predictability; whether any is new."""
        new = [item for item in candidates if item.question and _key(item) not in self._log_probabilities]
        if not self._scoring:
            return False
        for candidate in new:
            self._doing = f"scoring how likely a question about {candidate.symbol or candidate.path} is"
            began_s = asyncio.get_running_loop().time()
            score = await self._drafter.score(candidate.path, candidate.symbol, candidate.opening, candidate.question)
            if score is None:
                return False
            if asyncio.get_running_loop().time() - began_s > SCORE_S_MAX:
                # On a slow machine the time is better spent on drafts; the predictor's order serves.
                self._scoring = False
                new = []
                break
            self._log_probabilities[_key(candidate)] = score
        return bool(new)

    def _rank(self, candidate: Candidate) -> tuple[bool, float, str, str]:
        value = worth(candidate, self._settings, self._drafter.price) * self._surprise(candidate)
        return not candidate.first, -value, candidate.path, candidate.symbol

    def _surprise(self, candidate: Candidate) -> float:
        """How much likelier its question is than those that were scored, on average; 1 where it was not scored."""
        own = self._log_probabilities.get(_key(candidate))
        if own is None:
            return 1.0
        scores = self._log_probabilities.values()
        return math.exp(max(-2.0, min(2.0, own - sum(scores) / len(scores))))

    def _interrupt(self) -> None:
        if self._running is not None:
            self._running.cancel()
        self._wake.set()

    async def _woken_or(self, wait_s: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._wake.wait()


def worth(candidate: Candidate, settings: SleepSettings, price: Price) -> float:
    """Predictability × expected saving ÷ cost, in tokens, output weighed by what it costs more than input."""
    saving = max(0, candidate.context_tokens - settings.enriched_tokens_max)
    output_weight = price.output / price.input if price.input and price.output else 1.0
    cost = settings.drafts_bounded * (candidate.context_tokens + output_weight * settings.reply_tokens_max)
    return candidate.predictability * (1.0 + saving) / max(1.0, cost)


def _key(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.path, candidate.symbol, candidate.version
