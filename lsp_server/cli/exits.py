"""Exit codes, and the one-line failure that carries one. Knows no command."""

from __future__ import annotations

FAILED = 1
"""The command ran, and what it reports is bad: `doctor` found a problem, an analysis did not finish."""
USAGE = 2
"""A bad flag or argument."""
UNREADABLE = 3
"""A path that does not exist, or that may not be read."""
STORE = 4
"""The index or the journal is locked or damaged."""
INTERRUPTED = 130
"""Ctrl-C."""


class Failure(Exception):
    """An expected failure: one line for the person, and the exit code for the script."""

    def __init__(self, code: int, line: str) -> None:
        super().__init__(line)
        self.code = code
        self.line = line
