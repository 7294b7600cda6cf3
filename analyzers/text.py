"""Positions: the one module that converts between byte offsets and a client's lines and characters.

Inside Forethought every position is a byte offset into the UTF-8 text, and every span is half-open. Lines end where
the language server protocol says they end (`\\n`, `\\r\\n`, `\\r`), which is not where `str.splitlines` says.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate


class Encoding(StrEnum):
    """The unit in which a client counts characters within a line."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def line_starts(data: bytes) -> tuple[int, ...]:
    """The byte offset of each line's start. Of bytes, `splitlines` knows the protocol's three line ends and no other.
    It runs at the speed of C."""
    starts = tuple(accumulate(map(len, data.splitlines(keepends=True)), initial=0))
    return starts if data.endswith((b"\n", b"\r")) or not data else starts[:-1]


class Lines:
    """Where each line of a text starts. Lines and characters are counted from 0."""

    __slots__ = ("_starts", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts: Sequence[int] | None = None

    @property
    def starts(self) -> Sequence[int]:
        """`line_starts` of the text, made when it is first asked for: most texts are only quoted."""
        if self._starts is None:
            self._starts = array("I", line_starts(self.data))
        return self._starts

    def line_of(self, offset: int) -> int:
        """The line, counted from 0, that holds the byte at `offset` (clamped to the text)."""
        return bisect_right(self.starts, max(0, min(offset, len(self.data)))) - 1

    def span_of_line(self, line: int) -> tuple[int, int]:
        """The half-open span of a line without its ending; lines outside the text are clamped."""
        line = max(0, min(line, len(self.starts) - 1))
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.data)
        while end > start and self.data[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """(line, character) of a byte offset, characters counted in the client's unit."""
        offset = max(0, min(offset, len(self.data)))
        line = self.line_of(offset)
        before = self.data[self.starts[line] : offset]
        if encoding is Encoding.UTF8 or before.isascii():
            return line, len(before)
        text = before.decode("utf-8", "replace")
        if encoding is Encoding.UTF32:
            return line, len(text)
        return line, len(text.encode("utf-16-le", "surrogatepass")) // 2

    def offset(self, line: int, character: int, encoding: Encoding) -> int:
        """The byte offset of a client's position; past the line's end means its end."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.data)
        start, end = self.span_of_line(line)
        raw = self.data[start:end]
        character = max(0, character)
        if encoding is Encoding.UTF8:
            return start + min(character, len(raw))
        if raw.isascii():
            return start + min(character, len(raw))
        units = 0
        offset = start
        for char in raw.decode("utf-8", "replace"):
            if units >= character:
                break
            units += 2 if encoding is Encoding.UTF16 and ord(char) > 0xFFFF else 1
            offset += len(char.encode("utf-8", "surrogatepass"))
        return min(offset, end)


def line_at(data: bytes, offset: int) -> int:
    """`Lines(data).line_of(offset)`, without looking for all the other lines where newlines alone end them."""
    if data.find(b"\r", 0, offset + 1) >= 0:
        return Lines(data).line_of(offset)
    return data.count(b"\n", 0, max(0, offset))


def blob_name(raw: bytes) -> str:
    """The name of a blob: the hash of its raw bytes."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def span_digest(data: bytes, start: int, end: int) -> str:
    """A short digest of a span's text, by which an answer recognises the source that it was made from."""
    return hashlib.blake2b(data[start:end], digest_size=8).hexdigest()
