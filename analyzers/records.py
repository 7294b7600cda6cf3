"""Records: what is prepared for each symbol, structured; `questions` turns a record into answers.

A record is what the index stores and what hover, call hierarchy, the command line and the export read. It names
everything that it depends on, so that a reader can tell whether it is still true.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import msgspec

Confidence = Literal["certain", "likely", "possible"]
RANK: dict[str, int] = {"certain": 0, "likely": 1, "possible": 2}
"""Smaller is surer."""

Verdict = Literal["never", "sometimes", "always", "unknown"]

CALLERS_MAX = 200
CALLEES_MAX = 200
RAISES_MAX = 40
TESTS_MAX = 60
ACCESSES_MAX = 100
PASSED_MAX = 60
"""What one record keeps of each list, best first; the totals stay right beyond it."""


CHANGED_OUTPUT = "output that it writes"
"""What a way of `changes` says of what is printed or logged: true of much code, and seldom what somebody looks for."""


class Depth(IntEnum):
    """How far the analysis behind a record has gone."""

    LINKED = 1
    DEEP = 2


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A citation: a span of a blob, with its line (counted from 1) and the symbol around it."""

    path: str
    start: int
    end: int
    line: int
    symbol: str = ""
    """Qualified name of the enclosing function or class; empty at module level."""
    quote: str = ""
    """The source text, cut to one line; empty where it adds nothing."""


class Edge(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call: from the symbol around `place` to the symbol `target` of `target_path`."""

    place: Place
    target_path: str
    target: str
    confidence: Confidence
    via: str = ""
    """How, where that is not a plain call: `with`, `for`, `super()`, `property`, `decorator`, `callback`."""
    test: bool = False
    """Whether the caller is test code."""


class Raised(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An exception that can leave a function; `place` raises it or calls what does."""

    type: str
    confidence: Confidence
    place: Place
    through: tuple[str, ...] = ()
    """Qualified names of the calls on the way, the outermost first; empty where the function itself raises it."""
    operation: str = ""
    """The operation or library function that raises it in the end; empty where a statement does."""
    rejects: bool = False
    """Whether the call itself does not raise it: the promise that it gives is rejected with it."""


class Way(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One way in which something comes about, in one clause, with the span that shows it."""

    text: str
    confidence: Confidence
    place: Place


class ReachingTest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A test function that reaches the symbol in `distance` calls."""

    path: str
    name: str
    line: int
    distance: int
    confidence: Confidence


class Ref(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A symbol that is named without a call: what overrides this, what this overrides, a base class."""

    path: str
    name: str
    line: int
    confidence: Confidence


class Passed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one caller passes for one parameter; `text` is the argument as written, `type` what it evaluates to."""

    parameter: str
    text: str
    type: str
    confidence: Confidence
    place: Place


class Caught(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A handler that stops an exception which left this function; `place` is the handler, `by` its function."""

    type: str
    by: str
    confidence: Confidence
    place: Place
    swallows: bool = False
    """Whether the handler neither raises again nor records the exception."""


class Access(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A read or a write of a field or a module-level name, by the symbol around `place`."""

    place: Place
    writes: bool
    confidence: Confidence
    test: bool = False


class Dependency(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that the record was made from.

    `kind` is `span` (`name` is a qualified name in `path`, `digest` its text's) or `lookup` (`name` is a called name
    whose call sites were looked up, `path` is empty, `digest` the number of files and sites found).
    """

    kind: Literal["span", "lookup"]
    path: str
    name: str
    digest: str


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that is prepared for one symbol."""

    path: str
    name: str
    kind: str
    line: int
    start: int
    end: int
    name_start: int
    name_end: int
    digest: str
    depth: Depth
    callers: tuple[Edge, ...] = ()
    callers_total: int = 0
    callees: tuple[Edge, ...] = ()
    raises: tuple[Raised, ...] = ()
    returns_none: Verdict = "unknown"
    none_ways: tuple[Way, ...] = ()
    tests: tuple[ReachingTest, ...] = ()
    tests_total: int = 0
    changes: tuple[Way, ...] = ()
    assumes: tuple[Way, ...] = ()
    returns: tuple[Way, ...] = ()
    """What it can return other than None: the type or value in one clause, and the line that returns it."""
    passed: tuple[Passed, ...] = ()
    caught: tuple[Caught, ...] = ()
    accesses: tuple[Access, ...] = ()
    """For fields and variables: who reads and writes them."""
    overrides: tuple[Ref, ...] = ()
    overridden_by: tuple[Ref, ...] = ()
    settings: tuple[Way, ...] = ()
    """Environment variables and settings that matter here."""
    resources: tuple[Way, ...] = ()
    """Files, locks, sockets, processes and transactions that it opens or holds."""
    cycle: tuple[str, ...] = ()
    """Qualified names on the shortest way from this function back to itself; empty where it is not recursive."""
    loose: tuple[Way, ...] = ()
    """Promises that somebody should have waited for."""
    depends: tuple[Dependency, ...] = ()
    score: float = 0.0
    """How likely it is that someone will ask about this symbol; only the order matters."""


class FileLinks(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where each called name in one file leads: for hover and call hierarchy on a use rather than a definition."""

    links: tuple[Link, ...] = ()


class Link(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The span of a used name and the definition that it most likely means."""

    start: int
    end: int
    target_path: str
    target: str
    confidence: Confidence


_encoder = msgspec.msgpack.Encoder()
_record_decoder = msgspec.msgpack.Decoder(Record)
_links_decoder = msgspec.msgpack.Decoder(FileLinks)


def encode(value: Record | FileLinks) -> bytes:
    """A record or a file's links as bytes for the store."""
    return _encoder.encode(value)


def decode_record(data: bytes) -> Record:
    """Raises `msgspec.MsgspecError` on bytes that are not a record."""
    return _record_decoder.decode(data)


def decode_links(data: bytes) -> FileLinks:
    """Raises `msgspec.MsgspecError` on bytes that are not a file's links."""
    return _links_decoder.decode(data)
