"""What was seen when the code ran, about one symbol: coverage and failing tests, as plain values."""

from __future__ import annotations

import msgspec

from analyzers.evidence.failing import FailingTest, SeenSuspect
from analyzers.records import Place


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A test that ran the symbol, as coverage's contexts recorded it."""

    path: str
    name: str
    line: int
    failed: bool = False


class Observed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything that was seen of one symbol."""

    tests: tuple[Seen, ...] = ()
    lines_run: int = 0
    lines_missed: tuple[Place, ...] = ()
    measured: bool = False
    """Whether coverage was recorded for the file at all, so that nothing run means that nothing ran it."""
    contexts: bool = False
    """Whether it was recorded which test ran what, so that an empty `tests` means that none ran it."""
    fails: FailingTest | None = None
    """What is known of it where it is a test that fails at present."""
    suspected: tuple[tuple[FailingTest, SeenSuspect], ...] = ()
    """The failing tests that it may be at fault for."""
