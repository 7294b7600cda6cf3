"""Thinking about one anchor: context → drafts, each stored as it arrives → verified claims → enriched context, stored.

It owns the order of things around a request: reserve, send, keep, settle. It must not decide which anchor is worth it,
nor when (`thinker` does). Cancelling it at any point loses at most the reply that was being written, and of that only
what cannot be read.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Literal

import msgspec

from analyzers.text import Lines
from analyzers.thinking.context import Context, Material, build_context, with_texts
from analyzers.thinking.enriched import Enriched, enrich
from analyzers.thinking.prompt import CODE, Wording, user_prompt
from analyzers.thinking.quotes import QuoteIndex
from analyzers.thinking.reply import parse_reply
from analyzers.thinking.tokens import ESTIMATE_ERROR, tokens_estimate
from analyzers.thinking.verify import Thought, merge, saturated, verify
from lsp_server.ledger import TEMPLATE_TOKENS_MAX, Caps, Ledger, Purpose, Refused, Reservation
from lsp_server.model import Done, Model, ModelError, Prompt, Usage, was_truncated
from lsp_server.model_settings import ModelSettings, Price, SleepSettings
from lsp_server.redaction import redact
from lsp_server.thoughts import StoredDraft, Thoughts

CONTEXT_TOKENS_ASSUMED = 8192
"""Where neither the endpoint nor the user says what it takes."""
CONTEXT_TOKENS_MIN = 300
"""Less than this holds no anchor with its surroundings: not worth a request."""
WARM_TEMPERATURE = 0.7
"""Of all drafts but the first: they are to differ."""

Status = Literal["thought", "known", "no source", "over budget", "too long"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one anchor."""

    status: Status
    enriched: Enriched | None = None
    drafts: int = 0
    """Drafts that were paid for now; those that were stored already are not counted."""
    spent_tokens: int = 0
    detail: str = ""


class Run:
    """The budget of one run of the foreground command; None is no limit of its own. Changed by the drafter alone."""

    def __init__(self, tokens_max: int | None = None) -> None:
        self.tokens_left = tokens_max
        self.spent_tokens = 0


class Drafter:
    """Belongs to one event loop. Several anchors one after the other; the drafts of one side by side."""

    def __init__(
        self,
        model: Model,
        *,
        ledger: Ledger,
        thoughts: Thoughts,
        settings: ModelSettings,
        sleep: SleepSettings,
        repository: str,
        run: Run | None = None,
        hear: Callable[[str], None] = lambda text: None,
        wording: Wording = CODE,
    ) -> None:
        """`hear` is told each step in a clause, for whoever watches; `wording` fits the kind of material."""
        self._model = model
        self._ledger = ledger
        self._thoughts = thoughts
        self._settings = settings
        self._sleep = sleep
        self._repository = repository
        self._run = run or Run()
        self._hear = hear
        self._wording = wording

    @property
    def caps(self) -> Caps:
        """What may be spent in a day."""
        return Caps(self._sleep.tokens_per_day_max, self._sleep.money_per_day_max)

    @property
    def price(self) -> Price:
        """What the model costs."""
        return self._settings.prices.get(self._model.name, Price())

    async def think(self, material: Material) -> Outcome:
        """Thinks about the material's anchor, unless that was done. Raises `ModelError` where the endpoint fails."""
        context_max, reply_max = await self.limits()
        if context_max < CONTEXT_TOKENS_MIN:
            return Outcome("too long", detail="the endpoint's context is too short to think in")
        context = build(material, context_max)
        if not context.spans:
            return Outcome("no source")
        before = self._run.spent_tokens
        refused = self._too_much(context, reply_max)
        if refused is not None:
            smaller = self._affordable(context, refused.tokens_left, reply_max)
            if smaller < CONTEXT_TOKENS_MIN:
                return Outcome("over budget", detail=refused.reason)
            context = build(material, smaller)
        return await self._drafted(context, material, reply_max, before)

    async def limits(self) -> tuple[int, int]:
        """(tokens of context, tokens of reply) that fit the endpoint, the estimate's error allowed for."""
        endpoint = await self._model.context_tokens() or CONTEXT_TOKENS_ASSUMED
        reply_max = min(self._sleep.reply_tokens_max, endpoint // 4)
        system = tokens_estimate(self._wording.system)
        room = (endpoint - reply_max - TEMPLATE_TOKENS_MAX) / (1 + ESTIMATE_ERROR) - system - 100
        return max(0, min(self._sleep.context_tokens_max, int(room))), reply_max

    async def score(self, path: str, symbol: str, opening: str, question: str) -> float | None:
        """The mean log-probability of a question after an anchor's source; None where it is not offered or affordable.

        It costs a request of the opening's size, which is reserved like any other.
        """
        context, continuation = f"{redact(opening)[0]}\n\nA developer asks about `{symbol}`:", f" {question}"
        purpose = Purpose(self._repository, path, symbol, self._model.name)
        size = len((context + continuation).encode("utf-8", "replace"))
        reservation = self._ledger.reserve(purpose, self.price, self.caps, size, 1)
        if isinstance(reservation, Refused):
            return None
        self._ledger.keep_sent(purpose, self._settings.base_url, context + continuation)
        done = True
        try:
            scored = await self._model.log_probability(context, continuation)
            done = scored is not None
        except ModelError:
            # The predictor's own order serves as well; the next draft finds out what is wrong with the endpoint.
            done, scored = False, None
        finally:
            # A cancelled request may have been worked on: it counts as done.
            estimate = math.ceil(tokens_estimate(context + continuation) * (1 + ESTIMATE_ERROR))
            taken = Usage(min(estimate, reservation.input_tokens_max), 1)
            if done:
                self._ledger.settle(reservation, taken, estimated=True)
            else:
                self._ledger.release(reservation)
        return scored

    async def _drafted(self, context: Context, material: Material, reply_max: int, before: int) -> Outcome:
        quotes = QuoteIndex(context.spans, {path: Lines(data) for path, data in material.sources.items()})
        stored = {draft.number: draft for draft in self._thoughts.drafts(context.digest)}
        existing = self._thoughts.of_context(context.path, context.symbol, context.digest)
        paid = 0
        reason = ""
        while existing is None:
            wave = [number for number in range(self._sleep.drafts_bounded) if number not in stored]
            wave = wave[: max(1, self._sleep.concurrency)]
            if not wave or self._is_saturated(stored, quotes, material):
                break
            replies = await self._side_by_side(context, wave, reply_max)
            drafts = [reply for reply in replies if isinstance(reply, StoredDraft)]
            failures = [reply for reply in replies if not isinstance(reply, StoredDraft)]
            stored |= {draft.number: draft for draft in drafts}
            paid += len(drafts)
            if failures and not stored and isinstance(failures[0], BaseException):
                raise failures[0]
            if failures:
                # What is there is worth keeping; a draft less is no reason to come back.
                reason = failures[0].reason if isinstance(failures[0], Refused) else str(failures[0])
                break
        if not stored:
            return Outcome("over budget", detail=reason)
        enriched = self._assembled(context, list(stored.values()), quotes, material)
        if enriched != existing:
            # Also when nothing was paid for: the same text may stand on other lines now.
            self._thoughts.keep(enriched, self._model.name)
        status: Status = "known" if existing is not None else "thought"
        return Outcome(status, enriched, paid, self._run.spent_tokens - before, reason)

    async def _side_by_side(
        self, context: Context, numbers: Sequence[int], reply_max: int
    ) -> list[StoredDraft | Refused | BaseException]:
        """One wave of drafts. A failure of one lets the others finish: they are paid for."""
        tasks = [asyncio.create_task(self._draft(context, number, reply_max)) for number in numbers]
        try:
            return await asyncio.gather(*tasks, return_exceptions=True)
        except asyncio.CancelledError:
            # Each draft keeps what it has before it ends.
            await asyncio.wait(tasks)
            raise

    async def _draft(self, context: Context, number: int, reply_max: int) -> StoredDraft | Refused:
        prompt = prompt_for(context, number, reply_max, self._wording)
        reservation = self._reserved(context, prompt)
        if isinstance(reservation, Refused):
            return reservation
        self._hear(f"draft {number + 1} of {context.symbol or context.path}")
        text: list[str] = []
        usage: Usage | None = None
        whole = False
        failed: ModelError | None = None
        try:
            self._ledger.keep_sent(reservation.purpose, self._settings.base_url, prompt.exact_text())
            async with aclosing(self._model.stream(prompt)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Done):
                        usage, whole = piece.usage, True
                    else:
                        text.append(piece.text)
        except ModelError as error:
            failed = error
        finally:
            # Also on cancellation: synchronous, so that nothing can come between the reply and its keeping.
            draft = StoredDraft(number, whole, "".join(text))
            readable = whole or bool(parse_reply(draft.reply).claims)
            if readable:
                self._thoughts.keep_draft(context.digest, self._model.name, draft)
            self._settle(
                reservation, prompt, draft.reply, usage, nothing_done=failed is not None and not failed.started
            )
        if failed is not None and not readable:
            raise failed
        return draft

    def _reserved(self, context: Context, prompt: Prompt) -> Reservation | Refused:
        purpose = Purpose(self._repository, context.path, context.symbol, self._model.name)
        worst = prompt.bytes_total + TEMPLATE_TOKENS_MAX + prompt.reply_tokens_max
        if self._run.tokens_left is not None and worst > self._run.tokens_left:
            return Refused("this run's tokens are spent or reserved", self._run.tokens_left)
        result = self._ledger.reserve(purpose, self.price, self.caps, prompt.bytes_total, prompt.reply_tokens_max)
        if isinstance(result, Reservation) and self._run.tokens_left is not None:
            self._run.tokens_left -= result.tokens_max
        return result

    def _settle(
        self, reservation: Reservation, prompt: Prompt, reply: str, usage: Usage | None, *, nothing_done: bool
    ) -> None:
        estimate = tokens_estimate(prompt.system) + tokens_estimate(prompt.user)
        if usage is not None and was_truncated(estimate, usage.input_tokens):
            reason = (
                f"reads only {usage.input_tokens} tokens of a prompt of about {estimate}: set a longer context there"
            )
            self._model.limit_context(usage.input_tokens, reason)
            self._hear(f"{self._model.name} {reason}")
        if nothing_done:
            self._ledger.release(reservation)
            taken = Usage(0, 0)
        else:
            taken = usage or Usage(
                min(reservation.input_tokens_max, math.ceil(estimate * (1 + ESTIMATE_ERROR))),
                min(reservation.output_tokens_max, math.ceil(tokens_estimate(reply) * (1 + ESTIMATE_ERROR))),
            )
            self._ledger.settle(reservation, taken, estimated=usage is None)
        spent = taken.input_tokens + taken.output_tokens
        self._run.spent_tokens += spent
        if self._run.tokens_left is not None:
            self._run.tokens_left += reservation.tokens_max - spent

    def _too_much(self, context: Context, reply_max: int) -> Refused | None:
        """Whether not even one draft of this context can be paid for, without reserving anything yet."""
        worst = prompt_for(context, 0, reply_max, self._wording).bytes_total + TEMPLATE_TOKENS_MAX + reply_max
        left = self._ledger.tokens_left_today(self.caps)
        if self._run.tokens_left is not None and self._run.tokens_left < min(worst, left):
            return Refused("this run's tokens are spent or reserved", self._run.tokens_left)
        return Refused(self._ledger.out_of_tokens(self.caps), left) if worst > left else None

    def _affordable(self, context: Context, tokens_left: int, reply_max: int) -> int:
        """How large a context the rest of the budget can pay for, in the worst case."""
        size = prompt_for(context, 0, reply_max, self._wording).bytes_total
        overhead = len(self._wording.system.encode()) + TEMPLATE_TOKENS_MAX + reply_max + 500
        return int((tokens_left - overhead) * context.tokens / max(1, size) * 0.9)

    def _is_saturated(self, stored: dict[int, StoredDraft], quotes: QuoteIndex, material: Material) -> bool:
        """Whether the latest draft added almost nothing that survives to the ones before it."""
        verified = [
            verify(parse_reply(draft.reply), quotes, material.record).thoughts for _, draft in sorted(stored.items())
        ]
        return len(verified) > 1 and saturated(merge(verified[:-1]), verified[-1])

    def _assembled(
        self, context: Context, drafts: Sequence[StoredDraft], quotes: QuoteIndex, material: Material
    ) -> Enriched:
        dropped: Counter[str] = Counter()
        survivors: list[tuple[Thought, ...]] = []
        for draft in sorted(drafts, key=lambda draft: draft.number):
            verified = verify(parse_reply(draft.reply), quotes, material.record)
            survivors.append(verified.thoughts)
            dropped.update(verified.dropped)
        return enrich(context, merge(survivors), len(drafts), dict(dropped), self._sleep.enriched_tokens_max)


def build(material: Material, tokens_max: int) -> Context:
    """The context with secrets blotted out, in place: what is sent and what quotes are checked against."""
    return with_texts(build_context(material, tokens_max), lambda text: redact(text)[0])


def prompt_for(context: Context, draft: int, reply_tokens_max: int, wording: Wording = CODE) -> Prompt:
    """One draft's request."""
    temperature = WARM_TEMPERATURE if draft else 0.0
    return Prompt(wording.system, user_prompt(context, draft, wording), reply_tokens_max, temperature, wording.schema)
