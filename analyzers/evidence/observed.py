"""What was seen when the code ran, about one symbol: coverage, failures and recorded frames, as plain values."""

from __future__ import annotations

import msgspec

from analyzers.records import Place


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A test that ran the symbol, as coverage contexts or the plugin's frames recorded it."""

    path: str
    name: str
    line: int
    failed: bool = False


class Failure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A failure whose traceback passed through the symbol, or whose test reaches it."""

    type: str
    message: str
    place: Place
    """Where in this symbol the traceback stood."""
    test: str = ""
    """The failing test's qualified name, where a test provoked it."""


class Observed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything that was seen of one symbol."""

    tests: tuple[Seen, ...] = ()
    failures: tuple[Failure, ...] = ()
    lines_run: int = 0
    lines_missed: tuple[Place, ...] = ()
    measured: bool = False
    """Whether coverage was recorded for the file at all, so that an empty `tests` means that none ran it."""
