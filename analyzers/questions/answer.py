"""Answers as plain values: what a question family returns and what hover, terminal, chat and agents render.

Nothing here knows Markdown, the language server protocol or colours.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from analyzers.records import Confidence, Place

Provenance = Literal["static", "history", "runtime", "model"]
Freshness = Literal["fresh", "stale", "absent"]

GLANCE_CLAIMS = 4
"""Claims of one answer that a hover shows, where the kind does not say."""


class Claim(msgspec.Struct, frozen=True, gc=False):
    """One sentence of an answer. `text` may hold `code` in backquotes and no other markup."""

    text: str
    confidence: Confidence
    places: tuple[Place, ...]
    """What shows it, best first. Never empty except for a claim that says that something was not found."""
    provenance: Provenance = "static"


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The answer to one question about one anchor, the conclusion first."""

    kind: str
    """The kind's name in the catalogue: `callers`, `raises`, `why_none` …"""
    path: str
    symbol: str
    """Qualified name of the anchor in `path`; empty for the module itself."""
    question: str
    """Worded as a colleague would: `Why can this be None?`"""
    conclusion: str
    """What a person can act on, in one clause: `two ways`, `nobody calls it`."""
    confidence: Confidence
    claims: tuple[Claim, ...] = ()
    freshness: Freshness = "fresh"
    stale_because: tuple[str, ...] = ()
    """Names of what changed since; only where `freshness` is `stale`."""
    unknown: tuple[str, ...] = ()
    """What was looked for and not found, or cannot be known: one clause each."""
    weight: float = 0.0
    """How likely it is that this is what the person wants here; only the order matters."""
    glance: int = GLANCE_CLAIMS
    """How many of the first claims are shown to somebody who did not ask; the others are for who does."""
