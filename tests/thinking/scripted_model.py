"""A model that says what the test tells it to, takes as long as it is told, and keeps what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from analyzers.thinking.tokens import tokens_estimate
from lsp_server.model import Delta, Done, ModelError, Prompt, Usage

Script = Callable[[Prompt], Any]
"""What to say: a text, a list of texts and pauses in seconds, or an error."""


class ScriptedModel:
    """Answers prompt after prompt by its script."""

    name = "scripted"

    def __init__(self, script: Script, *, context: int | None = 16_384, bills: bool = True) -> None:
        self.script = script
        self.context = context
        self.bills = bills
        self.prompts: list[Prompt] = []
        self.closed = 0
        """Streams that ended before their time."""
        self.at_once_max = 0
        self._open = 0
        self.log_probabilities: Callable[[str, str], float | None] = lambda context, continuation: None
        self.billed_tokens = 0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        self.prompts.append(prompt)
        self._open += 1
        self.at_once_max = max(self.at_once_max, self._open)
        ended = False
        said = ""
        try:
            steps = self.script(prompt)
            for step in steps if isinstance(steps, list) else [steps]:
                if isinstance(step, ModelError):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    said += step
                    yield Delta(step)
            usage = Usage(tokens_estimate(prompt.system + prompt.user), tokens_estimate(said), 0)
            self.billed_tokens += usage.input_tokens + usage.output_tokens
            ended = True
            yield Done("stop", usage if self.bills else None)
        finally:
            self._open -= 1
            self.closed += not ended

    async def context_tokens(self) -> int | None:
        return self.context

    def limit_context(self, tokens: int, reason: str) -> None:
        self.context = min(self.context or tokens, tokens)

    async def log_probability(self, context: str, continuation: str) -> float | None:
        return self.log_probabilities(context, continuation)

    async def close(self) -> None:
        pass
