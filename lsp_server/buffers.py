"""Open buffers: the text the editor shows, edited in place, each with a syntax tree that keeps up.

Owns the text of open documents, their trees, and where each saved byte has moved since. Only the event loop's thread
may touch a buffer. Trees are made when somebody asks, with a deadline: beyond it the last tree serves. Knows no store
and no feature.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzers import syntax
from analyzers.text import Encoding, Lines, blob_name

PARSED_BYTES_MAX = 4 * 1024 * 1024
"""A larger buffer has no tree: parsing it would hold up the editor."""
PARSE_MS_MAX = 50
"""How long a request may wait for a buffer's tree."""
EDITS_MAX = 4_000
"""Edits remembered; older saved texts can then no longer be followed to the present one."""

Range = tuple[int, int, int, int]
"""Start line, start character, end line, end character, in the client's unit, as the protocol sends them."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of the text before became `start` to `new_end` of the text after."""

    start: int
    end: int
    new_end: int


@dataclass(slots=True)
class Buffer:
    """One open document. Mutable; belongs to the event loop's thread."""

    path: str
    """Relative to the repository, with forward slashes."""
    grammar: syntax.Grammar | None
    version: int
    data: bytes
    lines: Lines = field(init=False)
    _syntax: syntax.Syntax | None = field(init=False, default=None)
    _blob: str = field(init=False, default="")
    _edits: list[Edit] = field(init=False, default_factory=list)
    _saved: dict[str, int] = field(init=False, default_factory=dict)
    """Blobs that the text was once, and how many edits had been made by then."""

    def __post_init__(self) -> None:
        self.lines = Lines(self.data)
        self.mark_saved()

    @property
    def blob(self) -> str:
        """The name that the buffer's text would have as a file."""
        if not self._blob:
            self._blob = blob_name(self.data)
        return self._blob

    @property
    def edits(self) -> int:
        """How many edits are remembered; typing on is one edit that grows."""
        return len(self._edits)

    @property
    def edited_at(self) -> int:
        """Where the last edit began, in the present text; 0 where none is remembered."""
        return self._edits[-1].start if self._edits else 0

    @property
    def tree_is_current(self) -> bool:
        """Whether the last tree that was made is of the present text."""
        return self._syntax is not None and self._syntax.data is self.data

    def replace(self, text: str, version: int) -> None:
        """Take a whole new text."""
        new = to_bytes(text)
        start, end, new_end = difference(self.data, new)
        self._change(Edit(start, end, new_end), new, version)

    def edit(self, span: Range, text: str, encoding: Encoding, version: int) -> None:
        """Replace one range. Ranges outside the text are clamped to it."""
        start = self.lines.offset(span[0], span[1], encoding)
        end = max(start, self.lines.offset(span[2], span[3], encoding))
        new = to_bytes(text)
        self._change(Edit(start, end, start + len(new)), self.data[:start] + new + self.data[end:], version)

    def mark_saved(self) -> None:
        """The text is now what the file holds."""
        self._saved[self.blob] = len(self._edits)

    def tree(self) -> syntax.Syntax | None:
        """The syntax tree of the text, or the last one where parsing takes too long: compare its `data`."""
        if self.grammar is None or len(self.data) > PARSED_BYTES_MAX:
            return None
        if self._syntax is None or self._syntax.data is not self.data:
            deadline = time.monotonic() + PARSE_MS_MAX / 1000

            def late() -> bool:
                return time.monotonic() > deadline

            if self._syntax is None:
                parsed = syntax.parse(self.grammar, self.data, late)
            else:
                parsed = syntax.reparse(self.grammar, self._syntax, self.data, late)
            if parsed is not None:
                # A text that is equal again keeps its tree; take the present text along, so that identity says so.
                self._syntax = syntax.Syntax(self.data, parsed.tree)
        return self._syntax

    def follow(self, offset: int, blob: str) -> int | None:
        """Where the byte at `offset` of an earlier saved text is now; None where that text is not remembered.

        A byte that was replaced is where its replacement starts.
        """
        since = self._saved.get(blob)
        if since is None:
            return None
        for edit in self._edits[since:]:
            if offset >= edit.end and offset > edit.start:
                offset += edit.new_end - edit.end
            elif offset >= edit.end and edit.end == edit.start:
                offset += edit.new_end - edit.end  # Text put right before the byte pushes it on.
            elif offset > edit.start:
                offset = edit.start
        return offset

    def trace_back(self, offset: int, blob: str) -> int | None:
        """The inverse of `follow`: where a byte of the present text was in an earlier saved one."""
        since = self._saved.get(blob)
        if since is None:
            return None
        for edit in reversed(self._edits[since:]):
            if offset >= edit.new_end:
                offset += edit.end - edit.new_end
            elif offset > edit.start:
                offset = edit.start
        return offset

    def _change(self, edit: Edit, data: bytes, version: int) -> None:
        self.data, self.version, self._blob = data, version, ""
        self.lines = Lines(data)
        last = self._edits[-1] if self._edits and len(self._edits) not in self._saved.values() else None
        if last is not None and edit.start == edit.end == last.new_end:
            self._edits[-1] = Edit(last.start, last.end, edit.new_end)  # Typing: one growing edit, not one a key.
        else:
            self._edits.append(edit)
        if len(self._edits) > EDITS_MAX:
            self._edits.clear()
            self._saved.clear()


class Buffers:
    """All open buffers by their URI. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Buffer] = {}

    def __iter__(self) -> Iterator[Buffer]:
        return iter(self._by_uri.values())

    def get(self, uri: str) -> Buffer | None:
        return self._by_uri.get(uri)

    def open(self, uri: str, buffer: Buffer) -> None:
        self._by_uri[uri] = buffer

    def close(self, uri: str) -> Buffer | None:
        return self._by_uri.pop(uri, None)


def to_bytes(text: str) -> bytes:
    """A client's text as UTF-8. Half a surrogate pair becomes `?`, which counts the same in every encoding."""
    return text.encode("utf-8", "replace")


def difference(old: bytes, new: bytes) -> tuple[int, int, int]:
    """The one range in which two texts differ: its start, its end in the old one, its end in the new one."""
    start = _common(old, new)
    rest = min(len(old), len(new)) - start
    tail = _common(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    return start, len(old) - tail, len(new) - tail


def _common(left: bytes, right: bytes) -> int:
    """How many leading bytes are equal, by halving: comparing slices runs at the speed of memory."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
