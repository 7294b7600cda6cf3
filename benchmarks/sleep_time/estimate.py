"""What a run would cost, found by running it with a model that counts: the same code asks the same questions.

Replies that are recorded already are replayed and cost nothing. The others count at the most that they may say, and
every draft leaves notes that survive, so that each way of reading is counted as one of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncGenerator

import msgspec

from analyzers.thinking.tokens import tokens_estimate
from lsp_server.ledger import cost_micros
from lsp_server.model import Delta, Done, Prompt, Usage
from lsp_server.model_settings import Price

_FENCE = re.compile(r"<<<\w+ S1 [^\n]*\n(.*?)\n\w+>>>", re.S)


class Cost(msgspec.Struct, frozen=True):
    """What is left to be paid for."""

    calls: int
    recorded: int
    input_tokens: int
    output_tokens_max: int
    micros: int
    """Millionths of the price table's currency."""

    def sentence(self, tokens_per_s: float) -> str:
        """One line for a person; `tokens_per_s` is what the recorded calls were generated at, 0 where unknown."""
        words = (
            f"{self.calls:,} calls to make, {self.recorded:,} recorded already; about {self.input_tokens:,} tokens in, "
        )
        words += f"at most {self.output_tokens_max:,} out"
        if self.micros:
            words += f", at most {self.micros / 1_000_000:.2f} of money"
        if tokens_per_s and self.calls:
            words += (
                f"; at most {self.output_tokens_max / tokens_per_s / 60:.0f} minutes at {tokens_per_s:.0f} tokens/s"
            )
        return words


class Counter:
    """Implements `model.Model`: counts what it is asked. A draft quotes the first line that it is shown."""

    def __init__(self, name: str, context_tokens: int) -> None:
        self.name = name
        self.calls = 0
        self.input_tokens = 0
        self.output_tokens_max = 0
        self._context_tokens = context_tokens

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        self.calls += 1
        size = tokens_estimate(prompt.system + prompt.user)
        self.input_tokens += size
        self.output_tokens_max += prompt.reply_tokens_max
        yield Delta(_noted(prompt) if prompt.schema is not None else "")
        yield Done("stop", Usage(size, 0))

    async def context_tokens(self) -> int | None:
        return self._context_tokens

    def limit_context(self, tokens: int, reason: str) -> None:
        """Nothing that counts can be cut."""

    async def log_probability(self, context: str, continuation: str) -> float | None:
        self.calls += 1
        self.input_tokens += tokens_estimate(context + continuation)
        self.output_tokens_max += 1
        return 0.0

    async def close(self) -> None:
        """Nothing is open."""

    def cost(self, recorded: int, price: Price) -> Cost:
        """The sums."""
        micros = cost_micros(price, Usage(self.input_tokens, self.output_tokens_max))
        return Cost(self.calls, recorded, self.input_tokens, self.output_tokens_max, micros)


def _noted(prompt: Prompt) -> str:
    """A draft whose one claim survives, and is another one than that of any other prompt."""
    lines = _FENCE.search(prompt.user)
    quote = max(lines[1].splitlines(), key=len) if lines and lines[1] else ""
    digest = hashlib.blake2b(prompt.user.encode("utf-8", "replace"), digest_size=16).hexdigest()
    words = " ".join(f"w{digest[at : at + 4]}" for at in range(0, 32, 4))
    return json.dumps({"claims": [{"about": "values", "text": words, "span": "S1", "quote": quote}]})
