"""One file's text and what its query captured, as the rest of the reading asks for them: by byte span.

It must not know what the captures mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyzers.facts import OPAQUE
from analyzers.languages.typescript.pieces import NAME_BYTES_MAX, dotted_name
from analyzers.syntax import Node

ITEMS_MAX = 200_000
"""What is kept of each kind of fact in one file."""


class Text:
    """A file's text and captures while it is read."""

    __slots__ = ("ascii", "captures", "data", "latin", "notes")

    def __init__(self, data: bytes, captures: Mapping[str, list[Node]], notes: list[str]) -> None:
        self.data, self.captures, self.notes = data, captures, notes
        # Latin-1 has one character a byte, so byte spans index it; what is not ASCII is decoded on the way out.
        self.latin = data.decode("latin-1")
        self.ascii = self.latin.isascii()

    def nodes(self, capture: str) -> list[Node]:
        """What a capture found, in the order of the source."""
        found = self.captures.get(capture, [])
        if len(found) > ITEMS_MAX:
            self.notes.append(f"more than {ITEMS_MAX} of {capture}: the rest is left out")
            return found[:ITEMS_MAX]
        return found

    def steps(self, capture: str, *parts: str) -> Iterable[tuple[Node, ...]]:
        """The nodes of one pattern together: the whole, and those of its named parts."""
        if capture not in self.captures:  # Most files hold few of the kinds.
            return ()
        columns = [self.nodes(capture), *[self.captures.get(f"{capture}.{part}", []) for part in parts]]
        return zip(*columns, strict=False)

    def of(self, node: Node) -> str:
        """A node's text."""
        if self.ascii:
            return self.latin[node.start_byte : node.end_byte]
        return self.span(node.start_byte, node.end_byte)

    def span(self, start: int, end: int) -> str:
        """The text between two offsets."""
        if self.ascii:
            return self.latin[start:end]
        return self.data[start:end].decode("utf-8", "replace")

    def dotted(self, node: Node | None) -> str:
        """A dotted name as written, without its arguments; `OPAQUE` for anything else."""
        if node is None or node.end_byte - node.start_byte > NAME_BYTES_MAX:
            return OPAQUE
        return dotted_name(self.of(node))
