"""The seam to deep analysis, and the order in which its work is done: saved and focused files first, in small steps.

The analysis itself is a value-to-value affair in `analyzers`; whoever wires it writes an adapter with these methods
and returns it from `make_deep`. All are called on the sleeper's one thread.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from analyzers.records import FileLinks, Record
from analyzers.text import blob_name
from lsp_server import __version__
from lsp_server.children import memory_bytes
from lsp_server.store import IndexWriter

_STORED_AT_ONCE_MAX = 200
"""Files whose records go into one commit."""
_FIRST_MAX = 50
"""Files that somebody looked at or saved lately, and that therefore come first."""

_logger = logging.getLogger(__name__)


class DeepAnalysis(Protocol):
    """What analyses files together."""

    def begin(self, paths: Sequence[str]) -> None:
        """These are all files of the repository. Called before the first `update`, and when files came or went."""

    def update(self, path: str, source: bytes | None) -> None:
        """The file's current bytes, or None where it is gone."""

    def run(self, first: Sequence[str], should_pause: Callable[[], bool]) -> bool:
        """Works until all is done (True) or until `should_pause` says so (False), the files in `first` before others.
        Asks `should_pause` at least every few milliseconds."""

    def settled(self) -> Sequence[str]:
        """Files whose records are ready and may have changed since this was last asked, likeliest first."""

    def records(self, path: str) -> list[Record]:
        """What is known of the file's symbols."""

    def links(self, path: str) -> FileLinks | None:
        """Where the names used in the file lead, where that is known."""


def make_deep(root: Path) -> DeepAnalysis | None:
    """The deep analysis of the repository at `root`; None where there is none."""
    from lsp_server.deep_files import FileAnalysis

    return FileAnalysis(root)


class DeepWork:
    """What is still to be analysed and stored. Belongs to the sleeper's own thread."""

    def __init__(
        self,
        analysis: DeepAnalysis,
        root: Path,
        index: IndexWriter,
        memory_bytes_max: int = sys.maxsize,
        memory: Callable[[], int] = memory_bytes,
    ) -> None:
        self._analysis: DeepAnalysis | None = analysis
        self._memory_bytes_max = memory_bytes_max
        self._memory = memory
        self._root = root
        self._index = index
        self._blobs: Mapping[str, str] = {}
        self._to_feed: dict[str, None] = {}
        """Files whose current bytes the analysis has not seen, in the order in which they go."""
        self._to_store: deque[str] = deque()
        self._first: dict[str, None] = {}
        self._came_or_went = True
        self._idle = True
        self._stamp = 0
        self._stamped = False
        self.stored: set[str] = set()
        """Files whose records are stored and up to date, as far as is known."""
        self.problem = ""
        """Why the analysis was given up; empty while it works."""

    @property
    def has_work(self) -> bool:
        """Whether `step` would do anything."""
        return not self.problem and not (self._idle and not self._to_feed and not self._to_store)

    @property
    def up_to_date(self) -> bool:
        """Whether the stored records are those of the current files. After a warm start they may be although there is
        work: the analysis must see all files again before it can tell what the next change does to them."""
        return self._stamped or not self.has_work

    def focus(self, path: str) -> None:
        """Somebody looks at this file."""
        if path in self._blobs:
            self._put_first([path])

    def files_changed(self, changed: Sequence[str], removed: Sequence[str], blobs: Mapping[str, str]) -> None:
        """These files have other contents now, or are gone; `blobs` are all current ones."""
        self._came_or_went |= bool(removed) or any(path not in self._blobs for path in changed)
        self._blobs = blobs
        gone = [*removed, *(path for path in changed if path not in blobs)]
        present = [path for path in changed if path in blobs]
        if len(present) <= _FIRST_MAX:
            self._put_first(present)
            # What was saved goes before what waits since the start.
            self._to_feed = dict.fromkeys([*gone, *present]) | self._to_feed
        else:
            self._to_feed |= dict.fromkeys([*gone, *present])
        for path in gone:
            self._first.pop(path, None)
        self.stored.difference_update(changed, removed)
        self._idle = False
        self._stamp = _stamp_of(blobs)
        self._stamped = self._index.deep_stamp() == self._stamp
        if self._stamped:
            self.stored.update(blobs)

    def step(self, should_pause: Callable[[], bool]) -> list[str]:
        """Works until it is done or should pause; returns the files whose records were stored."""
        if self._analysis is None:
            return []
        try:
            stored = self._step(self._analysis, should_pause)
            if self._memory() > self._memory_bytes_max:
                self._give_up_for_memory()
            elif not self.has_work and not self._stamped:
                self._index.set_deep_stamp(self._stamp)
                self._stamped = True
            return stored
        except (AttributeError, TypeError, ValueError, LookupError, RecursionError, AssertionError) as error:
            # A mistake in the analysis must not take the facts with it: these still answer.
            _logger.exception("deep analysis failed")
            self.problem = f"deep analysis failed: {type(error).__name__}: {error}"
            return []

    def _give_up_for_memory(self) -> None:
        """Lets go of the program: what is stored stays, and is answered from for as long as its files do not change."""
        self._analysis = None
        megabytes = self._memory_bytes_max // 1_000_000
        self.problem = (
            f"deep analysis was given up at {megabytes:,} MB of memory (deep_memory_bytes_max); names answer instead"
        )
        _logger.warning("%s", self.problem)

    def _step(self, analysis: DeepAnalysis, should_pause: Callable[[], bool]) -> list[str]:
        if self._came_or_went:
            analysis.begin(sorted(self._blobs))
            self._came_or_went = False
        while self._to_feed and not should_pause():
            path = next(iter(self._to_feed))
            del self._to_feed[path]
            self._feed(analysis, path)
        if not self._to_feed and not should_pause():
            self._idle = analysis.run(list(self._first), should_pause)
            waiting = set(self._to_store)
            self._to_store.extend(path for path in analysis.settled() if path not in waiting)
        return self._store(analysis, should_pause)

    def _feed(self, analysis: DeepAnalysis, path: str) -> None:
        if path not in self._blobs:
            analysis.update(path, None)
            return
        try:
            source = (self._root / path).read_bytes()
        except OSError:
            return
        # A file that has changed again since it was looked at will be announced again.
        if blob_name(source) == self._blobs[path]:
            analysis.update(path, source)

    def _store(self, analysis: DeepAnalysis, should_pause: Callable[[], bool]) -> list[str]:
        stored: list[str] = []
        # What somebody looks at is stored even while others wait, so that a save becomes visible at once.
        urgent = [path for path in self._first if path in self._to_store]
        for path in urgent:
            self._to_store.remove(path)
        self._to_store.extendleft(reversed(urgent))
        with self._index.transaction():
            for done in range(min(len(self._to_store), _STORED_AT_ONCE_MAX)):
                if done >= len(urgent) and should_pause():
                    break
                path = self._to_store.popleft()
                blob = self._blobs.get(path)
                if blob is None:
                    continue
                if self._index.put_records(path, blob, analysis.records(path), analysis.links(path)):
                    stored.append(path)
                self.stored.add(path)
        return stored

    def _put_first(self, paths: Sequence[str]) -> None:
        self._first = dict.fromkeys(list(dict.fromkeys([*paths, *self._first]))[:_FIRST_MAX])


def _stamp_of(blobs: Mapping[str, str]) -> int:
    """A number for the contents of all files and for the version that analyses them."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=7)
    for path in sorted(blobs):
        digest.update(f"{path}\0{blobs[path]}\0".encode())
    return int.from_bytes(digest.digest(), "big")
