"""What a language model is to the rest of the program: a prompt goes in, pieces of text and a bill come out.

Plain values and one small protocol. It must not know which library or endpoint answers: `model_client` does, and the
scripted models of the tests do as well.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Literal, Protocol

import msgspec

REPLY_BYTES_MAX = 262_144
"""Beyond this a reply is cut and its connection closed, whatever the endpoint was asked for."""

TRUNCATED_TOKENS_MIN = 1000

Failure = Literal["unreachable", "timeout", "rate_limited", "server", "refused", "malformed", "too_long"]


class Prompt(msgspec.Struct, frozen=True):
    """One request. `system` and the start of `user` stay the same between requests, so that prompt caches hit."""

    system: str
    user: str
    reply_tokens_max: int
    temperature: float = 0.0
    schema: dict[str, Any] | None = None
    """The JSON schema of the wanted reply; endpoints that do not offer structured output get it as words only."""

    @property
    def bytes_total(self) -> int:
        """An upper bound of the prompt's tokens for every tokenizer that works on bytes, template aside."""
        return len(self.system.encode("utf-8", "replace")) + len(self.user.encode("utf-8", "replace"))

    def exact_text(self) -> str:
        """What is sent, as a person reads it in `forethought sent`."""
        return f"[system]\n{self.system}\n\n[user]\n{self.user}\n"


class Usage(msgspec.Struct, frozen=True):
    """What the endpoint says that a request took, in its own tokens."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    """The part of `input_tokens` that came from the endpoint's prompt cache."""


class Delta(msgspec.Struct, frozen=True):
    """The next piece of a reply. Empty while a reasoning model thinks: a sign of life."""

    text: str


class Done(msgspec.Struct, frozen=True):
    """The end of a reply."""

    finish: str
    """`stop`, `length` (the endpoint's limit) or `cut` (ours)."""
    usage: Usage | None
    """None where the endpoint does not say."""


class ModelError(Exception):
    """A request that came to nothing, or, with `started`, to less than a whole reply.

    `retry_after_s` is what the endpoint asked for, where it asked.
    """

    def __init__(self, kind: Failure, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind: Failure = kind
        self.retry_after_s = retry_after_s
        self.started = False
        """Whether the endpoint had begun to work, so that the request may be billed."""


class Model(Protocol):
    """What answers prompts. Cancelling the task that iterates over `stream` closes the connection."""

    @property
    def name(self) -> str:
        """The model's name, as the ledger and the price table know it."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        """The reply, ending with one `Done`. Raises `ModelError`."""
        ...

    async def context_tokens(self) -> int | None:
        """How many tokens prompt and reply may have together; None where nobody knows."""
        ...

    def limit_context(self, tokens: int, reason: str) -> None:
        """Remembers that the endpoint takes less than it says."""
        ...

    async def log_probability(self, context: str, continuation: str) -> float | None:
        """The mean log-probability per token of `continuation` after `context`; None where it is not offered."""
        ...

    async def close(self) -> None:
        """Gives the connections back."""
        ...


def was_truncated(estimated_tokens: int, counted_tokens: int) -> bool:
    """Whether an endpoint read less than it was sent, by its own count: some cut the prompt without a word.

    Tokenizers differ by less than a third from the estimate, so half as many again is a cut; and a cut count sits right
    at a limit that somebody typed. Few tokens mean that only what was new to a prompt cache was counted: no cut.
    """
    if counted_tokens < TRUNCATED_TOKENS_MIN:
        return False
    at_typed_limit = -counted_tokens % 1024 <= 8
    return estimated_tokens > counted_tokens * (1.1 if at_typed_limit else 1.5)


class Reply(msgspec.Struct, frozen=True):
    """A whole reply."""

    text: str
    finish: str
    usage: Usage | None


async def complete(model: Model, prompt: Prompt) -> Reply:
    """The whole reply at once, for callers to whom nobody listens. Raises `ModelError`."""
    text: list[str] = []
    finish, usage = "stop", None
    async for piece in model.stream(prompt):
        if isinstance(piece, Done):
            finish, usage = piece.finish, piece.usage
        else:
            text.append(piece.text)
    return Reply("".join(text), finish, usage)
