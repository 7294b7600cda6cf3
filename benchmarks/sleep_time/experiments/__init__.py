"""The eight experiments, by number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from benchmarks.sleep_time.experiments import (
    accuracy,
    code,
    context_only,
    drafts,
    predictability,
    recall,
    sampling,
    sharing,
)
from benchmarks.sleep_time.findings import Finding
from benchmarks.sleep_time.world import World

EXPERIMENTS: dict[int, tuple[str, Callable[[World], Awaitable[Finding]]]] = {
    1: (accuracy.TITLE, accuracy.run),
    2: (drafts.TITLE, drafts.run),
    3: (sharing.TITLE, sharing.run),
    4: (sampling.TITLE, sampling.run),
    5: (predictability.TITLE, predictability.run),
    6: (context_only.TITLE, context_only.run),
    7: (recall.TITLE, recall.run),
    8: (code.TITLE, code.run),
}
"""Number → title and what runs it."""
