"""Between the client's positions and ours: the one place where features convert them."""

from __future__ import annotations

from lsprotocol import types

from analyzers.text import Encoding, Lines
from lsp_server.session import Document


def offset_at(document: Document, position: types.Position, encoding: Encoding) -> int:
    """The byte offset in the document's present text."""
    return document.lines.offset(position.line, position.character, encoding)


def range_of(lines: Lines, start: int, end: int, encoding: Encoding) -> types.Range:
    """A half-open span of bytes as the client counts."""
    return types.Range(types.Position(*lines.position(start, encoding)), types.Position(*lines.position(end, encoding)))
