"""Bringing the index up to date: compare with the disk, read what changed, extract facts of unknown blobs, store.

Owned by the elected sleeper's own thread. It knows nothing of sockets, events or when to run; it is told what to look
at and tells through `Announce` what it found. Whatever is interrupted here is found again by the next comparison,
because a file's signature is stored together with its facts, never before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzers import languages
from analyzers.text import blob_name
from lsp_server.agenda import Round
from lsp_server.crashes import Crashes
from lsp_server.parse_worker import Item, extract
from lsp_server.parsing import Parsed, Workers, WorkersUnavailable, parse_all
from lsp_server.store import Extracted, FileEntry, IndexWriter
from lsp_server.workspace import Difference, Rules, Scan, difference, look, scan

_ALONE_FILES_MAX = 24
"""Up to this many unknown files are read in this process: starting workers takes longer."""
_FILES_PER_WORKER_MIN = 60
_FIRST_BATCH_FILES = 100
"""The first commit of a cold start comes early, so that somebody who hovers at once gets an answer."""
_BATCH_FILES = 800
_BATCH_BYTES_MAX = 64 * 1024 * 1024
"""Facts waiting for one commit."""
_COLD_FILES_MIN = 200
_SET_ASIDE = "set aside: it brought the analysis down twice"


@dataclass(frozen=True, slots=True)
class Announce:
    """Who is told what. Each must return at once."""

    table: Callable[[dict[str, str], tuple[str, ...]], None]
    """Current blobs of these paths, as read from the disk; and paths that are gone. May precede their facts."""
    progress: Callable[[str, int, int, str], None]
    """Stage (`scan`, `facts`), files done, files in all, and one clause."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round changed."""

    changed: tuple[str, ...] = ()
    """Files with a new blob, readable or not."""
    removed: tuple[str, ...] = ()
    analysed: int = 0
    """Blobs whose facts were not known."""
    complete: bool = True
    """Unset where the work was broken off."""


class Pipeline:
    """The way of a file into the index."""

    def __init__(
        self,
        root: Path,
        index: IndexWriter,
        rules: Rules,
        crashes: Crashes,
        announce: Announce,
        *,
        folder: Path,
        workers_max: int,
        niceness: int = 0,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.root = root
        self.rules = rules
        self.notes: list[str] = []
        """What the last whole scan left out."""
        self._index = index
        self._crashes = crashes
        self._announce = announce
        self._workers = Workers(folder, max(1, workers_max), niceness)
        self._should_stop = should_stop
        self.table: dict[str, FileEntry] = index.files()
        """The files as the index has them."""
        self._known = index.known_blobs()

    def blobs(self) -> dict[str, str]:
        """Path → blob of every file that could be read."""
        return {path: entry.blob for path, entry in self.table.items() if entry.blob}

    def bring_up_to_date(self, todo: Round, first: Sequence[str] = ()) -> Outcome:
        """Does one round; `first` names the files that somebody is looking at. Raises a `StoreError`."""
        now_ns = time.time_ns()
        if todo.whole:
            self._announce.progress("scan", 0, 0, todo.cause)
            found = scan(self.root, self.rules, now_ns, self._expect)
            self.notes = found.notes
        else:
            found = look(self.root, todo.paths, self.rules, now_ns)
        differs = difference({path: entry.signature for path, entry in self.table.items()}, found)
        if todo.whole:
            self._announce.progress("scan", len(found.files), len(found.files), todo.cause)
        if not differs:
            return Outcome()
        work = _Work(self, found, _likeliest_first(differs, first))
        try:
            return work.run()
        finally:
            self._workers.close()

    def _expect(self, files: int) -> None:
        """So many files were found by now. On a cold start the workers get ready while more are looked for."""
        if not self.table and files >= _COLD_FILES_MIN:
            self._workers.start()


class _Work:
    """One round under way."""

    def __init__(self, pipeline: Pipeline, found: Scan, differs: Difference) -> None:
        self._pipeline = pipeline
        self._found = found
        self._differs = differs
        self._entries: dict[str, FileEntry] = {}
        """What the next commit says about files."""
        self._facts: list[Extracted] = []
        self._facts_bytes = 0
        self._waiting: dict[str, list[str]] = {}
        """Blob → files that wait for its facts."""
        self._settled: set[str] = set()
        # Held for each step of the bookkeeping: files are read on the workers' threads, results are taken in on ours.
        self._lock = threading.Lock()
        self._changed: list[str] = []
        self._batch_files = _FIRST_BATCH_FILES
        self._done = 0
        self._analysed = 0

    def run(self) -> Outcome:
        pipeline, differs = self._pipeline, self._differs
        if differs.removed:
            pipeline._announce.table({}, differs.removed)
        cold = len(differs.changed) >= _COLD_FILES_MIN
        if cold:
            pipeline._index.loading(True)
        try:
            complete = self._read_all()
            self._commit(last=True)
        finally:
            if cold:
                pipeline._index.loading(False)
        return Outcome(tuple(self._changed), differs.removed, self._analysed, complete)

    def _read_all(self) -> bool:
        names = self._differs.changed
        if len(names) <= _ALONE_FILES_MAX:
            return self._read_alone(names)
        workers = self._pipeline._workers
        count = min(workers.count, 1 + len(names) // _FILES_PER_WORKER_MIN)
        results = parse_all(self._unknown(names), workers, count)
        try:
            for parsed in results:
                self._take(parsed)
                if self._pipeline._should_stop():
                    return False
        except WorkersUnavailable:
            self._waiting.clear()
            return self._read_alone([name for name in names if name not in self._settled and name not in self._entries])
        finally:
            results.close()  # type: ignore[attr-defined]
        return True

    def _read_alone(self, names: Sequence[str]) -> bool:
        """In this process; its death is blamed on the file that was being read."""
        items = list(self._unknown(names))
        # Said before the facts are known, so that what depends on these files is labelled stale at once.
        self._tell()
        for item in items:
            with self._pipeline._crashes.at(item.blob, item.path):
                self._take(Parsed(item.path, item.blob, extract(item)))
            if self._pipeline._should_stop():
                return False
        return True

    def _unknown(self, names: Sequence[str]) -> Iterator[Item]:
        """Reads the files, and yields those whose content nobody has seen yet. Runs on the workers' threads."""
        root = str(self._pipeline.root)
        for name in names:
            signature = self._found.files[name]
            problem = self._found.problems.get(name, "")
            raw = b""
            if not problem:
                try:
                    # Plain calls: a cold start reads thousands of files here.
                    with open(f"{root}/{name}", "rb", 0) as file:
                        raw = file.read()
                except OSError as error:
                    problem = f"cannot be read: {error.strerror or error}"
            blob = "" if problem else blob_name(raw)
            if blob and self._pipeline._crashes.is_blamed(blob):
                problem = _SET_ASIDE
            with self._lock:
                new = False
                if problem:
                    self._entries[name] = FileEntry("", signature, problem)
                elif blob in self._pipeline._known:
                    self._entries[name] = FileEntry(blob, signature)
                else:
                    new = blob not in self._waiting
                    self._waiting.setdefault(blob, []).append(name)
            if new:
                yield Item(name, blob, raw)

    def _take(self, parsed: Parsed) -> None:
        if parsed.extracted is None:
            self._pipeline._crashes.blame(parsed.blob, parsed.path)
        with self._lock:
            for name in self._waiting.pop(parsed.blob):
                signature = self._found.files[name]
                if parsed.extracted is None:
                    self._entries[name] = FileEntry("", signature, _SET_ASIDE)
                else:
                    self._entries[name] = FileEntry(parsed.blob, signature)
            if parsed.extracted is not None:
                self._facts.append(parsed.extracted)
                self._facts_bytes += len(parsed.extracted.facts)
                self._analysed += 1
                self._pipeline._known.add(parsed.blob)
            full = len(self._entries) >= self._batch_files or self._facts_bytes >= _BATCH_BYTES_MAX
        if full:
            self._commit()

    def _tell(self) -> None:
        """Announces the blobs of files that were read, and notes which ones are new."""
        table = self._pipeline.table
        blobs = {name: entry.blob for name, entry in self._entries.items() if entry.blob}
        blobs |= {name: blob for blob, names in self._waiting.items() for name in names}
        fresh = {name: blob for name, blob in blobs.items() if name not in table or table[name].blob != blob}
        if fresh:
            self._pipeline._announce.table(fresh, ())

    def _commit(self, last: bool = False) -> None:
        with self._lock:
            entries, self._entries = self._entries, {}
            facts, self._facts = self._facts, []
            self._facts_bytes = 0
        self._batch_files = _BATCH_FILES
        pipeline = self._pipeline
        table = pipeline.table
        fresh = {name for name, entry in entries.items() if name not in table or table[name].blob != entry.blob}
        removed = self._differs.removed if last else ()
        if entries or removed:
            with pipeline._index.transaction():
                pipeline._index.add_facts(facts)
                pipeline._index.set_files(entries, removed)
        unreadable = tuple(name for name in fresh if name in table and not entries[name].blob)
        blobs = {name: entries[name].blob for name in fresh if entries[name].blob}
        table.update(entries)
        for name in removed:
            table.pop(name, None)
        if blobs or unreadable:
            pipeline._announce.table(blobs, unreadable)
        self._settled.update(entries)
        self._changed += sorted(fresh)
        self._done += len(entries)
        total = len(self._differs.changed)
        pipeline._announce.progress("facts", total if last else self._done, total, "")


def _likeliest_first(differs: Difference, first: Sequence[str]) -> Difference:
    """What somebody looks at, and what lies beside it, before the rest; code before its tests."""
    wanted = {name: place for place, name in enumerate(first)}
    folders = {name.rpartition("/")[0] for name in first}

    def rank(name: str) -> tuple[int, bool, bool, str]:
        is_test = languages.is_test_path(name)
        return wanted.get(name, len(wanted)), name.rpartition("/")[0] not in folders, is_test, name

    return Difference(tuple(sorted(differs.changed, key=rank)), differs.removed)
