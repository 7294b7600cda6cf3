"""Syntax trees: the only module that imports tree-sitter.

It owns how bytes become text and text becomes a tree, also for a buffer that is being edited, and it knows no
language: a grammar and its queries come from `languages`. Parsing never raises for what a file holds; it gives up
where the caller says so or where a file costs too much, and then there is no tree.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import tree_sitter
from tree_sitter import Node

__all__ = ["Grammar", "Node", "Query", "Syntax", "decode", "first_error", "parse", "reparse"]

PARSE_STEPS_MAX = 20_000
"""Progress reports of the parser after which it gives up; 1 MB of ordinary code takes about 6,000.

A count, not a time, so that facts stay a pure function of the bytes. A quote that is opened before 5 MB of text and
never closed costs about two seconds this way; without a limit, recovering from that error takes minutes.
"""

_CHUNK_BYTES = 1 << 16
_WORD_BYTES = 1 << 6
"""What most nodes whose text is asked for are no longer than; a whole chunk copied for each costs seconds a package."""
_CODING = re.compile(rb"^[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_SLOW_CODECS = ("punycode", "idna")
"""Take quadratic time, and nobody's sources are written in them."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

GiveUp = Callable[[], bool]
"""Asked every few microseconds while parsing; true ends it. The caller's clock lives in here."""


class Grammar:
    """A tree-sitter language, made from the pointer that its package exports."""

    __slots__ = ("_language",)

    def __init__(self, pointer: object) -> None:
        self._language = tree_sitter.Language(pointer)

    def query(self, source: str) -> Query:
        """Compiles the text of a `.scm` file. Raises `ValueError` where it does not fit the grammar."""
        return Query(tree_sitter.Query(self._language, source))

    def field(self, name: str) -> int:
        """The number of a field: finding a child by it takes a third of the time that it takes by name."""
        number = self._language.field_id_for_name(name)
        if number is None:
            raise ValueError(f"no field is called {name}")
        return number

    def parser(self) -> tree_sitter.Parser:
        """A parser of its own for each parse: a cancelled one remembers where it was."""
        return tree_sitter.Parser(self._language)


class Query:
    """A compiled query. Queries hold no text predicates: a tree here does not keep its text."""

    __slots__ = ("_query",)

    def __init__(self, query: tree_sitter.Query) -> None:
        self._query = query

    def captures(self, node: Node) -> dict[str, list[Node]]:
        """The captured nodes by capture name, each list in the order in which a reader meets them."""
        found: defaultdict[str, list[Node]] = defaultdict(list)
        # `QueryCursor.captures` goes through a set and loses the order; facts must be the same every time.
        for _, captured in tree_sitter.QueryCursor(self._query).matches(node):
            for name, nodes in captured.items():
                found[name] += nodes
        return found


@dataclass(frozen=True, slots=True)
class Syntax:
    """A text and its tree. Trees are not changed in place: an edit makes a new one."""

    data: bytes
    tree: tree_sitter.Tree

    @property
    def root(self) -> Node:
        """The node that stands for the whole file."""
        return self.tree.root_node


def decode(raw: bytes) -> tuple[bytes, str]:
    """The text of a blob as UTF-8, and a note where it was not read as plainly as that.

    Follows PEP 263: a byte order mark, then a coding line among the first two, then UTF-8. A mark is left out, as
    editors leave it out of a document's text. What cannot be decoded becomes replacement characters.
    """
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            body = raw[len(bom) :]
            return (body, "") if encoding == "utf-8" and _is_utf8(body) else _transcode(body, encoding)
    match = _coding_line(raw)
    declared = match.decode("ascii").lower().replace("_", "-") if match else "utf-8"
    if declared in ("utf-8", "utf8", "ascii", "us-ascii"):
        return (raw, "") if _is_utf8(raw) else _transcode(raw, "utf-8")
    return _transcode(raw, declared)


def parse(grammar: Grammar, data: bytes, give_up: GiveUp | None = None) -> Syntax | None:
    """The tree of a UTF-8 text; None where parsing was given up."""
    return _parse(grammar, data, None, give_up)


def reparse(grammar: Grammar, before: Syntax, data: bytes, give_up: GiveUp | None = None) -> Syntax | None:
    """The tree of a changed text, made from the tree of the text before it; None where parsing was given up.

    The change is found by comparing the texts, so any number of edits may lie between the two.
    """
    old = before.data
    start = _common_prefix(old, data)
    tail = _common_suffix(old, data, min(len(old), len(data)) - start)
    if start == len(old) == len(data):
        return before
    tree = before.tree.copy()
    old_end, new_end = len(old) - tail, len(data) - tail
    tree.edit(start, old_end, new_end, _point(data, start), _point(old, old_end), _point(data, new_end))
    return _parse(grammar, data, tree, give_up)


def first_error(syntax: Syntax) -> int:
    """The byte offset of the first syntax error; -1 where there is none."""
    node = syntax.root
    if not node.has_error:
        return -1
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            break
        node = inner
    return node.start_byte


def _parse(grammar: Grammar, data: bytes, old: tree_sitter.Tree | None, give_up: GiveUp | None) -> Syntax | None:
    # The lexer takes a NUL for the end of the text; a space has the same length and means nothing.
    text = data.replace(b"\0", b" ")
    read = _Reader(text)
    steps = count()

    def progress(offset: int, has_error: bool) -> bool:
        return next(steps) > PARSE_STEPS_MAX or (give_up is not None and give_up())

    # py-tree-sitter asks for progress only where the source is a callable, which costs no more than bytes do.
    try:
        if old is None:
            tree = grammar.parser().parse(read, encoding="utf8", progress_callback=progress)
        else:
            tree = grammar.parser().parse(read, old, "utf8", progress)
    except ValueError:  # This is how it says that the progress callback ended it.
        return None
    read.chunk_bytes = _WORD_BYTES
    return Syntax(data, tree)


class _Reader:
    """Hands a text to the parser by chunks; afterwards the tree asks it for each node's text, by the same call."""

    __slots__ = ("chunk_bytes", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.chunk_bytes = _CHUNK_BYTES

    def __call__(self, offset: int, point: tree_sitter.Point) -> bytes:
        return self.text[offset : offset + self.chunk_bytes]


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _coding_line(raw: bytes) -> bytes | None:
    """The encoding that one of the first two lines declares; the second only where the first is a comment or blank."""
    if b"coding" not in raw[:1024]:
        return None
    first, _, rest = raw[:1024].partition(b"\n")
    if match := _CODING.match(first):
        return match[1]
    if first.strip() and not first.lstrip().startswith(b"#"):
        return None
    second = _CODING.match(rest)
    return second[1] if second else None


def _transcode(raw: bytes, encoding: str) -> tuple[bytes, str]:
    try:
        if encoding in _SLOW_CODECS:
            raise LookupError
        return raw.decode(encoding).encode("utf-8", "replace"), "" if encoding == "utf-8" else f"read as {encoding}"
    except LookupError:
        note = f"declares the unknown encoding {encoding[:40]}"
    except ValueError:
        note = f"is not valid {encoding}"
    return raw.decode("utf-8", "replace").encode("utf-8"), note


def _common_prefix(left: bytes, right: bytes) -> int:
    """How many leading bytes are equal, by halving: slices compare at the speed of memory."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(left: bytes, right: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if left[len(left) - middle : len(left) - low] == right[len(right) - middle : len(right) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(data: bytes, offset: int) -> tuple[int, int]:
    """Tree-sitter's row and column, which count newlines and bytes."""
    return data.count(b"\n", 0, offset), offset - (data.rfind(b"\n", 0, offset) + 1)
