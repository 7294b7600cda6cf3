"""Suspicions: what in a piece of source looks like a mistake by itself, as plain values."""

from __future__ import annotations

import msgspec

from analyzers.records import Confidence


class Suspicion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One place that looks wrong. Offsets count from the start of the text that was looked at."""

    check: str
    """The check's name: `always_true`, `spent_iterator`, `not_released` …"""
    text: str
    """What is wrong, in one clause that may hold `code` in backquotes."""
    confidence: Confidence
    start: int
    end: int
