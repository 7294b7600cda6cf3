"""The text of a file as records cite it: lines, and quotes of one line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from analyzers.facts import FileFacts

QUOTE_CHARACTERS_MAX = 120
"""Length of a quoted line; the rest is cut."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text with what is needed to cite it."""

    data: bytes
    facts: FileFacts

    def line(self, offset: int) -> int:
        """The line of an offset, counted from 1."""
        return bisect_right(self.facts.line_starts, offset)

    def quote(self, start: int, end: int) -> str:
        """The text of a span, cut to one line."""
        text = self.data[start:end].decode("utf-8", "replace")
        first, _, rest = text.strip().partition("\n")
        cut = first.rstrip()
        if rest or len(cut) > QUOTE_CHARACTERS_MAX:
            cut = cut[: QUOTE_CHARACTERS_MAX - 1].rstrip() + " …"
        return cut


Sources = Callable[[str], Source | None]
"""The text of a workspace file by its path."""
