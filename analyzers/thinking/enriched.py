"""The enriched context `c′`: an anchor's verified claims, kept small on purpose, because every question reads it.

It must not grow beyond its budget, whatever the drafts held; what does not fit is counted, not squeezed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from analyzers.records import Dependency
from analyzers.thinking.context import Context
from analyzers.thinking.tokens import tokens_estimate
from analyzers.thinking.verify import Thought

ENRICHED_SHARE_MAX = 0.2
"""c′ is at most a fifth of its c: a longer one saves too little at each reading."""
ENRICHED_TOKENS_MIN = 120
"""Room for two or three claims even where c is tiny."""


class Enriched(msgspec.Struct, frozen=True):
    """What thinking left behind for one anchor."""

    path: str
    symbol: str
    context_digest: str
    """The context that it was thought from; the same context is never thought about twice."""
    thoughts: tuple[Thought, ...]
    """The most agreed upon first."""
    depends: tuple[Dependency, ...]
    context_tokens: int
    tokens: int
    drafts: int
    dropped: dict[str, int] = {}
    """Why claims did not survive, by reason, `over budget` among them."""


def enrich(
    context: Context, thoughts: Sequence[Thought], drafts: int, dropped: dict[str, int], tokens_max: int
) -> Enriched:
    """Keeps the best thoughts that fit: `tokens_max`, or a fifth of the context where that is less."""
    budget = min(tokens_max, max(ENRICHED_TOKENS_MIN, int(context.tokens * ENRICHED_SHARE_MAX)))
    kept: list[Thought] = []
    for thought in thoughts:
        if thought.claim.places and tokens_estimate(_rendered([*kept, thought])) <= budget:
            kept.append(thought)
    counts = dict(dropped)
    if len(kept) < len(thoughts):
        counts["over budget"] = counts.get("over budget", 0) + len(thoughts) - len(kept)
    return Enriched(
        context.path,
        context.symbol,
        context.digest,
        tuple(kept),
        context.depends,
        context.tokens,
        tokens_estimate(_rendered(kept)),
        drafts,
        counts,
    )


def enriched_text(enriched: Enriched) -> str:
    """`c′` as a model reads it when a question is asked: one claim a line, ending with its place."""
    return _rendered(enriched.thoughts)


def _rendered(thoughts: Sequence[Thought]) -> str:
    lines = []
    for thought in thoughts:
        place = thought.claim.places[0]
        lines.append(f"- {thought.claim.text} [{place.path}:{place.line}]")
    return "\n".join(lines)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Enriched)


def encode(enriched: Enriched) -> bytes:
    """An enriched context as bytes for the journal."""
    return _encoder.encode(enriched)


def decode(data: bytes) -> Enriched:
    """The inverse of `encode`. Raises `msgspec.MsgspecError` on other bytes."""
    return _decoder.decode(data)
